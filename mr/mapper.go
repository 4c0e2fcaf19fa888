package mr

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"reflect"
)

// Emit takes a pair. It copies what it keeps of the key and the value.
// It can't fail: the first error of what stands behind it ends the task, and
// pairs emitted after it go nowhere.
// It is for the goroutine that runs the mapper or reducer.
type Emit[K, V any] func(key K, value V)

// A KV is a key and a value: a record of a step that reads the output of another,
// or of a file of KEY TAB VALUE lines.
type KV[K, V any] struct {
	Key   K
	Value V
}

// A Mapper makes pairs of each record.
//
// The type of a record says how a line of the input is read: a string or a
// []byte is the line, numbers and types with MarshalText and UnmarshalText are parsed from it, a
// [KV] is split at the first tab, and other types are JSON.
// Strings may be kept; a []byte is valid until Map returns.
//
// A Mapper may have these methods too. They are found by their names, and a method
// that nearly has one of the names, or has other types, is an error at the start:
//
//	SetupMap(env *mr.Env) error             before the first record
//	TeardownMap(emit mr.Emit[K, V]) error   after the last record
//	Partition(key K, partitions int) int    which reduce task a key goes to
//
// Each task has a Mapper of its own: where it is a pointer to a struct, a copy of
// the struct, so that fields set by SetupMap are not shared between tasks.
type Mapper[I, K, V any] interface {
	Map(record I, emit Emit[K, V]) error
}

// MapFunc makes a Mapper of a function.
func MapFunc[I, K, V any](f func(record I, emit Emit[K, V]) error) Mapper[I, K, V] {
	return mapFunc[I, K, V](f)
}

type mapFunc[I, K, V any] func(record I, emit Emit[K, V]) error

func (f mapFunc[I, K, V]) Map(record I, emit Emit[K, V]) error { return f(record, emit) }

// MapTask makes a Mapper of a function that reads all records of its task:
// set-up is the code before its loop, tear-down the code after it, and what it
// keeps between records are its variables.
// An error that it returns fails the task.
func MapTask[I, K, V any](f func(env *Env, records iter.Seq[I], emit Emit[K, V]) error) Mapper[I, K, V] {
	return mapTask[I, K, V](f)
}

type mapTask[I, K, V any] func(env *Env, records iter.Seq[I], emit Emit[K, V]) error

func (f mapTask[I, K, V]) Map(record I, emit Emit[K, V]) error {
	return f(&Env{}, func(yield func(I) bool) { yield(record) }, emit)
}

// Optional methods of mappers and reducers.
type (
	mapSetup                 interface{ SetupMap(env *Env) error }
	mapTeardown[K, V any]    interface{ TeardownMap(emit Emit[K, V]) error }
	reduceSetup              interface{ SetupReduce(env *Env) error }
	reduceTeardown[K, V any] interface {
		TeardownReduce(emit Emit[K, V]) error
	}
	partitioner[K any] interface {
		Partition(key K, partitions int) int
	}
)

// isDivisible reports whether a mapper keeps nothing between the records of a task: it is no pointer to fields,
// and has no code that runs once for a task.
func isDivisible[I, K, V any](m Mapper[I, K, V]) bool {
	switch m := m.(type) {
	case nil, mapTask[I, K, V], mapSetup, mapTeardown[K, V]:
		return false
	case interface{ isDivisible() bool }:
		return m.isDivisible()
	}
	return reflect.TypeOf(m).Kind() != reflect.Pointer
}

// taskCopy returns a copy of what a pointer to a struct points to, and other values as they are.
func taskCopy[T any](v T) T {
	rv := reflect.ValueOf(v)
	if rv.Kind() != reflect.Pointer || rv.IsNil() || rv.Elem().Kind() != reflect.Struct {
		return v
	}
	c := reflect.New(rv.Type().Elem())
	c.Elem().Set(rv.Elem())
	return c.Interface().(T)
}

// A sink is what stands behind an Emit.
type sink interface {
	// failure returns the error that ended it.
	failure() error
	// finish hands on what was emitted and waits.
	finish()
	// handsOn reports whether it hands on what was emitted before. Where it panics, that may be of an earlier record.
	handsOn() bool
	// flushCounts brings its counters up to date.
	flushCounts()
}

