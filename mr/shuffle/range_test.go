package shuffle

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// fillRanges adds the pairs of some map tasks to a buffer each, and returns the outputs.
func fillRanges(t require.TestingT, options Options, tasks [][]pair) []*RangeOutput {
	ranges := NewRanges(options.Partitions, options.withDefaults().Memory, 0)
	require.NotNil(t, ranges)
	var outputs []*RangeOutput
	for _, pairs := range tasks {
		b := NewRangeBuffer(ranges, options)
		outputs = append(outputs, fillBuffer(t, b, &b.budget, pairs))
	}
	return outputs
}

// readRanges returns the pairs of a partition.
func readRanges(t require.TestingT, outputs []*RangeOutput, p int, options Options) []pair {
	r := ReadRanges(outputs, p, options)
	got := read(t, r)
	require.NoError(t, r.Close())
	require.NoError(t, r.Close())
	return got
}

// drawTasks returns the pairs of some map tasks, with keys that meet the corners of sorting.
func drawTasks(t *rapid.T, values []int) [][]pair {
	source := newPairSource(rapid.Uint64().Draw(t, "seed"),
		rapid.SampledFrom([]int{1, 10, 3000}).Draw(t, "keys"), rapid.SampledFrom(values).Draw(t, "values"))
	tasks := make([][]pair, rapid.IntRange(1, 4).Draw(t, "tasks"))
	for i := range tasks {
		tasks[i] = source.take(rapid.SampledFrom([]int{0, 1, 300, 5000}).Draw(t, "pairs") / max(1, source.values/200))
	}
	return tasks
}

func drawRangeOptions(t *rapid.T, dir string) Options {
	options := Options{
		Memory: rapid.SampledFrom([]int64{MinMemory, 50 << 10, 1 << 20}).Draw(t, "memory"),
		Codec:  rapid.SampledFrom([]Codec{DefaultCodec, None, S2}).Draw(t, "codec"),
		Dir:    dir,
	}
	options.Partitions = rapid.IntRange(1, int(options.Memory/minRangeMemory)).Draw(t, "partitions")
	options.Partition = partitionOf(options.Partitions)
	return options
}

// What comes out of ranges is a stable sort with the values of each key merged in their order,
// whatever the memory, wherever ranges end, and whichever outputs are on disk.
func TestRangesEqualStableSort(t *testing.T) {
	dir := inTempDir(t)
	rapid.Check(t, func(t *rapid.T) {
		options := drawRangeOptions(t, dir)
		options.NewMerge = fresh(concatenate)
		tasks := drawTasks(t, []int{0, 100, 40_000})
		outputs := fillRanges(t, options, tasks)
		for _, o := range outputs {
			defer o.Close()
			if rapid.Bool().Draw(t, "spilled") {
				require.NoError(t, o.Spill())
			}
		}
		all := slices.Concat(tasks...)
		for p := range options.Partitions {
			want := concatenated(wantPartition(all, p, options.Partition))
			require.Empty(t, cmp.Diff(want, readRanges(t, outputs, p, options), cmp.AllowUnexported(pair{})), "partition %d", p)
		}
	})
}

// drawNumbers gives the pairs values that are varints: small ones, some that need more room, and the greatest there are.
func drawNumbers(t *rapid.T, tasks [][]pair) [][]pair {
	numbers := rapid.SampledFrom([][]int64{{1}, {-1, 1, 63, 64}, {1 << 26, -1 << 27, 1<<27 + 5, 3}, {math.MaxInt64, math.MinInt64, 1, 1 << 40}}).Draw(t, "numbers")
	for _, pairs := range tasks {
		for i := range pairs {
			pairs[i].value = varint(numbers[i%len(numbers)])
		}
	}
	return tasks
}

// last is a merge that depends on the order of its numbers.
func last(_, b int64) int64 { return b }

var numberMerges = map[string]func(a, b int64) int64{
	"sum":  func(a, b int64) int64 { return a + b },
	"last": last,
	"min":  func(a, b int64) int64 { return min(a, b) },
}

// ofVarints returns a merge of numbers as one of their encodings.
func ofVarints(merge func(a, b int64) int64) func(dst, a, b []byte) []byte {
	return func(dst, a, b []byte) []byte {
		x, _ := binary.Varint(a)
		y, _ := binary.Varint(b)
		return binary.AppendVarint(dst, merge(x, y))
	}
}

// mergedNumbers returns sorted pairs with the values of each key merged.
func mergedNumbers(pairs []pair, merge func(a, b int64) int64) []pair {
	var merged []pair
	varints := ofVarints(merge)
	for _, p := range pairs {
		if last := len(merged) - 1; last >= 0 && merged[last].key == p.key {
			merged[last].value = string(varints(nil, []byte(merged[last].value), []byte(p.value)))
		} else {
			merged = append(merged, p)
		}
	}
	return merged
}

