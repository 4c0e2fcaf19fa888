package mr_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/mr"
)

type place struct{ Country, City string }

func emitLengths[K any](key func(word string) K) mr.Mapper[string, K, int] {
	return mr.MapFunc(func(line string, emit mr.Emit[K, int]) error {
		for word := range mr.Fields(line) {
			emit(key(word), len(word))
		}
		return nil
	})
}

// The pairs of numbers are those that are encoded, in their order, whatever the type of the keys.
func TestNumbersAreThePairsOfTheMap(t *testing.T) {
	lines := []string{"the quick brown fox", "", "jumps over the lazy dog", strings.Repeat("many words ", 200)}
	reused := make([]byte, 0, 16)
	jobs := map[string]mr.Job{
		"strings": mr.MapMerge(emitLengths(func(w string) string { return w }), mr.Sum),
		"numbers": mr.MapMerge(emitLengths(func(w string) int { return int(w[0]) - 'm' }), mr.Max),
		"structs": mr.MapMerge(emitLengths(func(w string) place { return place{w[:1], w} }), mr.Sum),
		"bytes that are used again": mr.MapMerge(emitLengths(func(w string) []byte {
			reused = append(reused[:0], w...)
			return reused
		}), mr.Sum),
		"int64": mr.MapMergeReduce(mr.MapFunc(func(line string, emit mr.Emit[string, int64]) error {
			emit("bytes", int64(len(line)))
			return nil
		}), mr.Sum, mr.ReduceFunc(firstOf[string, int64])),
	}
	for name, job := range jobs {
		t.Run(name, func(t *testing.T) {
			step := job.Steps()[0]
			require.NoError(t, step.Err)
			var want, got []string
			counters, numberCounters := mr.NewEnv(mr.EnvConfig{}), mr.NewEnv(mr.EnvConfig{})
			require.NoError(t, step.RunMap(counters, &lineRecords{lines: lines}, func(key, value []byte) error {
				n, _ := binary.Varint(value)
				want = append(want, fmt.Sprintf("%x %d", key, n))
				return nil
			}))
			require.NoError(t, step.Numbers.RunMap(numberCounters, &lineRecords{lines: lines}, func(keys []string, numbers []int64) error {
				for i, key := range keys {
					got = append(got, fmt.Sprintf("%x %d", key, numbers[i]))
				}
				return nil
			}))
			require.Equal(t, want, got)
			require.Equal(t, counters.Counters().Values(), numberCounters.Counters().Values())
		})
	}
}

func TestNumbersAreIntegersThatAreMerged(t *testing.T) {
	words := emitLengths(func(w string) string { return w })
	floats := mr.MapFunc(func(_ string, emit mr.Emit[string, float64]) error { return nil })
	require.Nil(t, mr.MapReduce(words, mr.ReduceFunc(sumAll)).Steps()[0].Numbers)
	require.Nil(t, mr.MapMerge(floats, mr.Sum).Steps()[0].Numbers)
	require.Equal(t, int64(5), mr.MapMerge(words, mr.Sum).Steps()[0].Numbers.Merge(2, 3))
}

// Keys that lie in the memory of a line that is used again are handed on before the next line.
func TestNumbersOfBorrowedLines(t *testing.T) {
	job := mr.MapMerge(mr.MapFunc(func(line []byte, emit mr.Emit[string, int]) error {
		emit(unsafe.String(unsafe.SliceData(line), len(line)), 1)
		return nil
	}), mr.Sum)
	step := job.Steps()[0]
	require.True(t, step.Borrows)
	var got []string
	records := &reusedRecords{lines: []string{"one", "two", "six"}}
	require.NoError(t, step.Numbers.RunMap(&mr.Env{}, records, func(keys []string, _ []int64) error {
		got = append(got, strings.Clone(strings.Join(keys, ",")))
		return nil
	}))
	require.Equal(t, []string{"one", "two", "six"}, got)
}

// reusedRecords are records in memory that is used again.
type reusedRecords struct {
	lines  []string
	record []byte
}

