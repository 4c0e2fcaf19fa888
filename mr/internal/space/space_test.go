package space

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// ofText are the bits of a text of any length, looked at one by one.
func ofText(b []byte) (spaces, wide uint64) {
	for i := range Block {
		switch {
		case i >= len(b), b[i] == ' ', '\t' <= b[i] && b[i] <= '\r':
			spaces |= 1 << i
		case b[i] >= 0x80:
			wide |= 1 << i
		}
	}
	return spaces, wide
}

func TestFindKnowsAllBytes(t *testing.T) {
	for c := range 256 {
		for at := range Block {
			b := make([]byte, Block)
			b[at] = byte(c)
			requireFound(t, b)
		}
	}
}

func TestFind(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOfN(rapid.SampledFrom([]byte("a~ \t\r\x08\x0e\x1f!\x00\x7f\x80\x89\xa0\xff")), 0, 2*Block).Draw(t, "b")
		n := rapid.IntRange(0, len(b)).Draw(t, "n")
		requireFound(t, b[:n:n])
	})
}

func requireFound(t require.TestingT, b []byte) {
	wantSpaces, wantWide := ofText(b)
	spaces, wide := Find(b)
	require.Equal(t, wantSpaces, spaces, "spaces of %q", b)
	require.Equal(t, wantWide, wide, "wide of %q", b)
	spaces, wide = findInWords(b)
	require.Equal(t, wantSpaces, spaces, "spaces of the words of %q", b)
	require.Equal(t, wantWide, wide, "wide of the words of %q", b)
}