// runMapper runs a whole map task. Errors name the record, and so do panics.
func runMapper[I, K, V any](m Mapper[I, K, V], env *Env, in *recordReader[I], emit Emit[K, V], out sink) (err error) {
	defer in.flushCounts()
	defer out.flushCounts()
	defer func() {
		if value := recover(); value != nil {
			err = newPanicError(value)
			if out.handsOn() {
				err = fmt.Errorf("merging or partitioning one of the last %d pairs, of this record or before: %w", maxWaiting, err)
			}
			err = in.recordError(err)
		}
	}()
	if whole, ok := m.(mapTask[I, K, V]); ok {
		err = whole(env, in.all(out), emit)
	} else {
		err = mapEach(taskCopy(m), env, in, emit, out)
	}
	out.finish()
	var bad *badPair
	switch {
	case errors.As(out.failure(), &bad):
		return in.recordError(bad.err)
	case out.failure() != nil:
		return out.failure()
	case in.err != nil:
		return in.err
	case err == nil && env.Context().Err() != nil:
		return env.Context().Err()
	}
	return err
}

func mapEach[I, K, V any](m Mapper[I, K, V], env *Env, in *recordReader[I], emit Emit[K, V], out sink) error {
	if s, ok := m.(mapSetup); ok {
		if err := s.SetupMap(env); err != nil {
			return err
		}
	}
	for in.next() {
		if err := m.Map(in.record, emit); err != nil {
			if err := in.failedOn(err); err != nil {
				return err
			}
		}
		if out.failure() != nil {
			return out.failure()
		}
	}
	in.atEnd = true
	if t, ok := m.(mapTeardown[K, V]); ok && in.err == nil {
		return t.TeardownMap(emit)
	}
	return nil
}

// A recordReader turns the records of a map task into values of type I.
type recordReader[I any] struct {
	env        *Env
	records    Records
	containing []byte // what a record must hold
	decode     func(src []byte, r *recordReader[I]) error
	skipBroken bool // a record that can't be decoded is skipped
	skips      *skipper
	arena      arena

	record  I
	count   int64
	leftOut int64 // how many of them do not hold what they must
	flushed int64
	counter *Counter
	atEnd   bool
	err     error
}

// countEvery is after how many records the counters are brought up to date.
const countEvery = 4096

// next reads the next record that can be decoded.
func (r *recordReader[I]) next() bool {
	for r.err == nil && r.records.Next() {
		if r.count++; r.count%countEvery == 0 {
			r.flushCounts()
			if r.err = r.env.Context().Err(); r.err != nil {
				return false
			}
		}
		record := r.records.Record()
		if len(r.containing) > 0 && !bytes.Contains(record, r.containing) {
			r.leftOut++
			continue
		}
		err := r.decode(record, r)
		if err == nil {
			return true
		}
		if r.skipBroken {
			err = errors.Join(ErrSkip, err)
		}
		r.err = r.failedOn(err)
	}
	if r.err == nil {
		r.err = r.records.Err()
	}
	return false
}

// all returns the records as a sequence, which ends early when out has failed.
func (r *recordReader[I]) all(out sink) iter.Seq[I] {
	return func(yield func(I) bool) {
		for out.failure() == nil && r.next() {
			if !yield(r.record) {
				return
			}
		}
		r.atEnd = true
	}
}

// failedOn returns the error of the task after user code failed on the current
// record: nil where it is skipped.
func (r *recordReader[I]) failedOn(err error) error {
	recordErr := r.recordError(err)
	if errors.Is(err, ErrSkip) {
		return r.skips.skip(recordErr)
	}
	return recordErr
}

func (r *recordReader[I]) recordError(err error) *RecordError {
	if r.count == 0 || r.atEnd {
		return &RecordError{Position: Position{File: r.env.Input(), Offset: -1}, Err: err}
	}
	position := r.env.Position()
	if position.Record == 0 {
		position.Record = r.count
	}
	return &RecordError{Position: position, Record: sample(r.records.Record()), Err: err}
}

func (r *recordReader[I]) flushCounts() {
	count := r.count - r.leftOut
	r.counter.Add(count - r.flushed)
	r.flushed = count
}
