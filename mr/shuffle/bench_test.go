package shuffle

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/mr"
)

// words returns n words of a vocabulary of a million, as often as words are in a text (Zipf's law).
// Rare words are longer, and words share their beginnings.
func words(n int) [][]byte {
	const syllables = "thereinanderonatisithaouedngstorlesemechco"
	random := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(random, 1.1, 8, 1<<20)
	words := make([][]byte, n)
	for i := range words {
		for rank := zipf.Uint64() + 1; rank > 0; rank /= 20 {
			at := rank % 20 * 2
			words[i] = append(words[i], syllables[at:at+2]...)
		}
	}
	return words
}

// addCounts is a sum of uvarints, as a merge.
func addCounts(dst, a, b []byte) []byte {
	x, _ := binary.Uvarint(a)
	y, _ := binary.Uvarint(b)
	return binary.AppendUvarint(dst, x+y)
}

var one = []byte{1}

// perPair runs f in a loop and reports the time for each of its n pairs,
// by the clock and by the processor: they differ on a busy machine.
func perPair(b *testing.B, n int, f func()) {
	var before, after syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &before))
	for b.Loop() {
		f()
	}
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &after))
	pairs := float64(b.N) * float64(n)
	cpu := after.Utime.Nano() + after.Stime.Nano() - before.Utime.Nano() - before.Stime.Nano()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/pairs, "ns/pair")
	b.ReportMetric(float64(cpu)/pairs, "cpu-ns/pair")
	b.ReportMetric(0, "ns/op")
}

func BenchmarkBuffer(b *testing.B) {
	text := words(1 << 20)
	partition := func(key []byte) int { return int(key[len(key)-1]) & 3 }
	benchmarks := []struct {
		name    string
		options Options
	}{
		{"merge", Options{NewMerge: fresh(addCounts), Memory: 256 << 20}},
		{"merge/numbers", Options{NewMerge: fresh(ofVarints(numberMerges["sum"])), MergeNumbers: numberMerges["sum"], Memory: 256 << 20}},
		{"merge/spills", Options{NewMerge: fresh(addCounts), Memory: 4 << 20}},
		{"sort", Options{Memory: 256 << 20}},
		{"sort/spills", Options{Memory: 4 << 20}},
		{"sort/spills/none", Options{Memory: 4 << 20, Codec: None}},
	}
	for _, bench := range benchmarks {
		bench.options.Partitions, bench.options.Partition = 4, partition
		b.Run(bench.name, func(b *testing.B) {
			bench.options.Dir = b.TempDir()
			perPair(b, len(text), func() {
				drain(b, fillWords(b, bench.options, text))
			})
		})
	}
}

// BenchmarkRanges is BenchmarkBuffer for ranges, with what reads them.
func BenchmarkRanges(b *testing.B) {
	text := words(1 << 20)
	sum := numberMerges["sum"]
	for name, numbers := range map[string]func(a, b int64) int64{"encoded": nil, "numbers": sum} {
		b.Run(name, func(b *testing.B) {
			options := Options{NewMerge: fresh(ofVarints(sum)), MergeNumbers: numbers, Memory: 256 << 20}
			perPair(b, len(text), func() {
				buffer := NewRangeBuffer(NewRanges(1, options.Memory, 0), options)
				for _, word := range text {
					if err := buffer.Add(word, one); err != nil {
						b.Fatal(err)
					}
				}
				output, err := buffer.Finish()
				require.NoError(b, err)
				r := ReadRanges([]*RangeOutput{output}, 0, options)
				drainPairs(b, r)
				require.NoError(b, r.Close())
				require.NoError(b, output.Close())
			})
		})
	}
}

func fillWords(b *testing.B, options Options, text [][]byte) *Output {
	buffer := NewBuffer(options)
	for _, word := range text {
		if err := buffer.Add(word, one); err != nil {
			b.Fatal(err)
		}
	}
	output, err := buffer.Finish()
	require.NoError(b, err)
	return output
}

