package mr_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/gomr/gomr/mr"
	"github.com/stretchr/testify/require"
)

// The tests of this package run jobs over memory: the least engine that keeps the
// rules. The real ones have a conformance suite of their own.

// lineRecords are records in memory.
type lineRecords struct {
	lines []string
	i     int
}

func (l *lineRecords) Next() bool     { l.i++; return l.i <= len(l.lines) }
func (l *lineRecords) Record() []byte { return []byte(l.lines[l.i-1]) }
func (l *lineRecords) Err() error     { return nil }

type pair struct{ key, value []byte }

// slicePairs are pairs in memory.
type slicePairs struct {
	pairs []pair
	i     int
}

func (p *slicePairs) Next() bool    { p.i++; return p.i <= len(p.pairs) }
func (p *slicePairs) Key() []byte   { return p.pairs[p.i-1].key }
func (p *slicePairs) Value() []byte { return p.pairs[p.i-1].value }
func (p *slicePairs) Err() error    { return nil }

// files are inputs by their names, each of which is one map task.
type files map[string][]string

// run runs a job and returns its output, parts after one another.
func run(t testing.TB, job mr.Job, in files) string {
	t.Helper()
	out, err := tryRun(job, in, &mr.Counters{})
	require.NoError(t, err)
	return out
}

func tryRun(job mr.Job, in files, counters *mr.Counters) (string, error) {
	if err := mr.Check(job); err != nil {
		return "", err
	}
	var out string
	for _, step := range job.Steps() {
		parts, err := runStep(step, in, counters)
		if err != nil {
			return "", err
		}
		in = files{}
		for i, part := range parts {
			in[fmt.Sprintf("part-%05d", i)] = part
		}
		lines := slices.Concat(parts...)
		out = strings.Join(append(lines, ""), "\n")
	}
	return out, nil
}

func runStep(step *mr.Step, in files, counters *mr.Counters) (parts [][]string, err error) {
	if step.TotalOrder {
		var sampled [][]byte
		for name, lines := range in {
			env := mr.NewEnv(mr.EnvConfig{Input: name})
			err := step.RunMap(env, &lineRecords{lines: lines}, func(key, _ []byte) error {
				sampled = append(sampled, bytes.Clone(key))
				return nil
			})
			if err != nil {
				return nil, err
			}
		}
		step = step.WithCuts(step.CutPoints(sampled))
	}
	partitions := make([][]pair, step.Reducers)
	for i, name := range sortedNames(in) {
		env := mr.NewEnv(mr.EnvConfig{Input: name, Partition: i})
		if step.Reducers == 0 {
			var part []string
			err = step.RunMapOnly(env, &lineRecords{lines: in[name]}, collectLines(&part))
			parts = append(parts, part)
		} else {
			err = mapInto(step, env, in[name], partitions)
		}
		counters.Merge(env.Counters())
		if err != nil {
			return nil, err
		}
	}
	for i, pairs := range partitions {
		var part []string
		slices.SortStableFunc(pairs, func(a, b pair) int { return bytes.Compare(a.key, b.key) })
		env := mr.NewEnv(mr.EnvConfig{Partition: i})
		err := step.RunReduce(env, &slicePairs{pairs: pairs}, collectLines(&part))
		counters.Merge(env.Counters())
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return parts, nil
}

// mapInto runs a map task, merges or combines what it emits in pieces of three
// pairs, and adds that to the partitions.
func mapInto(step *mr.Step, env *mr.Env, lines []string, partitions [][]pair) error {
	partition := step.NewPartition()
	piece := make(map[int][]pair)
	flush := func(p int) error {
		pairs, err := combine(step, env, piece[p])
		partitions[p] = append(partitions[p], pairs...)
		delete(piece, p)
		return err
	}
	err := runMap(step, env, lines, func(key, value []byte) error {
		p := partition(key)
		piece[p] = append(piece[p], pair{bytes.Clone(key), bytes.Clone(value)})
		if len(piece[p]) == 3 {
			return flush(p)
		}
		return nil
	})
	for p := range partitions {
		if err == nil {
			err = flush(p)
		}
	}
	return err
}

// runMap runs a map task, as numbers where the step can.
func runMap(step *mr.Step, env *mr.Env, lines []string, collect mr.Collect) error {
	if step.Numbers == nil {
		return step.RunMap(env, &lineRecords{lines: lines}, collect)
	}
	return step.Numbers.RunMap(env, &lineRecords{lines: lines}, func(keys []string, numbers []int64) error {
		for i, key := range keys {
			if err := collect([]byte(key), binary.AppendVarint(nil, numbers[i])); err != nil {
				return err
			}
		}
		return nil
	})
}

func combine(step *mr.Step, env *mr.Env, pairs []pair) (combined []pair, err error) {
	slices.SortStableFunc(pairs, func(a, b pair) int { return bytes.Compare(a.key, b.key) })
	switch {
	case step.NewMerge != nil:
		merge := step.NewMerge()
		for _, p := range pairs {
			if n := len(combined); n > 0 && bytes.Equal(combined[n-1].key, p.key) {
				combined[n-1].value = merge(nil, combined[n-1].value, p.value)
				continue
			}
			combined = append(combined, p)
		}
		return combined, nil
	case step.Combine != nil:
		err := step.Combine(env, &slicePairs{pairs: pairs}, func(key, value []byte) error {
			combined = append(combined, pair{bytes.Clone(key), bytes.Clone(value)})
			return nil
		})
		return combined, err
	}
	return pairs, nil
}

func collectLines(lines *[]string) mr.WriteRecord {
	return func(record []byte) error {
		*lines = append(*lines, string(record))
		return nil
	}
}

func sortedNames(in files) []string {
	names := make([]string, 0, len(in))
	for name := range in {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// words is the mapper of a word count.
func words(line string, emit mr.Emit[string, int]) error {
	for w := range strings.FieldsSeq(line) {
		emit(w, 1)
	}
	return nil
}

func sumAll(word string, counts iter.Seq[int], emit mr.Emit[string, int]) error {
	n := 0
	for c := range counts {
		n += c
	}
	emit(word, n)
	return nil
}
