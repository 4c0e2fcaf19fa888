package shuffle

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomr/gomr/mr"
)

var _ mr.NumberPairs = (*RangeReader)(nil)

// streamOf returns a stream of pairs, in an arena of its own.
func streamOf(options Options, pairs []pair) *streamPairs {
	a := &arena{budget: &budget{limit: MaxMemory}}
	var s stream
	for _, p := range pairs {
		buf, _ := s.alloc(a, options.recordSize([]byte(p.key), []byte(p.value)))
		options.putRecord(buf, []byte(p.key), []byte(p.value))
	}
	return s.pairs()
}

// varint returns the encoding of n.
func varint(n int64) string { return string(binary.AppendVarint(nil, n)) }

// A table is a stable sort with the values of each key merged in their order, whatever keys have in common and
// wherever rows, blocks and the growth of the table begin.
func TestNumberTableEqualsStableSort(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		merge := numberMerges[rapid.SampledFrom([]string{"sum", "last", "min"}).Draw(t, "merge")]
		options := Options{NewMerge: fresh(ofVarints(merge)), MergeNumbers: merge}
		tasks := drawNumbers(t, drawTasks(t, []int{0}))
		common := strings.Repeat("c", rapid.SampledFrom([]int{0, 1, 7, 8, 9, 300}).Draw(t, "common"))
		for _, pairs := range tasks {
			for i := range pairs {
				pairs[i].key = common + pairs[i].key
			}
		}
		table := newNumberTable(merge, 64<<20)
		for range 2 { // the second time with what the first has left
			table.reset(rapid.SampledFrom([]int{0, 1000, 1 << 30}).Draw(t, "expected"))
			for _, pairs := range tasks {
				require.NoError(t, table.add(streamOf(options, pairs)))
			}
			want := mergedNumbers(sortPairs(slices.Concat(tasks...)), merge)
			require.Empty(t, cmp.Diff(want, read(t, table.sorted()), cmp.AllowUnexported(pair{})))
		}
	})
}

// Keys of the same hash keep apart.
func TestNumberTableCollisions(t *testing.T) {
	table := newNumberTable(last, 1<<20)
	table.reset(0)
	row := table.row[:3]
	for i := range row {
		row[i] = rowPair{keyNumber{prefix: uint64(i), number: int64(i), length: 8}, 1<<32 - 1} // of the last slot
	}
	require.NoError(t, table.addRow(len(row)))
	require.NoError(t, table.addRow(len(row)))
	require.Len(t, table.numbers, len(row))
	table.grow()
	require.NoError(t, table.addRow(len(row)))
	require.Len(t, table.numbers, len(row))
}

// A table takes no more memory than it may, and what it could not take comes out of a buffer.
func TestNumberTableIsFull(t *testing.T) {
	options := Options{NewMerge: fresh(ofVarints(last)), MergeNumbers: last, Memory: 1 << 20, Dir: inTempDir(t)}
	pairs := make([]pair, 20_000)
	for i := range pairs {
		pairs[i] = pair{fmt.Sprintf("%05d %s", i, strings.Repeat("x", i%20)), "\x02"}
	}
	table := newNumberTable(last, options.Memory)
	table.reset(1 << 30)
	require.LessOrEqual(t, int64(keysFor(len(table.slots)))*keyNumberMemory, options.Memory)
	require.ErrorIs(t, table.add(streamOf(options, pairs)), errTableFull)
	require.Less(t, len(table.numbers), int(options.Memory/keyNumberMemory))

	outputs := fillRanges(t, Options{NewMerge: options.NewMerge, MergeNumbers: last, Memory: 64 << 20}, [][]pair{pairs[:10], pairs[10:]})
	for _, o := range outputs {
		defer o.Close()
	}
	outputs[0].ranges.cuts, outputs[1].cuts = nil, nil // as if all were one range
	outputs[1].streams = []stream{joined(outputs[1].streams)}
	r := ReadRanges(outputs, 0, options)
	require.True(t, r.Next())
	require.NotNil(t, r.output)
	require.Nil(t, r.table.numbers, "freed")
	require.Equal(t, pairs[0].key, string(r.Key()))
	require.Empty(t, cmp.Diff(pairs[1:], read(t, r), cmp.AllowUnexported(pair{})))
	require.NoError(t, r.Close())
}

