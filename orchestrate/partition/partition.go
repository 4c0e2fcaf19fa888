package partition

import (
	"fmt"
	"strings"
	"time"
)

// A Kind is how long a partition is.
type Kind uint8

// The kinds, the shortest first. None is that of no partition.
const (
	None Kind = iota
	Hour
	Day
	Week
	Month
)

// Kinds are all but None.
var Kinds = []Kind{Hour, Day, Week, Month}

var kindNames = [...]string{"", "hour", "day", "week", "month"}

// String returns hour, day, week or month.
func (k Kind) String() string { return kindNames[k] }

// ParseKind reads what String returns.
func ParseKind(text string) (Kind, error) {
	for _, k := range Kinds {
		if k.String() == text {
			return k, nil
		}
	}
	return None, fmt.Errorf("bad kind of partition %q: it is hour, day, week or month", text)
}

// A Partition is a piece of the data. Its Number is its place among those of its kind; the one after it has the
// next number. The zero Partition is none.
type Partition struct {
	Kind   Kind
	Number int32
}

// MaxNumber is less than the bound of all numbers: they fit into 27 bits.
const MaxNumber = 1<<27 - 1

const (
	hoursPerDay   = 24
	daysPerWeek   = 7
	monthsPerYear = 12
	secondsPerDay = 24 * 60 * 60
	unixDays      = 719163 // number of 1970-01-01; that of 0001-01-01, a Monday, is 1
)

// Of returns the partition of a task with these arguments.
func Of(args []string) (Partition, bool) {
	for _, arg := range args {
		flag, value, ok := strings.Cut(arg, "=")
		if !ok || !strings.HasPrefix(flag, "--") {
			return Partition{}, false
		}
		if p, ok := Parse(value); ok {
			return p, true
		}
	}
	return Partition{}, false
}

// Parse reads a label. What is none is no error, for most parameters are something else.
func Parse(label string) (Partition, bool) {
	if len(label) < len("2014-06") || label[4] != '-' {
		return Partition{}, false
	}
	switch len(label) {
	case len("2014-06-01T05"):
		t, ok := parseTime("2006-01-02T15", label)
		return Partition{Hour, dayOf(t)*hoursPerDay + int32(t.Hour())}, ok
	case len("2014-06-01"):
		t, ok := parseTime(time.DateOnly, label)
		return Partition{Day, dayOf(t)}, ok
	case len("2014-W23"):
		return parseWeek(label)
	case len("2014-06"):
		t, ok := parseTime("2006-01", label)
		return Partition{Month, monthOf(t)}, ok
	}
	return Partition{}, false
}

func parseTime(layout, text string) (time.Time, bool) {
	t, err := time.Parse(layout, text)
	return t, err == nil && t.Year() > 0
}

func parseWeek(label string) (Partition, bool) {
	start, ok := parseTime("2006", label[:4])
	week := 10*(int32(label[6])-'0') + int32(label[7]) - '0'
	if !ok || label[5] != 'W' || label[6] > '9' || label[7] < '0' || label[7] > '9' || week < 1 {
		return Partition{}, false
	}
	p := Partition{Day, dayOf(start) + 3}.Within(Week) // January 4 is always in week 1
	p.Number += week - 1
	return p, p.String() == label && p.end().Year() < 10000 // others have no such week, or no dates in it
}

// String returns the label.
func (p Partition) String() string {
	t := p.Start()
	switch p.Kind {
	case Hour:
		return t.Format("2006-01-02T15")
	case Day:
		return t.Format(time.DateOnly)
	case Week:
		year, week := t.ISOWeek()
		return fmt.Sprintf("%04d-W%02d", year, week)
	case Month:
		return t.Format("2006-01")
	}
	return ""
}

// Start returns when the partition begins, on a clock without a zone.
func (p Partition) Start() time.Time {
	switch p.Kind {
	case Hour:
		return startOf(p.Number / hoursPerDay).Add(time.Duration(p.Number%hoursPerDay) * time.Hour)
	case Day:
		return startOf(p.Number)
	case Week:
		return startOf((p.Number-1)*daysPerWeek + 1)
	case Month:
		return time.Date(1, time.Month(p.Number), 1, 0, 0, 0, 0, time.UTC)
	}
	return time.Time{}
}

// end returns the last moment of the partition but for less than a day.
func (p Partition) end() time.Time { return Partition{p.Kind, p.Number + 1}.Start().AddDate(0, 0, -1) }

// At returns the partition of a kind that has a time, on the clock of its zone.
func At(k Kind, t time.Time) Partition {
	t = time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), 0, 0, 0, time.UTC)
	return Partition{Hour, dayOf(t)*hoursPerDay + int32(t.Hour())}.Within(k)
}

// Within returns the partition of a kind that begins no later and has the beginning of this one. For a longer
// kind that is the one it is in, but for a week, which may be in two months.
func (p Partition) Within(k Kind) Partition {
	if p.Kind == k {
		return p
	}
	hour := hoursBefore(p.Kind, p.Number)
	switch day := hour / hoursPerDay; k {
	case Hour:
		return Partition{k, hour}
	case Day:
		return Partition{k, day}
	case Week:
		return Partition{k, (day-1)/daysPerWeek + 1}
	case Month:
		return Partition{k, monthOf(startOf(day))}
	}
	return Partition{}
}

// hoursBefore returns the number of the hour with which a partition begins.
func hoursBefore(k Kind, number int32) int32 {
	switch k {
	case Hour:
		return number
	case Day:
		return number * hoursPerDay
	case Week:
		return ((number-1)*daysPerWeek + 1) * hoursPerDay
	case Month:
		return dayOf(Partition{k, number}.Start()) * hoursPerDay
	}
	return 0
}

func dayOf(t time.Time) int32 { return int32((t.Unix() + unixDays*secondsPerDay) / secondsPerDay) }

func monthOf(t time.Time) int32 { return int32(t.Year()-1)*monthsPerYear + int32(t.Month()) }

func startOf(day int32) time.Time {
	return time.Unix((int64(day)-unixDays)*secondsPerDay, 0).UTC()
}
