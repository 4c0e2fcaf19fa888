package find

import (
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/cpu"
	"pgregory.net/rapid"
)

// Processors with AVX2 and without find the same as one that compares one byte at a time.
func TestIndexPairOnAnyProcessor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOfN(rapid.SampledFrom([]byte("abcdefghijkl")), 1, 600).Draw(t, "b")
		distance := rapid.IntRange(0, len(b)-1).Draw(t, "distance")
		places := rapid.IntRange(0, len(b)-distance).Draw(t, "places")
		first, last := rapid.SampledFrom([]byte("az")).Draw(t, "first"), rapid.SampledFrom([]byte("bz")).Draw(t, "last")
		want := indexPairOneByOne(b, places, distance, first, last)
		require.Equal(t, want, indexPairOn(false, b, places, distance, first, last), "SSE2")
		if cpu.X86.HasAVX2 {
			require.Equal(t, want, indexPairOn(true, b, places, distance, first, last), "AVX2")
		}
	})
}
