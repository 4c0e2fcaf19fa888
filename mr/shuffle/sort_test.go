package shuffle

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Keys that agree in many bytes, end within each other, or have zeros where others end are sorted by their
// bytes, and equal ones stay in the order of their emission.
func TestSortEntriesEqualsStableSort(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		common := rapid.SampledFrom([]int{0, 3, 8, 17, maxTieDepth - 4, maxTieDepth + 9}).Draw(t, "bytes in common")
		most := rapid.SampledFrom([]int{0, 1, 4, 20}).Draw(t, "bytes after them")
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		s := newStore(&Options{Partitions: 1}, &budget{limit: 1 << 30})
		defer s.close()
		type emission struct {
			key   string
			place ref
		}
		var want []emission
		for range rapid.SampledFrom([]int{0, 1, insertionCutoff, 10 * insertionCutoff, 3000}).Draw(t, "pairs") {
			key := bytes.Repeat([]byte{'k'}, common)
			for range random.IntN(most + 1) {
				key = append(key, "\x00a\xff"[random.IntN(3)])
			}
			place, ok, err := s.add(key, nil)
			require.True(t, ok)
			require.NoError(t, err)
			want = append(want, emission{string(key), place})
		}
		slices.SortStableFunc(want, func(x, y emission) int { return strings.Compare(x.key, y.key) })
		var got []emission
		for _, e := range s.split().partition(0).entries {
			got = append(got, emission{string(s.arena.key(e.ref)), e.ref})
		}
		require.Empty(t, cmp.Diff(want, got, cmp.AllowUnexported(emission{})))
	})
}
