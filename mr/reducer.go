package mr

import (
	"errors"
	"iter"
	"unsafe"
)

// A Reducer makes pairs of each key and its values.
//
// The values come in the order of the map tasks, and for each of these in the
// order in which they were emitted. They can be ranged over once; what is left
// when Reduce returns is passed over. A key or value that is a []byte is valid
// until Reduce returns.
//
// A Reducer may have these methods too, under the rules of [Mapper]:
//
//	SetupReduce(env *mr.Env) error                before the first key
//	TeardownReduce(emit mr.Emit[KO, VO]) error    after the last key
type Reducer[K, V, KO, VO any] interface {
	Reduce(key K, values iter.Seq[V], emit Emit[KO, VO]) error
}

// ReduceFunc makes a Reducer of a function.
func ReduceFunc[K, V, KO, VO any](f func(key K, values iter.Seq[V], emit Emit[KO, VO]) error) Reducer[K, V, KO, VO] {
	return reduceFunc[K, V, KO, VO](f)
}

type reduceFunc[K, V, KO, VO any] func(key K, values iter.Seq[V], emit Emit[KO, VO]) error

func (f reduceFunc[K, V, KO, VO]) Reduce(key K, values iter.Seq[V], emit Emit[KO, VO]) error {
	return f(key, values, emit)
}

// ReduceTask makes a Reducer of a function that reads all groups of its task;
// see [MapTask].
func ReduceTask[K, V, KO, VO any](f func(env *Env, groups iter.Seq2[K, iter.Seq[V]], emit Emit[KO, VO]) error) Reducer[K, V, KO, VO] {
	return reduceTask[K, V, KO, VO](f)
}

type reduceTask[K, V, KO, VO any] func(env *Env, groups iter.Seq2[K, iter.Seq[V]], emit Emit[KO, VO]) error

func (f reduceTask[K, V, KO, VO]) Reduce(key K, values iter.Seq[V], emit Emit[KO, VO]) error {
	return f(&Env{}, func(yield func(K, iter.Seq[V]) bool) { yield(key, values) }, emit)
}

// groups reads sorted pairs group by group. K is the type of the group's key:
// the whole key of a pair, or the front part of it in a secondary sort.
type groups[K any] struct {
	env      *Env
	pairs    Pairs
	keyCodec codec
	skips    *skipper
	arena    arena

	key     K
	prefix  []byte // the encoded key of the group
	pending bool   // the current pair of pairs was not taken yet
	first   bool   // it is the first one of its group
	started bool
	err     error

	count, records int64 // read so far
}

// next advances to the next group, past what was left of the last one.
func (g *groups[K]) next() bool {
	if !g.started {
		g.started = true
		g.advance()
	}
	for g.inGroup() {
		g.take()
	}
	if !g.pending || g.err != nil {
		return false
	}
	n, err := g.keyCodec.decode(g.pairs.Key(), unsafe.Pointer(&g.key), &g.arena)
	if err != nil {
		g.err = err
		return false
	}
	g.prefix, g.first = append(g.prefix[:0], g.pairs.Key()[:n]...), true
	if g.count++; g.count%countEvery == 0 {
		g.err = g.env.Context().Err()
	}
	return g.err == nil
}

// inGroup reports whether the pending pair belongs to the current group.
func (g *groups[K]) inGroup() bool {
	if !g.pending || g.count == 0 || g.first {
		return g.pending && g.first
	}
	key := g.pairs.Key()
	if g.keyCodec.tail && len(key) != len(g.prefix) {
		return false
	}
	return len(key) >= len(g.prefix) && bytesString(key[:len(g.prefix)]) == bytesString(g.prefix)
}

// take passes over the pending pair.
func (g *groups[K]) take() {
	g.first = false
	g.records++
	g.advance()
}

func (g *groups[K]) advance() {
	g.pending = g.err == nil && g.pairs.Next()
	if !g.pending && g.err == nil {
		g.err = g.pairs.Err()
	}
}

func (g *groups[K]) flushCounts() {
	g.env.Counter(FrameworkGroup, ReduceInputGroups).Add(g.count)
	g.env.Counter(FrameworkGroup, ReduceInputRecords).Add(g.records)
}

func (g *groups[K]) recordError(err error) error {
	if g.count == 0 {
		return err
	}
	return &RecordError{Key: g.readableKey(), Err: err}
}

// readableKey returns the key of the current group for a message, encoded where its type has no text for it.
func (g *groups[K]) readableKey() (text string) {
	defer func() {
		if recover() != nil { // of a method of the key, which may be what the message is about
			text = sample(g.prefix)
		}
	}()
	if text, err := textOf(&g.key); err == nil {
		return sample(text)
	}
	return sample(g.prefix)
}

// failedOn returns the error of the task after user code failed on the current
// group: nil where it is skipped.
func (g *groups[K]) failedOn(err error) error {
	recordErr := &RecordError{Key: g.readableKey(), Err: err}
	if errors.Is(err, ErrSkip) {
		return g.skips.skip(recordErr)
	}
	return recordErr
}

// valueReader reads the values of the groups.
// The pair is taken after its value was decoded, since values may be read in part.
type valueReader[K, V any] struct {
	*groups[K]
	codec codec
	value V
}

func (r *valueReader[K, V]) nextValue() bool {
	if r.err != nil || !r.inGroup() {
		return false
	}
	if _, err := r.codec.decode(r.pairs.Value(), unsafe.Pointer(&r.value), &r.arena); err != nil {
		r.err = err
		return false
	}
	r.take()
	return true
}

// values returns the values of the current group, whichever that is when it is
// ranged over: one sequence serves all groups.
func (r *valueReader[K, V]) values() iter.Seq[V] {
	return func(yield func(V) bool) {
		for r.nextValue() {
			if !yield(r.value) {
				return
			}
		}
	}
}

// runReducer runs reduce over all groups. Errors name the group, and so do panics.
func runReducer[K any](env *Env, g *groups[K], out sink, reduce func() error) (err error) {
	defer g.flushCounts()
	defer out.flushCounts()
	defer func() {
		if value := recover(); value != nil {
			err = g.recordError(newPanicError(value))
		}
	}()
	err = reduce()
	var bad *badPair
	switch {
	case errors.As(out.failure(), &bad):
		return g.recordError(bad.err)
	case out.failure() != nil:
		return out.failure()
	case g.err != nil:
		return g.err
	case err == nil && env.Context().Err() != nil:
		return env.Context().Err()
	}
	return err
}

// reduceEach calls reduce for each group, between the set-up and the tear-down of
// r, where it has these methods.
func reduceEach[K, KO, VO any](r any, env *Env, g *groups[K], emit Emit[KO, VO], out sink, reduce func() error) error {
	if s, ok := r.(reduceSetup); ok {
		if err := s.SetupReduce(env); err != nil {
			return err
		}
	}
	for g.next() {
		if err := reduce(); err != nil {
			if err := g.failedOn(err); err != nil {
				return err
			}
		}
		if out.failure() != nil {
			return out.failure()
		}
	}
	if t, ok := r.(reduceTeardown[KO, VO]); ok && g.err == nil {
		return t.TeardownReduce(emit)
	}
	return nil
}
