package calendar

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// everyTimes are a duration apart, counted from 1970.
type everyTimes struct{ every time.Duration }

func (s *Spec) parseEvery(text string) (problem string) {
	every, err := time.ParseDuration(text)
	switch {
	case err != nil:
		return fmt.Sprintf("%q is no duration such as 15m or 6h", text)
	case every < time.Minute || every%time.Minute != 0:
		return "it must be one or more whole minutes"
	}
	s.times, s.period = everyTimes{every}, periodOf(every)
	return ""
}

func (e everyTimes) next(after time.Time) time.Time {
	seconds, every := after.Unix(), int64(e.every/time.Second)
	past := seconds % every
	if past < 0 {
		past += every
	}
	return time.Unix(seconds-past+every, 0).In(after.Location())
}

// periodOf returns the longest period that isn't longer than a duration.
func periodOf(d time.Duration) Period {
	switch {
	case d%(24*time.Hour) == 0:
		return Day
	case d%time.Hour == 0:
		return Hour
	case d < time.Hour && time.Hour%d == 0:
		return Minutes(int(d / time.Minute))
	}
	return Minutes(1)
}

// A step is how far apart the times of ISO 8601 are.
type step struct {
	months, days int
	clock        time.Duration
}

// repeatedTimes are those of ISO 8601.
type repeatedTimes struct {
	zone  *time.Location
	start time.Time
	civil civil // of the start
	step  step
	count int // how many there are; zero is no end
}

func (s *Spec) parseRepeating() (problem string) {
	const form = "a repeating interval has three parts, such as R/2026-01-01T06:00/P1D or R5/2026-01-01T06:00Z/PT6H"
	parts := strings.Split(s.text, "/")
	if len(parts) != 3 {
		return form
	}
	r := repeatedTimes{zone: s.zone}
	if count := parts[0][1:]; count != "" {
		n, err := strconv.Atoi(count)
		if err != nil || n < 1 {
			return "R is followed by how often it is due, from 1, or by nothing"
		}
		r.count = n
	}
	start, err := ParseTime(parts[1], s.zone)
	if err != nil {
		return err.Error()
	}
	r.start, r.civil = start, shown(start)
	if r.step, problem = parseStep(parts[2]); problem != "" {
		return problem
	}
	s.times, s.period = r, r.step.period()
	return ""
}

// ParseTime reads a time of ISO 8601: a date, or a date with hour and minute, with or without
// seconds and an offset. One without an offset is that of a clock in the zone.
func ParseTime(text string, zone *time.Location) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.In(zone), nil
		}
	}
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, text); err == nil {
			return civil{t}.due(zone), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time such as 2026-01-01T06:00, with Z or an offset such as +02:00 where it is of another zone", text)
}

// parseStep reads a duration of ISO 8601.
func parseStep(text string) (s step, problem string) {
	const form = "a duration is such as P1D, P1M, P2W, PT6H or PT15M"
	rest, ok := strings.CutPrefix(text, "P")
	if !ok || rest == "" {
		return s, form
	}
	days, clock, hasClock := strings.Cut(rest, "T")
	if hasClock && clock == "" {
		return s, form
	}
	ok = eachUnit(days, "YMWD", func(n int, unit byte) {
		switch unit {
		case 'Y':
			s.months += 12 * n
		case 'M':
			s.months += n
		case 'W':
			s.days += 7 * n
		case 'D':
			s.days += n
		}
	})
	ok = ok && eachUnit(clock, "HMS", func(n int, unit byte) {
		s.clock += time.Duration(n) * map[byte]time.Duration{'H': time.Hour, 'M': time.Minute, 'S': time.Second}[unit]
	})
	switch {
	case !ok:
		return s, form
	case s == step{}:
		return s, "the duration is nothing"
	case s.clock%time.Minute != 0:
		return s, "the duration must be whole minutes"
	}
	return s, ""
}

// eachUnit reads numbers with units, which stand in their order.
func eachUnit(text, units string, take func(n int, unit byte)) bool {
	for text != "" {
		i := strings.IndexFunc(text, func(r rune) bool { return r < '0' || r > '9' })
		if i < 1 || i > 6 {
			return false
		}
		n, err := strconv.Atoi(text[:i])
		place := strings.IndexByte(units, text[i])
		if err != nil || place < 0 {
			return false
		}
		take(n, text[i])
		text, units = text[i+1:], units[place+1:]
	}
	return true
}

func (s step) period() Period {
	switch {
	case s.clock != 0 && s.months == 0 && s.days == 0:
		return periodOf(s.clock)
	case s.clock != 0:
		return Hour
	case s.days == 0 && s.months%12 == 0:
		return Year
	case s.days == 0:
		return Month
	case s.months == 0 && s.days%7 == 0:
		return Week
	}
	return Day
}

// at returns the time with a number, from zero.
func (r repeatedTimes) at(k int) time.Time {
	t := r.start
	if r.step.months != 0 || r.step.days != 0 {
		t = r.civil.after(k*r.step.months, k*r.step.days).due(r.zone)
	}
	// In seconds, for as nanoseconds it may be too much.
	return time.Unix(t.Unix()+int64(k)*int64(r.step.clock/time.Second), 0)
}

// after returns the civil time some months and then days later. A day that the month doesn't have is
// its last one.
func (c civil) after(months, days int) civil {
	day := civilOf(c.Year(), c.Month()+time.Month(months), 1, c.Hour(), c.Minute())
	last := day.AddDate(0, 1, -1).Day()
	return civil{day.AddDate(0, 0, min(c.Day(), last)-1+days)}
}

// mostRepeats is beyond all times that are asked for: a minute apart, in four thousand years.
const mostRepeats = 1 << 31

func (r repeatedTimes) next(after time.Time) time.Time {
	// A number whose time is later: doubled until it is, for they are in their order.
	low, high := 0, 1
	for !r.at(high).After(after) {
		low, high = high, 2*high
		if high > mostRepeats {
			return time.Time{}
		}
	}
	for low < high {
		middle := (low + high) / 2
		if r.at(middle).After(after) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	if r.count != 0 && low >= r.count {
		return time.Time{}
	}
	return r.at(low).In(r.zone)
}
