package shuffle

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomr/gomr/mr"
)

// sortedSources deals pairs to sources, in order of emission, and sorts each.
func sortedSources(pairs []pair, n int) (sources []mr.Pairs) {
	for i := range n {
		sources = append(sources, pairsOf(sortPairs(pairs[i*len(pairs)/n:(i+1)*len(pairs)/n])))
	}
	return sources
}

func drawPairs(t *rapid.T, most int) []pair {
	distinct := rapid.SampledFrom([]int{1, 3, 50, 1000}).Draw(t, "keys")
	source := newPairSource(rapid.Uint64().Draw(t, "seed"), distinct, 0)
	return source.take(rapid.IntRange(0, most).Draw(t, "pairs"))
}

func requireSame(t require.TestingT, want, got []pair) {
	require.Empty(t, cmp.Diff(want, got, cmp.AllowUnexported(pair{})))
}

func TestMergeEqualsStableSort(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pairs := drawPairs(t, 300)
		n := rapid.IntRange(1, 20).Draw(t, "sources")
		requireSame(t, orNil(sortPairs(pairs)), read(t, Merge(sortedSources(pairs, n))))
		requireSame(t, concatenated(sortPairs(pairs)), read(t, MergeValues(Merge(sortedSources(pairs, n)), concatenate)))
	})
}

// orNil makes an empty slice nil, as read returns it.
func orNil(pairs []pair) []pair { return append([]pair(nil), pairs...) }

func TestMergeOfNothing(t *testing.T) {
	require.Empty(t, read(t, Merge(nil)))
	require.Empty(t, read(t, Merge(sortedSources(nil, 3))))
	require.Empty(t, read(t, MergeValues(Merge(nil), concatenate)))
}

// The largest keys meet the mark of an ended source.
func TestMergeOfLargestKeys(t *testing.T) {
	ff := "\xff\xff\xff\xff\xff\xff\xff\xff"
	pairs := []pair{{ff, "1"}, {ff + "\xff", "2"}, {ff, "3"}, {"\xff", "4"}, {ff, "5"}}
	requireSame(t, sortPairs(pairs), read(t, Merge(sortedSources(pairs, 4))))
}

func TestMergeEndsWithTheFirstError(t *testing.T) {
	broken := errors.New("broken")
	failing := &failingPairs{slicePairs: *pairsOf([]pair{{"b", ""}}), err: broken}
	merges := map[string]mr.Pairs{
		"merge":        Merge([]mr.Pairs{pairsOf([]pair{{"a", ""}, {"c", ""}}), failing}),
		"merge values": MergeValues(&failingPairs{slicePairs: *pairsOf([]pair{{"b", ""}}), err: broken}, concatenate),
		"at the start": Merge([]mr.Pairs{pairsOf([]pair{{"a", ""}, {"c", ""}}), &failingPairs{err: broken}}),
	}
	for name, pairs := range merges {
		t.Run(name, func(t *testing.T) {
			for pairs.Next() {
				require.NotEqual(t, "c", string(pairs.Key()))
			}
			require.ErrorIs(t, pairs.Err(), broken)
			require.False(t, pairs.Next())
		})
	}
}

func TestMergeLimited(t *testing.T) {
	dir := inTempDir(t)
	rapid.Check(t, func(t *rapid.T) {
		pairs := drawPairs(t, 200)
		n := rapid.IntRange(1, 40).Draw(t, "sources")
		options := MergeOptions{FanIn: rapid.IntRange(2, 12).Draw(t, "fan-in"), Dir: dir}
		want := orNil(sortPairs(pairs))
		if rapid.Bool().Draw(t, "merge values") {
			options.Merge, want = concatenate, concatenated(want)
		}
		sources := sortedSources(pairs, n)
		open, most := 0, 0
		for _, s := range sources {
			s.(*slicePairs).onOpen = func() { open++; most = max(most, open) }
			s.(*slicePairs).onEnd = func() { open-- }
		}
		merged, err := MergeLimited(sources, options)
		require.NoError(t, err)
		got := read(t, merged)
		if options.Merge != nil {
			got = concatenated(got) // the last merge leaves them to the reader
		}
		requireSame(t, want, got)
		require.LessOrEqual(t, most, options.FanIn)
		require.NoError(t, merged.Close())
		require.NoError(t, merged.Close())
	})
}

// Runs in memory take none while they are read, so that they are merged with no pass over a disk.
func TestMergeLimitedCountsNeighboursInMemoryAsOne(t *testing.T) {
	pairs := newPairSource(1, 1000, 100).take(2000)
	output := fill(t, Options{Memory: MinMemory, Dir: inTempDir(t), Keep: func(int64) bool { return true }}, pairs)
	defer output.Close()
	require.Greater(t, len(output.packed), 10)
	counters := countAll()
	sources := append(output.Sources(0), pairsOf(nil))
	merged, err := MergeLimited(sources, MergeOptions{FanIn: 2, Counters: counters})
	require.NoError(t, err)
	defer merged.Close()
	requireSame(t, sortPairs(pairs), read(t, merged))
	require.Zero(t, counters.Spilled.Value())
}

func TestMergePassesMergesAsFewAsWillDo(t *testing.T) {
	tests := []struct{ runs, fanIn, merged int }{
		{10, 10, 0},
		{11, 10, 2},
		{19, 10, 10},
		{20, 10, 10 + 2},
		{1000, 100, 9*100 + 10},
		{5, 2, 2 + 2 + 2},
	}
	for _, test := range tests {
		runs := make([][]int, test.runs)
		for i := range runs {
			runs[i] = []int{i}
		}
		merged := 0
		err := mergePasses(&runs, test.fanIn, func(group [][]int) ([]int, error) {
			require.LessOrEqual(t, len(group), test.fanIn)
			merged += len(group)
			return slices.Concat(group...), nil
		})
		require.NoError(t, err)
		require.Len(t, runs, min(test.runs, test.fanIn))
		require.Equal(t, test.merged, merged, "%d runs", test.runs)
		require.True(t, slices.IsSorted(slices.Concat(runs...)), "neighbours were merged")
	}
}
