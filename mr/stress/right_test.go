package stress_test

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/mr/mrtest"
	"github.com/gomr/gomr/mr/stress"
)

// A testJob is a job with its input.
type testJob struct {
	name  string
	files map[string]string
	job   func() mr.Job // a new one each time, so that no state is shared
}

// words are some lines of words with skewed counts in two files, one of them empty.
func words() map[string]string {
	var a, b strings.Builder
	for i := range 60 {
		fmt.Fprintf(&a, "the w%d cat w%d\n", i%7, i%11)
		fmt.Fprintf(&b, "a w%d dog\n", i*i%13)
	}
	return map[string]string{"/in/a": a.String(), "/in/b": b.String(), "/in/empty": ""}
}

// amounts are lines of NAME TAB AMOUNT, whose sums depend on their order in the last digits.
func amounts() map[string]string {
	var b strings.Builder
	for i := range 150 {
		fmt.Fprintf(&b, "user%d\t%v\n", i%5, float64(i*i%97)/7+float64(i%3)*1e6)
	}
	return map[string]string{"/in/amounts": b.String()}
}

// visits are lines of USER TIME PAGE, all of them different.
func visits() map[string]string {
	var b strings.Builder
	for i := range 120 {
		fmt.Fprintf(&b, "user%d %d page%d\n", i%6, i*37%120, i%4)
	}
	return map[string]string{"/in/visits": b.String()}
}

// rightJobs have the same output whatever a cluster does.
func rightJobs() []testJob {
	return []testJob{
		{"merge", words(), func() mr.Job { return mr.MapMerge(splitWords(), mr.Sum, mr.Reducers(3)) }},
		{"reduce", words(), func() mr.Job { return mr.MapReduce(splitWords(), sum()) }},
		{"combine", words(), func() mr.Job { return mr.MapCombineReduce(splitWords(), sum(), sum(), mr.Reducers(2)) }},
		{"merge and reduce", words(), func() mr.Job { return mr.MapMergeReduce(splitWords(), mr.Sum, sum()) }},
		{"more reduce tasks than keys", map[string]string{"/in/a": "x x\n"}, func() mr.Job { return mr.MapMerge(splitWords(), mr.Sum, mr.Reducers(9)) }},
		{"one record", map[string]string{"/in/a": "x"}, func() mr.Job { return mr.MapReduce(splitWords(), sum()) }},
		{"no record", map[string]string{"/in/a": ""}, func() mr.Job { return mr.MapReduce(splitWords(), sum()) }},
		{"sums of floats", amounts(), func() mr.Job { return mr.MapMerge(mr.MapFunc(amount), mr.Sum) }},
		{"sums of floats as JSON", amounts(), func() mr.Job { return mr.MapMerge(mr.MapFunc(amount), mr.Sum, mr.Output(mr.JSONLines)) }},
		{"sums of floats as keys", amounts(), func() mr.Job { return mr.MapReduce(mr.MapFunc(amount), mr.ReduceFunc(sumFirst)) }},
		{"average of sum and count", amounts(), func() mr.Job {
			return mr.MapMergeReduce(mr.MapFunc(sumAndCount), addSums, mr.ReduceFunc(average))
		}},
		{"in-mapper combining", words(), func() mr.Job { return mr.MapReduce(&countInMapper{}, sum()) }},
		{"in-mapper combining of a whole task", words(), func() mr.Job { return mr.MapReduce(mr.MapTask(countTask), sum(), mr.Reducers(2)) }},
		{"in-mapper duplicates", words(), func() mr.Job { return mr.MapReduce(&firstInMapper{}, mr.ReduceFunc(onlyKey)) }},
		{"cache outside of tasks", words(), func() mr.Job { return mr.MapMerge(cachedMapper{new(sync.Map)}, mr.Sum) }},
		{"map-only", words(), func() mr.Job { return mr.MapOnly(splitWords()) }},
		{"secondary sort", visits(), func() mr.Job { return mr.MapSortReduce(mr.MapFunc(visit), mr.ReduceSorted(pages), mr.Reducers(2)) }},
		{"total order", words(), func() mr.Job { return mr.MapReduce(splitWords(), sum(), mr.TotalOrder(), mr.Reducers(3)) }},
		{"partitioner", words(), func() mr.Job {
			return mr.MapMerge(splitWords(), mr.Sum, mr.Reducers(3), mr.PartitionBy(func(w string, n int) int { return len(w) % n }))
		}},
		{"skipped records", words(), func() mr.Job { return mr.MapMerge(mr.MapFunc(skipDogs), mr.Sum) }},
		{"values sorted by the reducer", words(), func() mr.Job { return mr.MapReduce(splitWords2(), mr.ReduceFunc(sortedSecond)) }},
		{"distinct values", words(), func() mr.Job {
			return mr.MapCombineReduce(splitWords2(), mr.ReduceFunc(distinct), mr.ReduceFunc(countDistinct))
		}},
		{"many lines of a key", words(), func() mr.Job { return mr.MapReduce(splitWords2(), mr.ReduceFunc(mrtest.Identity[string, string])) }},
		{"top of all in the tear-down", words(), func() mr.Job {
			return mr.Then(mr.MapMerge(splitWords(), mr.Sum, mr.Reducers(2)), mr.MapReduce(mr.MapFunc(toOne), &topWords{}))
		}},
		{"reduce of a whole task", words(), func() mr.Job { return mr.MapReduce(splitWords(), mr.ReduceTask(sumTask)) }},
		{"offset of the record", words(), func() mr.Job { return mr.MapOnly(mr.MapTask(offsets)) }},
		{"borrowed records that are written to", words(), func() mr.Job { return mr.MapMerge(mr.MapFunc(upper), mr.Sum) }},
		{"reducer that reads one value", words(), func() mr.Job { return mr.MapReduce(splitWords(), mr.ReduceFunc(firstKeyOnly)) }},
	}
}

