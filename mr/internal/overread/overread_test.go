//go:build (amd64 || arm64) && !race && !msan && !asan

package overread

import (
	"encoding/binary"
	"math"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

func TestOverreadStaysInThePage(t *testing.T) {
	b := make([]byte, 3*pageSize)
	page := func(i int) uintptr { return uintptr(unsafe.Pointer(&b[i])) / pageSize }
	for _, n := range []int{1, 8, 32} {
		for i := range len(b) - n {
			require.Equal(t, page(i) == page(i+n-1), Allows(b[i:i+1], n), "%d bytes from %d on", n, i)
			require.False(t, Allows(b[i:i], n))
		}
	}
	require.False(t, Allows(nil, 8))
}

func TestOverreadUint64(t *testing.T) {
	b := []byte("the first letters of a text")
	for at := range len(b) - 8 {
		require.Equal(t, binary.LittleEndian.Uint64(b[at:]), Uint64(b, at))
	}
}

func TestOverreadMask(t *testing.T) {
	for n := 1; n < 8; n++ {
		require.Equal(t, uint64(1)<<(8*n)-1, Mask(n))
	}
	for _, n := range []int{8, 9, 1 << 30} {
		require.Equal(t, uint64(math.MaxUint64), Mask(n))
	}
}
