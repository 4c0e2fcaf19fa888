package orchestrate

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// A span is a line of a summary: one task, or a row of them that differ in one
// parameter only, whose values follow each other without a gap.
type span struct {
	count       int
	text        string // InputText(date=2014-06-01…2014-06-30)
	first, last TaskSummary
}

// compress returns the tasks in as few lines as ranges of one parameter allow, in
// the order of the families' first tasks.
func compress(tasks []TaskSummary) []span {
	var families []string
	byFamily := make(map[string][]TaskSummary)
	for _, t := range tasks {
		family := Family(t.Task)
		if byFamily[family] == nil {
			families = append(families, family)
		}
		byFamily[family] = append(byFamily[family], t)
	}
	var spans []span
	for _, family := range families {
		spans = append(spans, compressFamily(byFamily[family])...)
	}
	return spans
}

// compressFamily takes the parameter whose ranges give the fewest lines.
func compressFamily(tasks []TaskSummary) []span {
	var best []span
	for _, p := range schemaOf(reflect.TypeOf(tasks[0].Task)).params {
		if !p.insignificant {
			if spans := compressBy(p, tasks); best == nil || len(spans) < len(best) {
				best = spans
			}
		}
	}
	if best != nil {
		return best
	}
	for _, t := range tasks {
		best = append(best, span{1, t.ID, t, t})
	}
	return best
}

// A step is a task on the number line of one parameter.
type step struct {
	summary    TaskSummary
	rest       string // the ID with a mark in place of the parameter
	unit       intervalUnit
	start, end int64 // end is the start of the next value
	countable  bool
}

// compressBy returns the rows of tasks that follow each other in the parameter.
func compressBy(p *param, tasks []TaskSummary) []span {
	steps := make([]step, len(tasks))
	for i, t := range tasks {
		steps[i] = newStep(p, t)
	}
	slices.SortStableFunc(steps, func(a, b step) int {
		return cmp.Or(strings.Compare(a.rest, b.rest), cmp.Compare(a.unit, b.unit), cmp.Compare(a.start, b.start))
	})
	var spans []span
	for len(steps) > 0 {
		n := 1
		for n < len(steps) && steps[n-1].isBefore(steps[n]) {
			n++
		}
		spans = append(spans, newSpan(p, steps[:n]))
		steps = steps[n:]
	}
	return spans
}

func (a step) isBefore(b step) bool {
	return a.countable && b.countable && a.rest == b.rest && a.unit == b.unit && a.end == b.start
}

func newSpan(p *param, steps []step) span {
	first, last := steps[0].summary, steps[len(steps)-1].summary
	s := span{len(steps), first.ID, first, last}
	if len(steps) > 1 {
		value := func(t Task) string { return idValue(p, structOf(t).FieldByIndex(p.index)) }
		s.text = strings.Replace(steps[0].rest, rangeMark, value(first.Task)+"…"+value(last.Task), 1)
	}
	return s
}

// rangeMark stands for the value of a parameter. No ID has it, for it is quoted there.
const rangeMark = "\x00"

func newStep(p *param, summary TaskSummary) step {
	t := summary.Task
	s := step{summary: summary, rest: summary.ID}
	v := structOf(t).FieldByIndex(p.index)
	if p.shape != shapeSingle || !p.given(v) {
		return s
	}
	if s.start, s.end, s.unit, s.countable = countable(v); s.countable {
		var values []string
		for other, value := range significant(t) {
			text := rangeMark
			if other != p {
				text = idValue(other, value)
			}
			values = append(values, other.name+"="+text)
		}
		slices.Sort(values)
		s.rest = Family(t) + "(" + strings.Join(values, ", ") + ")"
	}
	return s
}

// countable returns the value as a number, and the number of the value after it.
func countable(v reflect.Value) (start, end int64, unit intervalUnit, ok bool) {
	switch value := v.Interface().(type) {
	case Date:
		start = int64(value.days)
	case Month:
		start = int64(value.months)
	case DateHour:
		start = value.hours
	case DateMinute:
		start = value.minutes
	case DateInterval:
		return int64(value.start.days), int64(value.end.days), value.unit(), true
	case time.Duration:
		return 0, 0, 0, false
	default:
		if !v.CanInt() {
			return 0, 0, 0, false
		}
		start = v.Int()
	}
	return start, start + 1, 0, true
}

// roundDuration returns a duration as people like to read it.
func roundDuration(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprint(d.Round(time.Millisecond))
	case d < time.Minute:
		return fmt.Sprint(d.Round(100 * time.Millisecond))
	}
	return formatDuration(d.Round(time.Second))
}
