package streamjob

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/gomr/gomr/mr"
)

// An aggregator is a ValueAggregator: it takes the values of a key and reports one.
type aggregator interface {
	add(value string) error
	// report returns the result.
	report() string
	// partial returns what a combiner hands on.
	partial() []string
}

// newAggregator returns the aggregator of a type, whose case does not matter.
func newAggregator(kind string) (aggregator, error) {
	switch strings.ToLower(kind) {
	case "longvaluesum":
		return &longAggregator{fold: func(a, b int64) int64 { return a + b }}, nil
	case "longvaluemax":
		return &longAggregator{value: math.MinInt64, fold: func(a, b int64) int64 { return max(a, b) }}, nil
	case "longvaluemin":
		return &longAggregator{value: math.MaxInt64, fold: func(a, b int64) int64 { return min(a, b) }}, nil
	case "stringvaluemax":
		return &stringAggregator{sign: 1}, nil
	case "stringvaluemin":
		return &stringAggregator{sign: -1}, nil
	case "doublevaluesum":
		return &doubleAggregator{}, nil
	case "uniqvaluecount":
		return &uniqAggregator{seen: map[string]bool{}}, nil
	case "valuehistogram":
		return &histogram{counts: map[string]int64{}}, nil
	}
	return nil, &taskError{class: "java.lang.NullPointerException", text: fmt.Sprintf("no aggregator is named %q", kind)}
}

func numberFormat(text string) error {
	return &taskError{class: "java.lang.NumberFormatException", text: fmt.Sprintf("For input string: %q", text)}
}

type longAggregator struct {
	value int64
	fold  func(a, b int64) int64
}

func (a *longAggregator) add(value string) error {
	n, err := parseJavaLong(value)
	if err != nil {
		return numberFormat(value)
	}
	a.value = a.fold(a.value, n)
	return nil
}

func (a *longAggregator) report() string    { return strconv.FormatInt(a.value, 10) }
func (a *longAggregator) partial() []string { return []string{a.report()} }

type doubleAggregator struct{ sum float64 }

func (a *doubleAggregator) add(value string) error {
	f, err := strconv.ParseFloat(javaTrim(value), 64)
	if err != nil {
		return numberFormat(value)
	}
	a.sum += f
	return nil
}

func (a *doubleAggregator) report() string    { return string(appendJavaFloat(nil, a.sum, 64)) }
func (a *doubleAggregator) partial() []string { return []string{a.report()} }

type stringAggregator struct {
	value string
	some  bool
	sign  int // of the comparison that takes a new value
}

func (a *stringAggregator) add(value string) error {
	if !a.some || compareJavaStrings(value, a.value)*a.sign > 0 {
		a.value, a.some = value, true
	}
	return nil
}

func (a *stringAggregator) report() string    { return a.value }
func (a *stringAggregator) partial() []string { return []string{a.value} }

// compareJavaStrings compares UTF-16.
func compareJavaStrings(a, b string) int {
	if isASCII(a) && isASCII(b) {
		return cmp.Compare(a, b)
	}
	return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= 0x80 }) < 0
}

type uniqAggregator struct{ seen map[string]bool }

func (a *uniqAggregator) add(value string) error { a.seen[value] = true; return nil }
func (a *uniqAggregator) report() string         { return strconv.Itoa(len(a.seen)) }

func (a *uniqAggregator) partial() []string {
	return slices.SortedFunc(maps.Keys(a.seen), compareJavaStrings)
}

// A histogram counts how often each value is there, and reports how these counts are spread:
// their number, least, median, greatest, average and standard deviation.
type histogram struct{ counts map[string]int64 }

func (a *histogram) add(value string) error {
	n := int64(1)
	if i := strings.LastIndexByte(value, '\t'); i >= 0 {
		var err error
		if n, err = parseJavaLong(value[i+1:]); err != nil {
			return numberFormat(value[i+1:])
		}
		value = value[:i]
	}
	a.counts[value] += n
	return nil
}

func (a *histogram) partial() []string {
	var all []string
	for _, value := range slices.SortedFunc(maps.Keys(a.counts), compareJavaStrings) {
		all = append(all, value+"\t"+strconv.FormatInt(a.counts[value], 10))
	}
	return all
}

func (a *histogram) report() string {
	counts := slices.Sorted(maps.Values(a.counts))
	if len(counts) == 0 {
		return "0"
	}
	average := float64(sum(counts)) / float64(len(counts))
	var deviation float64
	for _, n := range counts {
		diff := float64(n) - average
		deviation += float64(diff * diff)
	}
	deviation = math.Sqrt(deviation / float64(len(counts)))
	text := fmt.Appendf(nil, "%d\t%d\t%d\t%d\t", len(counts), counts[0], counts[len(counts)/2], counts[len(counts)-1])
	text = appendJavaFloat(text, average, 64)
	return string(appendJavaFloat(append(text, '\t'), deviation, 64))
}

// aggregate is ValueAggregatorReducer, or ValueAggregatorCombiner where combines is set: the
// key of a pair begins with the type of its aggregator and a colon.
func (t *task) aggregate(pairs mr.Pairs, combines bool, read *int64, out collect) error {
	var key, kind string
	var a aggregator
	end := func() error {
		if a == nil {
			return nil
		}
		if !combines {
			return out(appendUTF8(nil, []byte(key[len(kind)+1:])), []byte(a.report()))
		}
		for _, value := range a.partial() {
			if err := out([]byte(key), []byte(value)); err != nil {
				return err
			}
		}
		return nil
	}
	for pairs.Next() {
		*read++
		if a == nil || string(pairs.Key()) != key {
			if err := end(); err != nil {
				return err
			}
			key = string(pairs.Key())
			var ok bool
			if kind, _, ok = strings.Cut(key, ":"); !ok {
				return &taskError{class: "java.lang.StringIndexOutOfBoundsException", text: fmt.Sprintf("the key %q has no type and colon in front", key)}
			}
			var err error
			if a, err = newAggregator(kind); err != nil {
				return err
			}
		}
		if err := a.add(string(appendUTF8(nil, pairs.Value()))); err != nil {
			return err
		}
	}
	if err := pairs.Err(); err != nil {
		return err
	}
	return end()
}
