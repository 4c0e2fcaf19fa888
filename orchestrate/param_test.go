package orchestrate_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate"
)

// now is what words such as yesterday are relative to in these tests: a Wednesday.
func now() time.Time { return time.Date(2014, time.July, 2, 10, 30, 0, 0, time.UTC) }

func newRegistry(t testing.TB, prototypes ...orchestrate.Task) *orchestrate.Registry {
	t.Helper()
	registry, err := orchestrate.NewRegistry(prototypes...)
	require.NoError(t, err)
	registry.Now = now
	return registry
}

// color is an enumeration.
type color int

func (c color) String() string { return [...]string{"red", "green"}[c] }

func (c *color) UnmarshalText(text []byte) error {
	switch string(text) {
	case "red":
		*c = 0
	case "green":
		*c = 1
	default:
		return fmt.Errorf("unknown color %q: want red or green", text)
	}
	return nil
}

// side has no text of its own: it is an integer.
type side int8

// work makes a struct of parameters a task.
type work struct{}

func (work) Output() orchestrate.Target    { return orchestrate.LocalFile("out") }
func (work) Run(ctx context.Context) error { return nil }

// kinds has one optional parameter of every type.
type kinds struct {
	work
	String   string                      `param:"string,optional"`
	Mode     string                      `param:"mode,optional" choices:"fast,slow"`
	Int      int                         `param:"int,optional"`
	Side     side                        `param:"side,optional"`
	Uint     uint16                      `param:"uint,optional"`
	Level    int                         `param:"level,optional" choices:"1,2,3"`
	Float    float64                     `param:"float,optional"`
	Float32  float32                     `param:"float32,optional"`
	Bool     bool                        `param:"bool"`
	Duration time.Duration               `param:"duration,optional"`
	Path     orchestrate.Path            `param:"path,optional"`
	Color    color                       `param:"color,optional"`
	Date     orchestrate.Date            `param:"date,optional"`
	Month    orchestrate.Month           `param:"month,optional"`
	Year     orchestrate.Year            `param:"year,optional"`
	Hour     orchestrate.DateHour        `param:"hour,optional"`
	Minute   orchestrate.DateMinute      `param:"minute,optional"`
	Days     orchestrate.DateInterval    `param:"days,optional"`
	List     []string                    `param:"list,optional"`
	Ints     []int                       `param:"ints,optional"`
	Colors   []color                     `param:"colors,optional" choices:"red,green"`
	Dates    []orchestrate.Date          `param:"dates,optional"`
	Map      map[string]int              `param:"map,optional"`
	ByDate   map[orchestrate.Date]string `param:"by-date,optional"`
	Pointer  *int                        `param:"pointer"`
	Text     *string                     `param:"text"`
	Flag     *bool                       `param:"flag"`
}

