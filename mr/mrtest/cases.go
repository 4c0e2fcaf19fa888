package mrtest

import (
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gomr/gomr/mr"
)

// Cases returns the jobs that an engine must run right: one for each feature of
// package mr, over inputs that several map tasks read.
func Cases() []Case {
	return []Case{
		{Name: "Merge", Files: text(), Job: mr.MapMerge(splitWords{}, mr.Sum, mr.Reducers(4)), Check: checkWordCount(4)},
		{Name: "Reduce", Files: text(), Job: mr.MapReduce(splitWords{}, sumWords{}, mr.Reducers(3)), Check: checkWordCount(3)},
		{Name: "Combine", Files: text(), Job: mr.MapCombineReduce(splitWords{}, sumWords{}, sumWords{}, mr.Reducers(3)), Check: checkWordCount(3)},
		{Name: "MergeReduce", Files: text(), Job: mr.MapMergeReduce(splitWords{}, mr.Sum, sumWords{}), Check: checkWordCount(1)},
		{Name: "Partitioner", Files: text(), Job: mr.MapMerge(byLength{}, mr.Sum, mr.Reducers(3)), Check: checkPartitioner},
		{Name: "SecondarySort", Files: visits(), Job: mr.MapSortReduce(mr.MapFunc(mapVisit), mr.ReduceSorted(joinPages), mr.Reducers(3)), Check: checkSecondarySort},
		{Name: "Join", Files: joinFiles(), Job: joinJob(), Check: checkJoin},
		{Name: "MapOnly", Files: text(), Job: mr.MapOnly(mr.MapFunc(longLines)), Check: checkMapOnly},
		{Name: "Containing", Files: text(), Job: mr.MapOnly(mr.MapFunc(longLines), mr.Containing("w77")), Check: checkContaining},
		{Name: "TotalOrder", Files: numbers(), Job: mr.MapReduce(mr.MapFunc(number), mr.ReduceFunc(countEqual), mr.TotalOrder(), mr.Reducers(4)), Check: checkTotalOrder},
		{Name: "TwoSteps", Files: text(), Job: twoSteps(), Check: checkTwoSteps},
		{Name: "ValueOrder", Files: text(), Job: mr.MapReduce(mr.MapFunc(numberedWords), mr.ReduceFunc(concatenate), mr.Reducers(2)), Check: checkValueOrder},
		{Name: "Sort", Files: text(), Job: mr.MapSort(mr.MapFunc(numberedWords), mr.Reducers(2)), Check: checkSort},
		{Name: "HotKey", Files: hotKey(), Job: mr.MapReduce(mr.MapFunc(hotOrNot), mr.ReduceFunc(digest), mr.Reducers(3)), Check: checkHotKey},
		{Name: "AnyBytes", Files: text(), Job: mr.MapReduce(mr.MapFunc(everyByte), mr.ReduceFunc(hexKey), mr.Reducers(3)), Check: checkAnyBytes},
		{Name: "EmptyInput", Files: map[string]string{"/in/empty": ""}, Job: mr.MapMerge(countLines{}, mr.Sum, mr.Reducers(2)), Check: checkEmptyInput},
	}
}

// random is the same for each call, so that every engine gets the same input.
func random() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

// text is three files of words with skewed counts, of different lengths, one of
// them with line ends of all kinds.
func text() map[string]string {
	r := random()
	files := make(map[string]string)
	for i, size := range []int{800, 1000, 900} {
		var b strings.Builder
		for line := range size {
			for range r.IntN(9) {
				fmt.Fprintf(&b, "w%d ", int(r.ExpFloat64()*40))
			}
			switch {
			case i == 0 && line%3 == 0:
				b.WriteString("\r\n")
			case i == 0 && line%3 == 1:
				b.WriteString("\r")
			default:
				b.WriteString("\n")
			}
		}
		b.WriteString("a last line without an end é\xff")
		files[fmt.Sprintf("/in/text-%d", i)] = b.String()
	}
	return files
}

// lines returns the lines of files, in the order of their names.
func lines(files map[string]string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, name := range slices.Sorted(maps.Keys(files)) {
			content := strings.ReplaceAll(strings.ReplaceAll(files[name], "\r\n", "\n"), "\r", "\n")
			for line := range strings.SplitSeq(strings.TrimSuffix(content, "\n"), "\n") {
				if !yield(line) {
					return
				}
			}
		}
	}
}

type splitWords struct{}

func (splitWords) Map(line string, emit mr.Emit[string, int]) error {
	for w := range strings.FieldsSeq(line) {
		emit(w, 1)
	}
	return nil
}

type sumWords struct{}

func (sumWords) Reduce(word string, counts iter.Seq[int], emit mr.Emit[string, int]) error {
	n := 0
	for c := range counts {
		n += c
	}
	emit(word, n)
	return nil
}

func wordCounts() map[string]int {
	counts := make(map[string]int)
	for line := range lines(text()) {
		for w := range strings.FieldsSeq(line) {
			counts[w]++
		}
	}
	return counts
}

func checkWordCount(reducers int) func(t testing.TB, parts map[string]string) {
	return func(t testing.TB, parts map[string]string) {
		t.Helper()
		want := make([]string, reducers)
		counts := wordCounts()
		for _, w := range slices.Sorted(maps.Keys(counts)) {
			want[mr.HashPartition([]byte(w), reducers)] += fmt.Sprintf("%s\t%d\n", w, counts[w])
		}
		checkParts(t, parts, want)
	}
}

