package stress

import (
	"bytes"

	"github.com/gomr/gomr/mr"
)

// An item is a record or a pair: the input of a map or of a reduce task.
type item struct {
	key, value []byte // a record is a value
	position   mr.Position
}

// A source is the input of a task, which can be read once.
type source interface {
	Next() bool
	Err() error
	// current returns the item, whose bytes are valid until Next.
	current() item
}

type recordSource struct{ mr.Records }

func (s recordSource) current() item { return item{value: s.Record()} }

type pairSource struct{ mr.Pairs }

func (s pairSource) current() item { return item{key: s.Key(), value: s.Value()} }

// maxKept is how many bytes of a task's input are kept for another attempt.
const maxKept = 1 << 20

// itemSize is what an item costs beside its bytes.
const itemSize = 128

// A tape keeps what attempts have read of a source, for those that come after them.
type tape struct {
	source source
	env    *mr.Env // of the task
	lends  bool    // the memory of a record is used again, and so may be written to
	kept   []item
	size   int
	ended  bool // the source has no more
}

// next advances the source.
func (t *tape) next() bool {
	t.ended = t.ended || !t.source.Next()
	return !t.ended
}

// keep keeps the item of the source.
func (t *tape) keep() {
	current := t.source.current()
	t.kept = append(t.kept, item{bytes.Clone(current.key), bytes.Clone(current.value), t.env.Position()})
	t.size += len(current.key) + len(current.value) + itemSize
}

// A reader reads a tape from its start. It is an [mr.Records] and an [mr.Pairs].
type reader struct {
	tape   *tape
	limit  int  // number of items after which the attempt is killed
	counts bool // the attempt counts: it is the last, and nothing more is kept

	read     int // number of items
	now      item
	replays  bool // now is from the tape
	lent     []byte
	finished error
}

// Next advances to the next item and reports whether there is one.
func (r *reader) Next() bool {
	t := r.tape
	r.replays = false
	switch {
	case r.finished != nil:
		return false
	case r.read == r.limit, r.read == len(t.kept) && !r.counts && t.size > maxKept:
		r.finished = errKilled
		return false
	case r.read < len(t.kept):
		r.replay()
	case !t.next():
		return false
	case r.counts:
		r.now = t.source.current()
	default:
		t.keep()
		r.replay()
	}
	r.read++
	return true
}

// replay reads an item from the tape.
func (r *reader) replay() {
	r.now, r.replays = r.tape.kept[r.read], true
	if r.tape.lends {
		r.lent = append(r.lent[:0], r.now.value...)
		r.now.value = r.lent
	}
}

// Record returns the record.
func (r *reader) Record() []byte { return r.now.value }

// Key returns the key of the pair.
func (r *reader) Key() []byte { return r.now.key }

// Value returns the value of the pair.
func (r *reader) Value() []byte { return r.now.value }

// Err returns the error that ended the items, or nil at their end.
func (r *reader) Err() error {
	if r.finished != nil || r.tape.source == nil {
		return r.finished
	}
	return r.tape.source.Err()
}

// position returns where the item was read.
func (r *reader) position() mr.Position {
	if r.replays {
		return r.now.position
	}
	return r.tape.env.Position()
}
