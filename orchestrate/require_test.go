package orchestrate_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate"
)

// requires returns what a task does that finds out its requirements while it runs.
func requires(tasks ...orchestrate.Task) func(context.Context, step) error {
	return func(ctx context.Context, s step) error {
		if err := orchestrate.Require(ctx, tasks...); err != nil {
			return err
		}
		s.world.note(s.Name + " goes on")
		s.world.make(s.Name)
		return nil
	}
}

func TestRequire_RunsWhatIsMissingAndGoesOn(t *testing.T) {
	w := newWorld("there")
	first := w.task("first")
	second := w.task("second", first)
	outer := w.with("outer", settings{run: requires(second, w.task("there"))})

	summary, err := orchestrate.Run(t.Context(), orchestrate.Config{Workers: 1}, outer)

	require.NoError(t, err)
	require.Equal(t, []string{"outer", "first", "second", "outer goes on"}, w.ran())
	require.Equal(t, orchestrate.StatusDone, status(summary, first))
}

func TestRequire_NothingIsMissing(t *testing.T) {
	w := newWorld("there")
	outer := w.with("outer", settings{run: requires(w.task("there"))})
	var kinds []orchestrate.EventKind
	config := orchestrate.Config{Observe: func(e orchestrate.Event) { kinds = append(kinds, e.Kind) }}
	_, err := orchestrate.Run(t.Context(), config, outer)
	require.NoError(t, err)
	require.Equal(t, []orchestrate.EventKind{orchestrate.EventStarted, orchestrate.EventEnded}, kinds)
}

func TestRequire_Nested(t *testing.T) {
	w := newWorld()
	var task orchestrate.Task = w.task("0")
	for i := 1; i <= 50; i++ {
		task = w.with(strconv.Itoa(i), settings{run: requires(task)})
	}
	_, err := orchestrate.Run(t.Context(), orchestrate.Config{Workers: 1}, task)
	require.NoError(t, err)
	require.Len(t, w.ran(), 101)
}

func TestRequire_SharedByTwoRunsOnce(t *testing.T) {
	w := newWorld()
	shared := w.task("shared")
	a := w.with("a", settings{run: requires(shared)})
	b := w.with("b", settings{run: requires(shared)})
	_, err := orchestrate.Run(t.Context(), orchestrate.Config{Workers: 2}, a, b)
	require.NoError(t, err)
	count := 0
	for _, name := range w.ran() {
		if name == "shared" {
			count++
		}
	}
	require.Equal(t, 1, count)
}

func TestRequire_Failure(t *testing.T) {
	w := newWorld()
	bad := w.with("bad", settings{run: broken})
	outer := w.with("outer", settings{run: requires(bad, w.task("good"), w.input("gone"))})

	summary, err := orchestrate.Run(t.Context(), orchestrate.Config{}, outer)

	require.ErrorIs(t, taskError(summary, outer), errBroken)
	require.EqualError(t, taskError(summary, outer),
		"required task step(name=bad): failed: the disk is on fire\n"+
			"required task input(name=gone): missing external")
	require.Equal(t, orchestrate.ExitFailed, summary.ExitCode())
	require.ErrorIs(t, err, errBroken)
}

func TestRequire_CycleOfTwoThatRequireEachOther(t *testing.T) {
	w := newWorld()
	a := step{Name: "a", world: w}
	b := w.with("b", settings{run: requires(a)})
	w.with("a", settings{run: requires(b)})
	summary, err := orchestrate.Run(t.Context(), orchestrate.Config{}, a)
	var cycle *orchestrate.CycleError
	require.ErrorAs(t, err, &cycle)
	require.Equal(t, []string{"step(name=b)", "step(name=a)", "step(name=b)"}, cycle.IDs)
	require.Equal(t, orchestrate.ExitFailed, summary.ExitCode())
}

func TestRequire_CycleThroughPlannedRequirements(t *testing.T) {
	w := newWorld()
	a := step{Name: "a", world: w}
	middle := w.task("middle", a)
	w.with("a", settings{run: requires(w.task("top", middle))})
	_, err := orchestrate.Run(t.Context(), orchestrate.Config{}, a)
	require.ErrorContains(t, err,
		"tasks require each other: step(name=a) -> step(name=top) -> step(name=middle) -> step(name=a)")
}

func TestRequire_Itself(t *testing.T) {
	w := newWorld()
	a := step{Name: "a", world: w}
	w.with("a", settings{run: requires(a)})
	_, err := orchestrate.Run(t.Context(), orchestrate.Config{}, a)
	require.ErrorContains(t, err, "tasks require each other: step(name=a) -> step(name=a)")
}

