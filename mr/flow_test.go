package mr_test

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/gomr/gomr/mr"
	"github.com/stretchr/testify/require"
)

var verse = files{
	"/in/a": {"the cat the dog", "a cat"},
	"/in/b": {"the end"},
}

const verseCounts = "a\t1\ncat\t2\ndog\t1\nend\t1\nthe\t3\n"

func TestWordCountInEachForm(t *testing.T) {
	m, r := mr.MapFunc(words), mr.ReduceFunc(sumAll)
	whole := mr.MapTask(func(_ *mr.Env, lines iter.Seq[string], emit mr.Emit[string, int]) error {
		counts := map[string]int{}
		for line := range lines {
			for w := range strings.FieldsSeq(line) {
				counts[w]++
			}
		}
		for w, n := range counts {
			emit(w, n)
		}
		return nil
	})
	wholeReduce := mr.ReduceTask(func(_ *mr.Env, groups iter.Seq2[string, iter.Seq[int]], emit mr.Emit[string, int]) error {
		for w, counts := range groups {
			if err := sumAll(w, counts, emit); err != nil {
				return err
			}
		}
		return nil
	})
	for name, job := range map[string]mr.Job{
		"map, reduce":          mr.MapReduce(m, r),
		"map, merge":           mr.MapMerge(m, mr.Sum),
		"map, merge, reduce":   mr.MapMergeReduce(m, mr.Sum, r),
		"map, combine, reduce": mr.MapCombineReduce(m, r, r),
		"whole tasks":          mr.MapReduce(whole, wholeReduce),
		"types":                mr.MapMerge(counter{}, mr.Sum),
		"[]byte records and keys": mr.MapMerge(mr.MapFunc(func(line []byte, emit mr.Emit[[]byte, int]) error {
			for w := range strings.FieldsSeq(string(line)) {
				emit([]byte(w), 1)
			}
			return nil
		}), mr.Sum),
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, verseCounts, run(t, job, verse)) })
	}
}

type counter struct{}

func (counter) Map(line string, emit mr.Emit[string, int]) error { return words(line, emit) }

func TestPartsFollowHadoopsHash(t *testing.T) {
	got := run(t, mr.MapMerge(counter{}, mr.Sum, mr.Reducers(3)), verse)
	want := make([]string, 3)
	for line := range strings.Lines(verseCounts) {
		word, _, _ := strings.Cut(line, "\t")
		want[mr.HashPartition([]byte(word), 3)] += line
	}
	require.Equal(t, strings.Join(want, ""), got)
}

func TestStepsInARow(t *testing.T) {
	byCount := mr.MapFunc(func(p mr.KV[string, int], emit mr.Emit[int, string]) error {
		emit(p.Value, p.Key)
		return nil
	})
	list := mr.ReduceFunc(func(n int, words iter.Seq[string], emit mr.Emit[int, string]) error {
		var all []string
		for w := range words {
			all = append(all, w)
		}
		emit(n, strings.Join(all, " "))
		return nil
	})
	job := mr.Then(mr.MapMerge(counter{}, mr.Sum, mr.Reducers(2)), mr.MapReduce(byCount, list))
	require.Len(t, job.Steps(), 2)
	require.Equal(t, "1\ta\tend\tdog\n2\tcat\n3\tthe\n", strings.ReplaceAll(run(t, job, verse), " ", "\t"))
}

func TestStepsPassAnyBytes(t *testing.T) {
	odd := "tab\there, back\\slash, cr\rnul\x00high\xff"
	first := mr.MapOnly(mr.MapFunc(func(_ string, emit mr.Emit[string, string]) error {
		emit(odd, odd+"\n")
		return nil
	}))
	second := mr.MapOnly(mr.MapFunc(func(p mr.KV[string, string], emit mr.Emit[bool, bool]) error {
		emit(p.Key == odd, p.Value == odd+"\n")
		return nil
	}))
	require.Equal(t, "true\ttrue\n", run(t, mr.Then(first, second), files{"/in": {"x"}}))
}

type event struct {
	User string `json:"user"`
	At   int    `json:"at"`
}

