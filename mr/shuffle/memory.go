package shuffle

import "unsafe"

// minMapped is the size in bytes from which on memory is asked from the system. Go's
// collector keeps as much garbage as there is live memory, and would double a budget; and it
// does not ask for huge pages, without which each look at a record misses the
// processor's table of pages too.
const minMapped = 64 << 10

// allocate returns n bytes of zeros, which the caller gives to free.
func allocate(n int) []byte {
	if n < minMapped {
		return make([]byte, n)
	}
	return mapMemory(n)
}

// free gives memory of allocate back. It may not be used any more.
func free(b []byte) {
	if cap(b) >= minMapped {
		unmapMemory(b[:cap(b)])
	}
}

// shrink gives back what of b is behind its first n bytes, and returns those.
func shrink(b []byte, n int) []byte {
	if cap(b) < minMapped {
		return b[:n]
	}
	keep := min(max(mappedSize(n), minMapped), cap(b))
	unmapMemory(b[keep:cap(b)])
	return b[:n:keep]
}

// allocateEntries returns room for n entries, which the caller gives to freeEntries.
func allocateEntries(n int) []entry {
	if n == 0 {
		return nil
	}
	b := allocate(n * entrySize)
	return unsafe.Slice((*entry)(unsafe.Pointer(&b[0])), n)[:0] // entries have no pointers
}

// freeEntries gives memory of allocateEntries back.
func freeEntries(entries []entry) {
	if n := cap(entries); n > 0 {
		free(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(entries))), n*entrySize))
	}
}
