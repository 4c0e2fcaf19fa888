package calendar

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// Words tells people when the specification is due.
func (s *Spec) Words() string { return s.times.words() }

func (e everyTimes) words() string { return "every " + spell(e.every) }

func (r repeatedTimes) words() string {
	text := "every " + r.step.words() + " from " + r.start.Format("2006-01-02 15:04")
	if r.count > 0 {
		text += ", " + countOf(r.count, "time")
	}
	return text
}

func (s step) words() string {
	var parts []string
	for _, part := range []struct {
		n    int
		unit string
	}{{s.months / 12, "year"}, {s.months % 12, "month"}, {s.days, "day"}} {
		if part.n > 0 {
			parts = append(parts, eachOf(part.n, part.unit))
		}
	}
	if s.clock > 0 {
		parts = append(parts, spell(s.clock))
	}
	return strings.Join(parts, " and ")
}

// spell writes whole minutes in the largest unit that they are a number of.
func spell(d time.Duration) string {
	switch {
	case d%(24*time.Hour) == 0:
		return eachOf(int(d/(24*time.Hour)), "day")
	case d%time.Hour == 0:
		return eachOf(int(d/time.Hour), "hour")
	}
	return eachOf(int(d/time.Minute), "minute")
}

// eachOf writes a number of units behind the word every.
func eachOf(n int, unit string) string {
	if n == 1 {
		return unit
	}
	return countOf(n, unit)
}

func countOf(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return strconv.Itoa(n) + " " + unit + "s"
}

// All values that a field of cron may have.
const (
	allMinutes  = 1<<60 - 1
	allHours    = 1<<24 - 1
	allDays     = 1<<32 - 2
	allMonths   = 1<<13 - 2
	allWeekdays = 1<<7 - 1
)

func (c cronTable) words() string {
	days := c.dayWords()
	switch clock := c.clockWords(); {
	case days != "":
		return clock + " " + days
	case strings.HasPrefix(clock, "at ") && c.hour != allHours:
		return clock + " every day"
	default:
		return clock
	}
}

// mostTimes is how many times of a day are written one by one.
const mostTimes = 6

// clockWords tells at which times of a day it is due.
func (c cronTable) clockWords() string {
	minutes, hours := members(c.minute), members(c.hour)
	if len(minutes)*len(hours) <= mostTimes {
		var times []string
		for _, hour := range hours {
			for _, minute := range minutes {
				times = append(times, fmt.Sprintf("%02d:%02d", hour, minute))
			}
		}
		return "at " + listed(times)
	}
	text := c.minuteWords(minutes)
	if c.hour == allHours {
		return text
	}
	return text + " in the hours " + rows(hours, strconv.Itoa)
}

func (c cronTable) minuteWords(minutes []int) string {
	switch {
	case c.minute == allMinutes:
		return "every minute"
	case len(minutes) == 1 && minutes[0] == 0:
		return "every hour"
	case len(minutes) > 1 && minutes[0] == 0 && evenMinutes(c.minute) > 1:
		return "every " + countOf(evenMinutes(c.minute), "minute")
	}
	var past []string
	for _, minute := range minutes {
		past = append(past, fmt.Sprintf(":%02d", minute))
	}
	return "at " + listed(past) + " of each hour"
}

// dayWords tells on which days it is due, and nothing where these are all.
func (c cronTable) dayWords() string {
	var parts []string
	dom := "on day " + rows(members(c.dom), strconv.Itoa) + " of the month"
	dow := "on " + rows(weekFromMonday(c.dow), func(day int) string { return time.Weekday(day % 7).String() })
	switch {
	case c.either:
		parts = append(parts, dom+" and "+dow)
	default:
		if c.dom != allDays {
			parts = append(parts, dom)
		}
		if c.dow != allWeekdays {
			parts = append(parts, dow)
		}
	}
	if c.month != allMonths {
		parts = append(parts, "in "+rows(members(c.month), func(month int) string { return time.Month(month).String() }))
	}
	return strings.Join(parts, ", ")
}

// weekFromMonday returns days of the week with Sunday as the seventh.
func weekFromMonday(set uint64) []int { return members(set&^1 | set&1<<7) }

// members returns the numbers of a set.
func members(set uint64) (numbers []int) {
	for ; set != 0; set &= set - 1 {
		numbers = append(numbers, bits.TrailingZeros64(set))
	}
	return numbers
}

// rows writes numbers, with three or more that follow each other as the first to the last.
func rows(numbers []int, name func(int) string) string {
	var parts []string
	for i := 0; i < len(numbers); {
		last := i
		for last+1 < len(numbers) && numbers[last+1] == numbers[last]+1 {
			last++
		}
		if last-i < 2 {
			parts, i = append(parts, name(numbers[i])), i+1
			continue
		}
		parts, i = append(parts, name(numbers[i])+" to "+name(numbers[last])), last+1
	}
	return listed(parts)
}

func listed(parts []string) string {
	last := len(parts) - 1
	if last < 1 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:last], ", ") + " and " + parts[last]
}
