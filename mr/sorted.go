package mr

import (
	"iter"
	"unsafe"
)

// Sorted is a key with a secondary sort: pairs are grouped and partitioned by Key,
// and the values of a key come sorted by Sort.
type Sorted[K, S any] struct {
	Key  K
	Sort S
}

// SortBy returns the key whose values come in the order of sort.
func SortBy[K, S any](key K, sort S) Sorted[K, S] { return Sorted[K, S]{key, sort} }

// A SortedReducer makes pairs of each key and its values, which come in the order
// of what they were sorted by, together with that.
// It is to [MapSortReduce] what [Reducer] is to [MapReduce].
type SortedReducer[K, S, V, KO, VO any] interface {
	Reduce(key K, values iter.Seq2[S, V], emit Emit[KO, VO]) error
}

// ReduceSorted makes a SortedReducer of a function.
func ReduceSorted[K, S, V, KO, VO any](f func(key K, values iter.Seq2[S, V], emit Emit[KO, VO]) error) SortedReducer[K, S, V, KO, VO] {
	return sortedFunc[K, S, V, KO, VO](f)
}

type sortedFunc[K, S, V, KO, VO any] func(key K, values iter.Seq2[S, V], emit Emit[KO, VO]) error

func (f sortedFunc[K, S, V, KO, VO]) Reduce(key K, values iter.Seq2[S, V], emit Emit[KO, VO]) error {
	return f(key, values, emit)
}

// sortedReader reads the values of groups whose pairs have a Sorted key.
type sortedReader[K, S, V any] struct {
	valueReader[K, V]
	sortCodec codec
	sort      S
}

func (r *sortedReader[K, S, V]) values() iter.Seq2[S, V] {
	return func(yield func(S, V) bool) {
		for r.inGroup() {
			if _, err := r.sortCodec.decode(r.pairs.Key()[len(r.prefix):], unsafe.Pointer(&r.sort), &r.arena); err != nil {
				r.err = err
				return
			}
			if !r.nextValue() || !yield(r.sort, r.value) {
				return
			}
		}
	}
}
