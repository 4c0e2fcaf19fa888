package shuffle

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/gomr/gomr/mr"
)

// A combiner runs Combine over sorted pairs, a window of them at a time, and keeps
// what it emits until it is read; it is an [mr.Pairs].
type combiner struct {
	source   mr.Pairs
	options  *Options
	standing bool // source stands on a pair that no window has had
	err      error

	out        []byte // records that were emitted
	emitted    int64  // number of them
	next       int    // offset in out of the record to read next
	last       []byte // the key that was emitted last
	key, value []byte
}

// Next advances to the next pair and reports whether there is one.
func (c *combiner) Next() bool {
	for c.next == len(c.out) {
		if !c.run() {
			c.key, c.value = nil, nil
			return false
		}
	}
	c.key, c.value = parseRecord(c.out[c.next:])
	c.next += recordSize(c.key, c.value)
	return true
}

// run combines the next window. It returns false at the end and after an error.
func (c *combiner) run() bool {
	if c.err != nil || !c.standing && !c.source.Next() {
		return false
	}
	c.standing = true
	c.out, c.next, c.emitted = emptied(c.out), 0, 0
	w := window{combiner: c, size: c.options.blockSize()}
	c.err = c.options.Combine(&w, c.emit)
	if c.err == nil && w.pairs == 0 {
		c.err = errors.New("combiner read no pair")
	}
	count(c.options.Counters.CombineInput, w.pairs)
	count(c.options.Counters.CombineOutput, c.emitted)
	return c.Err() == nil
}

// emit keeps a pair that Combine emits.
func (c *combiner) emit(key, value []byte) error {
	if bytes.Compare(key, c.last) < 0 {
		return fmt.Errorf("combiner emitted key %.100q after %.100q: it must emit the keys that it reads, in their order", key, c.last)
	}
	c.last = append(c.last[:0], key...)
	start := len(c.out)
	c.out = slices.Grow(c.out, recordSize(key, value))[:start+recordSize(key, value)]
	putRecord(c.out[start:], key, value)
	c.emitted++
	return nil
}

// Key returns the key of the pair. The bytes are valid until Next.
func (c *combiner) Key() []byte { return c.key }

// Value returns the value of the pair. The bytes are valid until Next.
func (c *combiner) Value() []byte { return c.value }

// Err returns the error of Combine or of the pairs it reads.
func (c *combiner) Err() error { return cmp.Or(c.err, c.source.Err()) }

// A window is the pairs that Combine reads in one call. It ends between two keys when
// it has had size bytes, and within a key when the output has size bytes too.
// So Combine has much to do in each call, what it emits fits in memory,
// and a key with any number of values passes through.
type window struct {
	*combiner
	size  int
	bytes int    // that the window has had
	pairs int64  // that the window has had
	full  []byte // the key that stood there when size was reached
	ended bool
}

// Next advances to the next pair of the window and reports whether there is one.
func (w *window) Next() bool {
	if w.ended = w.ended || !w.advance(); w.ended {
		return false
	}
	w.standing = false
	w.pairs++
	w.bytes += len(w.source.Key()) + len(w.source.Value())
	return true
}

// advance moves the source to a pair of this window.
func (w *window) advance() bool {
	if w.standing {
		return w.pairs == 0
	}
	if w.bytes < w.size {
		return w.source.Next()
	}
	if len(w.out) >= w.size {
		return false
	}
	if w.full == nil {
		w.full = bytes.Clone(w.source.Key())
	}
	w.standing = w.source.Next()
	return w.standing && bytes.Equal(w.source.Key(), w.full)
}

func (w *window) Key() []byte   { return w.source.Key() }
func (w *window) Value() []byte { return w.source.Value() }
func (w *window) Err() error    { return w.source.Err() }
