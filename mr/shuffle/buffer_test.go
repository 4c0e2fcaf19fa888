package shuffle

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomr/gomr/mr"
)

func requireEmpty(t *testing.T, dir string) {
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, entries, "files were left behind")
}

// fill adds pairs to a new buffer and returns its output.
func fill(t require.TestingT, options Options, pairs []pair) *Output {
	b := NewBuffer(options)
	return fillBuffer(t, b, &b.budget, pairs)
}

// fillBuffer adds pairs to a buffer of either kind, whose budget must last, and returns its output.
func fillBuffer[O any](t require.TestingT, b interface {
	Add(key, value []byte) error
	Finish() (O, error)
	Close() error
}, budget *budget, pairs []pair) O {
	defer b.Close()
	for _, p := range pairs {
		require.NoError(t, b.Add([]byte(p.key), []byte(p.value)))
		require.LessOrEqual(t, budget.used, budget.limit)
	}
	output, err := b.Finish()
	require.NoError(t, err)
	return output
}

// wantPartition returns the pairs of a partition, in the order of a stable sort.
func wantPartition(pairs []pair, p int, partition func([]byte) int) []pair {
	var want []pair
	for _, pair := range pairs {
		if partition([]byte(pair.key)) == p {
			want = append(want, pair)
		}
	}
	return sortPairs(want)
}

// A buffer equals a stable sort, whatever its memory, and however it combines.
func TestBufferEqualsStableSort(t *testing.T) {
	combining := map[string]func(*Options){
		"nothing": func(*Options) {},
		"merge":   func(o *Options) { o.NewMerge = fresh(concatenate) },
		"combine": func(o *Options) { o.Combine = concatenateGroups },
	}
	for name, combine := range combining {
		t.Run(name, func(t *testing.T) {
			dir := inTempDir(t)
			rapid.Check(t, func(t *rapid.T) {
				options := Options{
					Partitions: rapid.IntRange(1, 5).Draw(t, "partitions"),
					Memory:     rapid.SampledFrom([]int64{1, MinMemory, 50 << 10, 1 << 20}).Draw(t, "memory"),
					Codec:      rapid.SampledFrom([]Codec{DefaultCodec, None, S2}).Draw(t, "codec"),
					Dir:        dir,
				}
				options.Partition = partitionOf(options.Partitions)
				combine(&options)
				if rapid.Bool().Draw(t, "keep") {
					room := rapid.SampledFrom([]int64{0, 20 << 10, 1 << 20}).Draw(t, "room")
					options.Keep = func(n int64) bool { room -= n; return room >= 0 }
				}
				options.Runs = rapid.SampledFrom([]int{0, 1, 100}).Draw(t, "runs")
				source := newPairSource(rapid.Uint64().Draw(t, "seed"),
					rapid.SampledFrom([]int{1, 10, 3000}).Draw(t, "keys"),
					rapid.SampledFrom([]int{0, 100, 40_000}).Draw(t, "values"))
				pairs := source.take(rapid.SampledFrom([]int{0, 1, 300, 5000}).Draw(t, "pairs") / max(1, source.values/200))
				output := fill(t, options, pairs)
				defer output.Close()
				checkOutput(t, output, options, pairs)
			})
		})
	}
}

// checkOutput compares an output, and the run that it writes, with a stable sort.
func checkOutput(t require.TestingT, output *Output, options Options, pairs []pair) {
	run, err := output.writeRun(options.Dir)
	require.NoError(t, err)
	defer run.Close()
	for p := range options.Partitions {
		want := wantPartition(pairs, p, options.Partition)
		got := read(t, output.Partition(p))
		written := read(t, run.Partition(p))
		require.EqualValues(t, len(written), run.Pairs(p))
		require.Empty(t, cmp.Diff(got, written, cmp.AllowUnexported(pair{})))
		if options.NewMerge != nil {
			want = concatenated(want)
		}
		if options.Combine != nil {
			want, got = concatenated(want), concatenated(got)
		}
		require.Empty(t, cmp.Diff(want, got, cmp.AllowUnexported(pair{})), "partition %d", p)
	}
}

func TestBufferMergesRunsInPasses(t *testing.T) {
	dir := inTempDir(t)
	options := Options{Partitions: 3, Partition: partitionOf(3), Memory: MinMemory, Dir: dir, Counters: countAll()}
	for _, merge := range []func(dst, a, b []byte) []byte{nil, concatenate} {
		options.NewMerge = fresh(merge)
		pairs := newPairSource(1, 5000, 100).take(40_000)
		output := fill(t, options, pairs)
		require.LessOrEqual(t, len(output.runs), output.options.fanIn())
		require.Greater(t, options.Counters.Spilled.Value(), int64(len(pairs)), "runs were merged in passes")
		checkOutput(t, output, options, pairs)
		require.NoError(t, output.Close())
	}
}

