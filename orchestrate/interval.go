package orchestrate

import (
	"cmp"
	"fmt"
	"iter"
	"strings"
	"time"
)

// A DateInterval is a row of days: a year, a month, an ISO week (Monday to
// Sunday), a day, or any days from a first one up to, not including, an end.
//
// Two intervals of the same days are the same value, whatever text they were
// read from, so a task can't run twice for one month written in two ways.
// The text is the shortest that names the days: 2014, 2014-06, 2014-W26,
// 2014-06-01 or 2014-06-01-2014-06-10. The zero DateInterval is no interval.
type DateInterval struct{ start, end Date }

// NewDateInterval returns the days from start up to, not including, end.
// It is an error where that are none.
func NewDateInterval(start, end Date) (DateInterval, error) {
	if start.IsZero() || !start.Before(end) {
		return DateInterval{}, &FormatError{"date interval", fmt.Sprintf("%s-%s", start, end),
			"the end, which is not part of it, must be later than the start", "2014-06-01-2014-06-10"}
	}
	return DateInterval{start, end}, nil
}

// ISOWeek returns the interval of an ISO 8601 week. Weeks beyond the last one carry over.
func ISOWeek(year, week int) DateInterval {
	// January 4 is always in week 1.
	monday := mondayOf(NewDate(year, time.January, 4)).AddDays(7 * (week - 1))
	return DateInterval{monday, monday.AddDays(7)}
}

func mondayOf(d Date) Date { return d.AddDays(-(int(d.Weekday()) + 6) % 7) }

// ParseDateInterval reads an interval in one of the forms of [DateInterval].
func ParseDateInterval(text string) (DateInterval, error) {
	interval, problem := scanInterval(text)
	if problem != "" {
		return DateInterval{}, &FormatError{"date interval", text, problem,
			"2014, 2014-06, 2014-W26, 2014-06-01 or 2014-06-01-2014-06-10"}
	}
	return interval, nil
}

func scanInterval(text string) (DateInterval, string) {
	switch {
	case len(text) == len("2014"):
		year, problem := scanYear(text)
		return year.Interval(), problem
	case strings.Contains(text, "W"):
		return scanWeek(text)
	case len(text) == len("2014-06"):
		month, problem := scanMonth(text)
		return month.Interval(), problem
	case len(text) == len("2014-06-01"):
		date, problem := scanDate(text)
		return date.Interval(), problem
	case len(text) >= len("2014-06-01-2014-06-10") && text[len("2014-06-01")] == '-':
		return scanBounds(text[:len("2014-06-01")], text[len("2014-06-01-"):])
	}
	return DateInterval{}, "it is no year, month, week, day or pair of days"
}

func scanWeek(text string) (DateInterval, string) {
	const form = "want year-Wweek with four and two digits"
	if len(text) != len("2014-W26") || text[4:6] != "-W" {
		return DateInterval{}, form
	}
	year, ok1 := scanDigits(text[:4])
	week, ok2 := scanDigits(text[6:])
	if !ok1 || !ok2 {
		return DateInterval{}, form
	}
	if year == 0 {
		return DateInterval{}, noYearZero
	}
	// December 28 is always in the last week.
	if _, last := NewDate(year, time.December, 28).ISOWeek(); week < 1 || week > last {
		return DateInterval{}, fmt.Sprintf("%04d has the weeks W01 to W%02d", year, last)
	}
	interval := ISOWeek(year, week)
	if interval.end.Year() >= 10000 && interval.end != afterLastDate {
		return DateInterval{}, "it has days after 9999-12-31"
	}
	return interval, ""
}

// afterLastDate ends the intervals of the last days that have a text.
var afterLastDate = NewDate(10000, time.January, 1)

func scanBounds(first, last string) (DateInterval, string) {
	start, problem := scanDate(first)
	if problem != "" {
		return DateInterval{}, problem
	}
	end, problem := scanDate(last)
	if last == afterLastDate.String() {
		end, problem = afterLastDate, ""
	}
	switch {
	case problem != "":
		return DateInterval{}, problem
	case start == end:
		return DateInterval{}, fmt.Sprintf("it has no days, for the end is not part of it; the day itself is %s", start)
	case end.Before(start):
		return DateInterval{}, fmt.Sprintf("it ends before it starts; the other way round is %s-%s", end, start)
	}
	return DateInterval{start, end}, ""
}

