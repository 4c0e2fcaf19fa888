package orchestrate

import (
	"cmp"
	"fmt"
	"iter"
	"strconv"
	"time"
)

// A Date is a day of the calendar, without a time zone. Its text is 2014-06-01.
// Dates can be compared with == and be keys of maps. The zero Date is no date;
// its text is empty. Texts name the years 0001 to 9999.
type Date struct{ days int32 } // since 0000-12-31, so that zero is free

// unixDays is what Date counts for 1970-01-01.
const unixDays = 719163

const secondsPerDay = 24 * 60 * 60

// NewDate returns a date. Months and days beyond their range carry over as in [time.Date]:
// October 32 is November 1.
func NewDate(year int, month time.Month, day int) Date {
	return Date{int32(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix()/secondsPerDay + unixDays)}
}

// DateOf returns the date of t in t's own time zone.
func DateOf(t time.Time) Date { return NewDate(t.Date()) }

// ParseDate reads a date such as 2014-06-01.
func ParseDate(text string) (Date, error) {
	date, problem := scanDate(text)
	if problem != "" {
		return Date{}, &FormatError{"date", text, problem, "2014-06-01"}
	}
	return date, nil
}

// scanDate returns the date, or what is wrong with the text.
func scanDate(text string) (Date, string) {
	const form = "want year-month-day with four, two and two digits"
	if len(text) != len("2014-06-01") || text[4] != '-' || text[7] != '-' {
		return Date{}, form
	}
	year, ok1 := scanDigits(text[:4])
	month, ok2 := scanDigits(text[5:7])
	day, ok3 := scanDigits(text[8:])
	switch {
	case !ok1 || !ok2 || !ok3:
		return Date{}, form
	case year == 0:
		return Date{}, noYearZero
	case month < 1 || month > 12:
		return Date{}, fmt.Sprintf("there is no month %02d", month)
	}
	last := NewDate(year, time.Month(month)+1, 0).Day()
	if day < 1 || day > last {
		return Date{}, fmt.Sprintf("%04d-%02d has the days 01 to %02d", year, month, last)
	}
	return NewDate(year, time.Month(month), day), ""
}

const noYearZero = "years go from 0001 to 9999"

// scanDigits reads a number of ASCII digits only: no sign, no space.
func scanDigits(text string) (int, bool) {
	for _, c := range []byte(text) {
		if c < '0' || c > '9' {
			return 0, false
		}
	}
	n, err := strconv.Atoi(text)
	return n, err == nil
}

func (d Date) time() time.Time {
	return time.Unix((int64(d.days)-unixDays)*secondsPerDay, 0).UTC()
}

// Year returns the year of d.
func (d Date) Year() int { return d.time().Year() }

// Month returns the month of d with its year.
func (d Date) Month() Month {
	year, month, _ := d.time().Date()
	return NewMonth(year, month)
}

// Day returns the day of the month, from 1.
func (d Date) Day() int { return d.time().Day() }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.time().Weekday() }

// ISOWeek returns the ISO 8601 year and week of d. The first days of January may
// belong to the year before, the last days of December to the year after.
func (d Date) ISOWeek() (year, week int) { return d.time().ISOWeek() }

// AddDays returns the date n days later, or earlier where n is negative.
func (d Date) AddDays(n int) Date { return Date{d.days + int32(n)} }

// Next returns the day after d.
func (d Date) Next() Date { return d.AddDays(1) }

// Prev returns the day before d.
func (d Date) Prev() Date { return d.AddDays(-1) }

// Sub returns the number of days from other to d.
func (d Date) Sub(other Date) int { return int(d.days - other.days) }

// Compare returns a negative number where d is before other, zero where they are
// the same, a positive one where d is after other.
func (d Date) Compare(other Date) int { return cmp.Compare(d.days, other.days) }

// Before reports whether d is before other.
func (d Date) Before(other Date) bool { return d.days < other.days }

// IsZero reports whether d is the zero Date, which is no date.
func (d Date) IsZero() bool { return d == Date{} }

// Hours returns the 24 hours of d.
func (d Date) Hours() iter.Seq[DateHour] { return d.Interval().Hours() }

// Interval returns the interval of just d.
func (d Date) Interval() DateInterval { return DateInterval{d, d.Next()} }

// In returns the beginning of d in the time zone.
func (d Date) In(zone *time.Location) time.Time {
	year, month, day := d.time().Date()
	return time.Date(year, month, day, 0, 0, 0, 0, zone)
}

// String returns the date in the form 2014-06-01.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	year, month, day := d.time().Date()
	return fmt.Sprintf("%04d-%02d-%02d", year, month, day)
}

// MarshalText returns the text of [Date.String].
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what [ParseDate] does; empty text is the zero Date.
func (d *Date) UnmarshalText(text []byte) (err error) {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	*d, err = ParseDate(string(text))
	return err
}

// A FormatError is text that is not the value it should be.
type FormatError struct {
	Kind    string // what it should be, such as "date"
	Text    string // what it is
	Problem string // what is wrong with it
	Example string // a good text
}

func (e *FormatError) Error() string {
	if e.Text == "" {
		return fmt.Sprintf("empty %s: write for example %s", e.Kind, e.Example)
	}
	return fmt.Sprintf("bad %s %q: %s; write for example %s", e.Kind, e.Text, e.Problem, e.Example)
}
