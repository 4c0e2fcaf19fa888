//go:build (amd64 || arm64) && !race && !msan && !asan

// Package overread loads eight bytes of a slice that may have less. How many a key has can't be predicted, so to go through
// its bytes, or to decide by its length, takes longer than all that is done with them. Who loads more masks what is behind:
//
//	if overread.Allows(key, 8) {
//		first := overread.Uint64(key, 0) & overread.Mask(len(key))
//	}
//
// A load stays in the page of memory that the slice begins in, so it can't fail. Detectors of races and of bad accesses would
// complain, and elsewhere a load may have to be aligned: there nothing is allowed.
package overread

import "unsafe"

// pageSize is the least size of a page of memory in bytes.
const pageSize = 4096

// Allows reports whether n bytes from the front of b on can be loaded, as many as it may have. It is false for an empty b.
func Allows(b []byte, n int) bool {
	return len(b) > 0 && uintptr(unsafe.Pointer(unsafe.SliceData(b)))%pageSize <= uintptr(pageSize-n)
}

// Uint64 returns the eight bytes of b from index at on as a little-endian number. They must be in b, or allowed.
func Uint64(b []byte, at int) uint64 {
	return *(*uint64)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(b)), at))
}

// Mask returns a number whose lowest n bytes, at least one, are ones, or all eight.
func Mask(n int) uint64 {
	behind := 8 - n
	behind &^= behind >> 63 // zero if it is less, with no branch
	return ^uint64(0) >> (uint(8*behind) & 63)
}
