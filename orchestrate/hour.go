package orchestrate

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// A DateHour is an hour of a day, without a time zone: every day has 24.
// Its text is 2014-06-01T05. The zero DateHour is no hour.
type DateHour struct{ hours int64 } // since 0000-12-31T00, so that zero is free

// NewDateHour returns an hour. Hours beyond 23 carry over into the next days.
func NewDateHour(date Date, hour int) DateHour {
	return DateHour{int64(date.days)*24 + int64(hour)}
}

// DateHourOf returns the hour of t in t's own time zone.
func DateHourOf(t time.Time) DateHour { return NewDateHour(DateOf(t), t.Hour()) }

// ParseDateHour reads an hour such as 2014-06-01T05.
func ParseDateHour(text string) (DateHour, error) {
	date, hour, minute, problem := scanClock(text, "want a date, T and two digits of the hour", 2)
	if problem != "" {
		return DateHour{}, &FormatError{"hour", text, problem, "2014-06-01T05"}
	}
	return NewDateHour(date, hour+minute), nil
}

// scanClock reads a date, T and the digits of an hour (2) or of an hour and a minute (4).
func scanClock(text, form string, digits int) (date Date, hour, minute int, problem string) {
	day, clock, found := strings.Cut(text, "T")
	n, ok := scanDigits(clock)
	if !found || !ok || len(clock) != digits {
		return date, 0, 0, form
	}
	if date, problem = scanDate(day); problem != "" {
		return date, 0, 0, problem
	}
	hour = n
	if digits == 4 {
		hour, minute = n/100, n%100
	}
	switch {
	case hour > 23:
		problem = fmt.Sprintf("hours go from 00 to 23, not %02d", hour)
	case minute > 59:
		problem = fmt.Sprintf("minutes go from 00 to 59, not %02d", minute)
	}
	return date, hour, minute, problem
}

// Date returns the day of h.
func (h DateHour) Date() Date { return Date{int32(h.hours / 24)} }

// Hour returns the hour of the day, from 0 to 23.
func (h DateHour) Hour() int { return int(h.hours % 24) }

// AddHours returns the hour n hours later, or earlier where n is negative.
func (h DateHour) AddHours(n int) DateHour { return DateHour{h.hours + int64(n)} }

// Next returns the hour after h.
func (h DateHour) Next() DateHour { return h.AddHours(1) }

// Prev returns the hour before h.
func (h DateHour) Prev() DateHour { return h.AddHours(-1) }

// Compare returns a negative number where h is before other, zero where they are
// the same, a positive one where h is after other.
func (h DateHour) Compare(other DateHour) int { return cmp.Compare(h.hours, other.hours) }

// IsZero reports whether h is the zero DateHour, which is no hour.
func (h DateHour) IsZero() bool { return h == DateHour{} }

// String returns the hour in the form 2014-06-01T05.
func (h DateHour) String() string {
	if h.IsZero() {
		return ""
	}
	return fmt.Sprintf("%sT%02d", h.Date(), h.Hour())
}

// MarshalText returns the text of [DateHour.String].
func (h DateHour) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads what [ParseDateHour] does; empty text is the zero DateHour.
func (h *DateHour) UnmarshalText(text []byte) (err error) {
	if len(text) == 0 {
		*h = DateHour{}
		return nil
	}
	*h, err = ParseDateHour(string(text))
	return err
}

// A DateMinute is a minute of a day, without a time zone. Its text is 2014-06-01T0507.
// The zero DateMinute is no minute.
type DateMinute struct{ minutes int64 } // since 0000-12-31T0000, so that zero is free

// NewDateMinute returns a minute. Minutes beyond 59 carry over into the next hours.
func NewDateMinute(date Date, hour, minute int) DateMinute {
	return DateMinute{NewDateHour(date, hour).hours*60 + int64(minute)}
}

// DateMinuteOf returns the minute of t in t's own time zone.
func DateMinuteOf(t time.Time) DateMinute { return NewDateMinute(DateOf(t), t.Hour(), t.Minute()) }

// ParseDateMinute reads a minute such as 2014-06-01T0507.
func ParseDateMinute(text string) (DateMinute, error) {
	date, hour, minute, problem := scanClock(text, "want a date, T and four digits of the hour and minute", 4)
	if problem != "" {
		return DateMinute{}, &FormatError{"minute", text, problem, "2014-06-01T0507"}
	}
	return NewDateMinute(date, hour, minute), nil
}

// DateHour returns the hour of m.
func (m DateMinute) DateHour() DateHour { return DateHour{m.minutes / 60} }

// Date returns the day of m.
func (m DateMinute) Date() Date { return m.DateHour().Date() }

// Hour returns the hour of the day, from 0 to 23.
func (m DateMinute) Hour() int { return m.DateHour().Hour() }

// Minute returns the minute of the hour, from 0 to 59.
func (m DateMinute) Minute() int { return int(m.minutes % 60) }

// AddMinutes returns the minute n minutes later, or earlier where n is negative.
func (m DateMinute) AddMinutes(n int) DateMinute { return DateMinute{m.minutes + int64(n)} }

// Next returns the minute after m.
func (m DateMinute) Next() DateMinute { return m.AddMinutes(1) }

// Prev returns the minute before m.
func (m DateMinute) Prev() DateMinute { return m.AddMinutes(-1) }

// Compare returns a negative number where m is before other, zero where they are
// the same, a positive one where m is after other.
func (m DateMinute) Compare(other DateMinute) int { return cmp.Compare(m.minutes, other.minutes) }

// IsZero reports whether m is the zero DateMinute, which is no minute.
func (m DateMinute) IsZero() bool { return m == DateMinute{} }

// String returns the minute in the form 2014-06-01T0507.
func (m DateMinute) String() string {
	if m.IsZero() {
		return ""
	}
	return fmt.Sprintf("%s%02d", m.DateHour(), m.Minute())
}

// MarshalText returns the text of [DateMinute.String].
func (m DateMinute) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads what [ParseDateMinute] does; empty text is the zero DateMinute.
func (m *DateMinute) UnmarshalText(text []byte) (err error) {
	if len(text) == 0 {
		*m = DateMinute{}
		return nil
	}
	*m, err = ParseDateMinute(string(text))
	return err
}
