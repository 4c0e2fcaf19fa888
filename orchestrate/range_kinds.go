package orchestrate

import (
	"fmt"
	"reflect"
	"time"
)

// RangeDaily groups the tasks of the days from Start to the one before Stop. Their parameter is a date, or a date
// interval.
type RangeDaily struct {
	RangeOf

	Start Date `param:"start,optional" help:"the first day (default --days-back before today)"`
	Stop  Date `param:"stop,optional" help:"the day after the last one (default today)"`
	Back  int  `param:"days-back,optional" help:"how many days before today it starts without --start (default 100)"`
	Ahead int  `param:"days-forward,optional" help:"how many days after today it stops without --stop; 1 takes today in"`
}

// Help is for the command line.
func (RangeDaily) Help() string {
	return rangeHelp("each day", "RangeDaily --of WordCount --start 2014-06-01 --stop 2014-07-01")
}

// Requires returns the tasks of all days. A plan has only those that are missing.
func (r RangeDaily) Requires() []Task { return mustPartition(r) }

var dailyKinds = []string{"date", "date interval"}

func (r RangeDaily) partitions() ([]Task, error) {
	return partitionsBetween(r.RangeOf, r.Start, r.Stop, 1, dailyKinds)
}

func (r RangeDaily) resolve(registry *Registry, now time.Time) (_ Task, err error) {
	e := ends[Date]{r.Start, r.Stop, r.Back, r.Ahead, "days", 100}
	if r.Start, r.Stop, err = e.close(DateOf(now), Date.AddDays); err == nil {
		r.Back, r.Ahead = 0, 0
		r.RangeOf, err = r.bind(registry, now, r.Start.String(), dailyKinds)
	}
	return r, wrapParamError("RangeDaily", err)
}

// RangeHourly groups the tasks of the hours from Start to the one before Stop.
type RangeHourly struct {
	RangeOf

	Start DateHour `param:"start,optional" help:"the first hour (default --hours-back before this one)"`
	Stop  DateHour `param:"stop,optional" help:"the hour after the last one (default this one)"`
	Back  int      `param:"hours-back,optional" help:"how many hours before this one it starts without --start (default 2400)"`
	Ahead int      `param:"hours-forward,optional" help:"how many hours after this one it stops without --stop; 1 takes this one in"`
}

// Help is for the command line.
func (RangeHourly) Help() string {
	return rangeHelp("each hour", "RangeHourly --of Clicks --start 2014-06-01T00 --stop 2014-06-02T00")
}

// Requires returns the tasks of all hours. A plan has only those that are missing.
func (r RangeHourly) Requires() []Task { return mustPartition(r) }

var hourlyKinds = []string{"hour"}

func (r RangeHourly) partitions() ([]Task, error) {
	return partitionsBetween(r.RangeOf, r.Start, r.Stop, 1, hourlyKinds)
}

func (r RangeHourly) resolve(registry *Registry, now time.Time) (_ Task, err error) {
	e := ends[DateHour]{r.Start, r.Stop, r.Back, r.Ahead, "hours", 2400}
	if r.Start, r.Stop, err = e.close(DateHourOf(now), DateHour.AddHours); err == nil {
		r.Back, r.Ahead = 0, 0
		r.RangeOf, err = r.bind(registry, now, r.Start.String(), hourlyKinds)
	}
	return r, wrapParamError("RangeHourly", err)
}

// RangeByMinutes groups the tasks of every MinutesInterval-th minute from Start to before Stop, counted from midnight.
type RangeByMinutes struct {
	RangeOf

	MinutesInterval int        `param:"minutes-interval,optional" help:"minutes from one partition to the next, which divide a day (default 5)"`
	Start           DateMinute `param:"start,optional" help:"the first minute (default --minutes-back before now)"`
	Stop            DateMinute `param:"stop,optional" help:"the minute after the last one (default the beginning of the present interval)"`
	Back            int        `param:"minutes-back,optional" help:"how many minutes before now it starts without --start (default 1440)"`
	Ahead           int        `param:"minutes-forward,optional" help:"how many minutes from now it stops without --stop"`
}

