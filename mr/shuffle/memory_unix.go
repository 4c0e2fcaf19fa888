//go:build unix

package shuffle

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// hugePage is the size of a huge page on amd64, and on arm64 with pages of 4 KiB.
const hugePage = 2 << 20

// mapMemory returns n bytes of zeros from the system. Where they can be huge pages, they begin with one.
// A system that has no more memory is a panic, as it is for Go's own.
func mapMemory(n int) []byte {
	size := mappedSize(n)
	if n < hugePage {
		return unsafe.Slice((*byte)(mapPages(size)), size)[:n:size]
	}
	start := mapPages(size + hugePage)
	before := int(-uintptr(start) & (hugePage - 1))
	unmapPages(start, before)
	begin := unsafe.Add(start, before)
	unmapPages(unsafe.Add(begin, size), hugePage-before)
	b := unsafe.Slice((*byte)(begin), size)
	adviseHugePages(b)
	return b[:n:size]
}

// mappedSize rounds n up to whole pages.
func mappedSize(n int) int {
	page := unix.Getpagesize()
	return (n + page - 1) &^ (page - 1)
}

func unmapMemory(b []byte) { unmapPages(unsafe.Pointer(unsafe.SliceData(b)), len(b)) }

func mapPages(n int) unsafe.Pointer {
	p, err := unix.MmapPtr(-1, 0, nil, uintptr(n), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		panic(fmt.Errorf("the system gives no %d bytes of memory: %w", n, err))
	}
	return p
}

func unmapPages(p unsafe.Pointer, n int) {
	if n > 0 {
		// The range is one of mapPages, so this can't fail.
		_ = unix.MunmapPtr(p, uintptr(n))
	}
}
