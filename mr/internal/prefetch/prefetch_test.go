package prefetch

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

func TestNothingIsReadOrChanged(t *testing.T) {
	for _, b := range [][]byte{nil, {}, []byte("a"), []byte("more than the sixty-four bytes that a line of most caches has, so it is in two")} {
		before := string(b)
		Bytes(b)
		require.Equal(t, before, string(b))
	}
	Line[int64](nil)
	for _, address := range []uintptr{1, 4095, ^uintptr(0) >> 1, ^uintptr(0)} {
		nowhere := *(*unsafe.Pointer)(unsafe.Pointer(&address))
		require.NotPanics(t, func() { line(nowhere) })
	}
}
