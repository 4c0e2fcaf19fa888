package orchestrate_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate"
)

// shelf has the outputs of the tasks below. It counts the calls that look for them.
type shelf struct {
	there map[string]bool
	calls int
	asked map[string]int
}

func (s *shelf) exists(_ context.Context, targets []orchestrate.Target) ([]bool, error) {
	s.calls++
	exists := make([]bool, len(targets))
	for i, target := range targets {
		if s.asked == nil {
			s.asked = map[string]int{}
		}
		s.asked[target.String()]++
		exists[i] = s.there[target.String()]
	}
	return exists, nil
}

// shelved is a target that is never asked by itself.
type shelved string

func (n shelved) String() string { return string(n) }
func (n shelved) Exists(context.Context) (bool, error) {
	return false, fmt.Errorf("%s is asked by itself", n)
}

type Daily struct {
	Date orchestrate.Date `param:"date"`
	Top  int              `param:"top"`
	Tags []string         `param:"tags,optional"`
}

func (d Daily) Output() orchestrate.Target   { return shelved(fmt.Sprintf("daily/%s/%d", d.Date, d.Top)) }
func (Daily) Run(context.Context) error      { return nil }
func (d Daily) Requires() []orchestrate.Task { return []orchestrate.Task{Source{Date: d.Date}} }

type Source struct {
	orchestrate.ExternalTask
	Date orchestrate.Date `param:"date"`
}

func (s Source) Output() orchestrate.Target { return shelved("source/" + s.Date.String()) }

type Interval struct {
	Days orchestrate.DateInterval `param:"days"`
}

func (i Interval) Output() orchestrate.Target { return shelved("interval/" + i.Days.String()) }
func (Interval) Run(context.Context) error    { return nil }

type Hourly struct {
	Hour orchestrate.DateHour `param:"hour"`
}

func (h Hourly) Output() orchestrate.Target { return shelved("hourly/" + h.Hour.String()) }
func (Hourly) Run(context.Context) error    { return nil }

type Minutely struct {
	At orchestrate.DateMinute `param:"at"`
}

func (m Minutely) Output() orchestrate.Target { return shelved("minutely/" + m.At.String()) }
func (Minutely) Run(context.Context) error    { return nil }

type Monthly struct {
	Month orchestrate.Month `param:"month"`
	Kind  string            `param:"kind" choices:"all,new"`
}

func (m Monthly) Output() orchestrate.Target {
	return shelved("monthly/" + m.Month.String() + "/" + m.Kind)
}
func (Monthly) Run(context.Context) error { return nil }

type Shift struct {
	orchestrate.WrapperTask
	Date  orchestrate.Date `param:"date"`
	Since orchestrate.Date `param:"since"`
}

func (s Shift) Requires() []orchestrate.Task { return []orchestrate.Task{Daily{Date: s.Date, Top: 1}} }

type Number struct {
	N uint8 `param:"n"`
	M int   `param:"m"`
}

func (n Number) Output() orchestrate.Target { return shelved(fmt.Sprint("number/", n.N, n.M)) }
func (Number) Run(context.Context) error    { return nil }

// rangeNow is a Tuesday.
var rangeNow = time.Date(2014, time.June, 10, 15, 7, 0, 0, time.UTC)

func rangeRegistry(t require.TestingT) *orchestrate.Registry {
	r, err := orchestrate.NewRegistry(append(orchestrate.Ranges(),
		Daily{}, Source{}, Interval{}, Hourly{}, Minutely{}, Monthly{}, Shift{}, Number{})...)
	require.NoError(t, err)
	r.Now = func() time.Time { return rangeNow }
	return r
}

