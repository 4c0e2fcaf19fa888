package space

import "unsafe"

// pageSize is the least size in bytes of a page of memory.
const pageSize = 4096

// Find returns which of the first 64 bytes of b are white space of ASCII, and which are not ASCII.
// What is behind b is white space.
func Find(b []byte) (spaces, wide uint64) {
	n := len(b)
	if n >= Block {
		return findIn64(unsafe.SliceData(b))
	}
	p := unsafe.SliceData(b)
	if n == 0 || uintptr(unsafe.Pointer(p))%pageSize > pageSize-Block {
		return findInWords(b)
	}
	// Memory behind b is read, but not used, and it is in the same page.
	spaces, wide = findIn64(p)
	return spaces | behind(n), wide &^ behind(n)
}

// findIn64 is Find for 64 bytes. Any amd64 has the SSE2 that it needs.
//
//go:noescape
func findIn64(p *byte) (spaces, wide uint64)
