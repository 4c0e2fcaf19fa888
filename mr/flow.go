package mr

import (
	"errors"
	"fmt"
	"iter"
	"reflect"
)

// A Flow is a job, from records of type I to records of type O: one step, or
// several put together by [Then].
type Flow[I, O any] struct{ stages []stage }

// A stage makes a step once it is known whether other steps stand before and behind it.
type stage func(place place) *Step

// A place says whether a step reads the records of another step, and writes such.
type place struct{ readsStep, feedsStep bool }

// Steps returns the steps of the flow, with the types erased. It implements [Job].
func (f Flow[I, O]) Steps() []*Step {
	steps := make([]*Step, len(f.stages))
	for i, s := range f.stages {
		steps[i] = s(place{readsStep: i > 0, feedsStep: i < len(f.stages)-1})
	}
	return steps
}

// Then runs second over the records that first puts out.
// That they fit is checked by the compiler.
func Then[A, B, C any](first Flow[A, B], second Flow[B, C]) Flow[A, C] {
	return Flow[A, C]{append(append([]stage(nil), first.stages...), second.stages...)}
}

// Check returns what is wrong with a job, or nil: types that can't be sent, methods
// with the wrong name or type, options that make no sense.
func Check(job Job) error {
	if job == nil {
		return errors.New("the job is nil")
	}
	steps := job.Steps()
	if len(steps) == 0 {
		return errors.New("the job has no steps: make it with mr.MapReduce or one of its kin")
	}
	var errs []error
	for i, s := range steps {
		if s.Err != nil && len(steps) > 1 {
			errs = append(errs, fmt.Errorf("step %d: %w", i+1, s.Err))
		} else if s.Err != nil {
			errs = append(errs, s.Err)
		}
	}
	return errors.Join(errs...)
}

// MapOnly makes a job whose output is what the mapper emits, one part for each map task.
func MapOnly[I, K, V any](m Mapper[I, K, V], options ...Option) Flow[I, KV[K, V]] {
	return one[I, KV[K, V]](func(p place) *Step {
		s := newSettings(options)
		task, borrows, err := newMapTask(m, s, p)
		format, formatErr := newRecordFormat(reflect.TypeFor[K](), reflect.TypeFor[V](), s, p.feedsStep)
		step := s.newStep(0)
		step.Err = errors.Join(s.err, err, formatErr, s.checkMapOnly(), checkRole(m, mapRole[K, V]()))
		step.Borrows = borrows
		step.Divisible = isDivisible(m)
		step.RunMapOnly = func(env *Env, records Records, write WriteRecord) error {
			out := newRecordSink[K, V](env, format, MapOutputRecords, write)
			return task(env, records, out.emitter(), out)
		}
		return step
	})
}

// MapReduce makes a job of a mapper and a reducer.
func MapReduce[I, K, V, KO, VO any](m Mapper[I, K, V], r Reducer[K, V, KO, VO], options ...Option) Flow[I, KV[KO, VO]] {
	return one[I, KV[KO, VO]](func(p place) *Step {
		b := newShuffleStep[I, K, K, V](m, options, p, true)
		addReduce(b, r, reducerLoop(b, r))
		return b.step
	})
}

// MapCombineReduce makes a job with a reducer-shaped combiner, which may run any
// number of times over some of the values of a key. It must emit pairs of the key
// that it was given. Where the values can be merged two by two, [MapMergeReduce] is faster.
func MapCombineReduce[I, K, V, KO, VO any](m Mapper[I, K, V], combiner Reducer[K, V, K, V], r Reducer[K, V, KO, VO], options ...Option) Flow[I, KV[KO, VO]] {
	return one[I, KV[KO, VO]](func(p place) *Step {
		b := newShuffleStep[I, K, K, V](m, options, p, true)
		b.step.Combine = combine(combiner, b.keys, b.values, b.settings.skipLimit)
		b.fail(checkRole(combiner, reduceRole[K, V]()))
		addReduce(b, r, reducerLoop(b, r))
		return b.step
	})
}

// MapSort makes a job whose output is what the mapper emits, sorted by key: Hadoop's identity reducer.
// Pairs of one key keep the order in which a [Reducer] would get their values. With [TotalOrder]
// the parts are sorted as a whole, one behind the other.
func MapSort[I, K, V any](m Mapper[I, K, V], options ...Option) Flow[I, KV[K, V]] {
	return one[I, KV[K, V]](func(p place) *Step {
		b := newShuffleStep[I, K, K, V](m, options, p, true)
		addReduce(b, nil, func(_ *Env, g *groups[K], emit Emit[K, V], out sink) func() error {
			return func() error { return passOn(g, b.values, emit, out) }
		})
		return b.step
	})
}

