package calendar

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gomr/gomr/orchestrate"
)

// A Period is the length of partitions. The zero Period is none.
type Period struct {
	unit    unit
	minutes int // of unitMinutes
}

type unit int

const (
	unitMinutes unit = iota + 1
	unitHour
	unitDay
	unitWeek
	unitMonth
	unitYear
)

// The periods but for those of minutes. A week begins on Monday.
var (
	Hour  = Period{unit: unitHour}
	Day   = Period{unit: unitDay}
	Week  = Period{unit: unitWeek}
	Month = Period{unit: unitMonth}
	Year  = Period{unit: unitYear}
)

// Minutes returns the period of some minutes, which must divide an hour.
func Minutes(n int) Period { return Period{unitMinutes, n} }

var periodNames = map[unit]string{unitHour: "hour", unitDay: "day", unitWeek: "week", unitMonth: "month", unitYear: "year"}

// ParsePeriod reads what String returns: minute, 15 minutes, hour, day, week, month or year.
func ParsePeriod(text string) (Period, error) {
	for unit, name := range periodNames {
		if text == name {
			return Period{unit: unit}, nil
		}
	}
	if text == "minute" {
		return Minutes(1), nil
	}
	if number, ok := strings.CutSuffix(text, " minutes"); ok {
		n, err := strconv.Atoi(number)
		if err == nil && n > 0 && n < 60 && 60%n == 0 {
			return Minutes(n), nil
		}
		return Period{}, fmt.Errorf("bad period %q: the minutes must divide an hour, such as 15 minutes", text)
	}
	return Period{}, fmt.Errorf("bad period %q: it is minute, 15 minutes, hour, day, week, month or year", text)
}

// String returns the text that [ParsePeriod] reads.
func (p Period) String() string {
	switch {
	case p.unit != unitMinutes:
		return periodNames[p.unit]
	case p.minutes == 1:
		return "minute"
	}
	return fmt.Sprintf("%d minutes", p.minutes)
}

// A Partition is one piece of the data: a day, an hour and so on. The zero Partition is none.
type Partition struct {
	period Period
	start  civil
}

// containing returns the partition that has a civil time.
func (p Period) containing(c civil) Partition {
	year, month, day := c.Year(), c.Month(), c.Day()
	hour, minute := 0, 0
	switch p.unit {
	case unitMinutes:
		hour, minute = c.Hour(), c.Minute()/p.minutes*p.minutes
	case unitHour:
		hour = c.Hour()
	case unitDay:
	case unitWeek:
		day -= (int(c.Weekday()) + 6) % 7
	case unitMonth:
		day = 1
	case unitYear:
		month, day = time.January, 1
	}
	return Partition{p, civilOf(year, month, day, hour, minute)}
}

// Add returns the partition n later, or earlier where n is negative.
func (p Partition) Add(n int) Partition {
	c := p.start
	switch p.period.unit {
	case unitMinutes:
		c = civil{c.Add(time.Duration(n*p.period.minutes) * time.Minute)}
	case unitHour:
		c = civil{c.Add(time.Duration(n) * time.Hour)}
	case unitDay:
		c = civil{c.AddDate(0, 0, n)}
	case unitWeek:
		c = civil{c.AddDate(0, 0, 7*n)}
	case unitMonth:
		c = civil{c.AddDate(0, n, 0)}
	case unitYear:
		c = civil{c.AddDate(n, 0, 0)}
	}
	return Partition{p.period, c}
}

// Last returns the last partition that has wholly passed at an instant, in the zone. One that the
// clock jumped over is none.
func Last(p Period, at time.Time, zone *time.Location) Partition {
	partition := p.containing(shown(at.In(zone)))
	for {
		begin, end := partition.Bounds(zone)
		if !end.After(at) && begin.Before(end) {
			return partition
		}
		partition = partition.Add(-1)
	}
}

// Bounds returns the instant at which the partition begins in the zone, and that at which it has
// passed. They are the same where the clock jumped over it.
func (p Partition) Bounds(zone *time.Location) (begin, end time.Time) {
	begin = p.start.due(zone)
	lastMinute := civil{p.Add(1).start.Add(-time.Minute)}
	_, end, exists := lastMinute.instants(zone)
	if exists {
		end = end.Add(time.Minute)
	}
	return begin, end
}

// Period returns the length of the partition.
func (p Partition) Period() Period { return p.period }

// IsZero reports whether p is the zero Partition, which is none.
func (p Partition) IsZero() bool { return p == Partition{} }

// String returns the label: the text of the parameter that takes it, see package orchestrate. It
// is such as 2026-11-25T0315, 2026-11-25T03, 2026-11-25, 2026-W48, 2026-11 or 2026.
func (p Partition) String() string {
	switch p.period.unit {
	case unitMinutes:
		return p.start.minute().String()
	case unitHour:
		return p.start.minute().DateHour().String()
	case unitDay:
		return p.start.date().String()
	case unitWeek:
		return p.start.week().String()
	case unitMonth:
		return p.start.date().Month().String()
	case unitYear:
		return orchestrate.Year(p.start.Year()).String()
	}
	return ""
}

func (c civil) date() orchestrate.Date         { return orchestrate.DateOf(c.Time) }
func (c civil) minute() orchestrate.DateMinute { return orchestrate.DateMinuteOf(c.Time) }

func (c civil) week() orchestrate.DateInterval {
	year, week := c.ISOWeek()
	return orchestrate.ISOWeek(year, week)
}

// ParseLabel reads the label of a partition of a period.
func ParseLabel(p Period, label string) (Partition, error) {
	c, err := p.parse(label)
	if err != nil {
		return Partition{}, err
	}
	partition := p.containing(c)
	if partition.String() != label {
		return Partition{}, fmt.Errorf("%s is no partition of %s; the one with it is %s", label, p, partition)
	}
	return partition, nil
}

func (p Period) parse(label string) (civil, error) {
	switch p.unit {
	case unitMinutes:
		m, err := orchestrate.ParseDateMinute(label)
		return civilOfDate(m.Date(), m.Hour(), m.Minute()), err
	case unitHour:
		h, err := orchestrate.ParseDateHour(label)
		return civilOfDate(h.Date(), h.Hour(), 0), err
	case unitDay:
		d, err := orchestrate.ParseDate(label)
		return civilOfDate(d, 0, 0), err
	case unitMonth:
		m, err := orchestrate.ParseMonth(label)
		return civilOfDate(m.Start(), 0, 0), err
	case unitYear:
		y, err := orchestrate.ParseYear(label)
		return civilOfDate(y.Start(), 0, 0), err
	}
	i, err := orchestrate.ParseDateInterval(label)
	if err == nil && i.Len() != 7 {
		err = &orchestrate.FormatError{Kind: "week", Text: label, Problem: "it is no week", Example: "2026-W48"}
	}
	return civilOfDate(i.Start(), 0, 0), err
}

func civilOfDate(d orchestrate.Date, hour, minute int) civil {
	start := d.In(time.UTC)
	return civilOf(start.Year(), start.Month(), start.Day(), hour, minute)
}
