package orchestrate

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// mostInRow bounds how many values a row has, so that a slip in a year is an error and not an endless wait.
const mostInRow = 1_000_000

// row returns the texts of the values of a row such as 2014-06-01..2014-06-30, or 1..9/2, which are of a type.
func (p *param) row(t reflect.Type, text string, now time.Time) ([]string, error) {
	first, rest, _ := strings.Cut(text, dotted)
	last, stepText, hasStep := strings.Cut(rest, "/")
	if first == "" || last == "" {
		return nil, fmt.Errorf("%q is no row: it has a first and a last value, with %s between", text, dotted)
	}
	step := 1
	if hasStep {
		var ok bool
		if step, ok = scanDigits(stepText); !ok || step < 1 {
			return nil, fmt.Errorf("%q is no row: behind the slash stands which of them are wanted, such as /2 for every second", text)
		}
	}
	var bounds [2]reflect.Value
	for i, bound := range []string{first, last} {
		bounds[i] = reflect.New(t).Elem()
		if err := p.read(bounds[i], bound, now); err != nil {
			return nil, err
		}
	}
	return rowBetween(bounds[0], bounds[1], step)
}

// rowBetween returns the texts of every step-th value from a first to a last one, both included.
func rowBetween(first, last reflect.Value, step int) ([]string, error) {
	l, err := newLadder(first, last)
	switch n := l.steps; {
	case err != nil:
		return nil, err
	case n < 0:
		return nil, fmt.Errorf("it ends before it starts; the other way round is %s%s%s", l.at(n), dotted, l.at(0))
	case n%int64(step) != 0:
		return nil, fmt.Errorf("the last value is not one of every %d from the first one on; %s is", step, l.at(n-n%int64(step)))
	case n/int64(step) >= mostInRow:
		return nil, fmt.Errorf("the row has %d values, which is more than %d", n/int64(step)+1, mostInRow)
	}
	var texts []string
	for i := int64(0); i <= l.steps; i += int64(step) {
		texts = append(texts, l.at(i))
	}
	return texts, nil
}

// A ladder numbers the values of a type from a first one on.
type ladder struct {
	steps int64                // from the first value to the last one
	at    func(n int64) string // text of the value that is n steps from the first
}

// newLadder returns the ladder between two values of one type.
func newLadder(first, last reflect.Value) (ladder, error) {
	switch a := first.Interface().(type) {
	case Date:
		return ladder{int64(last.Interface().(Date).Sub(a)), func(n int64) string { return a.AddDays(int(n)).String() }}, nil
	case DateHour:
		return ladder{last.Interface().(DateHour).hours - a.hours, func(n int64) string { return a.AddHours(int(n)).String() }}, nil
	case DateMinute:
		return ladder{last.Interface().(DateMinute).minutes - a.minutes, func(n int64) string { return a.AddMinutes(int(n)).String() }}, nil
	case Month:
		return ladder{int64(last.Interface().(Month).months - a.months), func(n int64) string { return a.AddMonths(int(n)).String() }}, nil
	case Year:
		return ladder{int64(last.Interface().(Year) - a), func(n int64) string { return (a + Year(n)).String() }}, nil
	case DateInterval:
		return intervalLadder(a, last.Interface().(DateInterval))
	}
	return integerLadder(first, last)
}

func integerLadder(first, last reflect.Value) (ladder, error) {
	switch {
	case first.CanInt():
		a, b := first.Int(), last.Int()
		if b-a > mostInRow || a < 0 && b > 0 && b-a < 0 { // which may have run over
			return ladder{}, fmt.Errorf("the row from %d to %d has more than %d values", a, b, mostInRow)
		}
		return ladder{b - a, func(n int64) string { return strconv.FormatInt(a+n, 10) }}, nil
	case first.CanUint():
		a, b := first.Uint(), last.Uint()
		if b > a && b-a > mostInRow {
			return ladder{}, fmt.Errorf("the row from %d to %d has more than %d values", a, b, mostInRow)
		}
		return ladder{int64(b - a), func(n int64) string { return strconv.FormatUint(a+uint64(n), 10) }}, nil
	}
	return ladder{}, errors.New("values of the type do not follow each other")
}

var unitNames = map[intervalUnit]string{unitDays: "some days", unitDay: "a day", unitWeek: "a week", unitMonth: "a month", unitYear: "a year"}

// intervalLadder goes from an interval to one of the same unit.
func intervalLadder(first, last DateInterval) (ladder, error) {
	unit := first.unit()
	if other := last.unit(); unit != other {
		return ladder{}, fmt.Errorf("%s is %s, and %s is %s; both ends of a row are of one unit", first, unitNames[unit], last, unitNames[other])
	}
	l := ladder{at: func(n int64) string { return first.add(int(n)).String() }}
	switch days := last.start.Sub(first.start); unit {
	case unitYear:
		l.steps = int64(last.start.Year() - first.start.Year())
	case unitMonth:
		l.steps = int64(last.start.Month().months - first.start.Month().months)
	default:
		if first.Len() != last.Len() || days%first.Len() != 0 {
			return ladder{}, fmt.Errorf("%s is not one of the intervals of %d days that follow %s", last, first.Len(), first)
		}
		l.steps = int64(days / first.Len())
	}
	return l, nil
}