func checkParts(t testing.TB, got map[string]string, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("got %d parts, want %d: %q", len(got), len(want), slices.Sorted(maps.Keys(got)))
	}
	for i, w := range want {
		name := fmt.Sprintf("part-%05d", i)
		if got[name] != w {
			t.Errorf("%s: %s", name, firstDifference(got[name], w))
		}
	}
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("line %d is %.200q, want %.200q", i+1, g[i], w[i])
		}
	}
	return fmt.Sprintf("it has %d lines, want %d", len(g), len(w))
}

// byLength counts words and sends them to reduce tasks by their length.
type byLength struct{ splitWords }

func (byLength) Partition(word string, partitions int) int { return len(word) % partitions }

func checkPartitioner(t testing.TB, parts map[string]string) {
	t.Helper()
	want := make([]string, 3)
	counts := wordCounts()
	for _, w := range slices.Sorted(maps.Keys(counts)) {
		want[len(w)%3] += fmt.Sprintf("%s\t%d\n", w, counts[w])
	}
	checkParts(t, parts, want)
}

// Visits are lines of USER TAB TIME TAB PAGE, with negative times too.
func visits() map[string]string {
	r := random()
	files := make(map[string]string)
	for i := range 2 {
		var b strings.Builder
		for range 1500 {
			fmt.Fprintf(&b, "user%d\t%d\tpage%d\n", r.IntN(40), r.IntN(2000)-1000, r.IntN(10))
		}
		files[fmt.Sprintf("/in/visits-%d", i)] = b.String()
	}
	return files
}

func mapVisit(line string, emit mr.Emit[mr.Sorted[string, int], string]) error {
	var user, page string
	var at int
	if _, err := fmt.Sscan(line, &user, &at, &page); err != nil {
		return err
	}
	emit(mr.SortBy(user, at), page)
	return nil
}

func joinPages(user string, pages iter.Seq2[int, string], emit mr.Emit[string, string]) error {
	var b strings.Builder
	for at, page := range pages {
		fmt.Fprintf(&b, " %d=%s", at, page)
	}
	emit(user, b.String())
	return nil
}

func checkSecondarySort(t testing.TB, parts map[string]string) {
	t.Helper()
	seen := 0
	for name, part := range parts {
		for line := range strings.Lines(part) {
			user, pages, _ := strings.Cut(line, "\t")
			if want := fmt.Sprintf("part-%05d", mr.HashPartition([]byte(user), 3)); name != want {
				t.Errorf("%s is in %s, want %s", user, name, want)
			}
			last := -1001
			for visit := range strings.FieldsSeq(pages) {
				number, _, _ := strings.Cut(visit, "=")
				at, err := strconv.Atoi(number)
				if err != nil {
					t.Errorf("%s: %v", user, err)
				}
				if at < last {
					t.Errorf("%s: %d comes after %d", user, at, last)
				}
				last = at
				seen++
			}
		}
	}
	if seen != 3000 {
		t.Errorf("%d visits, want 3000", seen)
	}
}

func joinFiles() map[string]string {
	r := random()
	var orders strings.Builder
	for range 2000 {
		fmt.Fprintf(&orders, `{"customer":%d,"cents":%d}`+"\n", r.IntN(120), r.IntN(1000))
	}
	var customers strings.Builder
	for id := range 100 {
		fmt.Fprintf(&customers, "%d\tcustomer %d\n", id, id)
	}
	return map[string]string{"/in/customers/all": customers.String(), "/in/orders/2014-06-01": orders.String()}
}

type order struct {
	Customer int `json:"customer"`
	Cents    int `json:"cents"`
}

type joinKey = mr.Sorted[int, bool] // false for the customer, who comes first

func joinJob() mr.Job {
	type row struct {
		Name  string
		Cents int
	}
	return mr.MapSortReduce(
		mr.Inputs(
			mr.From("/in/customers", mr.MapFunc(func(c mr.KV[int, string], emit mr.Emit[joinKey, row]) error {
				emit(mr.SortBy(c.Key, false), row{Name: c.Value})
				return nil
			})),
			mr.From("/in/orders/*", mr.MapFunc(func(o order, emit mr.Emit[joinKey, row]) error {
				emit(mr.SortBy(o.Customer, true), row{Cents: o.Cents})
				return nil
			}))),
		mr.ReduceSorted(func(_ int, rows iter.Seq2[bool, row], emit mr.Emit[string, int]) error {
			name, cents := "nobody", 0
			for isOrder, row := range rows {
				if isOrder {
					cents += row.Cents
				} else {
					name = row.Name
				}
			}
			emit(name, cents)
			return nil
		}),
		mr.Reducers(3))
}

func checkJoin(t testing.TB, parts map[string]string) {
	t.Helper()
	sums := make(map[int]int)
	for id := range 100 {
		sums[id] = 0
	}
	for line := range lines(map[string]string{"orders": joinFiles()["/in/orders/2014-06-01"]}) {
		var customer, cents int
		if _, err := fmt.Sscanf(line, `{"customer":%d,"cents":%d}`, &customer, &cents); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		sums[customer] += cents
	}
	want := make([]string, 3)
	for _, id := range slices.Sorted(maps.Keys(sums)) {
		name := "nobody"
		if id < 100 {
			name = fmt.Sprint("customer ", id)
		}
		want[mr.HashPartition(fmt.Append(nil, id), 3)] += fmt.Sprintf("%s\t%d\n", name, sums[id])
	}
	checkParts(t, parts, want)
}