// Start returns the first day.
func (i DateInterval) Start() Date { return i.start }

// End returns the day after the last one.
func (i DateInterval) End() Date { return i.end }

// Len returns the number of days.
func (i DateInterval) Len() int { return i.end.Sub(i.start) }

// Contains reports whether d is one of the days.
func (i DateInterval) Contains(d Date) bool { return !d.Before(i.start) && d.Before(i.end) }

// Dates returns the days in their order.
func (i DateInterval) Dates() iter.Seq[Date] {
	return func(yield func(Date) bool) {
		for d := i.start; d.Before(i.end); d = d.Next() {
			if !yield(d) {
				return
			}
		}
	}
}

// Months returns the months that have a day in the interval.
func (i DateInterval) Months() iter.Seq[Month] {
	return func(yield func(Month) bool) {
		if i.IsZero() {
			return
		}
		last := i.end.Prev().Month()
		for m := i.start.Month(); m.Compare(last) <= 0; m = m.Next() {
			if !yield(m) {
				return
			}
		}
	}
}

// Hours returns the hours of the days, 24 for each.
func (i DateInterval) Hours() iter.Seq[DateHour] {
	return func(yield func(DateHour) bool) {
		end := NewDateHour(i.end, 0)
		for h := NewDateHour(i.start, 0); h.Compare(end) < 0; h = h.Next() {
			if !yield(h) {
				return
			}
		}
	}
}

// Next returns the interval after i: the next year, month, week or day, or as many days.
func (i DateInterval) Next() DateInterval { return i.add(1) }

// Prev returns the interval before i: the year, month, week or day before, or as many days.
func (i DateInterval) Prev() DateInterval { return i.add(-1) }

func (i DateInterval) add(n int) DateInterval {
	switch i.unit() {
	case unitYear:
		return Year(i.start.Year() + n).Interval()
	case unitMonth:
		return i.start.Month().AddMonths(n).Interval()
	}
	days := n * i.Len()
	return DateInterval{i.start.AddDays(days), i.end.AddDays(days)}
}

// Compare orders intervals by their start, then by their end.
func (i DateInterval) Compare(other DateInterval) int {
	return cmp.Or(i.start.Compare(other.start), i.end.Compare(other.end))
}

// IsZero reports whether i is the zero DateInterval, which is no interval.
func (i DateInterval) IsZero() bool { return i == DateInterval{} }

type intervalUnit int

const (
	unitDays intervalUnit = iota
	unitDay
	unitWeek
	unitMonth
	unitYear
)

// unit returns the form of the interval. No two units have the same days.
func (i DateInterval) unit() intervalUnit {
	switch month := i.start.Month(); {
	case i.Len() == 1:
		return unitDay
	case i.Len() == 7 && i.start.Weekday() == time.Monday:
		return unitWeek
	case i == month.Interval():
		return unitMonth
	case i == Year(month.Year()).Interval():
		return unitYear
	}
	return unitDays
}

// String returns the shortest text that names the days, see [DateInterval].
func (i DateInterval) String() string {
	if i.IsZero() {
		return ""
	}
	switch i.unit() {
	case unitDay:
		return i.start.String()
	case unitWeek:
		year, week := i.start.ISOWeek()
		return fmt.Sprintf("%04d-W%02d", year, week)
	case unitMonth:
		return i.start.Month().String()
	case unitYear:
		return Year(i.start.Year()).String()
	}
	return fmt.Sprintf("%s-%s", i.start, i.end)
}

// MarshalText returns the text of [DateInterval.String].
func (i DateInterval) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText reads what [ParseDateInterval] does; empty text is the zero DateInterval.
func (i *DateInterval) UnmarshalText(text []byte) (err error) {
	if len(text) == 0 {
		*i = DateInterval{}
		return nil
	}
	*i, err = ParseDateInterval(string(text))
	return err
}
