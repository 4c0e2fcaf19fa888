package mr_test

import (
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"strings"

	"github.com/gomr/gomr/mr"
)

// The examples print what jobs put out, by the engine of memory_test.go.
func printOutput(job mr.Job, in files) {
	out, err := tryRun(job, in, &mr.Counters{})
	if err != nil {
		fmt.Println("error:", err)
	}
	fmt.Print(strings.ReplaceAll(out, "\t", " "))
}

var lines = files{"/data/lines": {"the cat", "a dog", "the dog"}}

// A sum needs no reducer: pairs are merged two by two wherever they meet.
func ExampleMapMerge() {
	words := mr.MapFunc(func(line string, emit mr.Emit[string, int]) error {
		for w := range strings.FieldsSeq(line) {
			emit(w, 1)
		}
		return nil
	})
	printOutput(mr.MapMerge(words, mr.Sum), lines)
	// Output:
	// a 1
	// cat 1
	// dog 2
	// the 2
}

// Initials lists the words of each first letter.
type Initials struct{}

func (Initials) Map(line string, emit mr.Emit[string, string]) error {
	for w := range strings.FieldsSeq(line) {
		emit(w[:1], w)
	}
	return nil
}

func (Initials) Reduce(letter string, words iter.Seq[string], emit mr.Emit[string, string]) error {
	sorted := slices.Sorted(words)
	emit(letter, strings.Join(slices.Compact(sorted), " "))
	return nil
}

// A type with the methods Map and Reduce is a mapper and a reducer.
func ExampleMapReduce() {
	printOutput(mr.MapReduce(Initials{}, Initials{}), lines)
	// Output:
	// a a
	// c cat
	// d dog
	// t the
}

// A combiner may be a reducer too, where values can't be merged two by two alone.
func ExampleMapCombineReduce() {
	longest := mr.ReduceFunc(func(letter string, words iter.Seq[string], emit mr.Emit[string, string]) error {
		best := ""
		for w := range words {
			if len(w) > len(best) {
				best = w
			}
		}
		emit(letter, best)
		return nil
	})
	printOutput(mr.MapCombineReduce(Initials{}, longest, longest), files{"/data/lines": {"a ant", "any", "bee b"}})
	// Output:
	// a ant
	// b bee
}

// The mean is not associative, but the sums and counts that it is made of are.
func ExampleMapMergeReduce() {
	type total struct{ Sum, Count float64 }
	temperatures := mr.MapFunc(func(r mr.KV[string, float64], emit mr.Emit[string, total]) error {
		emit(r.Key, total{r.Value, 1})
		return nil
	})
	add := func(a, b total) total { return total{a.Sum + b.Sum, a.Count + b.Count} }
	mean := mr.ReduceFunc(func(city string, totals iter.Seq[total], emit mr.Emit[string, float64]) error {
		for t := range totals {
			emit(city, t.Sum/t.Count)
		}
		return nil
	})
	printOutput(mr.MapMergeReduce(temperatures, add, mean), files{"/data/readings": {"Oslo\t10", "Bergen\t11.5", "Oslo\t13"}})
	// Output:
	// Bergen 11.5
	// Oslo 11.5
}

// The values of a user come in the order of time, without being held in memory.
func ExampleMapSortReduce() {
	type visit struct {
		User string `json:"user"`
		At   int    `json:"at"`
	}
	byUser := mr.MapFunc(func(v visit, emit mr.Emit[mr.Sorted[string, int], struct{}]) error {
		emit(mr.SortBy(v.User, v.At), struct{}{})
		return nil
	})
	pauses := mr.ReduceSorted(func(user string, visits iter.Seq2[int, struct{}], emit mr.Emit[string, int]) error {
		last := -1
		for at := range visits {
			if last >= 0 {
				emit(user, at-last)
			}
			last = at
		}
		return nil
	})
	printOutput(mr.MapSortReduce(byUser, pauses), files{"/data/visits": {
		`{"user":"ann","at":30}`, `{"user":"bob","at":5}`, `{"user":"ann","at":10}`, `{"user":"ann","at":11}`,
	}})
	// Output:
	// ann 1
	// ann 19
}

// A join: the records of each input have a type and a mapper of their own.
func ExampleInputs() {
	type key = mr.Sorted[int, int]
	names := mr.MapFunc(func(r mr.KV[int, string], emit mr.Emit[key, string]) error {
		emit(mr.SortBy(r.Key, 0), r.Value)
		return nil
	})
	orders := mr.MapFunc(func(r mr.KV[int, string], emit mr.Emit[key, string]) error {
		emit(mr.SortBy(r.Key, 1), r.Value)
		return nil
	})
	withName := mr.ReduceSorted(func(_ int, rows iter.Seq2[int, string], emit mr.Emit[string, string]) error {
		name := "nobody"
		for side, row := range rows {
			if side == 0 {
				name = row
			} else {
				emit(name, row)
			}
		}
		return nil
	})
	job := mr.MapSortReduce(mr.Inputs(mr.From("/data/customers", names), mr.From("/data/orders/*", orders)), withName)
	printOutput(job, files{"/data/customers": {"1\tAnn", "2\tBob"}, "/data/orders/june": {"2\tpears", "1\tplums", "7\tnuts"}})
	// Output:
	// Ann plums
	// Bob pears
	// nobody nuts
}

