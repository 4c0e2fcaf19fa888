package shuffle

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/mr"
)

// Nothing is allocated for a pair, neither to add it nor to read it.
func TestNoAllocationsPerPair(t *testing.T) {
	const n = 50_000
	text := words(n)
	frames := framesOf([][]pair{wordPairs(text[:n/2]), wordPairs(text[n/2:])}, 64<<10, S2)
	run := writeRun(t, t.TempDir(), sortPairs(wordPairs(text)))
	output := fill(t, Options{}, wordPairs(text))
	reads := map[string]func() mr.Pairs{
		"output in memory": func() mr.Pairs { return output.Partition(0) },
		"run":              func() mr.Pairs { return run.Partition(0) },
		"merge":            func() mr.Pairs { return Merge([]mr.Pairs{output.Partition(0), run.Partition(0)}) },
		"merge of values":  func() mr.Pairs { return MergeValues(run.Partition(0), addCounts) },
		"combiner": func() mr.Pairs {
			return &combiner{source: run.Partition(0), options: &Options{Combine: concatenateGroups, Memory: 64 << 20}}
		},
		"frames": func() mr.Pairs {
			rest := frames
			return NewFrameMerger(func() (frame Frame, ok bool, err error) {
				if ok = len(rest) > 0; ok {
					frame, rest = rest[0], rest[1:]
				}
				return
			})
		},
	}
	for name, open := range reads {
		t.Run("read "+name, func(t *testing.T) {
			requireFewAllocations(t, n, func() {
				pairs := open()
				for pairs.Next() {
				}
			})
		})
	}
	for name, merge := range map[string]func(dst, a, b []byte) []byte{"list": nil, "table": addCounts} {
		for _, memory := range []int64{1 << 20, 64 << 20} {
			t.Run("add to "+name, func(t *testing.T) {
				options := Options{NewMerge: fresh(merge), Memory: memory, Dir: t.TempDir()}
				requireFewAllocations(t, n, func() {
					b := NewBuffer(options)
					for _, word := range text {
						require.NoError(t, b.Add(word, one))
					}
					b.Close()
				})
			})
		}
	}
}

// Nothing is allocated for a pair where ranges are written and read, but some for each range.
func TestNoAllocationsPerPairOfRanges(t *testing.T) {
	const n = 200_000
	text := words(n)
	for name, numbers := range map[string]func(a, b int64) int64{"encoded": nil, "numbers": numberMerges["sum"]} {
		for _, memory := range []int64{1 << 20, 64 << 20} {
			t.Run(name, func(t *testing.T) {
				options := Options{NewMerge: fresh(ofVarints(numberMerges["sum"])), MergeNumbers: numbers, Memory: memory, Dir: t.TempDir()}
				allocations := testing.AllocsPerRun(1, func() {
					b := NewRangeBuffer(NewRanges(1, memory, 0), options)
					defer b.Close()
					for _, word := range text {
						require.NoError(t, b.Add(word, one))
					}
					output, err := b.Finish()
					require.NoError(t, err)
					defer output.Close()
					r := ReadRanges([]*RangeOutput{output}, 0, options)
					for r.Next() {
					}
					require.NoError(t, r.Err())
					require.NoError(t, r.Close())
				})
				require.Less(t, allocations, float64(20*mostRanges))
			})
		}
	}
}

// requireFewAllocations allows f one allocation for each hundred of n pairs: chunks, blocks and spills.
func requireFewAllocations(t *testing.T, n int, f func()) {
	require.Less(t, testing.AllocsPerRun(1, f), float64(n/100))
}

func wordPairs(text [][]byte) []pair {
	pairs := make([]pair, len(text))
	for i, word := range text {
		pairs[i] = pair{string(word), "\x01"}
	}
	return pairs
}

// What a buffer really takes, the garbage of its growth included, stays near its budget.
func TestBufferKeepsItsMemory(t *testing.T) {
	const memory = 8 << 20
	// Beside the budget: garbage that was not collected yet, at most as much again, and indexes.
	const most = 2*memory + 4<<20
	for name, merge := range map[string]func(dst, a, b []byte) []byte{"list": nil, "table": addCounts} {
		t.Run(name, func(t *testing.T) {
			before := heap()
			peak := before
			b := NewBuffer(Options{NewMerge: fresh(merge), Memory: memory, Dir: t.TempDir()})
			defer b.Close()
			var key []byte
			for i := range uint64(1 << 20) {
				key = binary.BigEndian.AppendUint64(key[:0], i*0x9e3779b97f4a7c15)
				if err := b.Add(key, one); err != nil {
					require.NoError(t, err)
				}
				if i%(1<<14) == 0 {
					peak = max(peak, heapNow())
				}
				if b.budget.used > memory {
					t.Fatalf("%d bytes after %d pairs", b.budget.used, i)
				}
			}
			require.Greater(t, len(b.spills.runs), 2)
			require.Less(t, peak-before, int64(most))
		})
	}
}

// The budget of a buffer for ranges is kept, and most of the memory is in records.
func TestRangeBufferKeepsItsMemory(t *testing.T) {
	const memory = 8 << 20
	options := Options{NewMerge: fresh(ofVarints(last)), MergeNumbers: last, Memory: memory, Dir: t.TempDir()}
	before := heap()
	b := NewRangeBuffer(NewRanges(1, memory, 0), options)
	defer b.Close()
	var key []byte
	for i := range uint64(1 << 20) {
		key = binary.BigEndian.AppendUint64(append(key[:0], "key "...), i*0x9e3779b97f4a7c15)
		if err := b.Add(key, one); err != nil {
			require.NoError(t, err)
		}
		if b.budget.used > memory {
			t.Fatalf("%d bytes after %d pairs", b.budget.used, i)
		}
	}
	require.InDelta(t, 1<<20*20/memory, len(b.spills.runs), 2, "20 bytes for each record")
	require.Less(t, heapNow()-before, int64(2*memory+4<<20))
}

// Each run has one large pair, each at another place. A merge holds one of them, and none that it is done with.
func TestLargePairsLeaveNoMemoryBehind(t *testing.T) {
	const large = 100 << 10
	runs := make([][]pair, 100)
	for run := range runs {
		for i := range 1000 {
			runs[run] = append(runs[run], pair{fmt.Sprintf("key %04d of run %d", i, run), "value"})
		}
		runs[run][10*run].value = strings.Repeat("large", large/5)
	}
	sources := make([]mr.Pairs, len(runs))
	for i, pairs := range runs {
		sources[i] = writeRun(t, t.TempDir(), pairs).Partition(0)
	}
	for name, merge := range map[string]mr.Pairs{
		"frames": NewFrameMerger(nextFrame(framesOf(runs, 512, S2))),
		"runs":   Merge(sources),
	} {
		t.Run(name, func(t *testing.T) {
			require.True(t, merge.Next()) // is the first large one
			before, seen := heap(), 1
			for merge.Next() {
				if len(merge.Value()) < large {
					continue
				}
				seen++
				require.Less(t, heap()-before, int64(10*large), "large pair %d", seen)
			}
			require.NoError(t, merge.Err())
			require.Equal(t, len(runs), seen)
		})
	}
}

// heap returns the bytes of the live heap.
func heap() int64 {
	runtime.GC()
	return heapNow()
}

// heapNow returns the bytes of the heap with its garbage.
func heapNow() int64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}
