package orchestrate

import (
	"strconv"
	"strings"
	"time"
)

// The words below stand for days that depend on the clock. They are read in
// parameters only and replaced at once, so that a task's identity has the day itself.

// dateWord reads yesterday, today or tomorrow.
func dateWord(text string, now time.Time) (Date, bool) {
	today := DateOf(now)
	switch text {
	case "yesterday":
		return today.Prev(), true
	case "today":
		return today, true
	case "tomorrow":
		return today.Next(), true
	}
	return Date{}, false
}

// monthWord reads last-month or this-month.
func monthWord(text string, now time.Time) (Month, bool) {
	month := DateOf(now).Month()
	switch text {
	case "last-month":
		return month.Prev(), true
	case "this-month":
		return month, true
	}
	return Month{}, false
}

// yearWord reads last-year or this-year.
func yearWord(text string, now time.Time) (Year, bool) {
	switch text {
	case "last-year":
		return Year(now.Year()).Prev(), true
	case "this-year":
		return Year(now.Year()), true
	}
	return 0, false
}

// hourWord reads last-hour or this-hour.
func hourWord(text string, now time.Time) (DateHour, bool) {
	switch text {
	case "last-hour":
		return DateHourOf(now).Prev(), true
	case "this-hour":
		return DateHourOf(now), true
	}
	return DateHour{}, false
}

// minuteWord reads last-minute or this-minute.
func minuteWord(text string, now time.Time) (DateMinute, bool) {
	switch text {
	case "last-minute":
		return DateMinuteOf(now).Prev(), true
	case "this-minute":
		return DateMinuteOf(now), true
	}
	return DateMinute{}, false
}

// intervalWord reads the words of days, months and years, last-week, this-week and
// last-N-days, -weeks and -months: the N before the current one.
func intervalWord(text string, now time.Time) (DateInterval, bool) {
	if d, ok := dateWord(text, now); ok {
		return d.Interval(), true
	}
	if m, ok := monthWord(text, now); ok {
		return m.Interval(), true
	}
	if y, ok := yearWord(text, now); ok {
		return y.Interval(), true
	}
	today := DateOf(now)
	monday := mondayOf(today)
	thisWeek := DateInterval{monday, monday.AddDays(7)}
	switch text {
	case "last-week":
		return thisWeek.Prev(), true
	case "this-week":
		return thisWeek, true
	}
	n, unit := lastN(text)
	switch unit {
	case "days":
		return DateInterval{today.AddDays(-n), today}, true
	case "weeks":
		return DateInterval{monday.AddDays(-7 * n), monday}, true
	case "months":
		month := today.Month()
		return DateInterval{month.AddMonths(-n).Start(), month.Start()}, true
	}
	return DateInterval{}, false
}

// lastN reads last-7-days. The number is at most 9999; the unit is empty where the text is of another form.
func lastN(text string) (n int, unit string) {
	rest, _ := strings.CutPrefix(text, "last-")
	number, unit, _ := strings.Cut(rest, "-")
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > 9999 || text != "last-"+strconv.Itoa(n)+"-"+unit {
		return 0, ""
	}
	return n, unit
}
