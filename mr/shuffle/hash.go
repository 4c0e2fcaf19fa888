package shuffle

import (
	"encoding/binary"
	"math/bits"
)

// Multipliers of wyhash.
const (
	k0 = 0xa0761d6478bd642f
	k1 = 0xe7037ed1a0b428db
	k2 = 0x8ebc6af09c88c6e3
)

// hashKey returns a hash of key that is the same in every process, so that a job that
// runs again does the same again: it is no defence against keys that were chosen to collide,
// which cost a look-up its benefit and nothing else.
//
// It is the short half of wyhash (Wang Yi, public domain): eight bytes at a time are
// multiplied to 128 bits, whose halves are folded.
func hashKey(key []byte) uint64 {
	n := len(key)
	hash := uint64(n) * k2
	for ; len(key) > 16; key = key[16:] {
		hash = fold128(binary.LittleEndian.Uint64(key)^k0, binary.LittleEndian.Uint64(key[8:])^hash)
	}
	var a, b uint64
	switch m := len(key); {
	case m >= 8:
		a, b = binary.LittleEndian.Uint64(key), binary.LittleEndian.Uint64(key[m-8:])
	case m >= 4:
		a, b = uint64(binary.LittleEndian.Uint32(key)), uint64(binary.LittleEndian.Uint32(key[m-4:]))
	case m > 0:
		a = uint64(key[0])<<16 | uint64(key[m/2])<<8 | uint64(key[m-1])
	}
	return fold128(k1^uint64(n), fold128(a^k1, b^hash))
}

// hashShort returns a hash of a key of at most eight bytes, of its prefix and length. It is another one than hashKey.
func hashShort(prefix uint64, n int) uint64 { return fold128(prefix^k0, uint64(n)^k1) }

func fold128(a, b uint64) uint64 {
	high, low := bits.Mul64(a, b)
	return high ^ low
}