// addNumbers adds pairs in rows of several lengths, with keys that are overwritten after the call.
func addNumbers(t require.TestingT, add func(keys []string, numbers []int64) error, pairs []pair) {
	var buffer []byte
	for row := 1; len(pairs) > 0; row = row%100 + 1 {
		row = min(row, len(pairs))
		keys, numbers := make([]string, row), make([]int64, row)
		size := 0
		for i := range row {
			size += len(pairs[i].key)
		}
		buffer = slices.Grow(buffer[:0], size)
		for i := range row {
			start := len(buffer)
			buffer = append(buffer, pairs[i].key...)
			keys[i] = bytesString(buffer[start:])
			numbers[i], _ = binary.Varint([]byte(pairs[i].value))
		}
		require.NoError(t, add(keys, numbers))
		scribble(buffer)
		pairs = pairs[row:]
	}
}

// Numbers are merged as their encodings are, in both kinds of buffers.
func TestNumbersEqualTheirEncodings(t *testing.T) {
	dir := inTempDir(t)
	rapid.Check(t, func(t *rapid.T) {
		merge := numberMerges[rapid.SampledFrom([]string{"sum", "last", "min"}).Draw(t, "merge")]
		options := drawRangeOptions(t, dir)
		options.NewMerge, options.MergeNumbers = fresh(ofVarints(merge)), merge
		tasks := drawNumbers(t, drawTasks(t, []int{0}))
		ranges := NewRanges(options.Partitions, options.Memory, 0)
		var outputs []*RangeOutput
		for _, pairs := range tasks {
			b := NewRangeBuffer(ranges, options)
			addNumbers(t, b.AddNumbers, pairs)
			output, err := b.Finish()
			require.NoError(t, err)
			defer output.Close()
			outputs = append(outputs, output)
		}
		sorted := fillNumbers(t, options, tasks[0])
		defer sorted.Close()
		for p := range options.Partitions {
			want := mergedNumbers(wantPartition(slices.Concat(tasks...), p, options.Partition), merge)
			require.Empty(t, cmp.Diff(want, shortest(readRanges(t, outputs, p, options)), cmp.AllowUnexported(pair{})), "partition %d", p)
			want = mergedNumbers(wantPartition(tasks[0], p, options.Partition), merge)
			require.Empty(t, cmp.Diff(want, shortest(read(t, sorted.Partition(p))), cmp.AllowUnexported(pair{})), "sorted partition %d", p)
		}
	})
}

// shortest encodes the numbers of pairs anew: what comes out of a buffer may have more bytes than it needs.
func shortest(pairs []pair) []pair {
	for i := range pairs {
		n, _ := binary.Varint([]byte(pairs[i].value))
		pairs[i].value = varint(n)
	}
	return pairs
}

func fillNumbers(t require.TestingT, options Options, pairs []pair) *Output {
	b := NewBuffer(options)
	defer b.Close()
	addNumbers(t, b.AddNumbers, pairs)
	output, err := b.Finish()
	require.NoError(t, err)
	return output
}

// Ranges are chosen by the first task with enough records, also where others have ended before, and are about even.
func TestRangesAreEven(t *testing.T) {
	options := Options{Partitions: 2, Partition: partitionOf(2), NewMerge: fresh(concatenate), Memory: 64 << 20}
	small, large := newPairSource(1, 2000, 0).take(2000), newPairSource(2, 100_000, 0).take(80_000)
	outputs := fillRanges(t, options, [][]pair{small, large, small})
	require.Nil(t, outputs[0].cuts, "too few records")
	require.NotNil(t, outputs[1].cuts)
	require.Same(t, outputs[1].cuts, outputs[2].cuts)
	require.Greater(t, outputs[1].cuts.ranges(), mostRanges/8, "of equal keys in a row there is one cut")
	sizes := make([]int, len(outputs[1].streams))
	for i := range sizes {
		sizes[i] = outputs[1].streams[i].size
	}
	slices.Sort(sizes)
	require.Less(t, sizes[len(sizes)*3/4], 3*sizes[len(sizes)/4], "the middle half")
	all := slices.Concat(small, large, small)
	for p := range options.Partitions {
		require.Equal(t, concatenated(wantPartition(all, p, options.Partition)), readRanges(t, outputs, p, options))
	}
}

func TestFindRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 0xff}), 0, 12)
		c := newCuts(rapid.SliceOf(key).Draw(t, "sample"), rapid.IntRange(1, 9).Draw(t, "ranges"))
		wanted := key.Draw(t, "key")
		want := 0
		for want < len(c.keys) && bytes.Compare(c.keys[want], wanted) <= 0 {
			want++
		}
		require.Equal(t, want, c.find(wanted))
		require.True(t, slices.IsSortedFunc(c.keys, bytes.Compare))
	})
}

// A range that is larger than the store is sorted as any pairs are, and spilled where memory is short.
func TestRangeLargerThanMemory(t *testing.T) {
	options := Options{NewMerge: fresh(concatenate), Memory: 1 << 20, Dir: inTempDir(t)}
	var pairs []pair
	for i := range 60_000 { // in order, so that what the first ones choose is of no use for the others
		pairs = append(pairs, pair{fmt.Sprintf("%08d %s", i, strings.Repeat("long", 10)), "v"})
	}
	outputs := fillRanges(t, options, [][]pair{pairs, pairs})
	r := ReadRanges(outputs, 0, options)
	defer r.Close()
	got := read(t, r)
	require.NotNil(t, r.output, "the last range is in no store")
	require.NotEmpty(t, r.output.runs)
	require.Equal(t, concatenated(sortPairs(slices.Concat(pairs, pairs))), got)
	for _, o := range outputs {
		require.NoError(t, o.Close())
	}
}

// A pair larger than the budget goes to disk by itself, and keeps its place among equal keys.
func TestRangePairLargerThanMemory(t *testing.T) {
	large := strings.Repeat("a large value ", 1<<20)
	pairs := []pair{{"b", "1"}, {"k", "2"}, {"k", large}, {"k", "3"}, {"a", "4"}}
	options := Options{NewMerge: fresh(concatenate), Memory: 1 << 20, Dir: inTempDir(t)}
	outputs := fillRanges(t, options, [][]pair{pairs, pairs})
	want := concatenated(sortPairs(slices.Concat(pairs, pairs)))
	require.True(t, cmp.Equal(want, readRanges(t, outputs, 0, options), cmp.AllowUnexported(pair{})))
	for _, o := range outputs {
		require.NoError(t, o.Close())
	}
}

func TestTooManyPartitionsForRanges(t *testing.T) {
	require.Nil(t, NewRanges(mostRanges+1, MaxMemory, 0))
	require.Nil(t, NewRanges(100, 1<<19, 0))
	require.Equal(t, 1, NewRanges(mostRanges, MaxMemory, 0).most)
	require.Equal(t, mostRanges, NewRanges(0, MaxMemory, 0).most)
}

// A small input chooses fewer ranges, by fewer records, and has fewer slots.
func TestRangesOfASmallInput(t *testing.T) {
	type choice struct {
		most   int
		sample int64
		slots  int
	}
	tests := map[int64]choice{
		0:         {mostRanges, maxRangeSample, maxNumberSlots},
		1:         {1, minRangeSample, minRecentSlots},
		100 << 10: {1, minRangeSample, 32 << 10},
		100 << 20: {400, 2 << 20, maxNumberSlots},
		1 << 40:   {mostRanges, maxRangeSample, maxNumberSlots},
	}
	for input, want := range tests {
		r := NewRanges(1, MaxMemory, input)
		require.Equal(t, want, choice{r.most, r.sample, r.slots}, "of %d bytes", input)
	}
	require.Equal(t, 100, NewRanges(4, MaxMemory, 100<<20).most, "of each of four partitions")
}

// What a map task that failed had in its slots is not in those of the next.
func TestSlotsOfAClosedBuffer(t *testing.T) {
	options := Options{NewMerge: fresh(ofVarints(last)), MergeNumbers: last}
	ranges := NewRanges(1, 1<<20, 0)
	failed := NewRangeBuffer(ranges, options)
	require.NoError(t, failed.AddNumbers([]string{"short", "longer than a slot"}, []int64{1, 2}))
	slots := &failed.numbers.slots[0]
	require.NoError(t, failed.Close())
	require.NoError(t, failed.Close(), "which gives them once")

	b, other := NewRangeBuffer(ranges, options), NewRangeBuffer(ranges, options)
	require.Same(t, slots, &b.numbers.slots[0])
	require.NotSame(t, slots, &other.numbers.slots[0])
	require.NoError(t, other.Close())
	output, err := b.Finish()
	require.NoError(t, err)
	require.Empty(t, readRanges(t, []*RangeOutput{output}, 0, options))
	require.NoError(t, output.Close())
}