// Help is for the command line.
func (RangeByMinutes) Help() string {
	return rangeHelp("every few minutes", "RangeByMinutes --of Clicks --minutes-interval 15 --start 2014-06-01T0000 --stop 2014-06-02T0000")
}

// Requires returns the tasks of all partitions. A plan has only those that are missing.
func (r RangeByMinutes) Requires() []Task { return mustPartition(r) }

// Validate checks that the ends are where partitions begin.
func (r RangeByMinutes) Validate() error {
	if r.MinutesInterval < 1 || minutesOfDay%r.MinutesInterval != 0 {
		return fmt.Errorf("--minutes-interval is %d, and must divide the %d minutes of a day, as 5, 15 and 60 do", r.MinutesInterval, minutesOfDay)
	}
	for _, end := range []DateMinute{r.Start, r.Stop} {
		if floor := r.floor(end); floor != end {
			return fmt.Errorf("%s is not a multiple of %d minutes from midnight; %s is, and %s", end, r.MinutesInterval, floor, floor.AddMinutes(r.MinutesInterval))
		}
	}
	return nil
}

const minutesOfDay = 24 * 60

// floor returns the beginning of the interval of a minute.
func (r RangeByMinutes) floor(m DateMinute) DateMinute {
	return m.AddMinutes(-int(m.minutes % int64(r.MinutesInterval)))
}

var minuteKinds = []string{"minute"}

func (r RangeByMinutes) partitions() ([]Task, error) {
	if err := r.Validate(); err != nil {
		return nil, err
	}
	return partitionsBetween(r.RangeOf, r.Start, r.Stop, r.MinutesInterval, minuteKinds)
}

func (r RangeByMinutes) resolve(registry *Registry, now time.Time) (_ Task, err error) {
	if r.MinutesInterval == 0 {
		r.MinutesInterval = 5
	}
	if err := (RangeByMinutes{MinutesInterval: r.MinutesInterval}).Validate(); err != nil {
		return nil, wrapParamError("RangeByMinutes", err)
	}
	e := ends[DateMinute]{r.Start, r.Stop, r.Back, r.Ahead, "minutes", minutesOfDay}
	add := func(m DateMinute, n int) DateMinute { return r.floor(m.AddMinutes(n)) }
	if r.Start, r.Stop, err = e.close(DateMinuteOf(now), add); err == nil {
		r.Back, r.Ahead = 0, 0
		r.RangeOf, err = r.bind(registry, now, r.Start.String(), minuteKinds)
	}
	return r, wrapParamError("RangeByMinutes", err)
}

// RangeWeekly groups the tasks of the ISO weeks from Start to the one before Stop. Both are weeks, such as 2014-W23.
type RangeWeekly struct {
	RangeOf

	Start DateInterval `param:"start,optional" help:"the first week, such as 2014-W23 (default --weeks-back before this one)"`
	Stop  DateInterval `param:"stop,optional" help:"the week after the last one (default this one)"`
	Back  int          `param:"weeks-back,optional" help:"how many weeks before this one it starts without --start (default 14)"`
	Ahead int          `param:"weeks-forward,optional" help:"how many weeks after this one it stops without --stop; 1 takes this one in"`
}

// Help is for the command line.
func (RangeWeekly) Help() string {
	return rangeHelp("each week", "RangeWeekly --of WordCount --start 2014-W23 --stop 2014-W27")
}

// Requires returns the tasks of all weeks. A plan has only those that are missing.
func (r RangeWeekly) Requires() []Task { return mustPartition(r) }

