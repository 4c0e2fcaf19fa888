package orchestrate

import (
	"cmp"
	"fmt"
	"iter"
	"time"
)

// A Month is a month of a year. Its text is 2014-06. The zero Month is no month.
type Month struct{ months int32 } // since 0000-12, so that zero is free

// NewMonth returns a month. Months beyond December carry over into the next years.
func NewMonth(year int, month time.Month) Month {
	return Month{int32(year-1)*12 + int32(month)}
}

// ParseMonth reads a month such as 2014-06.
func ParseMonth(text string) (Month, error) {
	month, problem := scanMonth(text)
	if problem != "" {
		return Month{}, &FormatError{"month", text, problem, "2014-06"}
	}
	return month, nil
}

func scanMonth(text string) (Month, string) {
	const form = "want year-month with four and two digits"
	if len(text) != len("2014-06") || text[4] != '-' {
		return Month{}, form
	}
	year, ok1 := scanDigits(text[:4])
	month, ok2 := scanDigits(text[5:])
	switch {
	case !ok1 || !ok2:
		return Month{}, form
	case year == 0:
		return Month{}, noYearZero
	case month < 1 || month > 12:
		return Month{}, fmt.Sprintf("there is no month %02d", month)
	}
	return NewMonth(year, time.Month(month)), ""
}

// Start returns the first day of m.
func (m Month) Start() Date { return NewDate(1, time.Month(m.months), 1) }

// Year returns the year of m.
func (m Month) Year() int { return m.Start().Year() }

// Month returns the month of the year.
func (m Month) Month() time.Month { return m.Start().time().Month() }

// AddMonths returns the month n months later, or earlier where n is negative.
func (m Month) AddMonths(n int) Month { return Month{m.months + int32(n)} }

// Next returns the month after m.
func (m Month) Next() Month { return m.AddMonths(1) }

// Prev returns the month before m.
func (m Month) Prev() Month { return m.AddMonths(-1) }

// Compare returns a negative number where m is before other, zero where they are
// the same, a positive one where m is after other.
func (m Month) Compare(other Month) int { return cmp.Compare(m.months, other.months) }

// IsZero reports whether m is the zero Month, which is no month.
func (m Month) IsZero() bool { return m == Month{} }

// Dates returns the days of m.
func (m Month) Dates() iter.Seq[Date] { return m.Interval().Dates() }

// Interval returns the interval of the days of m.
func (m Month) Interval() DateInterval { return DateInterval{m.Start(), m.Next().Start()} }

// String returns the month in the form 2014-06.
func (m Month) String() string {
	if m.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d", m.Year(), m.Month())
}

// MarshalText returns the text of [Month.String].
func (m Month) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads what [ParseMonth] does; empty text is the zero Month.
func (m *Month) UnmarshalText(text []byte) (err error) {
	if len(text) == 0 {
		*m = Month{}
		return nil
	}
	*m, err = ParseMonth(string(text))
	return err
}

// A Year is a year of the calendar. Its text is 2014. The zero Year is no year.
type Year int

// ParseYear reads a year such as 2014.
func ParseYear(text string) (Year, error) {
	year, problem := scanYear(text)
	if problem != "" {
		return 0, &FormatError{"year", text, problem, "2014"}
	}
	return year, nil
}

func scanYear(text string) (Year, string) {
	year, ok := scanDigits(text)
	switch {
	case !ok || len(text) != len("2014"):
		return 0, "want four digits"
	case year == 0:
		return 0, noYearZero
	}
	return Year(year), ""
}

// Start returns the first day of y.
func (y Year) Start() Date { return NewDate(int(y), time.January, 1) }

// Next returns the year after y.
func (y Year) Next() Year { return y + 1 }

// Prev returns the year before y.
func (y Year) Prev() Year { return y - 1 }

// Interval returns the interval of the days of y.
func (y Year) Interval() DateInterval { return DateInterval{y.Start(), y.Next().Start()} }

// String returns the year in the form 2014.
func (y Year) String() string {
	if y == 0 {
		return ""
	}
	return fmt.Sprintf("%04d", int(y))
}

// MarshalText returns the text of [Year.String].
func (y Year) MarshalText() ([]byte, error) { return []byte(y.String()), nil }

// UnmarshalText reads what [ParseYear] does; empty text is the zero Year.
func (y *Year) UnmarshalText(text []byte) (err error) {
	if len(text) == 0 {
		*y = 0
		return nil
	}
	*y, err = ParseYear(string(text))
	return err
}