// TestRangeFlags: what a command line says, and which tasks it is. The ID has both ends.
func TestRangeFlags(t *testing.T) {
	for _, test := range []struct {
		name        string
		family      string
		flags       []string
		id          string
		n           int
		first, last string
	}{
		{
			"days", "RangeDaily", []string{"--of=Daily", "--of-args=top=3", "--start=2014-06-01", "--stop=2014-07-01"},
			"RangeDaily(of-args={top=3}, of=Daily, start=2014-06-01, stop=2014-07-01)", 30,
			"Daily(date=2014-06-01, top=3)", "Daily(date=2014-06-30, top=3)",
		},
		{
			"days that are intervals", "RangeDaily", []string{"--of=Interval", "--start=2014-06-01", "--stop=2014-06-03"},
			"RangeDaily(of=Interval, start=2014-06-01, stop=2014-06-03)", 2, "Interval(days=2014-06-01)", "Interval(days=2014-06-02)",
		},
		{
			"both ends from the clock", "RangeDaily", []string{"--of=Interval"},
			"RangeDaily(of=Interval, start=2014-03-02, stop=2014-06-10)", 100, "Interval(days=2014-03-02)", "Interval(days=2014-06-09)",
		},
		{
			"back and forward", "RangeDaily", []string{"--of=Interval", "--days-back=2", "--days-forward=1"},
			"RangeDaily(of=Interval, start=2014-06-08, stop=2014-06-11)", 3, "Interval(days=2014-06-08)", "Interval(days=2014-06-10)",
		},
		{
			"words", "RangeDaily", []string{"--of=Interval", "--start=yesterday", "--stop=today"},
			"RangeDaily(of=Interval, start=2014-06-09, stop=2014-06-10)", 1, "Interval(days=2014-06-09)", "Interval(days=2014-06-09)",
		},
		{
			"words of other parameters", "RangeDaily", []string{"--of=Shift", "--of-param=date", "--of-args=since=yesterday", "--start=2014-06-01", "--stop=2014-06-02"},
			"RangeDaily(of-args={since=2014-06-09}, of-param=date, of=Shift, start=2014-06-01, stop=2014-06-02)", 1,
			"Shift(date=2014-06-01, since=2014-06-09)", "Shift(date=2014-06-01, since=2014-06-09)",
		},
		{
			"an argument leaves one candidate", "RangeDaily", []string{"--of=Shift", "--of-args=since=2014-01-01", "--start=2014-06-01", "--stop=2014-06-02"},
			"RangeDaily(of-args={since=2014-01-01}, of=Shift, start=2014-06-01, stop=2014-06-02)", 1,
			"Shift(date=2014-06-01, since=2014-01-01)", "Shift(date=2014-06-01, since=2014-01-01)",
		},
		{
			"lists among the arguments", "RangeDaily", []string{"--of=Daily", `--of-args=top=1,tags="a,b"`, "--start=2014-06-01", "--stop=2014-06-02"},
			`RangeDaily(of-args={tags="a,b",top=1}, of=Daily, start=2014-06-01, stop=2014-06-02)`, 1,
			"Daily(date=2014-06-01, tags=[a,b], top=1)", "Daily(date=2014-06-01, tags=[a,b], top=1)",
		},
		{
			"the newest first", "RangeDaily", []string{"--of=Interval", "--reverse", "--start=2014-06-01", "--stop=2014-06-04"},
			"RangeDaily(of=Interval, reverse=true, start=2014-06-01, stop=2014-06-04)", 3, "Interval(days=2014-06-03)", "Interval(days=2014-06-01)",
		},
		{
			"hours", "RangeHourly", []string{"--of=Hourly", "--start=2014-06-01T22", "--stop=2014-06-02T02"},
			"RangeHourly(of=Hourly, start=2014-06-01T22, stop=2014-06-02T02)", 4, "Hourly(hour=2014-06-01T22)", "Hourly(hour=2014-06-02T01)",
		},
		{
			"hours from the clock", "RangeHourly", []string{"--of=Hourly", "--hours-back=3"},
			"RangeHourly(of=Hourly, start=2014-06-10T12, stop=2014-06-10T15)", 3, "Hourly(hour=2014-06-10T12)", "Hourly(hour=2014-06-10T14)",
		},
		{
			"minutes", "RangeByMinutes", []string{"--of=Minutely", "--minutes-interval=15", "--start=2014-06-01T2330", "--stop=2014-06-02T0030"},
			"RangeByMinutes(minutes-interval=15, of=Minutely, start=2014-06-01T2330, stop=2014-06-02T0030)", 4,
			"Minutely(at=2014-06-01T2330)", "Minutely(at=2014-06-02T0015)",
		},
		{
			"minutes from the clock", "RangeByMinutes", []string{"--of=Minutely", "--minutes-back=20"},
			"RangeByMinutes(minutes-interval=5, of=Minutely, start=2014-06-10T1445, stop=2014-06-10T1505)", 4,
			"Minutely(at=2014-06-10T1445)", "Minutely(at=2014-06-10T1500)",
		},
		{
			"weeks over the end of a year", "RangeWeekly", []string{"--of=Interval", "--start=2015-W52", "--stop=2016-W02"},
			"RangeWeekly(of=Interval, start=2015-W52, stop=2016-W02)", 3, "Interval(days=2015-W52)", "Interval(days=2016-W01)",
		},
		{
			"weeks from the clock", "RangeWeekly", []string{"--of=Interval"},
			"RangeWeekly(of=Interval, start=2014-W10, stop=2014-W24)", 14, "Interval(days=2014-W10)", "Interval(days=2014-W23)",
		},
		{
			"months", "RangeMonthly", []string{"--of=Monthly", "--of-args=kind=new", "--start=2013-12", "--stop=2014-03"},
			"RangeMonthly(of-args={kind=new}, of=Monthly, start=2013-12, stop=2014-03)", 3, "Monthly(kind=new, month=2013-12)", "Monthly(kind=new, month=2014-02)",
		},
		{
			"months that are intervals, from the clock", "RangeMonthly", []string{"--of=Interval", "--months-back=2"},
			"RangeMonthly(of=Interval, start=2014-04, stop=2014-06)", 2, "Interval(days=2014-04)", "Interval(days=2014-05)",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			task, err := rangeRegistry(t).Parse(test.family, test.flags)
			require.NoError(t, err)
			require.Equal(t, test.id, orchestrate.ID(task))
			required := task.(orchestrate.Requirer).Requires()
			require.Len(t, required, test.n)
			require.Equal(t, test.first, orchestrate.ID(required[0]))
			require.Equal(t, test.last, orchestrate.ID(required[len(required)-1]))

			later := rangeRegistry(t)
			later.Now = func() time.Time { return rangeNow.AddDate(1, 0, 0) }
			again, err := later.ParseID(test.id)
			require.NoError(t, err)
			require.Equal(t, test.id, orchestrate.ID(again), "an identity depends on no clock")
			require.Len(t, again.(orchestrate.Requirer).Requires(), test.n)
		})
	}
}

