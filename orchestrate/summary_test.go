package orchestrate_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/orchestrate"
)

// daily is a task of a day.
type daily struct {
	Date  orchestrate.Date `param:"date"`
	Kind  string           `param:"kind"`
	world *world
}

func (d daily) Output() orchestrate.Target { return file{d.world, d.Kind + "/" + d.Date.String()} }
func (d daily) Requires() []orchestrate.Task {
	return []orchestrate.Task{log{Date: d.Date, world: d.world}}
}

func (d daily) Run(context.Context) error {
	if d.Date.Day() == 13 {
		return errors.New("it is the 13th\nof the month")
	}
	time.Sleep(time.Minute)
	d.world.make(d.Output().String())
	return nil
}

// log is an external task of a day.
type log struct {
	orchestrate.ExternalTask
	Date  orchestrate.Date `param:"date"`
	world *world
}

func (l log) Output() orchestrate.Target { return file{l.world, "log/" + l.Date.String()} }

// june is all of June 2014, with some logs missing.
func june() orchestrate.Task {
	w := newWorld()
	var tasks []orchestrate.Task
	for d := range orchestrate.NewMonth(2014, time.June).Dates() {
		if d.Day() != 3 && d.Day() < 29 {
			w.files["log/"+d.String()] = true
		}
		if d.Day() < 6 {
			w.files["count/"+d.String()] = true
		}
		for _, kind := range []string{"count", "top n"} {
			tasks = append(tasks, daily{Date: d, Kind: kind, world: w})
		}
	}
	return group{Name: "june", tasks: tasks}
}

func TestSummary_Text(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		summary, err := orchestrate.Run(t.Context(), orchestrate.Config{Workers: 4}, june())
		require.Error(t, err)
		requireGolden(t, "summary.txt", summary.String())
		require.Equal(t, orchestrate.ExitFailed, summary.ExitCode())
	})
}

func TestSummary_OtherTexts(t *testing.T) {
	w := newWorld("done")
	cycle := w.task("cycle", step{Name: "cycle", world: w})
	tests := map[string]struct {
		task orchestrate.Task
		want string
	}{
		"nothing to do": {w.task("done"), "Complete: nothing was left to do.\n"},
		"cycle":         {cycle, "Nothing ran, for the tasks can't be planned:\n    tasks require each other: step(name=cycle) -> step(name=cycle)\nNot planned: nothing ran.\n"},
		"missing":       {w.input("gone"), "     1 missing external\n            1 input(name=gone): gone\nIncomplete: 1 external input is missing.\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			summary, _ := orchestrate.Run(t.Context(), orchestrate.Config{}, test.task)
			require.Contains(t, summary.String(), test.want)
		})
	}
}

func TestSummary_LongListsAreCut(t *testing.T) {
	var summary orchestrate.Summary
	for i := range 15 {
		for _, status := range []orchestrate.Status{orchestrate.StatusDone, orchestrate.StatusFailed} {
			task := step{Name: fmt.Sprintf("%c", 'a'+i)}
			summary.Tasks = append(summary.Tasks, orchestrate.TaskSummary{ID: orchestrate.ID(task), Task: task, Status: status, Rerun: "again"})
		}
	}
	text := summary.String()
	require.Equal(t, 2, strings.Count(text, "              and 5 more\n"))
	require.Contains(t, text, "            1 step(name=j)\n              and")
	require.Contains(t, text, "Failed: 15 tasks failed.")
}

func TestSummary_JSON(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("in1", "in2", "in3")
		runner := jobRunnerFunc(func(context.Context, orchestrate.JobRun) (orchestrate.JobResult, error) {
			time.Sleep(90 * time.Second)
			return orchestrate.JobResult{
				Counters:    []mr.CounterValue{{Group: "g", Name: "n", Value: 7}},
				TrackingURL: "http://rm/app_1",
			}, errors.New("exit status 1")
		})
		config := orchestrate.Config{Jobs: runner, Command: "wc run"}
		summary, err := orchestrate.Run(t.Context(), config, jobStep{Name: "count it", world: w}, w.input("gone"))
		require.Error(t, err)
		text, err := json.MarshalIndent(summary, "", "  ")
		require.NoError(t, err)
		requireGolden(t, "summary.json", string(text)+"\n")
	})
}

// numbered has one parameter of every type that ranges are made of.
type numbered struct {
	work
	N     int                      `param:"n,optional"`
	Hour  orchestrate.DateHour     `param:"hour,optional"`
	Days  orchestrate.DateInterval `param:"days,optional"`
	Month orchestrate.Month        `param:"month,optional"`
	Wait  time.Duration            `param:"wait,optional"`
}

