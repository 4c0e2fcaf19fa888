package mr

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
)

// A shuffleStep is a step with a shuffle while it is made. G is what the pairs are
// grouped and partitioned by: K itself, or the front part of a Sorted.
type shuffleStep[I, K, G, V any] struct {
	step         *Step
	settings     *settings
	place        place
	keys, values codec // of the shuffle's pairs
	groups       codec // of the group's key, as it stands in keys
	task         mapRun[K, V]
}

func (b *shuffleStep[I, K, G, V]) fail(errs ...error) {
	b.step.Err = errors.Join(append([]error{b.step.Err}, errs...)...)
}

// newShuffleStep makes the map half of a step. wholeKey says that G is K.
func newShuffleStep[I, K, G, V any](m Mapper[I, K, V], options []Option, p place, wholeKey bool) *shuffleStep[I, K, G, V] {
	s := newSettings(options)
	b := &shuffleStep[I, K, G, V]{step: s.newStep(s.reducers), settings: s, place: p}
	var keyErr, groupErr, valueErr error
	b.keys, keyErr = newKeyCodec(reflect.TypeFor[K](), true)
	b.groups, groupErr = newKeyCodec(reflect.TypeFor[G](), wholeKey)
	b.values, valueErr = newValueCodec(reflect.TypeFor[V](), true)
	task, borrows, mapErr := newMapTask(m, s, p)
	b.task = task
	b.fail(s.err, mapErr, about("key", keyErr), about("value", valueErr), checkRole(m, mapRole[K, V](), partitionRole[G]()))
	if keyErr == nil {
		b.fail(about("key", groupErr))
	}
	b.step.Borrows = borrows
	b.step.Divisible = isDivisible(m)
	b.step.groupLen = func() func([]byte) int { return (&keySplitter[G]{codec: b.groups}).split }
	if wholeKey {
		b.step.groupLen = func() func([]byte) int { return func(key []byte) int { return len(key) } }
	}
	if b.step.Err == nil {
		b.step.NewPartition, b.step.Err = newPartition[G](m, b.groups, s)
	}
	b.step.RunMap = func(env *Env, records Records, collect Collect) error {
		out := newShuffleSink[K, V](env, b.keys, b.values, MapOutputRecords, collect)
		return task(env, records, out.emitter(), out)
	}
	return b
}

// merge makes the step merge values.
func (b *shuffleStep[I, K, G, V]) merge(merge func(a, b V) V) {
	b.step.NewMerge = newMerge(b.values, merge)
	numbers := mergeOfNumbers(merge)
	if numbers == nil {
		return
	}
	b.step.Numbers = &Numbers{Merge: numbers, RunMap: func(env *Env, records Records, collect CollectNumbers) error {
		out := newNumberSink[K, V](env, b.keys, b.step.Borrows, MapOutputRecords, collect)
		return b.task(env, records, out.emitter(), out)
	}}
}

func about(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("the %s type of the map's pairs: %w", what, err)
}

// newPartition returns the partition function of a step: of its option, its
// mapper's method, or Hadoop's hash.
func newPartition[G any](m any, groups codec, s *settings) (func() func([]byte) int, error) {
	method, hasMethod := m.(partitioner[G])
	switch {
	case s.partition != nil && (hasMethod || s.totalOrder), hasMethod && s.totalOrder:
		return nil, errors.New("the step has more than one of mr.PartitionBy, mr.TotalOrder and the method Partition: keep one")
	case s.partition != nil:
		f, ok := s.partition.(func(G, int) int)
		if !ok {
			return nil, fmt.Errorf("mr.PartitionBy has a %T, but the keys need a func(%s, int) int", s.partition, reflect.TypeFor[G]())
		}
		return userPartition(groups, s.reducers, f), nil
	case hasMethod:
		return userPartition(groups, s.reducers, method.Partition), nil
	}
	return hashPartition[G](groups, s.reducers)
}

// A mapRun runs a map task with its emit and what stands behind it.
type mapRun[K, V any] func(env *Env, records Records, emit Emit[K, V], out sink) error

// newMapTask erases the record type of a mapper.
func newMapTask[I, K, V any](m Mapper[I, K, V], s *settings, p place) (run mapRun[K, V], borrows bool, err error) {
	if m == nil {
		return nil, false, errors.New("the mapper is nil")
	}
	if p.readsStep && s.containing != nil {
		return nil, false, errors.New("mr.Containing looks at the lines of files, so it can't be an option of a second step")
	}
	if many, ok := any(m).(inputs[K, V]); ok {
		if p.readsStep {
			return nil, false, errors.New("mr.Inputs reads files, so it can't be the mapper of a second step")
		}
		return many.mapTask(s)
	}
	decode, borrows, err := newRecordDecoder[I](p.readsStep)
	if err != nil {
		err = fmt.Errorf("the record type of the map: %w", err)
	}
	return func(env *Env, records Records, emit Emit[K, V], out sink) error {
		in := &recordReader[I]{
			env: env, records: records, containing: s.containing, decode: decode, skipBroken: s.skipBroken,
			skips: newSkipper(env, s.skipLimit), counter: env.Counter(FrameworkGroup, MapInputRecords),
		}
		return runMapper(m, env, in, emit, out)
	}, borrows, err
}

// A reduceMaker makes what runs a whole reduce task.
type reduceMaker[G, KO, VO any] func(env *Env, g *groups[G], emit Emit[KO, VO], out sink) func() error

// addReduce makes the reduce half of a step. r is the user's reducer, or nil.
func addReduce[I, K, G, V, KO, VO any](b *shuffleStep[I, K, G, V], r any, reduce reduceMaker[G, KO, VO]) {
	format, err := newRecordFormat(reflect.TypeFor[KO](), reflect.TypeFor[VO](), b.settings, b.place.feedsStep)
	b.fail(err)
	if r != nil {
		b.fail(checkRole(r, reduceRole[KO, VO]()))
	}
	b.step.RunReduce = func(env *Env, pairs Pairs, write WriteRecord) error {
		out := newRecordSink[KO, VO](env, format, ReduceOutputRecords, write)
		g := &groups[G]{env: env, pairs: pairs, keyCodec: b.groups, skips: newSkipper(env, b.settings.skipLimit)}
		return runReducer(env, g, out, reduce(env, g, out.emitter(), out))
	}
}

// combine erases a reducer-shaped combiner.
func combine[K, V any](r Reducer[K, V, K, V], keys, values codec, skipLimit int64) func(env *Env, pairs Pairs, emit Collect) error {
	return func(env *Env, pairs Pairs, emit Collect) error {
		// The combiner has counters of its own: the task's count groups and records of the reduce.
		own := NewEnv(env.config)
		g := &groups[K]{env: own, pairs: pairs, keyCodec: keys, skips: newSkipper(own, skipLimit)}
		out := newShuffleSink[K, V](own, keys, values, CombineOutputRecords, func(key, value []byte) error {
			if !bytes.Equal(key, g.prefix) {
				return &badPair{errors.New("the combiner emitted another key than the one it was given: it runs between sort and merge, so keys must stay")}
			}
			return emit(key, value)
		})
		reader := &valueReader[K, V]{groups: g, codec: values}
		err := runReducer(own, g, out, reduceLoop(r, own, g, reader.values(), out.emitter(), out))
		env.Counter(FrameworkGroup, CombineInputRecords).Add(g.records)
		env.Counter(FrameworkGroup, CombineOutputRecords).Add(out.count)
		return err
	}
}