func TestSecondarySort(t *testing.T) {
	m := mr.MapFunc(func(e event, emit mr.Emit[mr.Sorted[string, int], string]) error {
		emit(mr.SortBy(e.User, e.At), fmt.Sprint("at ", e.At))
		return nil
	})
	r := mr.ReduceSorted(func(user string, visits iter.Seq2[int, string], emit mr.Emit[string, string]) error {
		var all []string
		for at, text := range visits {
			all = append(all, fmt.Sprintf("%d=%s", at, text))
		}
		emit(user, strings.Join(all, ";"))
		return nil
	})
	in := files{
		"/a": {`{"user":"ann","at":5}`, `{"user":"bob","at":1}`, `{"user":"ann","at":-3}`},
		"/b": {`{"user":"ann","at":40}`, `{"user":"annie","at":0}`},
	}
	require.Equal(t, "ann\t-3=at -3;5=at 5;40=at 40\nannie\t0=at 0\nbob\t1=at 1\n", run(t, mr.MapSortReduce(m, r), in))
	require.Equal(t, 3, strings.Count(run(t, mr.MapSortReduce(m, r, mr.Reducers(3)), in), "\n"))
}

func TestJoin(t *testing.T) {
	type key = mr.Sorted[int, string]
	job := mr.MapSortReduce(
		mr.Inputs(
			mr.From("/people", mr.MapFunc(func(p mr.KV[int, string], emit mr.Emit[key, string]) error {
				emit(mr.SortBy(p.Key, "a"), p.Value)
				return nil
			})),
			mr.From("/visits-*", mr.MapFunc(func(line string, emit mr.Emit[key, string]) error {
				var id int
				if _, err := fmt.Sscan(line, &id); err != nil {
					return fmt.Errorf("%w: %w", mr.ErrSkip, err)
				}
				emit(mr.SortBy(id, "b"), "visit")
				return nil
			})),
		),
		mr.ReduceSorted(func(_ int, rows iter.Seq2[string, string], emit mr.Emit[string, int]) error {
			name, visits := "nobody", 0
			for side, row := range rows {
				if side == "a" {
					name = row
				} else {
					visits++
				}
			}
			emit(name, visits)
			return nil
		}))
	in := files{"/people/part-0": {"7\tann", "10\tbob"}, "/visits-1/x": {"7", "oops", "7"}, "/visits-2/x": {"99", "7"}}
	require.Equal(t, "ann\t3\nbob\t0\nnobody\t1\n", run(t, job, in))

	_, err := tryRun(job, files{"/other": {"x"}}, &mr.Counters{})
	require.EqualError(t, err, `input /other belongs to none of the sources "/people", "/visits-*": correct the patterns given to mr.From`)
}

func TestTotalOrder(t *testing.T) {
	m := mr.MapFunc(func(n int, emit mr.Emit[int, struct{}]) error { emit(n, struct{}{}); return nil })
	r := mr.ReduceFunc(func(n int, _ iter.Seq[struct{}], emit mr.Emit[int, struct{}]) error {
		emit(n, struct{}{})
		return nil
	})
	in := files{"/a": {"5", "-2", "17", "3"}, "/b": {"-40", "8", "1", "5"}}
	require.Equal(t, "-40\n-2\n1\n3\n5\n8\n17\n", run(t, mr.MapReduce(m, r, mr.TotalOrder(), mr.Reducers(3)), in))
}

func TestPartitioners(t *testing.T) {
	last := func(word string, partitions int) int { return int(word[len(word)-1]) % partitions }
	byOption := run(t, mr.MapMerge(counter{}, mr.Sum, mr.Reducers(3), mr.PartitionBy(last)), verse)
	require.Equal(t, byOption, run(t, mr.MapMerge(partitioned{}, mr.Sum, mr.Reducers(3)), verse))

	_, err := tryRun(mr.MapMerge(counter{}, mr.Sum, mr.Reducers(3), mr.PartitionBy(func(string, int) int { return 3 })), verse, &mr.Counters{})
	require.ErrorContains(t, err, `Partition returned 3 for key "the": it must be from 0 to 2`)
}

type partitioned struct{ counter }

func (partitioned) Partition(word string, partitions int) int {
	return int(word[len(word)-1]) % partitions
}