// Two steps: count words, then list the words of each count. That the records of
// the second are the pairs of the first is checked by the compiler.
func ExampleThen() {
	count := mr.MapMerge(mr.MapFunc(words), mr.Sum)
	byCount := mr.MapFunc(func(p mr.KV[string, int], emit mr.Emit[mr.Sorted[int, string], struct{}]) error {
		emit(mr.SortBy(p.Value, p.Key), struct{}{})
		return nil
	})
	list := mr.ReduceSorted(func(n int, words iter.Seq2[string, struct{}], emit mr.Emit[int, string]) error {
		var all []string
		for w := range words {
			all = append(all, w)
		}
		emit(n, strings.Join(all, " "))
		return nil
	})
	printOutput(mr.Then(count, mr.MapSortReduce(byCount, list)), lines)
	// Output:
	// 1 a cat
	// 2 dog the
}

// A whole task: it reads a side file before its loop, counts in it, and emits after it.
func ExampleMapTask() {
	count := mr.MapTask(func(env *mr.Env, lines iter.Seq[string], emit mr.Emit[string, int]) error {
		stop, err := fs.ReadFile(env.Files(), "stop-words")
		if err != nil && !strings.Contains(err.Error(), "not exist") {
			return err
		}
		seen := env.Counter("words", "seen")
		counts := make(map[string]int)
		for line := range lines {
			for w := range strings.FieldsSeq(line) {
				seen.Add(1)
				if w != string(stop) {
					counts[w]++
				}
			}
		}
		for w, n := range counts {
			emit(w, n)
		}
		return nil
	})
	printOutput(mr.MapMerge(count, mr.Sum), lines)
	// Output:
	// a 1
	// cat 1
	// dog 2
	// the 2
}

// A grep: what the mapper emits is the output.
func ExampleMapOnly() {
	grep := mr.MapFunc(func(line string, emit mr.Emit[string, struct{}]) error {
		if strings.Contains(line, "dog") {
			emit(line, struct{}{})
		}
		return nil
	})
	printOutput(mr.MapOnly(grep), lines)
	// Output:
	// a dog
	// the dog
}

// Keys from a to m are in the first part, the others in the second.
func ExamplePartitionBy() {
	half := mr.PartitionBy(func(word string, partitions int) int {
		if word < "n" {
			return 0
		}
		return partitions - 1
	})
	printOutput(mr.MapMerge(mr.MapFunc(words), mr.Sum, mr.Reducers(2), half), lines)
	// Output:
	// a 1
	// cat 1
	// dog 2
	// the 2
}

// The output is what the mapper emits, sorted.
func ExampleMapSort() {
	byLength := mr.MapFunc(func(line string, emit mr.Emit[int, string]) error { emit(len(line), line); return nil })
	printOutput(mr.MapSort(byLength), files{"/data": {"three", "a", "two", "four"}})
	// Output:
	// 1 a
	// 3 two
	// 4 four
	// 5 three
}

// The parts, one after the other, are sorted as a whole.
func ExampleTotalOrder() {
	numbers := mr.MapFunc(func(n int, emit mr.Emit[int, int]) error { emit(n, 1); return nil })
	printOutput(mr.MapMerge(numbers, mr.Sum, mr.Reducers(2), mr.TotalOrder()), files{"/data": {"30", "-4", "7", "7"}})
	// Output:
	// -4 1
	// 7 2
	// 30 1
}

// A bad record is left out, counted and logged.
func ExampleSkipLimit() {
	price := mr.MapFunc(func(r mr.KV[string, int], emit mr.Emit[string, int]) error {
		if r.Value < 0 {
			return fmt.Errorf("%w: price %d", mr.ErrSkip, r.Value)
		}
		emit(r.Key, r.Value)
		return nil
	})
	printOutput(mr.MapMerge(price, mr.Max, mr.SkipLimit(1)), files{"/data": {"pear\t3", "plum\t-1", "pear\t4"}})
	printOutput(mr.MapMerge(price, mr.Max, mr.SkipLimit(0)), files{"/data": {"pear\t3", "plum\t-1", "pear\t4"}})
	// Output:
	// pear 4
	// error: records skipped: 1, more than mr.SkipLimit(0) allows; the last: /data: record 2 of the split: record "plum\t-1": skip this record: price -1
}

// Any bytes can stand in a line of output when they are escaped, or as JSON.
func ExampleEscape() {
	odd := mr.MapFunc(func(line string, emit mr.Emit[string, int]) error {
		emit(line+"\n", len(line))
		return nil
	})
	printOutput(mr.MapOnly(odd, mr.Escape()), lines)
	printOutput(mr.MapOnly(odd, mr.Output(mr.JSONLines)), lines)
	// Output:
	// the cat\n 7
	// a dog\n 5
	// the dog\n 7
	// {"key":"the cat\n","value":7}
	// {"key":"a dog\n","value":5}
	// {"key":"the dog\n","value":7}
}