func TestRequire_OutsideOfRun(t *testing.T) {
	require.ErrorContains(t, orchestrate.Require(t.Context(), newWorld().task("a")), "not that of a task's Run method")
}

func TestRequire_WaitingDoesNotCountAsTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		slow := w.with("slow", settings{run: func(_ context.Context, s step) error {
			time.Sleep(time.Hour)
			w.make(s.Name)
			return nil
		}})
		outer := w.with("outer", settings{timeout: time.Minute, run: func(ctx context.Context, s step) error {
			time.Sleep(30 * time.Second)
			if err := orchestrate.Require(ctx, slow); err != nil {
				return err
			}
			<-ctx.Done()
			return context.Cause(ctx)
		}})
		summary, err := orchestrate.Run(t.Context(), orchestrate.Config{}, outer)
		require.ErrorContains(t, err, "timed out after 1m")
		require.Equal(t, time.Hour+time.Minute, summary.Duration)
	})
}

func TestRequire_Cancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		w := newWorld()
		slow := w.with("slow", settings{run: func(ctx context.Context, _ step) error {
			<-ctx.Done()
			return ctx.Err()
		}})
		outer := w.with("outer", settings{run: requires(slow)})
		summary, _ := orchestrate.Run(ctx, orchestrate.Config{}, outer)
		require.Equal(t, orchestrate.StatusInterrupted, status(summary, outer))
		require.Equal(t, orchestrate.StatusInterrupted, status(summary, slow))
		require.Equal(t, orchestrate.ExitInterrupted, summary.ExitCode())
	})
}

func TestRequire_CallerGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		slow := w.with("slow", settings{run: func(_ context.Context, s step) error {
			time.Sleep(time.Hour)
			w.make(s.Name)
			return nil
		}})
		outer := w.with("outer", settings{run: func(ctx context.Context, s step) error {
			impatient, cancel := context.WithTimeout(ctx, time.Minute)
			defer cancel()
			err := orchestrate.Require(impatient, slow)
			if !errors.Is(err, context.DeadlineExceeded) {
				return fmt.Errorf("Require returned %w", err)
			}
			w.make(s.Name)
			return nil
		}})
		summary, err := orchestrate.Run(t.Context(), orchestrate.Config{Workers: 2}, outer)
		require.NoError(t, err)
		require.Equal(t, orchestrate.StatusDone, status(summary, slow))
	})
}

func TestRequire_FailFastAnswersTheCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		bad := w.with("bad", settings{run: broken})
		late := w.task("late")
		asks := w.with("asks", settings{priority: 2, run: func(ctx context.Context, s step) error {
			time.Sleep(time.Minute) // bad has failed
			return requires(late)(ctx, s)
		}})
		summary, err := orchestrate.Run(t.Context(), orchestrate.Config{FailFast: true, Workers: 2}, bad, asks)
		require.ErrorIs(t, err, errBroken)
		require.EqualError(t, taskError(summary, asks), "required task step(name=late): not run")
		require.Equal(t, orchestrate.StatusNotRun, status(summary, late))
	})
}

func TestRequire_FromSeveralGoroutines(t *testing.T) {
	w := newWorld()
	outer := w.with("outer", settings{run: func(ctx context.Context, s step) error {
		var wait sync.WaitGroup
		for i := range 10 {
			task := step{Name: strconv.Itoa(i), world: w}
			wait.Go(func() { assert.NoError(t, orchestrate.Require(ctx, task)) })
		}
		wait.Wait()
		w.make(s.Name)
		return nil
	}})
	_, err := orchestrate.Run(t.Context(), orchestrate.Config{Workers: 3}, outer)
	require.NoError(t, err)
	require.Len(t, w.ran(), 11)
}

func TestRequire_AfterRunReturned(t *testing.T) {
	w := newWorld()
	var left context.Context
	a := w.with("a", settings{run: func(ctx context.Context, s step) error {
		left = ctx //nolint:fatcontext // to use it too late is the case
		w.make(s.Name)
		return nil
	}})
	var late error
	c := w.task("c")
	b := w.with("b", settings{requires: []orchestrate.Task{a}, run: func(ctx context.Context, s step) error {
		late = orchestrate.Require(left, c)
		w.make(s.Name)
		return nil
	}})
	_, err := orchestrate.Run(t.Context(), orchestrate.Config{}, b)
	require.NoError(t, err)
	require.Error(t, late)
	require.Equal(t, []string{"a", "b"}, w.ran())
}
