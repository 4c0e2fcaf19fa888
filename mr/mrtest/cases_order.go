package mrtest

import (
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gomr/gomr/mr"
)

func longLines(line string, emit mr.Emit[string, int]) error {
	if len(line) > 20 {
		emit(line, len(line))
	}
	return nil
}

// checkMapOnly wants the longest file in the first part: map tasks are in the order
// of the lengths of their splits. The three files are small, so each but the
// largest is one split.
func checkMapOnly(t testing.TB, parts map[string]string) {
	t.Helper()
	checkLongLines(t, parts, "")
}

// checkContaining wants the same of the lines with one word in them.
func checkContaining(t testing.TB, parts map[string]string) {
	t.Helper()
	checkLongLines(t, parts, "w77")
}

func checkLongLines(t testing.TB, parts map[string]string, word string) {
	t.Helper()
	var want []string
	for line := range lines(text()) {
		if len(line) > 20 && strings.Contains(line, word) {
			want = append(want, fmt.Sprintf("%s\t%d", line, len(line)))
		}
	}
	var got []string
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		got = append(got, strings.Split(strings.TrimSuffix(parts[name], "\n"), "\n")...)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got %d lines, want %d, or other ones", len(got), len(want))
	}
}

func numbers() map[string]string {
	r := random()
	files := make(map[string]string)
	for i := range 3 {
		var b strings.Builder
		for range 1000 {
			fmt.Fprintf(&b, "%d\n", int(r.NormFloat64()*500))
		}
		files[fmt.Sprintf("/in/numbers-%d", i)] = b.String()
	}
	return files
}

func number(n int, emit mr.Emit[int, struct{}]) error {
	emit(n, struct{}{})
	return nil
}

func countEqual(n int, same iter.Seq[struct{}], emit mr.Emit[int, int]) error {
	count := 0
	for range same {
		count++
	}
	emit(n, count)
	return nil
}

func checkTotalOrder(t testing.TB, parts map[string]string) {
	t.Helper()
	var got []int
	for i := range 4 {
		part := parts[fmt.Sprintf("part-%05d", i)]
		if part == "" {
			t.Errorf("part %d is empty: the cut points are not in the middle of the keys", i)
		}
		for line := range strings.Lines(part) {
			key, count, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
			n, _ := strconv.Atoi(key)
			times, _ := strconv.Atoi(count)
			got = append(got, slices.Repeat([]int{n}, times)...)
		}
	}
	var want []int
	for line := range lines(numbers()) {
		n, _ := strconv.Atoi(line)
		want = append(want, n)
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the parts after one another are not the sorted numbers")
	}
}

// twoSteps counts words, and lists the words of each count.
func twoSteps() mr.Job {
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
	return mr.Then(
		mr.MapMerge(splitWords{}, mr.Sum, mr.Reducers(3)),
		mr.MapSortReduce(byCount, list, mr.Reducers(2)))
}

func checkTwoSteps(t testing.TB, parts map[string]string) {
	t.Helper()
	byCount := make(map[int][]string)
	for w, n := range wordCounts() {
		byCount[n] = append(byCount[n], w)
	}
	want := make([]string, 2)
	for _, n := range slices.Sorted(maps.Keys(byCount)) {
		slices.Sort(byCount[n])
		want[mr.HashPartition(fmt.Append(nil, n), 2)] += fmt.Sprintf("%d\t%s\n", n, strings.Join(byCount[n], " "))
	}
	checkParts(t, parts, want)
}

// numberedWords emits each word with its place in the line: the reducer that
// strings them together depends on the order of values.
func numberedWords(line string, emit mr.Emit[string, string]) error {
	for i, w := range strings.Fields(line) {
		emit(w, fmt.Sprintf("%d/%d", i, len(line)))
	}
	return nil
}

func concatenate(word string, places iter.Seq[string], emit mr.Emit[string, string]) error {
	emit(word, strings.Join(slices.Collect(places), ","))
	return nil
}

// checkValueOrder wants the values of each word in their order.
func checkValueOrder(t testing.TB, parts map[string]string) {
	t.Helper()
	checkPlaces(t, parts, func(word string, places []string) string { return word + "\t" + strings.Join(places, ",") + "\n" })
}

// checkSort wants a record for each of them.
func checkSort(t testing.TB, parts map[string]string) {
	t.Helper()
	checkPlaces(t, parts, func(word string, places []string) string {
		return word + "\t" + strings.Join(places, "\n"+word+"\t") + "\n"
	})
}

