package mr_test

import (
	"bytes"
	"iter"
	"testing"

	"github.com/gomr/gomr/mr"
	"github.com/stretchr/testify/require"
)

// repeated is one record many times.
type repeated struct {
	record []byte
	left   int
}

func (r *repeated) Next() bool     { r.left--; return r.left >= 0 }
func (r *repeated) Record() []byte { return r.record }
func (r *repeated) Err() error     { return nil }

// repeatedPairs is one pair many times, with another key after each tenth.
type repeatedPairs struct {
	key, value []byte
	left       int
}

func (p *repeatedPairs) Next() bool {
	p.left--
	if p.left%10 == 0 {
		p.key[0] ^= 1
	}
	return p.left >= 0
}
func (p *repeatedPairs) Key() []byte   { return p.key }
func (p *repeatedPairs) Value() []byte { return p.value }
func (p *repeatedPairs) Err() error    { return nil }

// point is a value of some fields.
type point struct {
	X, Y int
	Name string
}

func TestNothingIsAllocatedForEachRecord(t *testing.T) {
	discard := func([]byte) error { return nil }
	type tuple struct {
		A int
		B string
	}
	byTuple := mr.MapMerge(mr.MapFunc(func(line string, emit mr.Emit[tuple, float64]) error {
		emit(tuple{len(line), line}, 1.5)
		return nil
	}), mr.Sum)
	points := mr.MapMerge(mr.MapFunc(func(line []byte, emit mr.Emit[int, point]) error {
		emit(len(line), point{1, 2, "name"})
		return nil
	}), mr.Last)
	numbers := mr.MapMerge(mr.MapFunc(func(n int, emit mr.Emit[int, int]) error { emit(n, 1); return nil }), mr.Sum)

	for name, test := range map[string]struct {
		job    mr.Job
		record string
	}{
		"words":         {mr.MapMerge(counter{}, mr.Sum), "the cat and the dog"},
		"tuple keys":    {byTuple, "the cat and the dog"},
		"struct values": {points, "the cat and the dog"},
		"numbers":       {numbers, "-1234"},
	} {
		step := test.job.Steps()[0]
		t.Run("map "+name, func(t *testing.T) {
			requireFlat(t, func(n int) error {
				return step.RunMap(&mr.Env{}, &repeated{[]byte(test.record), n}, func(key, value []byte) error { return nil })
			})
		})
	}
	t.Run("partition", func(t *testing.T) {
		step := mr.MapMerge(counter{}, mr.Sum, mr.Reducers(7)).Steps()[0]
		partition, key := step.NewPartition(), []byte("word")
		require.Zero(t, testing.AllocsPerRun(100, func() { partition(key) }))
	})
	sum := mr.MapMerge(counter{}, mr.Sum).Steps()[0]
	t.Run("reduce", func(t *testing.T) {
		requireFlat(t, func(n int) error {
			return sum.RunReduce(&mr.Env{}, &repeatedPairs{[]byte("word"), []byte{2}, n}, discard)
		})
	})
	t.Run("map only", func(t *testing.T) {
		step := mr.MapOnly(counter{}).Steps()[0]
		requireFlat(t, func(n int) error {
			return step.RunMapOnly(&mr.Env{}, &repeated{[]byte("the cat and the dog"), n}, discard)
		})
	})
	t.Run("merge", func(t *testing.T) {
		merge := mr.MapMerge(counter{}, mr.Sum).Steps()[0].NewMerge()
		dst, a, b := make([]byte, 0, 16), []byte{2}, []byte{4}
		require.Zero(t, testing.AllocsPerRun(1000, func() { dst = merge(dst[:0], a, b) }))
		require.Equal(t, []byte{6}, dst)
	})
}

// requireFlat wants ten times the records to take no more allocations, but for
// blocks of strings.
func requireFlat(t *testing.T, run func(n int) error) {
	t.Helper()
	few := testing.AllocsPerRun(3, func() { require.NoError(t, run(1000)) })
	many := testing.AllocsPerRun(3, func() { require.NoError(t, run(10000)) })
	require.LessOrEqual(t, many-few, 10.0, "%v allocations for 1,000 records, %v for 10,000", few, many)
}

func BenchmarkMapWords(b *testing.B) {
	line := []byte("It was the best of times, it was the worst of times, it was the age of wisdom")
	step := mr.MapMerge(counter{}, mr.Sum).Steps()[0]
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	if err := step.RunMap(&mr.Env{}, &repeated{line, b.N}, func(key, value []byte) error { return nil }); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkReduceRange(b *testing.B) {
	step := mr.MapReduce(counter{}, mr.ReduceFunc(func(word string, counts iter.Seq[int], emit mr.Emit[string, int]) error {
		n := 0
		for c := range counts {
			n += c
		}
		emit(word, n)
		return nil
	})).Steps()[0]
	b.ReportAllocs()
	pairs := &repeatedPairs{bytes.Clone([]byte("word")), []byte{2}, b.N}
	if err := step.RunReduce(&mr.Env{}, pairs, func([]byte) error { return nil }); err != nil {
		b.Fatal(err)
	}
}