// Runs stay in memory as long as they may, the next ones are written as they are sorted, and the last ones merged.
func TestBufferKeepsRuns(t *testing.T) {
	const stores = 6
	pairs := make([]pair, stores*storeMemory/(1<<10)-1000)
	value := strings.Repeat("v", 980) // and some bytes for the lengths, the key and the entry
	for i := range pairs {
		pairs[i] = pair{fmt.Sprintf("%08x", uint32(i)*0x9e3779b9), value}
	}
	tests := []struct {
		name                     string
		keep, runs               int
		wantInMemory, wantOnDisk int
	}{
		{"nothing is kept", 0, 1000, 0, stores},
		{"the first is kept", 1, 1000, 1, stores - 1},
		{"all are kept", 1000, 1000, stores, 0},
		{"others are merged", 1, 2, 1, 3},
		{"all others are merged", 2, 0, 2, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			left := test.keep
			options := Options{
				Partitions: 2, Partition: partitionOf(2), Memory: 64 << 20, Dir: inTempDir(t), Counters: countAll(),
				Keep: func(bytes int64) bool {
					require.Positive(t, bytes)
					left--
					return left >= 0
				},
				Runs: test.runs,
			}
			output := fill(t, options, pairs)
			defer output.Close()
			require.Len(t, output.packed, test.wantInMemory)
			require.Len(t, output.runs, test.wantOnDisk)
			require.LessOrEqual(t, options.Counters.Spilled.Value(), int64(len(pairs)), "no pair is written twice")
			checkOutput(t, output, options, pairs)
		})
	}
}

func countAll() Counters {
	return Counters{new(mr.Counter), new(mr.Counter), new(mr.Counter), new(mr.Counter)}
}

func TestBufferStaysInMemory(t *testing.T) {
	options := Options{Dir: "/does/not/exist", Counters: countAll()}
	pairs := newPairSource(1, 100, 20).take(1000)
	output := fill(t, options, pairs)
	require.Equal(t, sortPairs(pairs), read(t, output.Partition(0)))
	require.Equal(t, sortPairs(pairs), read(t, output.Partition(0)), "a second time")
	require.NotEmpty(t, output.packed)
	require.Zero(t, options.Counters.Spilled.Value())
	require.NoError(t, output.Close())
	require.NoError(t, output.Close())
	require.Empty(t, output.packed)
}

func TestBufferCounters(t *testing.T) {
	tests := []struct {
		name              string
		options           Options
		in, out, minSpill int64
	}{
		{"merge in memory", Options{NewMerge: fresh(addCounts)}, 5000, 7, 0},
		{"combine in memory", Options{Combine: concatenateGroups}, 5000, 7, 0},
		{"spilled", Options{Memory: MinMemory}, 0, 0, 5000},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.options.Counters = countAll()
			test.options.Dir = inTempDir(t)
			output := fill(t, test.options, newPairSource(3, 7, 0).take(5000))
			defer output.Close()
			read(t, output.Partition(0))
			require.Equal(t, test.in, test.options.Counters.CombineInput.Value())
			require.Equal(t, test.out, test.options.Counters.CombineOutput.Value())
			require.GreaterOrEqual(t, test.options.Counters.Spilled.Value(), test.minSpill)
			require.Equal(t, test.minSpill > 0, test.options.Counters.SpilledBytes.Value() > 0)
		})
	}
}

// A pair that has no room in the store is one pair for the counters too, in memory and on disk.
func TestBufferCountsLargePairsOnce(t *testing.T) {
	for _, size := range []int{15_500, 1 << 20} {
		options := Options{Memory: MinMemory, Dir: inTempDir(t), NewMerge: fresh(concatenate), Counters: countAll()}
		output := fill(t, options, []pair{{"k", strings.Repeat("v", size)}})
		require.EqualValues(t, 1, options.Counters.CombineInput.Value(), "%d bytes", size)
		require.EqualValues(t, 1, options.Counters.CombineOutput.Value(), "%d bytes", size)
		require.Equal(t, size < MinMemory, options.Counters.Spilled.Value() == 0, "%d bytes", size)
		require.NoError(t, output.Close())
	}
}

