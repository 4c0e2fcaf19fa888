package mr_test

import (
	"bytes"
	"errors"
	"iter"
	"slices"
	"testing"

	"github.com/gomr/gomr/mr"
	"github.com/stretchr/testify/require"
)

// What a MapSort writes is what a reducer writes that emits all values of each key, with the same counters and the same errors.
func TestMapSort(t *testing.T) {
	broken := errors.New("broken")
	lines := []string{"b", "", "a", "b", "word", "a", "b", "\u00e9"}
	tests := map[string]struct {
		jobs  [2]mr.Job // sorted and reduced
		lines []string
		err   error // of the pairs
		write error
		want  string // of the error
	}{
		"strings":           {jobs: sortAndReduce(func(s string) string { return s })},
		"bytes":             {jobs: sortAndReduce(func(s string) []byte { return []byte(s) })},
		"numbers":           {jobs: sortAndReduce(func(s string) int { return -len(s) })},
		"structs":           {jobs: sortAndReduce(func(s string) point { return point{len(s), 1, s} }, mr.Output(mr.JSONLines))},
		"keys with methods": {jobs: sortAndReduce(func(s string) keptKey { return keptKey(s) })},
		"values alone":      {jobs: sortAndReduce(func(s string) string { return s }, mr.Output(mr.Values))},
		"no pairs":          {jobs: sortAndReduce(func(s string) string { return s }), lines: []string{}},
		"a key with a tab": {jobs: sortAndReduce(func(s string) string { return s }), lines: []string{"a", "b\tc", "d"},
			want: `key "b\tc": key "b\tc" has '\t' in it`},
		"a panic of a key": {jobs: sortAndReduce(func(s string) panickingKey { return panickingKey(s) }),
			want: `key "b": panic: of key b`},
		"pairs with an error":  {jobs: sortAndReduce(func(s string) string { return s }), err: broken, want: "broken"},
		"a disk with an error": {jobs: sortAndReduce(func(s string) string { return s }), write: broken, want: "broken"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if test.lines == nil {
				test.lines = lines
			}
			reduce := func(job mr.Job) (written []string, counters []mr.CounterValue, err error) {
				step := job.Steps()[0]
				require.NoError(t, step.Err)
				pairs := sortedPairs(t, step, test.lines)
				pairs.err = test.err
				env := mr.NewEnv(mr.EnvConfig{})
				err = step.RunReduce(env, pairs, func(record []byte) error {
					written = append(written, string(record))
					return test.write
				})
				return written, env.Counters().Values(), err
			}
			got, counters, err := reduce(test.jobs[0])
			want, wantCounters, wantErr := reduce(test.jobs[1])
			require.Equal(t, want, got)
			if test.want == "" {
				require.NoError(t, err)
				require.Len(t, got, len(test.lines))
				require.Equal(t, wantCounters, counters)
				return
			}
			require.ErrorContains(t, err, test.want)
			require.Equal(t, firstLine(wantErr), firstLine(err))
		})
	}
}

// sortAndReduce returns a MapSort with the key of each line, and the line as the value, and the same with a reducer.
func sortAndReduce[K any](key func(line string) K, options ...mr.Option) [2]mr.Job {
	m := mr.MapFunc(func(line string, emit mr.Emit[K, string]) error { emit(key(line), "of "+line); return nil })
	r := mr.ReduceFunc(func(key K, values iter.Seq[string], emit mr.Emit[K, string]) error {
		for v := range values {
			emit(key, v)
		}
		return nil
	})
	options = append(options, mr.Reducers(1))
	return [2]mr.Job{mr.MapSort(m, options...), mr.MapReduce(m, r, options...)}
}

// A keptKey is a key whose method keeps it.
type keptKey string

// keptKeys are all that were kept.
var keptKeys []keptKey

func (k keptKey) MarshalText() ([]byte, error) {
	keptKeys = append(keptKeys, k)
	return []byte(k), nil
}

func (k *keptKey) UnmarshalText(text []byte) error { *k = keptKey(text); return nil }

// reusedPairs are pairs whose keys and values are overwritten by Next.
type reusedPairs struct {
	slicePairs
	key, value []byte
	err        error
}

func (p *reusedPairs) Next() bool {
	for _, b := range [][]byte{p.key, p.value} {
		for i := range b {
			b[i] = '#'
		}
	}
	if !p.slicePairs.Next() {
		return false
	}
	p.key = append(p.key[:0], p.slicePairs.Key()...)
	p.value = append(p.value[:0], p.slicePairs.Value()...)
	return true
}
func (p *reusedPairs) Key() []byte   { return p.key }
func (p *reusedPairs) Value() []byte { return p.value }
func (p *reusedPairs) Err() error    { return p.err }

// sortedPairs returns what a map makes of lines, sorted.
func sortedPairs(t *testing.T, step *mr.Step, lines []string) *reusedPairs {
	t.Helper()
	var pairs []pair
	require.NoError(t, step.RunMap(&mr.Env{}, &lineRecords{lines: lines}, func(key, value []byte) error {
		pairs = append(pairs, pair{bytes.Clone(key), bytes.Clone(value)})
		return nil
	}))
	slices.SortStableFunc(pairs, func(a, b pair) int { return bytes.Compare(a.key, b.key) })
	return &reusedPairs{slicePairs: slicePairs{pairs: pairs}}
}

// A key that one of its methods keeps has memory of its own.
func TestKeysWithMethodsAreCopies(t *testing.T) {
	counts := mr.MapMerge(mr.MapFunc(func(line string, emit mr.Emit[keptKey, int]) error { emit(keptKey(line), 1); return nil }), mr.Sum)
	lengths := mr.MapMerge(mr.MapFunc(func(line string, emit mr.Emit[keptKey, uint8]) error { emit(keptKey(line), 1); return nil }), mr.Sum)
	reduce := func(job mr.Job, pairs mr.Pairs) {
		keptKeys = nil
		require.NoError(t, job.Steps()[0].RunReduce(&mr.Env{}, pairs, func([]byte) error { return nil }))
		require.Equal(t, []keptKey{"a", "b"}, keptKeys)
	}
	sorted := sortAndReduce(func(s string) keptKey { return keptKey(s) })[0]
	reduce(sorted, sortedPairs(t, sorted.Steps()[0], []string{"b", "a"}))
	reduce(lengths, sortedPairs(t, lengths.Steps()[0], []string{"b", "a"}))
	reduce(counts, &numberPairs{keys: []string{"a", "b"}, numbers: []int64{1, 2}})
}

// A merge may keep the strings that it sees, as a cache does.
func TestMergeKeepsStrings(t *testing.T) {
	var seen []string
	job := mr.MapMerge(mr.MapFunc(func(line string, emit mr.Emit[string, string]) error { emit(line, "value of "+line); return nil }),
		func(a, b string) string {
			seen = append(seen, a, b)
			return a
		})
	step := job.Steps()[0]
	require.NoError(t, step.RunReduce(&mr.Env{}, sortedPairs(t, step, []string{"b", "a", "a", "b"}), func([]byte) error { return nil }))
	require.Equal(t, []string{"value of a", "value of a", "value of b", "value of b"}, seen)
}
