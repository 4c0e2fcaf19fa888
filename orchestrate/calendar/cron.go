package calendar

import (
	"math/bits"
	"strings"
	"time"

	"github.com/netresearch/go-cron"
)

// A cronTable is the five fields of cron as sets of bits.
type cronTable struct {
	zone                     *time.Location
	minute, hour, dom, month uint64
	dow                      uint64 // from Sunday
	either                   bool   // dom and dow are both restricted, and one will do
}

// cronParser knows the five fields alone; words are handled before.
var cronParser = cron.MustNewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)

// starBit marks a field that is a star in what the parser returns.
const starBit = 1 << 63

func (s *Spec) parseCron(text string) (problem string) {
	fields := strings.Fields(text)
	if len(fields) != 5 {
		return "cron has five fields: minute, hour, day of the month, month and day of the week"
	}
	if strings.Contains(fields[0], "=") {
		return "the time zone is given by itself"
	}
	parsed, err := cronParser.Parse(text)
	if err != nil {
		return err.Error()
	}
	spec, ok := parsed.(*cron.SpecSchedule)
	if !ok {
		return "it is not cron"
	}
	table := cronTable{
		zone: s.zone, minute: spec.Minute &^ starBit, hour: spec.Hour &^ starBit, dom: spec.Dom &^ starBit,
		month: spec.Month &^ starBit, dow: cron.NormalizeDOW(spec.Dow) &^ starBit,
		either: !wild(fields[2]) && !wild(fields[4]),
	}
	if wild(fields[0]) || wild(fields[1]) {
		s.times = clockTimes{table}
	} else {
		s.times = civilTimes{table}
	}
	if s.times.next(time.Date(2000, 1, 1, 0, 0, 0, 0, s.zone)).IsZero() {
		return "there is no such day"
	}
	s.period = table.period(wild(fields[1]), wild(fields[2]), wild(fields[4]))
	return ""
}

func wild(field string) bool { return strings.HasPrefix(field, "*") || strings.HasPrefix(field, "?") }

// period returns the period of which a partition passes from one time to the next.
func (c *cronTable) period(anyHour, anyDay, anyWeekday bool) Period {
	switch minutes := bits.OnesCount64(c.minute); {
	case minutes > 1:
		return Minutes(evenMinutes(c.minute))
	case anyHour || bits.OnesCount64(c.hour) > 1:
		return Hour
	case anyDay && anyWeekday, c.either:
		return Day
	case anyDay && bits.OnesCount64(c.dow) == 1:
		return Week
	case !anyDay && bits.OnesCount64(c.dom) == 1:
		if bits.OnesCount64(c.month) == 1 {
			return Year
		}
		return Month
	}
	return Day
}

// evenMinutes returns how far apart the minutes are, or one where that differs.
func evenMinutes(set uint64) int {
	first := bits.TrailingZeros64(set)
	apart := bits.TrailingZeros64(set&^(1<<first)) - first
	if 60%apart != 0 {
		return 1
	}
	var even uint64
	for m := first % apart; m < 60; m += apart {
		even |= 1 << m
	}
	if even != set {
		return 1
	}
	return apart
}

func (c *cronTable) hasDay(day civil) bool {
	if c.month&(1<<uint(day.Month())) == 0 {
		return false
	}
	dom := c.dom&(1<<uint(day.Day())) != 0
	dow := c.dow&(1<<uint(day.Weekday())) != 0
	if c.either {
		return dom || dow
	}
	return dom && dow
}

// searchDays is how far to look for a day: 29 February may be eight years away, and on one
// weekday forty.
const searchDays = 41 * 366

// civilTimes are fixed hours: each civil time is due once.
type civilTimes struct{ cronTable }

func (c civilTimes) next(after time.Time) time.Time {
	at := shown(after)
	// A time of an earlier day may be due later than its day, where the clock jumped.
	day := civilOf(at.Year(), at.Month(), at.Day()-2, 0, 0)
	for range searchDays {
		if c.hasDay(day) {
			if due := c.nextOfDay(day, after); !due.IsZero() {
				return due
			}
		}
		day = civil{day.AddDate(0, 0, 1)}
	}
	return time.Time{}
}

func (c civilTimes) nextOfDay(day civil, after time.Time) time.Time {
	for hours := c.hour; hours != 0; hours &= hours - 1 {
		for minutes := c.minute; minutes != 0; minutes &= minutes - 1 {
			at := civilOf(day.Year(), day.Month(), day.Day(), bits.TrailingZeros64(hours), bits.TrailingZeros64(minutes))
			if due := at.due(c.zone); due.After(after) {
				return due
			}
		}
	}
	return time.Time{}
}

// clockTimes are intervals: each instant is due at which the clock shows what they say. Where it
// jumps over a part of an hour, the times in that part are due after the jump, for the hour is there.
type clockTimes struct{ cronTable }

func (c clockTimes) next(after time.Time) time.Time {
	t := nextMinute(after)
	limit := after.AddDate(0, 0, searchDays)
	for t.Before(limit) {
		at := shown(t)
		switch {
		case c.jumpedOver(t, at):
			return t
		case !c.hasDay(at):
			t = skip(t, time.Duration(24*60-at.Hour()*60-at.Minute())*time.Minute)
		case c.hour&(1<<uint(at.Hour())) == 0:
			t = skip(t, time.Duration(60-at.Minute())*time.Minute)
		case c.minute&(1<<uint(at.Minute())) == 0:
			t = skip(t, time.Minute)
		default:
			return t
		}
	}
	return time.Time{}
}

// jumpedOver reports whether the clock jumps to what it shows at t, and over a due time of an hour that
// it shows in part.
func (c clockTimes) jumpedOver(t time.Time, at civil) bool {
	begin, _ := t.ZoneBounds()
	if !begin.Equal(t) {
		return false
	}
	from := civil{shown(t.Add(-time.Minute)).Add(time.Minute)}
	before, after := from.Truncate(time.Hour), at.Truncate(time.Hour)
	for m := from; m.Before(at.Time); m = (civil{m.Add(time.Minute)}) {
		hour := m.Truncate(time.Hour)
		inPart := hour.Equal(before) && from.Minute() != 0 || hour.Equal(after)
		if inPart && c.hasDay(m) && c.hour&(1<<uint(m.Hour())) != 0 && c.minute&(1<<uint(m.Minute())) != 0 {
			return true
		}
	}
	return false
}

// skip goes ahead, but not past the end of the zone's offset, at which the clock may show
// anything.
func skip(t time.Time, d time.Duration) time.Time {
	to := t.Add(d)
	if _, end := t.ZoneBounds(); !end.IsZero() && end.Before(to) {
		to = end
		if to.Second() != 0 {
			to = nextMinute(to)
		}
	}
	return to.In(t.Location())
}

// nextMinute returns the next instant at which the clock shows a whole minute.
func nextMinute(t time.Time) time.Time {
	past := time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond())
	return t.Add(time.Minute - past)
}
