package orchestrate_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate"
)

// A load makes a file for each day, several at once, as its kind says.
type load struct {
	Dir  string           `param:"dir"`
	Day  orchestrate.Date `param:"day,batch"`
	Kind string           `param:"kind,optional,insignificant"`
}

func (l load) file() string               { return filepath.Join(l.Dir, l.Day.String()) }
func (l load) Output() orchestrate.Target { return orchestrate.LocalFile("%s", l.file()) }
func (load) MaxBatch() int                { return 7 }

func (l load) RunBatch(_ context.Context, loads []load) error {
	var errs []error
	for i, one := range loads {
		bad := one.Day.String() == "2014-06-02"
		switch {
		case bad && l.Kind == "tells":
			errs = append(errs, &orchestrate.MemberError{Task: one, Err: orchestrate.Permanent(errors.New("no such day"))})
		case bad && l.Kind == "forgets":
		case bad && l.Kind == "breaks":
			return errors.New("connection reset")
		default:
			if err := os.WriteFile(one.file(), []byte{byte('0' + len(loads)), byte('0' + i)}, 0o666); err != nil {
				return err
			}
		}
	}
	return errors.Join(errs...)
}

// A watermark is for all that came before it.
type watermark struct {
	Dir   string           `param:"dir"`
	Until orchestrate.Date `param:"until,batch=max"`
}

// Output exists when some watermark of that day or a later one was written.
func (w watermark) Output() orchestrate.Target { return reached(w) }

func (w watermark) Run(context.Context) error {
	return os.WriteFile(filepath.Join(w.Dir, "until-"+w.Until.String()), nil, 0o666)
}

type reached watermark

func (r reached) String() string { return "until " + r.Until.String() }

func (r reached) Exists(context.Context) (bool, error) {
	files, err := filepath.Glob(filepath.Join(r.Dir, "until-*"))
	for _, file := range files {
		if filepath.Base(file) >= "until-"+r.Until.String() {
			return true, err
		}
	}
	return false, err
}