// Validate checks that both ends are weeks.
func (r RangeWeekly) Validate() error {
	for _, end := range []DateInterval{r.Start, r.Stop} {
		if !end.IsZero() && end.unit() != unitWeek {
			year, week := end.start.ISOWeek()
			return fmt.Errorf("%s is no week; the one in which it begins is %s", end, ISOWeek(year, week))
		}
	}
	return nil
}

var weeklyKinds = []string{"date interval"}

func (r RangeWeekly) partitions() ([]Task, error) {
	if err := r.Validate(); err != nil {
		return nil, err
	}
	return partitionsBetween(r.RangeOf, r.Start, r.Stop, 1, weeklyKinds)
}

func (r RangeWeekly) resolve(registry *Registry, now time.Time) (_ Task, err error) {
	if err := r.Validate(); err != nil {
		return nil, wrapParamError("RangeWeekly", err)
	}
	monday := mondayOf(DateOf(now))
	e := ends[DateInterval]{r.Start, r.Stop, r.Back, r.Ahead, "weeks", 14}
	if r.Start, r.Stop, err = e.close(DateInterval{monday, monday.AddDays(7)}, DateInterval.add); err == nil {
		r.Back, r.Ahead = 0, 0
		r.RangeOf, err = r.bind(registry, now, r.Start.String(), weeklyKinds)
	}
	return r, wrapParamError("RangeWeekly", err)
}

// RangeMonthly groups the tasks of the months from Start to the one before Stop. Their parameter is a month, or a
// date interval.
type RangeMonthly struct {
	RangeOf

	Start Month `param:"start,optional" help:"the first month (default --months-back before this one)"`
	Stop  Month `param:"stop,optional" help:"the month after the last one (default this one)"`
	Back  int   `param:"months-back,optional" help:"how many months before this one it starts without --start (default 13)"`
	Ahead int   `param:"months-forward,optional" help:"how many months after this one it stops without --stop; 1 takes this one in"`
}

// Help is for the command line.
func (RangeMonthly) Help() string {
	return rangeHelp("each month", "RangeMonthly --of WordCount --start 2014-01 --stop 2015-01")
}

// Requires returns the tasks of all months. A plan has only those that are missing.
func (r RangeMonthly) Requires() []Task { return mustPartition(r) }

var monthlyKinds = []string{"month", "date interval"}

func (r RangeMonthly) partitions() ([]Task, error) {
	return partitionsBetween(r.RangeOf, r.Start, r.Stop, 1, monthlyKinds)
}

func (r RangeMonthly) resolve(registry *Registry, now time.Time) (_ Task, err error) {
	e := ends[Month]{r.Start, r.Stop, r.Back, r.Ahead, "months", 13}
	if r.Start, r.Stop, err = e.close(DateOf(now).Month(), Month.AddMonths); err == nil {
		r.Back, r.Ahead = 0, 0
		r.RangeOf, err = r.bind(registry, now, r.Start.String(), monthlyKinds)
	}
	return r, wrapParamError("RangeMonthly", err)
}

// partitionsBetween returns the tasks of every step-th value from a first one up to, not including, an end.
func partitionsBetween[T bounded[T]](of RangeOf, start, stop T, step int, kinds []string) ([]Task, error) {
	if err := checkEnds(start, stop); err != nil {
		return nil, err
	}
	labels, err := rowBetween(reflect.ValueOf(start), reflect.ValueOf(stop), step)
	if err != nil {
		return nil, err
	}
	return of.tasks(labels[:len(labels)-1], kinds)
}

// mustPartition is for Requires, which has no error. A range that was parsed, or planned before, has none.
func mustPartition(r ranged) []Task {
	tasks, err := r.partitions()
	if err != nil {
		panic(err)
	}
	return tasks
}

func wrapParamError(family string, err error) error {
	if err == nil {
		return nil
	}
	return &ParamError{Family: family, Err: err}
}

func rangeHelp(each, example string) string {
	return "Runs a task for " + each + " of a range for which its output is missing. All outputs are looked for at\n" +
		"once. Such as: " + example
}