func splitWords() mr.Mapper[string, string, int] {
	return mr.MapFunc(func(line string, emit mr.Emit[string, int]) error {
		for w := range strings.FieldsSeq(line) {
			emit(w, 1)
		}
		return nil
	})
}

// splitWords2 emits each word with the one behind it.
func splitWords2() mr.Mapper[string, string, string] {
	return mr.MapFunc(func(line string, emit mr.Emit[string, string]) error {
		words := strings.Fields(line)
		for i := range len(words) - 1 {
			emit(words[i], words[i+1])
		}
		return nil
	})
}

func sum() mr.Reducer[string, int, string, int] {
	return mr.ReduceFunc(func(word string, counts iter.Seq[int], emit mr.Emit[string, int]) error {
		n := 0
		for c := range counts {
			n += c
		}
		emit(word, n)
		return nil
	})
}

func amount(p mr.KV[string, float64], emit mr.Emit[string, float64]) error {
	emit(p.Key, p.Value)
	return nil
}

func sumFirst(user string, amounts iter.Seq[float64], emit mr.Emit[float64, string]) error {
	sum := 0.0
	for a := range amounts {
		sum += a
	}
	emit(sum, user)
	return nil
}

type sums struct {
	Sum   float64
	Count int
}

func sumAndCount(p mr.KV[string, float64], emit mr.Emit[string, sums]) error {
	emit(p.Key, sums{p.Value, 1})
	return nil
}

func addSums(a, b sums) sums { return sums{a.Sum + b.Sum, a.Count + b.Count} }

func average(user string, all iter.Seq[sums], emit mr.Emit[string, float64]) error {
	for s := range all {
		emit(user, s.Sum/float64(s.Count))
	}
	return nil
}

// countInMapper counts words in a table, and emits the table at the end of its task.
type countInMapper struct{ counts map[string]int }

func (m *countInMapper) SetupMap(*mr.Env) error {
	m.counts = make(map[string]int)
	return nil
}

func (m *countInMapper) Map(line string, _ mr.Emit[string, int]) error {
	for w := range strings.FieldsSeq(line) {
		m.counts[w]++
	}
	return nil
}

func (m *countInMapper) TeardownMap(emit mr.Emit[string, int]) error {
	for w, n := range m.counts {
		emit(w, n)
	}
	return nil
}

func countTask(_ *mr.Env, lines iter.Seq[string], emit mr.Emit[string, int]) error {
	counts := make(map[string]int)
	for line := range lines {
		for w := range strings.FieldsSeq(line) {
			counts[w]++
		}
	}
	for w, n := range counts {
		emit(w, n)
	}
	return nil
}

// firstInMapper emits each word of a task once, to save the shuffle work.
type firstInMapper struct{ seen map[string]bool }

func (m *firstInMapper) SetupMap(*mr.Env) error {
	m.seen = make(map[string]bool)
	return nil
}

func (m *firstInMapper) Map(line string, emit mr.Emit[string, struct{}]) error {
	for w := range strings.FieldsSeq(line) {
		if !m.seen[w] {
			m.seen[w] = true
			emit(w, struct{}{})
		}
	}
	return nil
}

func onlyKey(word string, _ iter.Seq[struct{}], emit mr.Emit[string, struct{}]) error {
	emit(word, struct{}{})
	return nil
}

// cachedMapper remembers what it has worked out, for all tasks.
type cachedMapper struct{ cache *sync.Map }

func (m cachedMapper) Map(line string, emit mr.Emit[string, int]) error {
	for w := range strings.FieldsSeq(line) {
		upper, _ := m.cache.LoadOrStore(w, strings.ToUpper(w))
		emit(upper.(string), 1)
	}
	return nil
}