func TestRangeBufferAfterItsEnd(t *testing.T) {
	options := Options{NewMerge: fresh(ofVarints(last)), MergeNumbers: last}
	b := NewRangeBuffer(NewRanges(1, 1<<20, 0), options)
	output, err := b.Finish()
	require.NoError(t, err)
	require.Empty(t, readRanges(t, []*RangeOutput{output}, 0, options))
	require.ErrorIs(t, b.Add(nil, nil), errFinished)
	require.ErrorIs(t, b.AddNumbers([]string{"a"}, []int64{1}), errFinished)
	_, err = b.Finish()
	require.ErrorIs(t, err, errFinished)
	require.NoError(t, b.Close())
	require.NoError(t, output.Close())
	require.NoError(t, output.Close())
	require.Empty(t, readRanges(t, nil, 0, options), "of no tasks")
}

func TestRangeErrors(t *testing.T) {
	merge := fresh(ofVarints(last))
	tests := []struct {
		name    string
		options Options
		key     []byte
		value   []byte
		want    string
		again   bool // what comes next is refused too
	}{
		{"partition", Options{Partitions: 2, Partition: func(key []byte) int { return len(key) }}, []byte("key"), []byte{2},
			`partition function returned 3 for key "key": want 0 to 1`, false},
		{"no number", Options{MergeNumbers: last}, []byte("key"), []byte{0x80}, `the value of key "key" is no number: 80`, false},
		{"no folder for spills", Options{Memory: MinMemory, Dir: "/does/not/exist"}, []byte("key"), make([]byte, 1<<20), "no such file or directory", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.options.NewMerge = merge
			b := NewRangeBuffer(NewRanges(1, 1<<20, 0), test.options)
			defer b.Close()
			require.ErrorContains(t, b.Add(test.key, test.value), test.want)
			if err := b.Add([]byte("k"), []byte{2}); test.again {
				require.ErrorContains(t, err, test.want)
			} else {
				require.NoError(t, err)
			}
		})
	}
}

// A source that fails ends the reading, and what was taken is given back.
func TestRangeReaderFails(t *testing.T) {
	options := Options{NewMerge: fresh(concatenate), Memory: 1 << 20, Dir: inTempDir(t)}
	outputs := fillRanges(t, options, [][]pair{newPairSource(1, 3000, 100).take(20_000)})
	require.NotEmpty(t, outputs[0].spills.runs)
	r := ReadRanges(outputs, 0, options)
	require.NoError(t, outputs[0].spills.file.file.Close()) // no more can be read
	require.False(t, r.Next())
	require.ErrorContains(t, r.Err(), "file already closed")
	require.False(t, r.Next())
	require.NoError(t, r.Close())
	require.NoError(t, outputs[0].Close())
}

// A range that can't be spilled is an error, and the reader can be closed after it.
func TestRangeReaderCannotSpill(t *testing.T) {
	for name, numbers := range map[string]func(a, b int64) int64{"encoded": nil, "numbers": last} {
		t.Run(name, func(t *testing.T) {
			options := Options{NewMerge: fresh(ofVarints(last)), MergeNumbers: numbers, Memory: 64 << 20}
			var pairs []pair
			for i := range 20_000 {
				pairs = append(pairs, pair{fmt.Sprintf("key number %d", i), "\x02"})
			}
			outputs := fillRanges(t, options, [][]pair{pairs})
			defer outputs[0].Close()
			options.Memory, options.Dir = MinMemory, "/does/not/exist"
			outputs[0].ranges.cuts, outputs[0].cuts = nil, nil
			outputs[0].streams = []stream{joined(outputs[0].streams)}
			r := ReadRanges(outputs, 0, options)
			require.False(t, r.Next())
			require.ErrorContains(t, r.Err(), "no such file or directory")
			require.False(t, r.Next())
			require.NoError(t, r.Close())
		})
	}
}

// joined returns a stream of the blocks of several.
func joined(streams []stream) (all stream) {
	all.growing = streams[0].growing
	for i := range streams {
		streams[i].cut()
		all.blocks = append(all.blocks, streams[i].blocks...)
	}
	return all
}

// Outputs are read by many goroutines at a time.
func TestRangesReadAtTheSameTime(t *testing.T) {
	options := Options{Partitions: 8, Partition: partitionOf(8), NewMerge: fresh(concatenate), Memory: 1 << 20, Dir: inTempDir(t)}
	pairs := newPairSource(1, 3000, 50).take(30_000)
	outputs := fillRanges(t, options, [][]pair{pairs[:10], pairs[10:]})
	var readers sync.WaitGroup
	got := make([][]pair, options.Partitions)
	for p := range got {
		readers.Go(func() { got[p] = readRanges(t, outputs, p, options) })
	}
	readers.Wait()
	for p := range got {
		require.Equal(t, concatenated(wantPartition(pairs, p, options.Partition)), got[p])
	}
	for _, o := range outputs {
		require.NoError(t, o.Close())
	}
}