func TestContaining(t *testing.T) {
	var counters mr.Counters
	out, err := tryRun(mr.MapMerge(counter{}, mr.Sum, mr.Containing("t d")), verse, &counters)
	require.NoError(t, err)
	require.Empty(t, out)
	out, err = tryRun(mr.MapMerge(counter{}, mr.Sum, mr.Containing("the c")), verse, &counters)
	require.NoError(t, err)
	require.Equal(t, "cat\t1\ndog\t1\nthe\t2\n", out)
	require.EqualValues(t, 1, counters.Counter(mr.FrameworkGroup, mr.MapInputRecords).Value(), "what is left out is not counted")
	require.Equal(t, verseCounts, run(t, mr.MapMerge(counter{}, mr.Sum, mr.Containing("")), verse), "all records contain nothing")

	number := mr.MapFunc(func(n int, emit mr.Emit[int, int]) error { emit(n, 1); return nil })
	require.Equal(t, "17\t1\n", run(t, mr.MapMerge(mr.Inputs(mr.From("/n", number)), mr.Sum, mr.Containing("7")), files{"/n": {"oops", "17", "5"}}),
		"a record that is left out is not parsed")
}

func TestContainingIsForFilesAndOneText(t *testing.T) {
	again := mr.MapMerge(mr.MapFunc(func(p mr.KV[string, int], emit mr.Emit[string, int]) error { return nil }), mr.Sum, mr.Containing("a"))
	require.ErrorContains(t, mr.Check(mr.Then(mr.MapMerge(counter{}, mr.Sum), again)), "step 2: mr.Containing looks at the lines of files")
	require.ErrorContains(t, mr.Check(mr.MapMerge(counter{}, mr.Sum, mr.Containing("a"), mr.Containing("b"))), `mr.Containing("b"): a step looks for one text, and it looks for "a" already`)
}

// stateful counts its records between set-up and tear-down.
type stateful struct {
	lines *mr.Counter
	n     int
}

func (s *stateful) SetupMap(env *mr.Env) error {
	s.lines = env.Counter("test", "lines")
	return nil
}

func (s *stateful) Map(_ string, _ mr.Emit[string, int]) error {
	s.n++
	s.lines.Add(1)
	return nil
}

func (s *stateful) TeardownMap(emit mr.Emit[string, int]) error {
	emit("lines", s.n)
	return nil
}

func TestSetupAndTeardownBelongToTheTask(t *testing.T) {
	var counters mr.Counters
	out, err := tryRun(mr.MapReduce(&stateful{}, mr.ReduceFunc(sumAll)), verse, &counters)
	require.NoError(t, err)
	require.Equal(t, "lines\t3\n", out, "each task starts with a copy whose n is zero")
	require.EqualValues(t, 3, counters.Counter("test", "lines").Value())
	require.EqualValues(t, 3, counters.Counter(mr.FrameworkGroup, mr.MapInputRecords).Value())
	require.EqualValues(t, 1, counters.Counter(mr.FrameworkGroup, mr.ReduceOutputRecords).Value())
}

func TestAReducerMayLeaveValues(t *testing.T) {
	first := mr.ReduceFunc(func(word string, counts iter.Seq[int], emit mr.Emit[string, int]) error {
		for n := range counts {
			emit(word, n)
			break
		}
		return nil
	})
	require.Equal(t, "a\t1\ncat\t1\ndog\t1\nend\t1\nthe\t1\n", run(t, mr.MapReduce(counter{}, first), verse))
}