func (r *reusedRecords) Next() bool {
	if len(r.lines) == 0 {
		return false
	}
	r.record = append(r.record[:0], r.lines[0]...)
	r.lines = r.lines[1:]
	return true
}
func (r *reusedRecords) Record() []byte { return r.record }
func (r *reusedRecords) Err() error     { return nil }

func TestErrorsOfNumbers(t *testing.T) {
	broken := errors.New("broken")
	accept := func([]string, []int64) error { return nil }
	tests := []struct {
		name    string
		mapper  mr.Mapper[string, jsonKey, int]
		collect mr.CollectNumbers
		want    string
	}{
		{"of the collector", keysOf(""), func([]string, []int64) error { return broken }, "broken"},
		{"of a key", keysOf("line 2"), accept, `in: record 2 of the split: record "line 2": no key`},
		{"a panic of the mapper", keysOf("panic"), accept, `in: record 1 of the split: record "line 1": panic: at line 1`},
		{"a panic of the merge", keysOf(""), func([]string, []int64) error { panic("of the merge") },
			`record "line 2": merging or partitioning one of the last 64 pairs, of this record or before: panic: of the merge`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			step := mr.MapMerge(test.mapper, mr.Sum).Steps()[0]
			require.NoError(t, step.Err)
			lines := []string{"line 1", "line 2", "line 3"}
			err := step.Numbers.RunMap(mr.NewEnv(mr.EnvConfig{Input: "in"}), &lineRecords{lines: lines}, test.collect)
			require.ErrorContains(t, err, test.want)
		})
	}
}

// A jsonKey is a key that can't be encoded where it is empty.
type jsonKey struct{ text string }

func (k jsonKey) MarshalText() ([]byte, error) {
	if k.text == "" {
		return nil, errors.New("no key")
	}
	return []byte(k.text), nil
}
func (k *jsonKey) UnmarshalText(text []byte) error { k.text = string(text); return nil }

// keysOf emits forty keys of each line, of which those of a broken line are empty.
func keysOf(broken string) mr.Mapper[string, jsonKey, int] {
	return mr.MapFunc(func(line string, emit mr.Emit[jsonKey, int]) error {
		if broken == "panic" {
			panic("at " + line)
		}
		for i := range 40 {
			key := jsonKey{line + strconv.Itoa(i)}
			if line == broken {
				key = jsonKey{}
			}
			emit(key, 1)
		}
		return nil
	})
}

// firstOf is a reducer that emits the first value.
func firstOf[K, V any](key K, values iter.Seq[V], emit mr.Emit[K, V]) error {
	for v := range values {
		emit(key, v)
		break
	}
	return nil
}

// numberPairs are an [mr.NumberPairs], whose keys are overwritten by Next.
type numberPairs struct {
	keys    []string
	numbers []int64
	key     []byte
	err     error
}

func (p *numberPairs) Next() bool {
	for i := range p.key {
		p.key[i] = '#'
	}
	if len(p.keys) == 0 {
		return false
	}
	p.key = append(p.key[:0], p.keys[0]...)
	p.keys = p.keys[1:]
	return true
}
func (p *numberPairs) Key() []byte   { return p.key }
func (p *numberPairs) Number() int64 { return p.numbers[len(p.numbers)-len(p.keys)-1] }
func (p *numberPairs) Value() []byte { return binary.AppendVarint(nil, p.Number()) }
func (p *numberPairs) Err() error    { return p.err }

// encodedPairs hides that pairs are numbers.
type encodedPairs struct{ mr.Pairs }