func TestRangeMistakes(t *testing.T) {
	day := []string{"--start=2014-06-01", "--stop=2014-06-02"}
	for _, test := range []struct {
		name, family string
		flags        []string
		want         string
	}{
		{"no such task", "RangeDaily", append(day, "--of=Dialy"), "RangeDaily: --of: there is no task Dialy; did you mean Daily?"},
		{"no parameter of the kind", "RangeHourly", []string{"--of=Daily"}, "RangeHourly: --of: Daily has no parameter of the type hour; name one that takes such values with --of-param"},
		{"several", "RangeDaily", append(day, "--of=Shift"), "RangeDaily: --of: the partition could be --date or --since of Shift; say which with --of-param"},
		{"no such parameter", "RangeDaily", append(day, "--of=Shift", "--of-param=dat"), "RangeDaily: --of-param: Shift: there is no parameter --dat; did you mean --date?"},
		{"a parameter that takes no days", "RangeDaily", append(day, "--of=Number", "--of-param=n", "--of-args=m=1"), `RangeDaily: --of-param: Number: --n: bad integer "2014-06-01"`},
		{"no such argument", "RangeDaily", append(day, "--of=Daily", "--of-args=topp=1"), "RangeDaily: --of-args: Daily: there is no parameter --topp; did you mean --top?"},
		{"the partition among the arguments", "RangeDaily", append(day, "--of=Daily", "--of-param=date", "--of-args=date=2014-06-01,top=1"), "RangeDaily: --of-args: date has another value in each partition"},
		{"an argument is missing", "RangeDaily", append(day, "--of=Daily"), "RangeDaily: --of-args: Daily: give --top (integer)"},
		{"a range of ranges", "RangeDaily", append(day, "--of=RangeDaily"), "RangeDaily: --of: RangeDaily is a range itself"},
		{"a limit that can't be", "RangeDaily", append(day, "--of=Interval", "--limit=-1"), "RangeDaily: --limit is -1"},
		{"a limit of groups", "RangeDaily", append(day, "--of=Shift", "--of-param=date", "--of-args=since=today", "--limit=1"), "RangeDaily: --limit: Shift only groups tasks"},
		{"stop before start", "RangeDaily", []string{"--of=Interval", "--start=2014-06-02", "--stop=2014-06-01"}, "RangeDaily: the stop 2014-06-01 is before the start 2014-06-02"},
		{"empty", "RangeDaily", []string{"--of=Interval", "--start=today"}, "RangeDaily: the range from 2014-06-10 to 2014-06-10 is empty"},
		{"back and start", "RangeDaily", append(day, "--of=Interval", "--days-back=3"), "RangeDaily: --days-back is for a range without --start"},
		{"forward and stop", "RangeDaily", append(day, "--of=Interval", "--days-forward=3"), "RangeDaily: --days-forward is for a range without --stop"},
		{"minutes that divide no day", "RangeByMinutes", []string{"--of=Minutely", "--minutes-interval=7"}, "RangeByMinutes: --minutes-interval is 7, and must divide the 1440 minutes of a day"},
		{"misaligned", "RangeByMinutes", []string{"--of=Minutely", "--start=2014-06-01T0007", "--stop=2014-06-01T0100"}, "RangeByMinutes: 2014-06-01T0007 is not a multiple of 5 minutes from midnight; 2014-06-01T0005 is, and 2014-06-01T0010"},
		{"no week", "RangeWeekly", []string{"--of=Interval", "--start=2014-06-03"}, "RangeWeekly: 2014-06-03 is no week; the one in which it begins is 2014-W23"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := rangeRegistry(t).Parse(test.family, test.flags)
			require.ErrorContains(t, err, test.want)
		})
	}
}