// MapMerge makes a job that merges all values of a key two by two: in the mapper,
// at spills, at merges, and at last in the reduce task.
// merge must be associative: merge(merge(a, b), c) equals merge(a, merge(b, c)).
func MapMerge[I, K, V any](m Mapper[I, K, V], merge func(a, b V) V, options ...Option) Flow[I, KV[K, V]] {
	return one[I, KV[K, V]](func(p place) *Step {
		b := newShuffleStep[I, K, K, V](m, options, p, true)
		b.merge(merge)
		addReduce(b, nil, func(_ *Env, g *groups[K], emit Emit[K, V], out sink) func() error {
			if numbers, ok := g.pairs.(NumberPairs); ok && b.step.Numbers != nil {
				return func() error { return passOnNumbers(g, numbers, emit, out) }
			}
			values := &valueReader[K, V]{groups: g, codec: b.values}
			unseen := !hasMethods(reflect.TypeFor[K]()) && !hasStrings(reflect.TypeFor[V]()) // which merge could keep
			return func() error {
				for out.failure() == nil && g.next() {
					if v, ok := mergeAll(values, merge); ok {
						emit(g.key, v)
					}
					if unseen {
						g.arena.reset()
					}
				}
				return nil
			}
		})
		return b.step
	})
}

// MapMergeReduce makes a job that merges all values of a key, as [MapMerge] does,
// and gives the reducer the one value that is left.
func MapMergeReduce[I, K, V, KO, VO any](m Mapper[I, K, V], merge func(a, b V) V, r Reducer[K, V, KO, VO], options ...Option) Flow[I, KV[KO, VO]] {
	return one[I, KV[KO, VO]](func(p place) *Step {
		b := newShuffleStep[I, K, K, V](m, options, p, true)
		b.merge(merge)
		addReduce(b, r, func(env *Env, g *groups[K], emit Emit[KO, VO], out sink) func() error {
			values := &valueReader[K, V]{groups: g, codec: b.values}
			merged := func(yield func(V) bool) {
				if v, ok := mergeAll(values, merge); ok {
					yield(v)
				}
			}
			return reduceLoop(r, env, g, merged, emit, out)
		})
		return b.step
	})
}

// MapSortReduce makes a job with a secondary sort: the reducer's values come in
// the order of the Sort half of the mapper's keys.
func MapSortReduce[I, K, S, V, KO, VO any](m Mapper[I, Sorted[K, S], V], r SortedReducer[K, S, V, KO, VO], options ...Option) Flow[I, KV[KO, VO]] {
	return one[I, KV[KO, VO]](func(p place) *Step {
		b := newShuffleStep[I, Sorted[K, S], K, V](m, options, p, false)
		sorts, err := newKeyCodec(reflect.TypeFor[S](), true)
		b.fail(err)
		addReduce(b, r, func(env *Env, g *groups[K], emit Emit[KO, VO], out sink) func() error {
			values := &sortedReader[K, S, V]{valueReader: valueReader[K, V]{groups: g, codec: b.values}, sortCodec: sorts}
			sequence, r := values.values(), taskCopy(r)
			return func() error {
				return reduceEach(r, env, g, emit, out, func() error { return r.Reduce(g.key, sequence, emit) })
			}
		})
		return b.step
	})
}

func one[I, O any](s stage) Flow[I, O] { return Flow[I, O]{[]stage{s}} }

// mergeAll merges the values of the current group, in their order.
func mergeAll[K, V any](values *valueReader[K, V], merge func(a, b V) V) (merged V, ok bool) {
	if !values.nextValue() {
		return merged, false
	}
	merged = values.value
	for values.nextValue() {
		merged = merge(merged, values.value)
	}
	return merged, true
}

// reducerLoop returns what runs a plain Reducer.
func reducerLoop[I, K, V, KO, VO any](b *shuffleStep[I, K, K, V], r Reducer[K, V, KO, VO]) reduceMaker[K, KO, VO] {
	return func(env *Env, g *groups[K], emit Emit[KO, VO], out sink) func() error {
		values := &valueReader[K, V]{groups: g, codec: b.values}
		return reduceLoop(r, env, g, values.values(), emit, out)
	}
}

func reduceLoop[K, V, KO, VO any](r Reducer[K, V, KO, VO], env *Env, g *groups[K], values iter.Seq[V], emit Emit[KO, VO], out sink) func() error {
	if whole, ok := r.(reduceTask[K, V, KO, VO]); ok {
		all := func(yield func(K, iter.Seq[V]) bool) {
			for out.failure() == nil && g.next() {
				if !yield(g.key, values) {
					return
				}
			}
		}
		return func() error { return whole(env, all, emit) }
	}
	r = taskCopy(r)
	return func() error {
		return reduceEach(r, env, g, emit, out, func() error { return r.Reduce(g.key, values, emit) })
	}
}

// checkMapOnly refuses options that are about a shuffle.
func (s *settings) checkMapOnly() error {
	switch {
	case s.totalOrder:
		return errors.New("mr.TotalOrder needs a reduce: use mr.MapReduce instead of mr.MapOnly")
	case s.partition != nil:
		return errors.New("mr.PartitionBy needs a reduce: use mr.MapReduce instead of mr.MapOnly")
	case s.reducers != 1:
		return fmt.Errorf("mr.Reducers(%d): mr.MapOnly has no reduce tasks", s.reducers)
	}
	return nil
}