func drain(b *testing.B, output *Output) {
	for p := range output.options.Partitions {
		drainPairs(b, output.Partition(p))
	}
	require.NoError(b, output.Close())
}

func drainPairs(b *testing.B, pairs mr.Pairs) {
	for pairs.Next() {
	}
	require.NoError(b, pairs.Err())
}

// BenchmarkAdd leaves sorting and reading out.
func BenchmarkAdd(b *testing.B) {
	text := words(1 << 20)
	for _, merge := range []func(dst, a, b []byte) []byte{nil, addCounts} {
		b.Run(fmt.Sprintf("merge=%t", merge != nil), func(b *testing.B) {
			perPair(b, len(text), func() {
				buffer := NewBuffer(Options{NewMerge: fresh(merge), Memory: 256 << 20})
				for _, word := range text {
					if err := buffer.Add(word, one); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}

func BenchmarkSort(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	records := make([][]byte, 1<<19)
	for i := range records {
		records[i] = fmt.Appendf(nil, "%016x", random.Uint64())
	}
	sets := map[string][][]byte{"words": words(1 << 20), "random": records}
	for name, keys := range sets {
		b.Run(name, func(b *testing.B) {
			l := newStore(&Options{Partitions: 1}, &budget{limit: 1 << 30})
			for _, key := range keys {
				_, _, err := l.add(key, one)
				require.NoError(b, err)
			}
			entries := slices.Clone(l.entries)
			perPair(b, len(keys), func() {
				copy(l.entries, entries)
				l.split().partition(0)
			})
		})
	}
}

func BenchmarkMerge(b *testing.B) {
	for _, runs := range []int{2, 10, 100} {
		b.Run(strconv.Itoa(runs), func(b *testing.B) {
			text := words(1 << 19)
			var outputs []*Output
			for part := range slices.Chunk(text, len(text)/runs) {
				outputs = append(outputs, fillWords(b, Options{}, part))
			}
			perPair(b, len(text), func() {
				var sources []mr.Pairs
				for _, output := range outputs {
					sources = append(sources, output.Partition(0))
				}
				drainPairs(b, Merge(sources))
			})
		})
	}
}

func BenchmarkFrameMerge(b *testing.B) {
	text := words(1 << 19)
	var runs [][]pair
	for part := range slices.Chunk(text, len(text)/10+1) {
		run := make([]pair, len(part))
		for i, word := range part {
			run[i] = pair{string(word), "1"}
		}
		runs = append(runs, run)
	}
	frames := framesOf(runs, 64<<10, S2)
	perPair(b, len(text), func() {
		rest := frames
		drainPairs(b, NewFrameMerger(func() (Frame, bool, error) {
			if len(rest) == 0 {
				return Frame{}, false, nil
			}
			frame := rest[0]
			rest = rest[1:]
			return frame, true, nil
		}))
	})
}

func BenchmarkBlock(b *testing.B) {
	var pairs []pair
	for _, word := range words(20_000) {
		pairs = append(pairs, pair{string(word), "1"})
	}
	pairs = concatenated(sortPairs(pairs))
	var keys, values [][]byte
	for _, p := range pairs {
		keys, values = append(keys, []byte(p.key)), append(values, []byte(p.value)[:1])
	}
	for _, codec := range []Codec{None, S2} {
		b.Run("encode/"+codec.String(), func(b *testing.B) {
			w := BlockWriter{Codec: codec}
			var block []byte
			perPair(b, len(keys), func() {
				for i, key := range keys {
					w.Append(key, values[i])
				}
				block = w.Finish(block[:0])
			})
			b.ReportMetric(float64(len(block))/float64(len(keys)), "B/pair")
		})
		b.Run("decode/"+codec.String(), func(b *testing.B) {
			block := blockOf(codec, pairs)
			var r BlockReader
			perPair(b, len(keys), func() {
				require.NoError(b, r.Reset(block))
				drainPairs(b, &r)
			})
		})
	}
}