func juneDays(from, to int) (orchestrate.Date, orchestrate.Date) {
	return orchestrate.NewDate(2014, time.June, from), orchestrate.NewDate(2014, time.June, to)
}

// TestRangePlan: what is missing of a range is found by one call, and is all that the plan has.
func TestRangePlan(t *testing.T) {
	s := &shelf{there: map[string]bool{}}
	for day := 1; day <= 30; day++ {
		if day%10 != 0 {
			s.there[fmt.Sprintf("daily/2014-06-%02d/5", day)] = true
		}
		s.there[fmt.Sprintf("source/2014-06-%02d", day)] = true
	}
	start, stop := juneDays(1, 31)
	all := orchestrate.RangeDaily{RangeOf: orchestrate.NewRangeOf(Daily{Top: 5}), Start: start, Stop: stop}
	plan, err := orchestrate.NewPlan(t.Context(), orchestrate.Config{Exists: s.exists}, all)
	require.NoError(t, err)
	require.Equal(t, 2, s.calls, "one for the partitions, and one for what the missing ones require")
	for target, n := range s.asked {
		require.Equal(t, 1, n, target)
	}
	require.Equal(t, []string{
		"Source(date=2014-06-10)", "Daily(date=2014-06-10, top=5)", "Source(date=2014-06-20)", "Daily(date=2014-06-20, top=5)",
		"Source(date=2014-06-30)", "Daily(date=2014-06-30, top=5)", "RangeDaily(of-args={top=5}, of=Daily, start=2014-06-01, stop=2014-07-01)",
	}, ids(plan))
	why, err := plan.Why(all)
	require.NoError(t, err)
	require.Equal(t, "will be complete after 3 tasks that it requires: 27 of 30 partitions exist", why.Text)

	all.Limit, all.Reverse = 2, true
	plan, err = orchestrate.NewPlan(t.Context(), orchestrate.Config{Exists: s.exists}, all)
	require.NoError(t, err)
	require.Equal(t, []string{"Daily(date=2014-06-30, top=5)", "Daily(date=2014-06-20, top=5)"}, requiredIDs(plan.Roots()[0]))
	why, err = plan.Why(all)
	require.NoError(t, err)
	require.Equal(t, "will be complete after 2 tasks that it requires: 27 of 30 partitions exist, and 1 that is missing is beyond the limit", why.Text)

	for day := 10; day <= 30; day += 10 {
		s.there[fmt.Sprintf("daily/2014-06-%02d/5", day)] = true
	}
	plan, err = orchestrate.NewPlan(t.Context(), orchestrate.Config{Exists: s.exists}, all)
	require.NoError(t, err)
	require.Equal(t, orchestrate.StatusComplete, plan.Roots()[0].Status)
	why, err = plan.Why(all)
	require.NoError(t, err)
	require.Equal(t, "is complete: all of 30 partitions exist", why.Text)
}