func day(text string) orchestrate.Date {
	d, err := orchestrate.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

func loads(dir, kind string, days ...string) (tasks []orchestrate.Task) {
	for _, d := range days {
		tasks = append(tasks, load{dir, day(d), kind})
	}
	return tasks
}

// TestNodeBatch: tasks are made together that differ in nothing but the parameters of a batch.
func TestNodeBatch(t *testing.T) {
	plan, err := orchestrate.NewPlan(t.Context(), orchestrate.Config{},
		load{"a", day("2014-06-01"), ""}, load{"a", day("2014-06-02"), ""}, load{"b", day("2014-06-01"), ""}, load{"a", day("2014-06-03"), "other"},
		watermark{"a", day("2014-06-01")}, scribe{File: "c"})
	require.NoError(t, err)
	var batches []string
	for _, root := range plan.Roots() {
		batches = append(batches, root.Batch)
	}
	require.Equal(t, []string{"load(dir=a)", "load(dir=a)", "load(dir=b)", "load(dir=a, kind=other)", "watermark(dir=a)", ""}, batches)
	require.Equal(t, 7, plan.Roots()[0].MaxBatch)
	require.Equal(t, 100, plan.Roots()[4].MaxBatch)
}

func TestAttemptBatch(t *testing.T) {
	days := []string{"2014-06-01", "2014-06-02", "2014-06-03"}
	for _, test := range []struct {
		kind    string
		want    [3]string // errors; empty is done
		blurred bool      // nobody knows whose fault it is
	}{
		{"", [3]string{}, false},
		{"tells", [3]string{"", "no such day", ""}, false},
		{"forgets", [3]string{"", "the task ended without an error, and DIR/2014-06-02 does not exist; make it what Output returns, or return an error", ""}, false},
		{"breaks", [3]string{"", "in a batch of 3: connection reset", "in a batch of 3: connection reset"}, true},
	} {
		t.Run(test.kind, func(t *testing.T) {
			dir := t.TempDir()
			_, errs := orchestrate.AttemptBatch(t.Context(), orchestrate.Config{LockDir: t.TempDir()}, loads(dir, test.kind, days...), &recordingHost{})
			require.Len(t, errs, 3)
			for i, err := range errs {
				if test.want[i] == "" {
					require.NoError(t, err)
					require.FileExists(t, filepath.Join(dir, days[i]))
					continue
				}
				require.EqualError(t, err, replaceDir(test.want[i], dir))
				require.Equal(t, test.blurred, errors.As(err, new(*orchestrate.BatchError)))
				require.Equal(t, test.kind == "tells", orchestrate.IsPermanent(err))
			}
		})
	}
}

func replaceDir(text, dir string) string {
	return strings.ReplaceAll(text, "DIR", dir)
}

// TestAttemptBatch_WhatExists is left out, and a fault of the only one that is left is its own.
func TestAttemptBatch_WhatExists(t *testing.T) {
	dir := t.TempDir()
	tasks := loads(dir, "breaks", "2014-06-01", "2014-06-02")
	_, errs := orchestrate.AttemptBatch(t.Context(), orchestrate.Config{}, tasks, &recordingHost{})
	require.NoError(t, errs[0])
	require.ErrorAs(t, errs[1], new(*orchestrate.BatchError))
	_, errs = orchestrate.AttemptBatch(t.Context(), orchestrate.Config{}, tasks, &recordingHost{})
	require.NoError(t, errs[0])
	require.EqualError(t, errs[1], "connection reset")
	tasks = loads(dir, "", "2014-06-01", "2014-06-02", "2014-06-03")
	_, errs = orchestrate.AttemptBatch(t.Context(), orchestrate.Config{}, tasks, &recordingHost{})
	require.Equal(t, []error{nil, nil, nil}, errs)
	for name, want := range map[string]string{"2014-06-01": "20", "2014-06-02": "20", "2014-06-03": "21"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		require.Equal(t, want, string(text), "how many were made at once, and the place among them")
	}
}

// TestAttemptBatch_Max: one task runs for all.
func TestAttemptBatch_Max(t *testing.T) {
	dir := t.TempDir()
	var tasks []orchestrate.Task
	for _, d := range []string{"2014-06-02", "2014-06-09", "2014-06-05"} {
		tasks = append(tasks, watermark{dir, day(d)})
	}
	_, errs := orchestrate.AttemptBatch(t.Context(), orchestrate.Config{}, tasks, &recordingHost{})
	require.Equal(t, []error{nil, nil, nil}, errs)
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	require.Equal(t, []string{filepath.Join(dir, "until-2014-06-09")}, files)
}

func TestAttemptBatch_OfOthers(t *testing.T) {
	for _, tasks := range [][]orchestrate.Task{
		{load{"a", day("2014-06-01"), ""}, load{"b", day("2014-06-01"), ""}},
		{load{"a", day("2014-06-01"), ""}, load{"a", day("2014-06-01"), ""}},
		{scribe{File: "a"}, scribe{File: "b"}},
	} {
		_, errs := orchestrate.AttemptBatch(t.Context(), orchestrate.Config{}, tasks, &recordingHost{})
		require.Len(t, errs, 2)
		require.True(t, orchestrate.IsPermanent(errs[0]))
	}
}

// TestRun_Batch: a run makes each task by itself, with the same outputs.
func TestRun_Batch(t *testing.T) {
	dir := t.TempDir()
	summary, err := orchestrate.Run(t.Context(), orchestrate.Config{}, loads(dir, "tells", "2014-06-01", "2014-06-02", "2014-06-03")...)
	require.Error(t, err)
	require.Equal(t, 2, summary.Counts()[orchestrate.StatusDone])
	require.NotContains(t, err.Error(), "in a batch")
	require.FileExists(t, filepath.Join(dir, "2014-06-03"))
}

type batchNoRun struct {
	work
	Day string `param:"day,batch"`
}

type batchRunToo struct {
	load
}

func (batchRunToo) Run(context.Context) error                     { return nil }
func (batchRunToo) RunBatch(context.Context, []batchRunToo) error { return nil }

type batchNoParam struct {
	Day string `param:"day"`
}

func (batchNoParam) Output() orchestrate.Target                     { return nil }
func (batchNoParam) RunBatch(context.Context, []batchNoParam) error { return nil }

type batchOfTasks struct {
	load
}

func (batchOfTasks) RunBatch(context.Context, []orchestrate.Task) error { return nil }

type batchNoOrder struct {
	work
	On bool `param:"on,batch=max"`
}

type batchInsignificant struct {
	work
	Day string `param:"day,batch=max,insignificant"`
}

type batchMixed struct {
	work
	Day  string        `param:"day,batch=max"`
	Took time.Duration `param:"took,batch"`
}

type batchExternal struct {
	orchestrate.ExternalTask
	Day string `param:"day,batch=max"`
}

func (batchExternal) Output() orchestrate.Target { return nil }

type maxBatchAlone struct{ work }

func (maxBatchAlone) MaxBatch() int { return 3 }

func TestNewRegistry_BatchMistakes(t *testing.T) {
	for _, test := range []struct {
		prototype orchestrate.Task
		want      string
	}{
		{batchNoRun{}, "orchestrate_test.batchNoRun: a parameter has the option batch, and nothing runs several tasks at once; add a method " +
			"RunBatch(context.Context, []orchestrate_test.batchNoRun) error in place of Run, or write batch=max or batch=min where one task does the work of all"},
		{batchRunToo{}, "orchestrate_test.batchRunToo: it has Run and RunBatch; keep one of them"},
		{batchNoParam{}, "orchestrate_test.batchNoParam.RunBatch: no parameter says in what the tasks of a batch differ; give the option batch to one, such as `param:\"day,batch\"`"},
		{batchNoOrder{}, "orchestrate_test.batchNoOrder.--on: values of bool have no order; use a number, a string, a date type or a type with a method Compare, or the option batch"},
		{batchInsignificant{}, "orchestrate_test.batchInsignificant.--day: tasks that differ in it alone are one task, so there is no batch of them; take one of the options insignificant and batch=max away"},
		{batchMixed{}, "orchestrate_test.batchMixed.--took: other parameters have the option batch=max; batch goes with batch alone, and batch=min with batch=max"},
		{batchExternal{}, "orchestrate_test.batchExternal.--day: it has the option batch=max, and the task has no work; take the option away"},
		{maxBatchAlone{}, "orchestrate_test.maxBatchAlone.MaxBatch: no parameter says in what the tasks of a batch differ; give the option batch, batch=max or batch=min to one, such as `param:\"day,batch\"`"},
	} {
		_, err := orchestrate.NewRegistry(test.prototype)
		require.EqualError(t, err, test.want)
	}
	_, err := orchestrate.NewRegistry(batchOfTasks{})
	require.ErrorContains(t, err, "batchOfTasks.RunBatch: it is func(context.Context, []orchestrate.Task) error; make it RunBatch(context.Context, []orchestrate_test.batchOfTasks) error")
	_, err = orchestrate.NewRegistry(load{}, watermark{})
	require.NoError(t, err)
}