func TestErrorsNameTheRecord(t *testing.T) {
	fail := errors.New("no dogs here")
	noDogs := func(line string, emit mr.Emit[string, int]) error {
		if strings.Contains(line, "dog") {
			return fail
		}
		return words(line, emit)
	}
	panics := func(line string, emit mr.Emit[string, int]) error {
		var counts map[string]int
		counts[line]++
		return nil
	}
	intoKey := func(line string, emit mr.Emit[string, int]) error {
		emit("a\tb", 1)
		return nil
	}
	noSum := func(word string, _ iter.Seq[int], _ mr.Emit[string, int]) error { return fail }
	in := files{"/in/a": {"the cat", "a dog"}}

	for name, test := range map[string]struct {
		job  mr.Job
		want string
	}{
		"map error":    {mr.MapMerge(mr.MapFunc(noDogs), mr.Sum), `/in/a: record 2 of the split: record "a dog": no dogs here`},
		"map panic":    {mr.MapMerge(mr.MapFunc(panics), mr.Sum), `/in/a: record 1 of the split: record "the cat": panic: assignment to entry in nil map`},
		"tab in key":   {mr.MapOnly(mr.MapFunc(intoKey)), `/in/a: record 1 of the split: record "the cat": key "a\tb" has '\t' in it, which a line of TSV can't hold: use mr.Escape() or mr.Output(mr.JSONLines)`},
		"reduce error": {mr.MapReduce(counter{}, mr.ReduceFunc(noSum)), `key "a": no dogs here`},
		"bad number":   {mr.MapOnly(mr.MapFunc(func(n int8, _ mr.Emit[int8, int]) error { return nil })), `/in/a: record 1 of the split: record "the cat": "the cat" is no int8: invalid syntax`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tryRun(test.job, in, &mr.Counters{})
			require.Error(t, err)
			first, _, _ := strings.Cut(err.Error(), "\n")
			require.Equal(t, test.want, first)
			var recordErr *mr.RecordError
			require.ErrorAs(t, err, &recordErr)
		})
	}
}

func TestSkippedRecordsAreCountedAndLimited(t *testing.T) {
	odd := mr.MapFunc(func(n int, emit mr.Emit[int, int]) error {
		if n%2 == 1 {
			return fmt.Errorf("%w: %d is odd", mr.ErrSkip, n)
		}
		emit(n, n)
		return nil
	})
	in := files{"/in": {"1", "2", "3", "4"}}
	var counters mr.Counters
	out, err := tryRun(mr.MapOnly(odd), in, &counters)
	require.NoError(t, err)
	require.Equal(t, "2\t2\n4\t4\n", out)
	require.EqualValues(t, 2, counters.Counter(mr.FrameworkGroup, mr.SkippedRecords).Value())

	_, err = tryRun(mr.MapOnly(odd, mr.SkipLimit(1)), in, &mr.Counters{})
	require.ErrorContains(t, err, "records skipped: 2, more than mr.SkipLimit(1) allows")

	broken := files{"/in": {"2", "two"}}
	_, err = tryRun(mr.MapOnly(odd), broken, &mr.Counters{})
	require.ErrorContains(t, err, `"two" is no int`)
	require.Equal(t, "2\t2\n", run(t, mr.MapOnly(odd, mr.SkipLimit(1)), broken))
}

func TestOutputFormats(t *testing.T) {
	m := mr.MapFunc(func(line string, emit mr.Emit[string, event]) error {
		emit(line, event{line, 1})
		return nil
	})
	none := mr.MapFunc(func(line string, emit mr.Emit[string, struct{}]) error { emit(line, struct{}{}); return nil })
	in := files{"/in": {"a\\b<"}}
	require.Equal(t, "a\\b<\t{\"user\":\"a\\\\b<\",\"at\":1}\n", run(t, mr.MapOnly(m), in))
	require.Equal(t, "{\"key\":\"a\\\\b<\",\"value\":{\"user\":\"a\\\\b<\",\"at\":1}}\n", run(t, mr.MapOnly(m, mr.Output(mr.JSONLines)), in))
	require.Equal(t, "{\"user\":\"a\\\\b<\",\"at\":1}\n", run(t, mr.MapOnly(m, mr.Output(mr.Values)), in))
	require.Equal(t, "a\\b<\n", run(t, mr.MapOnly(none), in))
	require.Equal(t, "a\\\\b<\n", run(t, mr.MapOnly(none, mr.Escape()), in))
}

func TestACombinerMustKeepItsKey(t *testing.T) {
	rename := mr.ReduceFunc(func(_ string, _ iter.Seq[int], emit mr.Emit[string, int]) error { emit("other", 1); return nil })
	_, err := tryRun(mr.MapCombineReduce(counter{}, rename, mr.ReduceFunc(sumAll)), verse, &mr.Counters{})
	require.ErrorContains(t, err, "the combiner emitted another key")
}
