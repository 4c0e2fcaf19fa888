package shuffle

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomr/gomr/mr"
)

// packedRuns cuts pairs into runs and packs them.
func packedRuns(t require.TestingT, pairs []pair, n int, size int64) []mr.Pairs {
	var sources []mr.Pairs
	for _, s := range sortedSources(pairs, n) {
		run, err := pack(1, size, func(int) mr.Pairs { return s })
		require.NoError(t, err)
		sources = append(sources, run.partition(0))
	}
	return sources
}

// A merge of packed runs is a stable sort, whatever the sizes of records, and of the chunks
// that they are in.
func TestMergePackedEqualsStableSort(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		source := newPairSource(rapid.Uint64().Draw(t, "seed"),
			rapid.SampledFrom([]int{1, 10, 3000}).Draw(t, "keys"),
			rapid.SampledFrom([]int{0, 100, 40_000}).Draw(t, "values"))
		pairs := source.take(rapid.SampledFrom([]int{0, 1, 300, 5000}).Draw(t, "pairs") / max(1, source.values/200))
		runs := packedRuns(t, pairs, rapid.IntRange(1, 20).Draw(t, "runs"), rapid.SampledFrom([]int64{0, 10_000, 10 << 20}).Draw(t, "size"))
		var packed []*packedPairs
		for _, run := range runs {
			packed = append(packed, run.(*packedPairs))
		}
		requireSame(t, orNil(sortPairs(pairs)), read(t, mergePacked(packed)))
	})
}

// A key with more values than a range holds stands between others.
func TestMergePackedHotKey(t *testing.T) {
	var pairs []pair
	value := strings.Repeat("v", 100)
	for i := range 20_000 {
		pairs = append(pairs, pair{fmt.Sprint("a", i), value}, pair{"hot", fmt.Sprint(i, value)}, pair{fmt.Sprint("z", i), value})
	}
	var packed []*packedPairs
	for _, run := range packedRuns(t, pairs, 5, 10<<20) {
		packed = append(packed, run.(*packedPairs))
	}
	m := mergePacked(packed)
	requireSame(t, sortPairs(pairs), read(t, m))
}

// Keys that repeat are left to the tournament.
func TestMergeOfRepeatedKeysIsATournament(t *testing.T) {
	sources := func(keys int) (sources []mr.Pairs) {
		for seed := range uint64(5) {
			output := fill(t, Options{}, newPairSource(seed, keys, 10).take(300))
			t.Cleanup(func() { output.Close() })
			sources = append(sources, output.Sources(0)...)
		}
		return sources
	}
	require.IsType(t, &merger{}, Merge(sources(3)))
	require.IsType(t, &packedMerger{}, Merge(sources(100_000)))
}
