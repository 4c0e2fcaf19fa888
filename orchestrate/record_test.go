package orchestrate_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate"
)

// TestPlan_Whole: a whole plan goes on behind what is complete, and changes no status.
func TestPlan_Whole(t *testing.T) {
	w := newWorld("report", "count", "monday")
	task := w.task("report", w.task("count", w.task("parts", w.input("monday")), w.input("tuesday")))
	plan, err := orchestrate.NewPlan(t.Context(), orchestrate.Config{Whole: true}, task)
	require.NoError(t, err)
	var got []string
	for n := range plan.Nodes() {
		got = append(got, fmt.Sprintf("%s: %s %s", n.ID, n.Status, n.Outputs()))
	}
	require.Equal(t, []string{
		"input(name=monday): complete [monday]",
		"step(name=parts): will run [parts]",
		"input(name=tuesday): missing external [tuesday]",
		"step(name=count): complete [count]",
		"step(name=report): complete [report]",
	}, got)
	require.Len(t, w.checks, 5)
	require.Empty(t, w.ran())
}

// TestRecord: what records is asked before the work, and told when the output is there; a mistake in it harms no task.
func TestRecord(t *testing.T) {
	w := newWorld()
	good := w.task("good")
	bad := w.with("bad", settings{run: func(context.Context, step) error { return errors.New("no luck") }})
	panics := w.task("panics")
	config := orchestrate.Config{Record: func(_ context.Context, task orchestrate.Task) ([]byte, func(context.Context)) {
		name := task.(step).Name
		w.note("before " + name)
		if name == "panics" {
			panic("a mistake")
		}
		return []byte(name), func(context.Context) { w.note("made " + name) }
	}}
	summary, err := orchestrate.Run(t.Context(), config, good, bad, panics)
	require.Error(t, err)
	require.Equal(t, []string{"before good", "good", "made good", "before bad", "bad", "before panics", "panics"}, w.ran())
	require.Equal(t, orchestrate.StatusDone, status(summary, good))
	require.Equal(t, orchestrate.StatusFailed, status(summary, bad))
	require.Equal(t, orchestrate.StatusDone, status(summary, panics))
}

// TestRecord_Job: a job's runner has the record.
func TestRecord_Job(t *testing.T) {
	w := newWorld("in1", "in2", "in3")
	var got []byte
	config := orchestrate.Config{
		Jobs: jobRunnerFunc(func(_ context.Context, run orchestrate.JobRun) (orchestrate.JobResult, error) {
			got = run.Record
			w.make("count")
			return orchestrate.JobResult{}, nil
		}),
		Record: func(context.Context, orchestrate.Task) ([]byte, func(context.Context)) { return []byte("made of"), nil },
	}
	_, err := orchestrate.Run(t.Context(), config, jobStep{Name: "count", Pool: "nightly", world: w})
	require.NoError(t, err)
	require.Equal(t, "made of", string(got))
}

// TestLock: who has the lock of a task keeps others from it, until it is released.
func TestLock(t *testing.T) {
	dir := t.TempDir()
	release, err := orchestrate.Lock(dir, "T()")
	require.NoError(t, err)
	_, err = orchestrate.Lock(dir, "T()")
	require.ErrorAs(t, err, new(*orchestrate.AlreadyRunningError))
	release()
	release, err = orchestrate.Lock(dir, "T()")
	require.NoError(t, err)
	release()
}
