package orchestrate_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomr/gomr/orchestrate"
)

// named has a name of its own and parameters from an embedded struct.
type named struct {
	common
	Text string `param:"text"`
}

type common struct {
	work
	Date orchestrate.Date `param:"date"`
	Pool string           `param:"pool,insignificant,optional"`
}

func (named) TaskName() string { return "reports.Daily" }

func TestID(t *testing.T) {
	date := orchestrate.NewDate(2014, time.June, 1)
	tests := map[string]struct {
		task orchestrate.Task
		want string
	}{
		"plain":         {named{common{Date: date}, "a"}, `reports.Daily(date=2014-06-01, text=a)`},
		"insignificant": {named{common{Date: date, Pool: "x"}, "a"}, `reports.Daily(date=2014-06-01, text=a)`},
		"empty":         {named{common{Date: date}, ""}, `reports.Daily(date=2014-06-01, text="")`},
		"comma":         {named{common{Date: date}, "a, b=c)"}, `reports.Daily(date=2014-06-01, text="a, b=c)")`},
		"quote":         {named{common{Date: date}, `"`}, `reports.Daily(date=2014-06-01, text="\"")`},
		"path":          {named{common{Date: date}, "/a/b-c_d.e:f"}, `reports.Daily(date=2014-06-01, text=/a/b-c_d.e:f)`},
		"unicode":       {named{common{Date: date}, "größe"}, `reports.Daily(date=2014-06-01, text=größe)`},
		"line feed":     {named{common{Date: date}, "a\nb"}, `reports.Daily(date=2014-06-01, text="a\nb")`},
		"bad UTF-8":     {named{common{Date: date}, "\xff"}, `reports.Daily(date=2014-06-01, text="\xff")`},
		"no parameters": {work{}, "work"},
		"pointer":       {&work{}, "work"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { require.Equal(t, test.want, orchestrate.ID(test.task)) })
	}
}

// anyKinds draws a task with any values of all kinds of parameters.
var anyKinds = rapid.Custom(func(t *rapid.T) kinds {
	date := rapid.Custom(func(t *rapid.T) orchestrate.Date {
		return orchestrate.NewDate(1, time.January, 1).AddDays(rapid.IntRange(0, 3_652_058).Draw(t, "date"))
	})
	k := kinds{
		String:   rapid.String().Draw(t, "string"),
		Mode:     rapid.SampledFrom([]string{"", "fast", "slow"}).Draw(t, "mode"),
		Int:      rapid.Int().Draw(t, "int"),
		Side:     side(rapid.Int8().Draw(t, "side")),
		Uint:     rapid.Uint16().Draw(t, "uint"),
		Float:    rapid.Float64().Draw(t, "float"),
		Float32:  rapid.Float32().Draw(t, "float32"),
		Bool:     rapid.Bool().Draw(t, "bool"),
		Duration: time.Duration(rapid.Int64().Draw(t, "duration")),
		Color:    color(rapid.IntRange(0, 1).Draw(t, "color")),
		Date:     date.Draw(t, "date"),
		Month:    date.Draw(t, "month").Month(),
		Hour:     orchestrate.NewDateHour(date.Draw(t, "hour"), 23),
		Minute:   orchestrate.NewDateMinute(date.Draw(t, "minute"), 23, 59),
		Text:     rapid.Ptr(rapid.String(), true).Draw(t, "text"),
		Pointer:  rapid.Ptr(rapid.Int(), true).Draw(t, "pointer"),
		Flag:     rapid.Ptr(rapid.Bool(), true).Draw(t, "flag"),
	}
	k.Days, _ = orchestrate.NewDateInterval(k.Date, k.Date.AddDays(rapid.IntRange(0, 400).Draw(t, "days")))
	if list := rapid.SliceOf(rapid.String()).Draw(t, "list"); len(list) > 0 {
		k.List = list
	}
	if m := rapid.MapOf(rapid.String(), rapid.Int()).Draw(t, "map"); len(m) > 0 {
		k.Map = m
	}
	if m := rapid.MapOf(date, rapid.String()).Draw(t, "by-date"); len(m) > 0 {
		k.ByDate = m
	}
	return k
})

func TestArgs_RoundTrip(t *testing.T) {
	registry := newRegistry(t, kinds{})
	rapid.Check(t, func(t *rapid.T) {
		k := anyKinds.Draw(t, "task")
		if k.Days.End().Compare(orchestrate.NewDate(10000, time.January, 1)) > 0 {
			k.Days = orchestrate.DateInterval{} // which has no text
		}
		requireRoundTrip(t, registry, k)
	})
}

func TestID_DiffersWhereTasksDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.SliceOf(rapid.String()).Draw(t, "a"), rapid.SliceOf(rapid.String()).Draw(t, "b")
		idA, idB := orchestrate.ID(kinds{List: a}), orchestrate.ID(kinds{List: b})
		require.Equal(t, len(a) == len(b) && equal(a, b), idA == idB)
	})
}

func equal(a, b []string) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestParseID_Bad(t *testing.T) {
	registry := newRegistry(t, kinds{}, work{})
	tests := []struct{ id, err string }{
		{"", "there is no task"},
		{"kind(bool=true)", "there is no task kind; did you mean kinds?"},
		{"kinds(", `want name=value) at ""`},
		{"kinds(bool=true", `want a comma or one ) at ""`},
		{"kinds(bool=true))", "want a comma or one )"},
		{"kinds(bool)", "want name=value)"},
		{"kinds(list=[a)", "has no ]"},
		{`kinds(string="a)`, "has no end"},
		{`kinds(string="a" b)`, "want a comma or one )"},
		{"kinds(nope=1)", "there is no parameter --nope"},
		{"kinds(int=x)", "bad integer"},
	}
	for _, test := range tests {
		t.Run(test.id, func(t *testing.T) {
			_, err := registry.ParseID(test.id)
			require.ErrorContains(t, err, test.err)
		})
	}
	for _, good := range []string{"kinds", "kinds()", "kinds( bool = true , int = 3 )", "work"} {
		_, err := registry.ParseID(good)
		require.NoError(t, err, good)
	}
}

func FuzzParseID(f *testing.F) {
	for _, id := range []string{`kinds(bool=false, list=["a,b",""], map={a=1,"b c"=2})`, `kinds(string="\"\xff")`, "kinds()", "kinds(map=)"} {
		f.Add(id)
	}
	registry := newRegistry(f, kinds{})
	f.Fuzz(func(t *testing.T, id string) {
		if task, err := registry.ParseID(id); err == nil {
			requireRoundTrip(t, registry, task)
		}
	})
}
