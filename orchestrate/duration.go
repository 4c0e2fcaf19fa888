package orchestrate

import (
	"fmt"
	"math"
	"math/big"
	"strings"
	"time"
)

const (
	day  = 24 * time.Hour
	week = 7 * day
)

// durationUnits are the names of units. A day has 24 hours.
var durationUnits = map[string]time.Duration{
	"w": week, "week": week, "weeks": week,
	"d": day, "day": day, "days": day,
	"h": time.Hour, "hour": time.Hour, "hours": time.Hour,
	"m": time.Minute, "min": time.Minute, "minute": time.Minute, "minutes": time.Minute,
	"s": time.Second, "sec": time.Second, "second": time.Second, "seconds": time.Second,
	"ms": time.Millisecond, "us": time.Microsecond, "µs": time.Microsecond, "ns": time.Nanosecond,
}

// ParseDuration reads a duration: what [time.ParseDuration] reads, and also weeks and
// days (1w2d), words (2 weeks 1 day) and ISO 8601 (P1DT2H). Units come in any order,
// each at most once; a number without a unit is an error, and so is an ISO month or
// year, whose length isn't fixed.
func ParseDuration(text string) (time.Duration, error) {
	d, problem := scanDuration(text)
	if problem != "" {
		return 0, &FormatError{"duration", text, problem, "90s, 1h30m, 1d2h, 2 weeks or P1DT2H"}
	}
	return d, nil
}

func scanDuration(text string) (time.Duration, string) {
	if text == "0" {
		return 0, ""
	}
	rest, negative := strings.CutPrefix(strings.TrimSpace(text), "-")
	if iso, ok := strings.CutPrefix(rest, "P"); ok {
		var problem string
		if rest, problem = plainDuration(iso); problem != "" {
			return 0, problem
		}
	}
	total, problem := sumDuration(rest)
	if problem != "" {
		return 0, problem
	}
	if negative {
		total.Neg(total)
	}
	if !total.IsInt() || !total.Num().IsInt64() {
		return 0, "want whole nanoseconds and less than 292 years"
	}
	return time.Duration(total.Num().Int64()), ""
}

// sumDuration adds up terms such as "1 week 2d", in nanoseconds without rounding.
func sumDuration(rest string) (total *big.Rat, problem string) {
	total = new(big.Rat)
	seen := make(map[time.Duration]bool)
	for terms := 0; rest != "" || terms == 0; terms++ {
		number, name, tail := cutTerm(rest)
		unit, known := durationUnits[name]
		value, isNumber := new(big.Rat).SetString(number)
		switch {
		case !isNumber:
			return nil, fmt.Sprintf("want a number and a unit at %q", rest)
		case name == "":
			return nil, fmt.Sprintf("%s has no unit, as %ss has", number, number)
		case !known:
			return nil, fmt.Sprintf("there is no unit %q", name)
		case seen[unit]:
			return nil, fmt.Sprintf("the unit %s is there twice", name)
		}
		seen[unit] = true
		total.Add(total, value.Mul(value, new(big.Rat).SetInt64(int64(unit))))
		rest = tail
	}
	return total, ""
}

// cutTerm cuts "2 weeks 1 day" into "2", "weeks" and "1 day".
func cutTerm(text string) (number, unit, rest string) {
	isNumber := func(c rune) bool { return '0' <= c && c <= '9' || c == '.' }
	end := func(s string, in func(rune) bool) int {
		if i := strings.IndexFunc(s, func(c rune) bool { return !in(c) }); i >= 0 {
			return i
		}
		return len(s)
	}
	i := end(text, isNumber)
	number, rest = text[:i], strings.TrimLeft(text[i:], " ")
	i = end(rest, func(c rune) bool { return !isNumber(c) && c != ' ' })
	return number, rest[:i], strings.TrimLeft(rest[i:], " ")
}

// plainDuration turns the ISO 8601 duration behind the P into plain terms: 1DT2H into 1d2h.
func plainDuration(iso string) (string, string) {
	days, clock, hasClock := strings.Cut(iso, "T")
	switch {
	case strings.ContainsAny(days, "YM"):
		return "", "months and years have no fixed length; use weeks and days"
	case strings.Trim(days, "0123456789.WD") != "" || strings.Trim(clock, "0123456789.HMS") != "" ||
		iso == "" || hasClock && clock == "":
		return "", "want P, weeks (W) and days (D), then T and hours (H), minutes (M) and seconds (S)"
	}
	return strings.ToLower(days + clock), ""
}

// formatDuration returns the shortest text of [ParseDuration] in descending units: 1w2d, 1h30m, 1.5s.
func formatDuration(d time.Duration) string {
	if d == 0 {
		return "0s"
	}
	if d == math.MinInt64 {
		return d.String()
	}
	var text strings.Builder
	if d < 0 {
		text.WriteByte('-')
		d = -d
	}
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{week, "w"}, {day, "d"}, {time.Hour, "h"}, {time.Minute, "m"}} {
		if n := d / unit.size; n > 0 {
			fmt.Fprintf(&text, "%d%s", n, unit.name)
			d %= unit.size
		}
	}
	if d > 0 {
		text.WriteString(d.String())
	}
	return text.String()
}
