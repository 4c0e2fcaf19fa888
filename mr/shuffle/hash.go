package shuffle

import (
	"encoding/binary"
	"math/bits"

	"github.com/gomr/gomr/mr/internal/overread"
)

// Multipliers of wyhash.
const (
	k0 = 0xa0761d6478bd642f
	k1 = 0xe7037ed1a0b428db
	k2 = 0x8ebc6af09c88c6e3
)

// hashKey returns a hash of key, and its keyPrefix. The hash is the same in every process, so that a job that
// runs again does the same again: it is no defence against keys that were chosen to collide,
// which cost a look-up its benefit and nothing else.
//
// It is the short half of wyhash (Wang Yi, public domain), with other loads for keys of less than eight bytes: sixteen
// bytes at a time are multiplied to 128 bits, whose halves are folded.
func hashKey(key []byte) (hash, prefix uint64) {
	if !overread.Allows(key, 8) {
		return hashPlainly(key)
	}
	n, mask := len(key), overread.Mask(len(key))
	hash = uint64(n) * k0
	last := 0 // index of what is left of a long key
	if n > 16 {
		for ; n-last > 16; last += 16 {
			hash = fold128(overread.Uint64(key, last)^k2, overread.Uint64(key, last+8)^hash)
		}
		last = n - 16
	}
	a, b := overread.Uint64(key, last)&mask, overread.Uint64(key, max(n-8, 0))&mask
	return finishHash(n, a, b, hash), bits.ReverseBytes64(overread.Uint64(key, 0) & mask)
}

// hashPlainly is hashKey for any key.
func hashPlainly(key []byte) (hash, prefix uint64) {
	n := len(key)
	prefix = keyPrefix(key)
	hash = uint64(n) * k0
	if n <= 8 {
		a := bits.ReverseBytes64(prefix)
		return finishHash(n, a, a, hash), prefix
	}
	for rest := key; len(rest) > 16; rest = rest[16:] {
		hash = fold128(binary.LittleEndian.Uint64(rest)^k2, binary.LittleEndian.Uint64(rest[8:])^hash)
	}
	return finishHash(n, binary.LittleEndian.Uint64(key[max(n-16, 0):]), binary.LittleEndian.Uint64(key[n-8:]), hash), prefix
}

// finishHash adds the last bytes of a key of length n to a hash of those before: the last eight are b, and a are those
// before, or the first eight.
func finishHash(n int, a, b, hash uint64) uint64 {
	return fold128(k1^uint64(n), fold128(a^k1, b^hash))
}

func fold128(a, b uint64) uint64 {
	high, low := bits.Mul64(a, b)
	return high ^ low
}