// A pair larger than the budget goes to disk by itself, and keeps its place among equal keys.
func TestBufferPairLargerThanMemory(t *testing.T) {
	size := 200 << 20
	if testing.Short() {
		size = 20 << 20
	}
	large := strings.Repeat("a large value ", size/14)
	pairs := []pair{{"b", "1"}, {"k", "2"}, {"k", large}, {"k", "3"}, {"a", "4"}}
	for _, merge := range []func(dst, a, b []byte) []byte{nil, concatenate} {
		options := Options{Memory: 1 << 20, Dir: inTempDir(t), NewMerge: fresh(merge)}
		output := fill(t, options, pairs)
		want := sortPairs(pairs)
		if merge != nil {
			want = concatenated(want)
		}
		got := read(t, output.Partition(0))
		require.True(t, cmp.Equal(want, got, cmp.AllowUnexported(pair{})), "%d pairs", len(got))
		require.NoError(t, output.Close())
	}
}

// A value that grows by merging beyond the memory is spilled in parts.
func TestBufferValueOutgrowsMemory(t *testing.T) {
	options := Options{Memory: 100 << 10, Dir: inTempDir(t), NewMerge: fresh(concatenate)}
	pairs := newPairSource(1, 3, 1000).take(2000)
	output := fill(t, options, pairs)
	defer output.Close()
	require.Equal(t, concatenated(sortPairs(pairs)), read(t, output.Partition(0)))
}

func TestBufferPartitionOutOfRange(t *testing.T) {
	for _, p := range []int{-1, 4} {
		for _, merge := range []func(dst, a, b []byte) []byte{nil, concatenate} {
			b := NewBuffer(Options{Partitions: 4, NewMerge: fresh(merge), Partition: func([]byte) int { return p }})
			err := b.Add([]byte("key"), nil)
			require.EqualError(t, err, fmt.Sprintf(`partition function returned %d for key "key": want 0 to 3`, p))
			require.NoError(t, b.Close())
		}
	}
}

func TestBufferAfterItsEnd(t *testing.T) {
	b := NewBuffer(Options{})
	output, err := b.Finish()
	require.NoError(t, err)
	require.Empty(t, read(t, output.Partition(0)))
	require.ErrorIs(t, b.Add(nil, nil), errFinished)
	_, err = b.Finish()
	require.ErrorIs(t, err, errFinished)
	require.NoError(t, b.Close())
	require.NoError(t, b.Close())
	require.NoError(t, output.Close())
}

func TestCombinerErrors(t *testing.T) {
	broken := errors.New("broken")
	tests := []struct {
		name    string
		combine func(pairs mr.Pairs, emit mr.Collect) error
		want    string
	}{
		{"its own", func(mr.Pairs, mr.Collect) error { return broken }, "broken"},
		{"reads nothing", func(mr.Pairs, mr.Collect) error { return nil }, "combiner read no pair"},
		{"emits other keys", func(pairs mr.Pairs, emit mr.Collect) error {
			for pairs.Next() {
				if err := emit([]byte("z"), nil); err != nil {
					return err
				}
				if err := emit([]byte("a"), nil); err != nil {
					return err
				}
			}
			return nil
		}, `combiner emitted key "a" after "z": it must emit the keys that it reads, in their order`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := NewBuffer(Options{Combine: test.combine})
			defer b.Close()
			require.NoError(t, b.Add([]byte("k"), []byte("v")))
			_, err := b.Finish()
			require.EqualError(t, err, test.want)
		})
	}
}

// A combiner that does not combine, or reads only the first pair, still sees every pair.
func TestCombinerThatKeepsPairs(t *testing.T) {
	one := func(pairs mr.Pairs, emit mr.Collect) error {
		pairs.Next()
		return emit(pairs.Key(), pairs.Value())
	}
	all := func(pairs mr.Pairs, emit mr.Collect) error {
		for pairs.Next() {
			if err := emit(pairs.Key(), pairs.Value()); err != nil {
				return err
			}
		}
		return pairs.Err()
	}
	pairs := newPairSource(9, 3, 100).take(20_000)
	for name, combine := range map[string]func(mr.Pairs, mr.Collect) error{"one": one, "all": all} {
		t.Run(name, func(t *testing.T) {
			c := &combiner{source: pairsOf(sortPairs(pairs)), options: &Options{Combine: combine, Memory: MinMemory}}
			var got []pair
			for c.Next() {
				got = append(got, pair{string(c.Key()), string(c.Value())})
				require.LessOrEqual(t, len(c.out), c.options.blockSize()+200, "output that waits")
			}
			require.NoError(t, c.Err())
			require.Equal(t, sortPairs(pairs), got)
		})
	}
}