func visit(line string, emit mr.Emit[mr.Sorted[string, int], string]) error {
	f := strings.Fields(line)
	at, err := strconv.Atoi(f[1])
	emit(mr.SortBy(f[0], at), f[2])
	return err
}

func pages(user string, pages iter.Seq2[int, string], emit mr.Emit[string, string]) error {
	var path []string
	for at, page := range pages {
		path = append(path, fmt.Sprint(at, "=", page))
	}
	emit(user, strings.Join(path, " "))
	return nil
}

func skipDogs(line string, emit mr.Emit[string, int]) error {
	if strings.Contains(line, "dog") {
		return fmt.Errorf("a dog: %w", mr.ErrSkip)
	}
	emit(line, 1)
	return nil
}

func sortedSecond(word string, seconds iter.Seq[string], emit mr.Emit[string, string]) error {
	emit(word, strings.Join(slices.Sorted(seconds), " "))
	return nil
}

// distinct puts out each value once, in whatever order a map gives.
func distinct(word string, values iter.Seq[string], emit mr.Emit[string, string]) error {
	for v := range setOf(values) {
		emit(word, v)
	}
	return nil
}

func countDistinct(word string, values iter.Seq[string], emit mr.Emit[string, int]) error {
	emit(word, len(setOf(values)))
	return nil
}

func setOf(values iter.Seq[string]) map[string]bool {
	set := make(map[string]bool)
	for v := range values {
		set[v] = true
	}
	return set
}

func toOne(p mr.KV[string, int], emit mr.Emit[string, mr.KV[string, int]]) error {
	emit("all", p)
	return nil
}

// topWords keeps the most frequent words of its task, and emits them at its end.
type topWords struct{ counts map[string]int }

func (r *topWords) SetupReduce(*mr.Env) error {
	r.counts = make(map[string]int)
	return nil
}

func (r *topWords) Reduce(_ string, words iter.Seq[mr.KV[string, int]], _ mr.Emit[string, int]) error {
	for p := range words {
		r.counts[p.Key] += p.Value
	}
	return nil
}

func (r *topWords) TeardownReduce(emit mr.Emit[string, int]) error {
	byCount := slices.SortedFunc(maps.Keys(r.counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(r.counts[b], r.counts[a]), cmp.Compare(a, b))
	})
	for _, w := range byCount[:min(3, len(byCount))] {
		emit(w, r.counts[w])
	}
	return nil
}

func sumTask(_ *mr.Env, groups iter.Seq2[string, iter.Seq[int]], emit mr.Emit[string, int]) error {
	for word, counts := range groups {
		n := 0
		for c := range counts {
			n += c
		}
		emit(word, n)
	}
	return nil
}

func offsets(env *mr.Env, lines iter.Seq[string], emit mr.Emit[string, int64]) error {
	for line := range lines {
		p := env.Position()
		emit(p.File+" "+line, p.Offset)
	}
	return nil
}

// upper writes to the record, which is its own until it returns.
func upper(line []byte, emit mr.Emit[string, int]) error {
	for i, b := range line {
		if 'a' <= b && b <= 'z' {
			line[i] = b ^ 0x20
		} else if 'A' <= b && b <= 'Z' {
			line[i] = b ^ 0x20
		}
	}
	emit(string(line), 1)
	return nil
}

func firstKeyOnly(word string, counts iter.Seq[int], emit mr.Emit[string, int]) error {
	for c := range counts {
		emit(word, c) // they are all 1
		break
	}
	return nil
}

// TestRightJobsAreNeverBlamed runs each of them with many seeds.
func TestRightJobsAreNeverBlamed(t *testing.T) {
	t.Parallel()
	for _, j := range rightJobs() {
		t.Run(j.name, func(t *testing.T) {
			t.Parallel()
			b := plain(t, j)
			for seed := range uint64(rightSeeds) {
				require.NoError(t, b.Try(t.Context(), seed))
			}
			require.NoError(t, b.Close())
		})
	}
}

// TestCasesOfTheSuite runs the jobs that every engine runs: those whose output follows
// from the order of values, which gomr defines, are reported for that, and no other.
func TestCasesOfTheSuite(t *testing.T) {
	t.Parallel()
	ordered := []string{"SecondarySort", "ValueOrder", "HotKey", "AnyBytes"}
	for _, c := range mrtest.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			b := plain(t, testJob{c.Name, c.Files, func() mr.Job { return c.Job }})
			if slices.Contains(ordered, c.Name) {
				var d *stress.Difference
				require.ErrorAs(t, b.Try(t.Context(), 1), &d)
				require.Equal(t, stress.Order, d.Cause, "%v", d)
			} else {
				for seed := range uint64(20) { // their inputs are larger
					require.NoError(t, b.Try(t.Context(), seed))
				}
			}
			require.NoError(t, b.Close())
		})
	}
}
