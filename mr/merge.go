package mr

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"reflect"
	"strconv"
	"unsafe"
)

// A Number is a type that [Sum] adds.
type Number interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 |
		~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr |
		~float32 | ~float64
}

// Sum is the merge that adds: mr.MapMerge(w, mr.Sum). An int is merged with it in less time than by a function of the job.
func Sum[V Number](a, b V) V { return a + b }

// Min is the merge that keeps the least value.
func Min[V cmp.Ordered](a, b V) V { return min(a, b) }

// Max is the merge that keeps the greatest value.
func Max[V cmp.Ordered](a, b V) V { return max(a, b) }

// First is the merge that keeps the value that came first: of the first map task
// that emitted one, the one it emitted first.
func First[V any](a, _ V) V { return a }

// Last is the merge that keeps the value that came last.
func Last[V any](_, b V) V { return b }

// newMerge returns the erased form of a merge, for [Step.NewMerge].
func newMerge[V any](c codec, merge func(a, b V) V) func() func(dst, a, b []byte) []byte {
	switch m := any(merge).(type) {
	case func(a, b int) int:
		return mergeVarints(m)
	case func(a, b int64) int64:
		return mergeVarints(m)
	}
	return func() func(dst, a, b []byte) []byte {
		s := new(struct {
			a, b  V
			arena arena
		})
		return func(dst, a, b []byte) []byte {
			mustDecode(c, a, unsafe.Pointer(&s.a), &s.arena)
			mustDecode(c, b, unsafe.Pointer(&s.b), &s.arena)
			s.a = merge(s.a, s.b)
			dst, err := c.append(dst, unsafe.Pointer(&s.a))
			if err != nil {
				panic(fmt.Errorf("merged value can't be encoded: %w", err))
			}
			return dst
		}
	}
}

// mergeOfNumbers returns a merge for [Numbers], or nil where values are no numbers that a varint encodes.
func mergeOfNumbers[V any](merge func(a, b V) V) func(a, b int64) int64 {
	switch m := any(merge).(type) {
	case func(a, b int) int:
		switch {
		case strconv.IntSize != 64:
			return nil
		case isSameFunc(m, Sum[int]):
			return addNumbers
		}
		return func(a, b int64) int64 { return int64(m(int(a), int(b))) }
	case func(a, b int64) int64:
		if isSameFunc(m, Sum[int64]) {
			return addNumbers
		}
		return m
	}
	return nil
}

// addNumbers is [Sum], which most merges are. A sum of int takes one call through a pointer so, where it took two.
func addNumbers(a, b int64) int64 { return a + b }

// isSameFunc reports whether f is g, which is no closure. Within generic code Go may make another copy of a generic function,
// which it takes for another one.
func isSameFunc[F any](f, g F) bool {
	return reflect.ValueOf(f).Pointer() == reflect.ValueOf(g).Pointer()
}

// mergeVarints is newMerge for what is merged most, and then takes most of the time: a
// codec would cost three more calls through pointers.
func mergeVarints[V int | int64](merge func(a, b V) V) func() func(dst, a, b []byte) []byte {
	merged := func(dst, a, b []byte) []byte {
		v := merge(mustVarint[V](a), mustVarint[V](b))
		if -64 <= v && v < 64 {
			return append(dst, byte(v<<1^v>>63)) // of one byte
		}
		return binary.AppendVarint(dst, int64(v))
	}
	return func() func(dst, a, b []byte) []byte { return merged }
}

func mustVarint[V int | int64](src []byte) V {
	if len(src) == 1 && src[0] < 0x80 {
		return V(src[0]>>1) ^ -V(src[0]&1) // of one byte
	}
	v, n := binary.Varint(src)
	if n <= 0 {
		panic(fmt.Errorf("a value to merge is damaged: %w", errShort))
	}
	return V(v)
}

// mustDecode decodes what this process or a checked block gave: its failure is a
// defect of a codec, and the panic becomes the task's error.
func mustDecode(c codec, src []byte, p unsafe.Pointer, a *arena) {
	if _, err := c.decode(src, p, a); err != nil {
		panic(fmt.Errorf("a value to merge is damaged: %w", err))
	}
}