// Numbers in memory are read from the table, those on disk from a buffer, with the same numbers.
func TestNumbersOfRanges(t *testing.T) {
	options := Options{NewMerge: fresh(ofVarints(last)), MergeNumbers: last, Memory: 64 << 20, Dir: inTempDir(t)}
	pairs := newPairSource(1, 100_000, 0).take(50_000)
	for i := range pairs {
		pairs[i].value = varint(int64(i) * 1000)
	}
	for _, spilled := range []bool{false, true} {
		t.Run(fmt.Sprintf("spilled=%t", spilled), func(t *testing.T) {
			output := fillRanges(t, options, [][]pair{pairs})[0]
			defer output.Close()
			if spilled {
				require.NoError(t, output.Spill())
			}
			r := ReadRanges([]*RangeOutput{output}, 0, options)
			defer r.Close()
			var got []pair
			for r.Next() {
				require.Equal(t, spilled, r.buffer != nil || r.output != nil)
				value, _ := binary.Varint(r.Value())
				require.Equal(t, value, r.Number())
				got = append(got, pair{string(r.Key()), string(r.Value())})
			}
			require.NoError(t, r.Err())
			require.Empty(t, cmp.Diff(mergedNumbers(sortPairs(pairs), last), shortest(got), cmp.AllowUnexported(pair{})))
		})
	}
}

// A reader takes the table that a closed one has left, with nothing in it, and merges as its own options say.
// Readers of the same time have one each.
func TestReadersShareTables(t *testing.T) {
	tasks := make([][]pair, 2)
	for i := range 20_000 {
		for task := range tasks {
			tasks[task] = append(tasks[task], pair{fmt.Sprintf("key %05d", i), varint(int64(task + 1))})
		}
	}
	options := Options{NewMerge: fresh(ofVarints(last)), MergeNumbers: last, Memory: 64 << 20}
	outputs := fillRanges(t, options, tasks)
	for _, o := range outputs {
		defer o.Close()
	}
	first, second := ReadRanges(outputs, 0, options), ReadRanges(outputs, 0, options)
	table := first.table
	require.NotSame(t, table, second.table)
	require.True(t, first.Next())
	require.NoError(t, first.Close()) // with all of its pairs but one to read
	require.NoError(t, first.Close())

	sum := numberMerges["sum"]
	third := ReadRanges(outputs, 0, Options{NewMerge: fresh(ofVarints(sum)), MergeNumbers: sum, Memory: 64 << 20})
	fourth := ReadRanges(outputs, 0, options)
	require.Same(t, table, third.table)
	require.NotSame(t, table, fourth.table)
	for _, reader := range []struct {
		*RangeReader
		want int64
	}{{second, 2}, {third, 1 + 2}, {fourth, 2}} {
		n := 0
		for ; reader.Next(); n++ {
			require.Equal(t, fmt.Sprintf("key %05d", n), string(reader.Key()))
			require.Equal(t, reader.want, reader.Number())
		}
		require.NoError(t, reader.Err())
		require.Equal(t, len(tasks[0]), n)
		require.NoError(t, reader.Close())
	}
}

// A number that grows takes a record more when it needs more bytes, and not with each pair.
func TestNumbersGrowInFewRecords(t *testing.T) {
	sum := numberMerges["sum"]
	for _, key := range []string{"short", "a key that is long"} {
		for _, n := range []int64{1, -1, 1 << 20, 1 << 40} {
			t.Run(fmt.Sprintf("%s/%d", key, n), func(t *testing.T) {
				options := Options{NewMerge: fresh(ofVarints(sum)), MergeNumbers: sum}
				b := NewRangeBuffer(NewRanges(1, 64<<20, 0), options)
				for range 100_000 {
					require.NoError(t, b.AddNumbers([]string{key}, []int64{n}))
				}
				output, err := b.Finish()
				require.NoError(t, err)
				defer output.Close()
				require.LessOrEqual(t, b.left, int64(3))
				require.Equal(t, []pair{{key, varint(n * 100_000)}}, shortest(readRanges(t, []*RangeOutput{output}, 0, options)))
			})
		}
	}
}