func TestParameters(t *testing.T) {
	tests := []struct {
		args []string
		want string // the ID, which has the value's canonical text
		err  string // part of the error
	}{
		{args: []string{"--string", "a b"}, want: `kinds(bool=false, string="a b")`},
		{args: []string{"--string", "-5"}, want: `kinds(bool=false, string=-5)`},
		{args: []string{"--string=--x=y"}, want: `kinds(bool=false, string="--x=y")`},
		{args: []string{"--string="}, want: `kinds(bool=false)`},
		{args: []string{"--string"}, err: "kinds: --string: the value is missing"},
		{args: []string{"--string", "--bool"}, err: "if it is meant to be --bool, write --string=--bool"},
		{args: []string{"--string=a", "--string=b"}, err: "--string: given 2 times, want one value"},

		{args: []string{"--mode=fast"}, want: "kinds(bool=false, mode=fast)"},
		{args: []string{"--mode=fsat"}, err: `--mode: bad choice "fsat": want one of fast, slow; write for example fast`},
		{args: []string{"--mode="}, err: "empty choice"},
		{args: []string{"--level=2"}, want: "kinds(bool=false, level=2)"},
		{args: []string{"--level=4"}, err: "want one of 1, 2, 3"},

		{args: []string{"--int=-42"}, want: "kinds(bool=false, int=-42)"},
		{args: []string{"--int=042"}, want: "kinds(bool=false, int=42)"},
		{args: []string{"--int=5.0"}, err: `bad integer "5.0": want decimal digits only; write for example 42`},
		{args: []string{"--int=1_000"}, err: "want decimal digits only"},
		{args: []string{"--int=9223372036854775808"}, err: "want a number from -9223372036854775808 to 9223372036854775807"},
		{args: []string{"--int="}, err: "empty integer: write for example 42"},
		{args: []string{"--side=127"}, want: "kinds(bool=false, side=127)"},
		{args: []string{"--side=128"}, err: "want a number from -128 to 127"},
		{args: []string{"--uint=65535"}, want: "kinds(bool=false, uint=65535)"},
		{args: []string{"--uint=65536"}, err: "want a number from 0 to 65535"},
		{args: []string{"--uint=-1"}, err: "want decimal digits only"},

		{args: []string{"--float=1e3"}, want: "kinds(bool=false, float=1000)"},
		{args: []string{"--float=0.1"}, want: "kinds(bool=false, float=0.1)"},
		{args: []string{"--float32=0.1"}, want: "kinds(bool=false, float32=0.1)"},
		{args: []string{"--float32=1e39"}, err: "want a finite decimal number"},
		{args: []string{"--float=NaN"}, err: "want a finite decimal number"},
		{args: []string{"--float=inf"}, err: "want a finite decimal number"},
		{args: []string{"--float="}, err: "empty number"},

		{args: []string{"--bool"}, want: "kinds(bool=true)"},
		{args: []string{"--bool=False"}, want: "kinds(bool=false)"},
		{args: []string{"--bool=yes"}, err: `bad bool "yes": want true or false`},
		{args: []string{"--bool", "false"}, err: `unexpected argument "false"; the value of a bool is given as --name=false`},

		{args: []string{"--duration=26h"}, want: "kinds(bool=false, duration=1d2h)"},
		{args: []string{"--duration=1 day 1 week"}, want: "kinds(bool=false, duration=1w1d)"},
		{args: []string{"--duration=30"}, err: "30 has no unit, as 30s has"},
		{args: []string{"--duration="}, err: "empty duration"},

		{args: []string{"--path=a//b/../c"}, want: "kinds(bool=false, path=a/c)"},
		{args: []string{"--path="}, err: "empty path"},
		{args: []string{"--color=green"}, want: "kinds(bool=false, color=green)"},
		{args: []string{"--color=blue"}, err: `--color: unknown color "blue": want red or green`},

		{args: []string{"--date=2014-06-01"}, want: "kinds(bool=false, date=2014-06-01)"},
		{args: []string{"--date=yesterday"}, want: "kinds(bool=false, date=2014-07-01)"},
		{args: []string{"--date=today"}, want: "kinds(bool=false, date=2014-07-02)"},
		{args: []string{"--date=tomorrow"}, want: "kinds(bool=false, date=2014-07-03)"},
		{args: []string{"--date=20140601"}, err: `bad date "20140601": want year-month-day with four, two and two digits; write for example 2014-06-01`},
		{args: []string{"--date="}, err: "empty date: write for example 2014-06-01"},
		{args: []string{"--month=2014-06"}, want: "kinds(bool=false, month=2014-06)"},
		{args: []string{"--month=last-month"}, want: "kinds(bool=false, month=2014-06)"},
		{args: []string{"--month=this-month"}, want: "kinds(bool=false, month=2014-07)"},
		{args: []string{"--month=2014-13"}, err: "there is no month 13"},
		{args: []string{"--year=2014"}, want: "kinds(bool=false, year=2014)"},
		{args: []string{"--year=last-year"}, want: "kinds(bool=false, year=2013)"},
		{args: []string{"--year=this-year"}, want: "kinds(bool=false, year=2014)"},
		{args: []string{"--year=14"}, err: "want four digits"},
		{args: []string{"--hour=2014-06-01T05"}, want: "kinds(bool=false, hour=2014-06-01T05)"},
		{args: []string{"--hour=last-hour"}, want: "kinds(bool=false, hour=2014-07-02T09)"},
		{args: []string{"--hour=2014-06-01T24"}, err: "hours go from 00 to 23, not 24"},
		{args: []string{"--minute=2014-06-01T0507"}, want: "kinds(bool=false, minute=2014-06-01T0507)"},
		{args: []string{"--minute=this-minute"}, want: "kinds(bool=false, minute=2014-07-02T1030)"},
		{args: []string{"--minute=2014-06-01T05:07"}, err: "want a date, T and four digits"},

		{args: []string{"--days=2014"}, want: "kinds(bool=false, days=2014)"},
		{args: []string{"--days=yesterday"}, want: "kinds(bool=false, days=2014-07-01)"},
		{args: []string{"--days=last-week"}, want: "kinds(bool=false, days=2014-W26)"},
		{args: []string{"--days=this-week"}, want: "kinds(bool=false, days=2014-W27)"},
		{args: []string{"--days=last-month"}, want: "kinds(bool=false, days=2014-06)"},
		{args: []string{"--days=last-year"}, want: "kinds(bool=false, days=2013)"},
		{args: []string{"--days=last-7-days"}, want: "kinds(bool=false, days=2014-06-25-2014-07-02)"},
		{args: []string{"--days=last-1-days"}, want: "kinds(bool=false, days=2014-07-01)"},
		{args: []string{"--days=last-2-weeks"}, want: "kinds(bool=false, days=2014-06-16-2014-06-30)"},
		{args: []string{"--days=last-3-months"}, want: "kinds(bool=false, days=2014-04-01-2014-07-01)"},
		{args: []string{"--days=last-0-days"}, err: "bad date interval"},
		{args: []string{"--days=last-007-days"}, err: "bad date interval"},
		{args: []string{"--days=2014-06-10-2014-06-01"}, err: "it ends before it starts"},
		{args: []string{"--days="}, err: "empty date interval: write for example 2014, 2014-06, 2014-W26, 2014-06-01 or 2014-06-01-2014-06-10"},

		{args: []string{"--list=a,b"}, want: "kinds(bool=false, list=[a,b])"},
		{args: []string{"--list=a", "--list", "b, c"}, want: "kinds(bool=false, list=[a,b,c])"},
		{args: []string{`--list="a,b",""`}, want: `kinds(bool=false, list=["a,b",""])`},
		{args: []string{"--list="}, want: "kinds(bool=false)"},
		{args: []string{`--list="a`}, err: "has no end"},
		{args: []string{`--list="a"b`}, err: "want a comma after the quote"},
		{args: []string{"--ints=3,1,2"}, want: "kinds(bool=false, ints=[3,1,2])"},
		{args: []string{"--ints=3,x"}, err: `bad integer "x"`},
		{args: []string{"--ints=3,"}, err: "empty integer"},
		{args: []string{"--colors=red,blue"}, err: "unknown color"},
		{args: []string{"--dates=yesterday,2014-01-01"}, want: "kinds(bool=false, dates=[2014-07-01,2014-01-01])"},

		{args: []string{"--map=b=2,a=1"}, want: "kinds(bool=false, map={a=1,b=2})"},
		{args: []string{"--map=a=1", "--map=b=2"}, want: "kinds(bool=false, map={a=1,b=2})"},
		{args: []string{"--map=a=1,a=2"}, err: `the key "a" is there twice`},
		{args: []string{"--map=a"}, err: `bad map entry "a": it has no =; write for example name=value`},
		{args: []string{"--map=a=x"}, err: `bad integer "x"`},
		{args: []string{"--by-date=today=x y"}, want: `kinds(bool=false, by-date={2014-07-02="x y"})`},

		{args: []string{"--pointer=0"}, want: "kinds(bool=false, pointer=0)"},
		{args: []string{"--pointer="}, err: "empty integer"},
		{args: []string{"--text="}, want: `kinds(bool=false, text="")`},
		{args: []string{"--flag"}, want: "kinds(bool=false, flag=true)"},

		{args: []string{"--strng=a"}, err: "kinds: there is no parameter --strng; did you mean --string?"},
		{args: []string{"2014"}, err: `kinds: unexpected argument "2014"; parameters are given as --name=value`},
		{args: []string{"-bool"}, err: `unexpected argument "-bool"; write --bool`},
		{args: []string{"--int=x", "--float=y", "--nope"}, err: "kinds: there is no parameter --nope\n" +
			`kinds: --int: bad integer "x": want decimal digits only; write for example 42` + "\n" +
			`kinds: --float: bad number "y": want a finite decimal number; write for example 0.5`},
	}
	registry := newRegistry(t, kinds{})
	for _, test := range tests {
		t.Run(fmt.Sprint(test.args), func(t *testing.T) {
			task, err := registry.Parse("kinds", test.args)
			if test.err != "" {
				require.ErrorContains(t, err, test.err)
				require.Equal(t, orchestrate.ExitUsage, orchestrate.ExitCode(err))
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.want, orchestrate.ID(task))
			requireRoundTrip(t, registry, task)
		})
	}
}

