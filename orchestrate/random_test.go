package orchestrate_test

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomr/gomr/orchestrate"
)

// randomTask says what a task of a random run does.
type randomTask struct {
	Requires []int // tasks with smaller numbers
	Asks     []int // tasks it finds out about while it runs, with smaller numbers too
	Fails    int   // how many attempts fail
	Attempts int
	Takes    int // seconds
	Priority int
	Timeout  int // seconds
}

var anyTasks = rapid.Custom(func(t *rapid.T) []randomTask {
	tasks := make([]randomTask, rapid.IntRange(1, 25).Draw(t, "tasks"))
	for i := range tasks {
		smaller := rapid.SliceOfNDistinct(rapid.IntRange(0, max(i-1, 0)), 0, min(i, 4), rapid.ID[int])
		tasks[i] = randomTask{
			Requires: smaller.Draw(t, "requires"),
			Fails:    rapid.SampledFrom([]int{0, 0, 0, 0, 1, 2, 9}).Draw(t, "fails"),
			Attempts: rapid.IntRange(0, 3).Draw(t, "attempts"),
			Takes:    rapid.IntRange(0, 9).Draw(t, "takes"),
			Priority: rapid.IntRange(-1, 1).Draw(t, "priority"),
			Timeout:  rapid.SampledFrom([]int{0, 0, 0, 5}).Draw(t, "timeout"),
		}
		if rapid.IntRange(0, 3).Draw(t, "asks") == 0 {
			tasks[i].Asks = smaller.Draw(t, "asks for")
		}
	}
	return tasks
})

// do is what the task of that number does.
func (r randomTask) do() func(context.Context, step) error {
	fails := r.Fails
	return func(ctx context.Context, s step) error {
		for _, n := range r.Requires {
			if !s.world.has(strconv.Itoa(n)) {
				s.world.note("too early: " + s.Name)
			}
		}
		if err := orchestrate.Require(ctx, s.world.numbered(r.Asks)...); err != nil {
			return err
		}
		select {
		case <-time.After(time.Duration(r.Takes) * time.Second):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if fails--; fails >= 0 {
			return errBroken
		}
		s.world.note("made " + s.Name)
		s.world.make(s.Name)
		return nil
	}
}

func (w *world) has(name string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.files[name]
}

func (w *world) numbered(numbers []int) (tasks []orchestrate.Task) {
	for _, n := range numbers {
		tasks = append(tasks, step{Name: strconv.Itoa(n), world: w})
	}
	return tasks
}

// TestRun_Random runs random tasks with random troubles, and checks what must hold for all.
func TestRun_Random(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		tasks := anyTasks.Draw(rt, "tasks")
		workers := rapid.IntRange(1, 4).Draw(rt, "workers")
		failFast := rapid.Bool().Draw(rt, "fail fast")
		interrupt := rapid.SampledFrom([]int{0, 0, 0, 7, 20}).Draw(rt, "interrupt after")
		synctest.Test(t, func(t *testing.T) { runRandom(t, tasks, workers, failFast, interrupt) })
	})
}

func runRandom(t *testing.T, tasks []randomTask, workers int, failFast bool, interrupt int) {
	w := newWorld()
	for i, r := range tasks {
		w.with(strconv.Itoa(i), settings{
			run: r.do(), requires: w.numbered(r.Requires), priority: r.Priority,
			retry: orchestrate.Retry{Attempts: r.Attempts}, timeout: time.Duration(r.Timeout) * time.Second,
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if interrupt > 0 {
		defer time.AfterFunc(time.Duration(interrupt)*time.Second, cancel).Stop()
	}
	running := make(map[string]bool)
	config := orchestrate.Config{Workers: workers, FailFast: failFast, Observe: func(e orchestrate.Event) {
		switch e.Kind {
		case orchestrate.EventStarted, orchestrate.EventResumed:
			running[e.ID] = true
		case orchestrate.EventSuspended, orchestrate.EventRetrying, orchestrate.EventEnded:
			delete(running, e.ID)
		}
		if len(running) > workers {
			t.Errorf("%d tasks run at once with %d workers", len(running), workers)
		}
	}}

	all := make([]int, len(tasks))
	for i := range all {
		all[i] = i
	}
	summary, err := orchestrate.Run(ctx, config, w.numbered(all)...)

	require.Equal(t, err == nil, summary.ExitCode() == orchestrate.ExitComplete)
	require.Len(t, summary.Tasks, len(tasks))
	for _, task := range summary.Tasks {
		name := task.Task.(step).Name
		require.True(t, task.Status.Final(), "%s: %s", task.ID, task.Status)
		require.Equal(t, w.has(name), task.Status.Succeeded(), "%s: %s", task.ID, task.Status)
		require.NotContains(t, w.ran(), "too early: "+name)
		made := slices.DeleteFunc(w.ran(), func(note string) bool { return note != "made "+name })
		require.LessOrEqual(t, len(made), 1)
		if interrupt == 0 && !failFast {
			require.NotContains(t, []orchestrate.Status{orchestrate.StatusNotRun, orchestrate.StatusInterrupted}, task.Status)
		}
	}
}
