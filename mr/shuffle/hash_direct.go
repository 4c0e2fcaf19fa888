//go:build (amd64 || arm64) && !race && !msan && !asan

package shuffle

import (
	"math/bits"
	"unsafe"
)

// pageSize is the least size of a page of memory in bytes.
const pageSize = 4096

// hashKey returns a hash of key, and its keyPrefix.
//
// It loads eight bytes of a key that is shorter, and forgets what is behind it, since to find out how many there are
// takes longer than all the rest: it can't be predicted. Such a load stays in a page that the key is in.
func hashKey(key []byte) (hash, prefix uint64) {
	p := unsafe.Pointer(unsafe.SliceData(key))
	n := len(key)
	if n == 0 || uintptr(p)%pageSize > pageSize-8 {
		return hashPlainly(key)
	}
	behind := 8 - n
	behind &^= behind >> 63 // zero if it is less, with no branch
	mask := ^uint64(0) >> (uint(8*behind) & 63)
	hash = uint64(n) * k0
	last := p // what is left of a long key
	if n > 16 {
		for rest := n; rest > 16; rest -= 16 {
			hash = fold128(load(last)^k2, load(unsafe.Add(last, 8))^hash)
			last = unsafe.Add(last, 16)
		}
		last = unsafe.Add(p, n-16)
	}
	a, b := load(last)&mask, load(unsafe.Add(p, n-8+behind))&mask
	return finishHash(n, a, b, hash), bits.ReverseBytes64(load(p) & mask)
}

// load returns eight bytes as a little-endian number.
func load(p unsafe.Pointer) uint64 { return *(*uint64)(p) }