// requireRoundTrip reads the task back from its flags and from its ID.
func requireRoundTrip(t require.TestingT, registry *orchestrate.Registry, task orchestrate.Task) {
	family, flags := orchestrate.Args(task)
	again, err := registry.Parse(family, flags)
	require.NoError(t, err)
	require.Equal(t, task, again)
	again, err = registry.ParseID(orchestrate.ID(task))
	require.NoError(t, err)
	require.Equal(t, orchestrate.ID(task), orchestrate.ID(again))
}

// required has parameters that must be given and such with defaults.
type required struct {
	work
	Days  orchestrate.DateInterval `param:"days" help:"days to count"`
	Tags  []string                 `param:"tags"`
	Top   int                      `param:"top"`
	Count int                      `param:"count"`
	Pool  string                   `param:"pool,insignificant"`
}

func (r required) Validate() error {
	if r.Top > r.Count {
		return errors.New("top is more than count")
	}
	return nil
}

func TestParameters_DefaultsAreThePrototypes(t *testing.T) {
	registry := newRegistry(t, &required{Tags: []string{}, Count: 10, Pool: "default"})
	task, err := registry.Parse("required", []string{"--days=2014-06", "--top=3", "--pool=nightly"})
	require.NoError(t, err)
	require.Equal(t, &required{
		Days: orchestrate.Year(2014).Interval().Start().AddDays(151).Month().Interval(),
		Tags: []string{}, Top: 3, Count: 10, Pool: "nightly",
	}, task)
	require.Equal(t, "required(count=10, days=2014-06, tags=[], top=3)", orchestrate.ID(task))
	_, flags := orchestrate.Args(task)
	require.Equal(t, []string{"--days=2014-06", "--tags=", "--top=3", "--count=10", "--pool=nightly"}, flags)

	_, err = registry.Parse("required", nil)
	require.EqualError(t, err, "required: give --days (date interval: days to count) and --top (integer)")
	_, err = registry.Parse("required", []string{"--days=2014", "--top=11"})
	require.EqualError(t, err, "required: top is more than count")
	_, err = registry.Parse("requird", nil)
	require.EqualError(t, err, "there is no task requird; did you mean required?")
	var unknown *orchestrate.UnknownTaskError
	require.ErrorAs(t, err, &unknown)
	require.Equal(t, []string{"required"}, unknown.Suggestions)
}

func TestParameters_ZeroOfAnOptionalListDefault(t *testing.T) {
	registry := newRegistry(t, &required{Tags: []string{"a"}, Count: 10, Pool: "default"})
	task, err := registry.Parse("required", []string{"--days=2014", "--tags=", "--top=1"})
	require.NoError(t, err)
	require.Empty(t, task.(*required).Tags, "an empty list in place of the default")
}
