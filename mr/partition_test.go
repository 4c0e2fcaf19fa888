package mr_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/mr"
)

// plainHash is WritableComparator.hashBytes, byte by byte.
func plainHash(key []byte) int32 {
	h := int32(1)
	for _, b := range key {
		h = 31*h + int32(int8(b))
	}
	return h
}

// The hash of several bytes at a time is that of one after the other.
func FuzzHashPartition(f *testing.F) {
	for _, key := range []string{"", "a", "seven77", "eight888", "nine99999", "\x80\x81\xfe\xff\x7f\x00\x01\x02", "größer als sechzehn Byte"} {
		f.Add([]byte(key))
	}
	f.Fuzz(func(t *testing.T, key []byte) {
		for _, partitions := range []int{1, 2, 7, math.MaxInt32} {
			require.Equal(t, int(plainHash(key)&math.MaxInt32)%partitions, mr.HashPartition(key, partitions))
		}
	})
}

// It makes no difference where in its page of memory a key is, and what is behind it.
func TestHashPartitionAnywhere(t *testing.T) {
	const page, longest = 4096, 40
	b := make([]byte, 3*page)
	for i := range b {
		b[i] = byte(i * i >> 3)
	}
	for n := range longest + 1 {
		for at := range 2 * page {
			key := b[at : at+n]
			if want := int(plainHash(key) & math.MaxInt32); mr.HashPartition(key, math.MaxInt32) != want%math.MaxInt32 {
				t.Fatalf("%d bytes at %d: %d, not %d", n, at, mr.HashPartition(key, math.MaxInt32), want)
			}
		}
	}
}