// checkPlaces wants the values in the order of the map tasks, and these in the
// order of the lengths of their splits: the splits of text-1, the largest file,
// are longer than text-2, and that is longer than text-0.
func checkPlaces(t testing.TB, parts map[string]string, records func(word string, places []string) string) {
	t.Helper()
	want := make(map[string][]string)
	for _, name := range []string{"/in/text-1", "/in/text-2", "/in/text-0"} {
		for line := range lines(map[string]string{name: text()[name]}) {
			for i, w := range strings.Fields(line) {
				want[w] = append(want[w], fmt.Sprintf("%d/%d", i, len(line)))
			}
		}
	}
	wantParts := make([]string, 2)
	for _, w := range slices.Sorted(maps.Keys(want)) {
		wantParts[mr.HashPartition([]byte(w), 2)] += records(w, want[w])
	}
	checkParts(t, parts, wantParts)
}

// hotKey is an input of which nine records in ten have the same key.
func hotKey() map[string]string {
	r := random()
	files := make(map[string]string)
	for i := range 3 {
		var b strings.Builder
		for range 20000 {
			if r.IntN(10) > 0 {
				fmt.Fprintf(&b, "hot %d\n", r.IntN(1e6))
			} else {
				fmt.Fprintf(&b, "k%d %d\n", r.IntN(500), r.IntN(1e6))
			}
		}
		files[fmt.Sprintf("/in/hot-%d", i)] = b.String()
	}
	return files
}

func hotOrNot(line string, emit mr.Emit[string, int]) error {
	key, text, _ := strings.Cut(line, " ")
	n, err := strconv.Atoi(text)
	emit(key, n)
	return err
}

// digest depends on each value and on their order, and holds none of them.
func digest(key string, values iter.Seq[int], emit mr.Emit[string, string]) error {
	h, count := fnv.New64a(), 0
	for v := range values {
		fmt.Fprintln(h, v)
		count++
	}
	emit(key, fmt.Sprintf("%d values, %x", count, h.Sum64()))
	return nil
}

// checkHotKey counts; that the order is the same on all engines shows where their
// parts are compared.
func checkHotKey(t testing.TB, parts map[string]string) {
	t.Helper()
	want := make(map[string]int)
	for line := range lines(hotKey()) {
		key, _, _ := strings.Cut(line, " ")
		want[key]++
	}
	got := make(map[string]int)
	for _, part := range parts {
		for line := range strings.Lines(part) {
			key, text, _ := strings.Cut(line, "\t")
			number, _, _ := strings.Cut(text, " ")
			n, err := strconv.Atoi(number)
			if err != nil {
				t.Errorf("%s: %v", key, err)
			}
			got[key] = n
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("the numbers of values differ: hot has %d, want %d", got["hot"], want["hot"])
	}
}

// everyByte emits keys with each byte at each end.
func everyByte(line []byte, emit mr.Emit[[]byte, []byte]) error {
	if len(line) > 0 {
		b := line[len(line)/2] ^ byte(len(line))
		emit([]byte{b, 0, byte(len(line))}, []byte{b})
		emit([]byte{b}, line)
		emit([]byte{}, []byte{0, b})
	}
	return nil
}

func hexKey(key []byte, values iter.Seq[[]byte], emit mr.Emit[string, string]) error {
	h := fnv.New64a()
	for v := range values {
		fmt.Fprintf(h, "%x,", v)
	}
	emit(hex.EncodeToString(key), strconv.FormatUint(h.Sum64(), 16))
	return nil
}

func checkAnyBytes(t testing.TB, parts map[string]string) {
	t.Helper()
	want := make(map[string]int)
	for line := range lines(text()) {
		_ = everyByte([]byte(line), func(key, _ []byte) { want[hex.EncodeToString(key)] = mr.HashPartition(key, 3) })
	}
	for name, part := range parts {
		last := ""
		for line := range strings.Lines(part) {
			key, _, _ := strings.Cut(line, "\t")
			if p, ok := want[key]; !ok || name != fmt.Sprintf("part-%05d", p) {
				t.Errorf("key %s in %s was not expected there", key, name)
			}
			if key <= last && last != "" {
				t.Errorf("key %s comes after %s", key, last)
			}
			last = key
			delete(want, key)
		}
	}
	if len(want) > 0 {
		t.Errorf("%d keys are missing", len(want))
	}
}

// countLines emits in its tear-down, so that a reduce task whose partition would
// be empty has something too.
type countLines struct{}

func (countLines) Map(string, mr.Emit[string, int]) error { return nil }

func (countLines) TeardownMap(emit mr.Emit[string, int]) error {
	emit("maps", 1)
	return nil
}

func checkEmptyInput(t testing.TB, parts map[string]string) {
	t.Helper()
	want := make([]string, 2)
	want[mr.HashPartition([]byte("maps"), 2)] = "maps\t1\n"
	checkParts(t, parts, want)
}