// What is written of numbers is what is written of their encodings, with the same counters and the same errors.
func TestReduceOfNumbers(t *testing.T) {
	words := emitLengths(func(w string) string { return w })
	broken := errors.New("broken")
	tests := map[string]struct {
		job   mr.Job
		keys  []string
		err   error // of the pairs
		write error
		want  string // of the error
	}{
		"strings":           {job: mr.MapMerge(words, mr.Sum), keys: []string{"", "a", "word"}},
		"values alone":      {job: mr.MapMerge(words, mr.Sum, mr.Output(mr.Values)), keys: []string{"a", "word"}},
		"JSON":              {job: mr.MapMerge(words, mr.Sum, mr.Output(mr.JSONLines)), keys: []string{"a\tb", "\"word\""}},
		"escaped":           {job: mr.MapMerge(words, mr.Sum, mr.Escape()), keys: []string{"a\tb", "back\\slash", "line\r\n"}},
		"keys with methods": {job: mr.MapMerge(keysOf(""), mr.Sum), keys: []string{"a", "word"}},
		"a reducer": {job: mr.MapMergeReduce(words, mr.Sum, mr.ReduceFunc(firstOf[string, int])),
			keys: []string{"a", "word"}},
		"a key with a tab":     {job: mr.MapMerge(words, mr.Sum), keys: []string{"a", "b\tc", "d"}, want: `"b\tc" has '\t' in it`},
		"a panic of a key":     {job: mr.MapMerge(panickingKeys(), mr.Sum), keys: []string{"b", "a"}, want: `key "b": panic: of key b`},
		"a damaged key":        {job: mr.MapMerge(emitLengths(func(w string) int { return len(w) }), mr.Sum), keys: []string{"\x80"}, want: "encoded bytes end too early"},
		"pairs with an error":  {job: mr.MapMerge(words, mr.Sum), keys: []string{"a"}, err: broken, want: "broken"},
		"a disk with an error": {job: mr.MapMerge(words, mr.Sum), keys: []string{"a", "b"}, write: broken, want: "broken"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			step := test.job.Steps()[0]
			require.NoError(t, step.Err)
			reduce := func(pairs mr.Pairs) (lines []string, counters []mr.CounterValue, err error) {
				env := mr.NewEnv(mr.EnvConfig{})
				err = step.RunReduce(env, pairs, func(record []byte) error {
					lines = append(lines, string(record))
					return test.write
				})
				return lines, env.Counters().Values(), err
			}
			pairs := func() *numberPairs {
				return &numberPairs{keys: test.keys, numbers: []int64{-1, 1 << 40, 7}[:len(test.keys)], err: test.err}
			}
			want, wantCounters, wantErr := reduce(encodedPairs{pairs()})
			got, counters, err := reduce(pairs())
			require.Equal(t, want, got)
			if test.want == "" {
				require.NoError(t, err)
				require.Len(t, got, len(test.keys))
				require.Equal(t, wantCounters, counters)
				return
			}
			require.ErrorContains(t, err, test.want)
			require.Equal(t, firstLine(wantErr), firstLine(err))
		})
	}
}

// firstLine returns the text of an error without the stack of a panic.
func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// A panickingKey is a key that can be encoded, but not written.
type panickingKey string

func (k panickingKey) MarshalText() ([]byte, error) {
	if k == "b" {
		panic("of key b")
	}
	return []byte(k), nil
}
func (k *panickingKey) UnmarshalText(text []byte) error { *k = panickingKey(text); return nil }

func panickingKeys() mr.Mapper[string, panickingKey, int] {
	return mr.MapFunc(func(string, mr.Emit[panickingKey, int]) error { return nil })
}

// A reduce of numbers ends soon after its context.
func TestReduceOfNumbersStops(t *testing.T) {
	step := mr.MapMerge(emitLengths(func(w string) string { return w }), mr.Sum).Steps()[0]
	ctx, cancel := context.WithCancel(t.Context())
	keys := make([]string, 100_000)
	for i := range keys {
		keys[i] = fmt.Sprintf("%06d", i)
	}
	written := 0
	err := step.RunReduce(mr.NewEnv(mr.EnvConfig{Context: ctx}), &numberPairs{keys: keys, numbers: make([]int64, len(keys))}, func([]byte) error {
		written++
		cancel()
		return nil
	})
	require.ErrorIs(t, err, context.Canceled)
	require.Less(t, written, len(keys)/2)
}