// TestRangesShareTasks: of two ranges that overlap, and of a partition that is wanted by itself, there is one task.
func TestRangesShareTasks(t *testing.T) {
	s := &shelf{}
	a, b := juneDays(1, 4)
	c, d := juneDays(3, 6)
	one := orchestrate.RangeDaily{RangeOf: orchestrate.NewRangeOf(Interval{}), Start: a, Stop: b}
	two := orchestrate.RangeDaily{RangeOf: orchestrate.NewRangeOf(Interval{}), Start: c, Stop: d}
	two.Limit = 1 // which leaves out the 4th, that is wanted by itself
	alone := Interval{Days: orchestrate.NewDate(2014, time.June, 4).Interval()}
	plan, err := orchestrate.NewPlan(t.Context(), orchestrate.Config{Exists: s.exists}, one, two, alone)
	require.NoError(t, err)
	require.Len(t, ids(plan), 6)
	for target, n := range s.asked {
		require.Equal(t, 1, n, target)
	}
	require.Equal(t, []string{"Interval(days=2014-06-03)"}, requiredIDs(plan.Roots()[1]))
}

// TestRangeOfGroups: partitions that only group tasks are complete when these are.
func TestRangeOfGroups(t *testing.T) {
	s := &shelf{there: map[string]bool{"daily/2014-06-01/1": true, "daily/2014-06-02/1": true, "source/2014-06-02": true}}
	start, stop := juneDays(1, 3)
	shifts := orchestrate.RangeDaily{RangeOf: orchestrate.NewRangeOf(Shift{Since: start}), Start: start, Stop: stop}
	shifts.OfParam = "date"
	plan, err := orchestrate.NewPlan(t.Context(), orchestrate.Config{Exists: s.exists}, shifts)
	require.NoError(t, err)
	require.Equal(t, orchestrate.StatusComplete, plan.Roots()[0].Status)
	why, err := plan.Why(shifts)
	require.NoError(t, err)
	require.Equal(t, "is complete: all of 2 partitions exist", why.Text)
}

func TestARangeThatIsNotWholeIsAnError(t *testing.T) {
	start, stop := juneDays(1, 3)
	for name, task := range map[string]orchestrate.Task{
		"make its RangeOf by NewRangeOf": orchestrate.RangeDaily{Start: start, Stop: stop},
		"needs a start and a stop":       orchestrate.RangeDaily{RangeOf: orchestrate.NewRangeOf(Interval{}), Start: start},
		"has no parameter of the type":   orchestrate.RangeDaily{RangeOf: orchestrate.NewRangeOf(Hourly{}), Start: start, Stop: stop},
	} {
		_, err := orchestrate.NewPlan(t.Context(), orchestrate.Config{}, task)
		require.ErrorContains(t, err, name)
	}
}

func ids(plan *orchestrate.Plan) (all []string) {
	for n := range plan.Nodes() {
		all = append(all, n.ID)
	}
	return all
}

func requiredIDs(n *orchestrate.Node) (all []string) {
	for _, required := range n.Requires {
		all = append(all, required.ID)
	}
	return all
}