func TestSummary_Ranges(t *testing.T) {
	interval := func(text string) orchestrate.DateInterval {
		i, err := orchestrate.ParseDateInterval(text)
		require.NoError(t, err)
		return i
	}
	month := orchestrate.NewMonth(2014, time.November)
	hour := orchestrate.NewDateHour(orchestrate.NewDate(2014, time.June, 30), 23)
	tests := map[string]struct {
		tasks []orchestrate.Task
		want  []string
	}{
		"numbers":       {[]orchestrate.Task{numbered{N: 3}, numbered{N: 1}, numbered{N: 2}}, []string{"3 numbered(n=1…3)"}},
		"a gap":         {[]orchestrate.Task{numbered{N: 1}, numbered{N: 2}, numbered{N: 4}}, []string{"2 numbered(n=1…2)", "1 numbered(n=4)"}},
		"hours":         {[]orchestrate.Task{numbered{Hour: hour}, numbered{Hour: hour.Next()}}, []string{"2 numbered(hour=2014-06-30T23…2014-07-01T00)"}},
		"months":        {[]orchestrate.Task{numbered{Month: month}, numbered{Month: month.Next()}, numbered{Month: month.AddMonths(2)}}, []string{"3 numbered(month=2014-11…2015-01)"}},
		"weeks":         {[]orchestrate.Task{numbered{Days: interval("2014-W26")}, numbered{Days: interval("2014-W27")}}, []string{"2 numbered(days=2014-W26…2014-W27)"}},
		"units differ":  {[]orchestrate.Task{numbered{Days: interval("2014-06")}, numbered{Days: interval("2014-07-01")}}, []string{"1 numbered(days=2014-06)", "1 numbered(days=2014-07-01)"}},
		"not countable": {[]orchestrate.Task{numbered{Wait: 1}, numbered{Wait: 2}}, []string{"1 numbered(wait=1ns)", "1 numbered(wait=2ns)"}},
		"two vary":      {[]orchestrate.Task{numbered{N: 1, Month: month}, numbered{N: 2, Month: month}, numbered{N: 9, Month: month.Next()}}, []string{"2 numbered(month=2014-11, n=1…2)", "1 numbered(month=2014-12, n=9)"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var summary orchestrate.Summary
			for _, task := range test.tasks {
				summary.Tasks = append(summary.Tasks, orchestrate.TaskSummary{ID: orchestrate.ID(task), Task: task, Status: orchestrate.StatusDone})
			}
			var want strings.Builder
			fmt.Fprintf(&want, "%d tasks in 0s\n%6d done\n", len(test.tasks), len(test.tasks))
			for _, line := range test.want {
				want.WriteString("            " + line + "\n")
			}
			require.Equal(t, want.String()+"Complete.\n", summary.String())
		})
	}
}

func TestSummary_ExitCodes(t *testing.T) {
	tests := map[string]struct {
		summary orchestrate.Summary
		want    int
	}{
		"nothing":     {orchestrate.Summary{}, orchestrate.ExitComplete},
		"all":         {summaryOf(orchestrate.StatusComplete, orchestrate.StatusDone), orchestrate.ExitComplete},
		"failed":      {summaryOf(orchestrate.StatusDone, orchestrate.StatusMissingExternal, orchestrate.StatusAlreadyRunning, orchestrate.StatusFailed), orchestrate.ExitFailed},
		"missing":     {summaryOf(orchestrate.StatusUpstreamMissing, orchestrate.StatusAlreadyRunning, orchestrate.StatusMissingExternal), orchestrate.ExitMissingExternal},
		"running":     {summaryOf(orchestrate.StatusAlreadyRunning, orchestrate.StatusUpstreamRunning), orchestrate.ExitAlreadyRunning},
		"interrupted": {orchestrate.Summary{Interrupted: true, Tasks: summaryOf(orchestrate.StatusFailed).Tasks}, orchestrate.ExitInterrupted},
		"scheduling":  {orchestrate.Summary{Scheduling: errBroken}, orchestrate.ExitScheduling},
		"not run":     {summaryOf(orchestrate.StatusNotRun), orchestrate.ExitError},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, test.want, test.summary.ExitCode())
			require.Equal(t, test.want == orchestrate.ExitComplete, test.summary.Err() == nil)
		})
	}
	require.Equal(t, orchestrate.ExitComplete, orchestrate.ExitCode(nil))
	require.Equal(t, orchestrate.ExitError, orchestrate.ExitCode(errBroken))
	require.Equal(t, orchestrate.ExitInterrupted, orchestrate.ExitCode(context.Canceled))
}

func summaryOf(statuses ...orchestrate.Status) (s orchestrate.Summary) {
	for _, status := range statuses {
		s.Tasks = append(s.Tasks, orchestrate.TaskSummary{Status: status})
	}
	return s
}
