package orchestrate_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/orchestrate"
)

var errBroken = errors.New("the disk is on fire")

func broken(context.Context, step) error { return errBroken }

func TestRun_RequirementsFirst(t *testing.T) {
	w := newWorld()
	a := w.task("a")
	b, c := w.task("b", a), w.task("c", a)
	d := w.task("d", b, c)
	summary, err := orchestrate.Run(t.Context(), orchestrate.Config{}, d)
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b", "c", "d"}, w.ran())
	require.Equal(t, orchestrate.ExitComplete, summary.ExitCode())

	summary, err = orchestrate.Run(t.Context(), orchestrate.Config{}, d)
	require.NoError(t, err)
	require.Equal(t, map[orchestrate.Status]int{orchestrate.StatusComplete: 1}, summary.Counts())
	require.Len(t, w.ran(), 4, "nothing runs twice")
}

func TestRun_FailureStopsOnlyWhatDependsOnIt(t *testing.T) {
	w := newWorld()
	bad := w.with("bad", settings{run: broken})
	after, other := w.task("after", bad), w.task("other")
	last := w.task("last", after, other)

	summary, err := orchestrate.Run(t.Context(), orchestrate.Config{}, last)

	require.ErrorIs(t, err, errBroken)
	require.Equal(t, []string{"bad", "other"}, w.ran())
	require.Equal(t, orchestrate.StatusFailed, status(summary, bad))
	require.Equal(t, orchestrate.StatusUpstreamFailed, status(summary, after))
	require.Equal(t, orchestrate.StatusUpstreamFailed, status(summary, last))
	require.Equal(t, orchestrate.StatusDone, status(summary, other))
	require.Equal(t, orchestrate.ExitFailed, summary.ExitCode())
}

func TestRun_FailFastStartsNothingMore(t *testing.T) {
	w := newWorld()
	bad, other := w.with("bad", settings{run: broken}), w.task("other")
	after := w.task("after", bad)

	summary, err := orchestrate.Run(t.Context(), orchestrate.Config{FailFast: true}, after, other)

	require.ErrorIs(t, err, errBroken)
	require.Equal(t, []string{"bad"}, w.ran())
	require.Equal(t, orchestrate.StatusNotRun, status(summary, other))
	require.Equal(t, orchestrate.StatusUpstreamFailed, status(summary, after))
	require.Equal(t, orchestrate.ExitFailed, summary.ExitCode())
}

func TestRun_MissingExternalInput(t *testing.T) {
	w := newWorld("here")
	here, gone := w.input("here"), w.input("gone")
	good, bad := w.task("good", here), w.task("bad", gone)

	summary, err := orchestrate.Run(t.Context(), orchestrate.Config{}, good, bad)

	require.EqualError(t, err, "input(name=gone): missing external")
	require.Equal(t, []string{"good"}, w.ran())
	require.Equal(t, orchestrate.StatusUpstreamMissing, status(summary, bad))
	require.Equal(t, orchestrate.ExitMissingExternal, summary.ExitCode())
}

func TestRun_Wrapper(t *testing.T) {
	w := newWorld()
	all := group{Name: "all", tasks: []orchestrate.Task{w.task("a"), w.task("b")}}
	summary, err := orchestrate.Run(t.Context(), orchestrate.Config{}, all)
	require.NoError(t, err)
	require.Equal(t, orchestrate.StatusDone, status(summary, all))
	require.Equal(t, []string{"a", "b"}, w.ran())
}

func TestRun_PriorityIsRaisedThroughDependencies(t *testing.T) {
	w := newWorld()
	low := w.with("low", settings{priority: 1})
	base := w.task("base")
	urgent := w.with("urgent", settings{priority: 9, requires: []orchestrate.Task{base}})
	_, err := orchestrate.Run(t.Context(), orchestrate.Config{}, low, w.task("zero"), urgent)
	require.NoError(t, err)
	require.Equal(t, []string{"base", "urgent", "low", "zero"}, w.ran())
}

func TestRun_WorkersBoundWhatRunsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		slow := func(ctx context.Context, s step) error {
			time.Sleep(time.Minute)
			w.make(s.Name)
			return nil
		}
		var tasks []orchestrate.Task
		for i := range 10 {
			tasks = append(tasks, w.with(strconv.Itoa(i), settings{run: slow}))
		}
		summary, err := orchestrate.Run(t.Context(), orchestrate.Config{Workers: 4}, tasks...)
		require.NoError(t, err)
		require.Equal(t, 3*time.Minute, summary.Duration)
	})
}

func TestRun_Retry(t *testing.T) {
	tests := map[string]struct {
		retry    orchestrate.Retry
		failures int
		err      error
		want     orchestrate.Status
		attempts int
		least    time.Duration // the jitter takes up to one half of a wait
		most     time.Duration
	}{
		"no retry":         {orchestrate.Retry{}, 1, errBroken, orchestrate.StatusFailed, 1, 0, 0},
		"second try":       {orchestrate.Retry{Attempts: 3, Delay: time.Minute}, 1, errBroken, orchestrate.StatusDone, 2, 30 * time.Second, time.Minute},
		"waits double":     {orchestrate.Retry{Attempts: 4, Delay: time.Minute}, 3, errBroken, orchestrate.StatusDone, 4, 210 * time.Second, 7 * time.Minute},
		"waits are bound":  {orchestrate.Retry{Attempts: 4, Delay: time.Minute, MaxDelay: 2 * time.Minute}, 3, errBroken, orchestrate.StatusDone, 4, 150 * time.Second, 5 * time.Minute},
		"all tries fail":   {orchestrate.Retry{Attempts: 2}, 9, errBroken, orchestrate.StatusFailed, 2, 500 * time.Millisecond, time.Second},
		"permanent errors": {orchestrate.Retry{Attempts: 9}, 9, orchestrate.Permanent(errBroken), orchestrate.StatusFailed, 1, 0, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				failures := test.failures
				task := w.with("flaky", settings{retry: test.retry, run: func(ctx context.Context, s step) error {
					if failures--; failures >= 0 {
						return test.err
					}
					w.make(s.Name)
					return nil
				}})
				summary, _ := orchestrate.Run(t.Context(), orchestrate.Config{}, task)
				require.Equal(t, test.want, status(summary, task))
				require.Equal(t, test.attempts, summary.Tasks[0].Attempts)
				require.GreaterOrEqual(t, summary.Duration, test.least)
				require.LessOrEqual(t, summary.Duration, test.most)
			})
		})
	}
}

func TestRun_RetryingTakesNoWorker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		flaky := w.with("flaky", settings{retry: orchestrate.Retry{Attempts: 2, Delay: time.Hour}, run: broken})
		_, err := orchestrate.Run(t.Context(), orchestrate.Config{}, flaky, w.task("other"))
		require.ErrorIs(t, err, errBroken)
		require.Equal(t, []string{"flaky", "other", "flaky"}, w.ran())
	})
}

func TestRun_Timeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		slow := w.with("slow", settings{timeout: time.Minute, run: func(ctx context.Context, _ step) error {
			<-ctx.Done()
			return ctx.Err()
		}})
		summary, err := orchestrate.Run(t.Context(), orchestrate.Config{}, slow)
		require.EqualError(t, err, "step(name=slow): failed: timed out after 1m")
		require.Equal(t, time.Minute, summary.Duration)
		require.Equal(t, orchestrate.ExitFailed, summary.ExitCode())
	})
}

func TestRun_TaskThatDoesNotListenIsLeftBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		deaf := w.with("deaf", settings{timeout: time.Minute, retry: orchestrate.Retry{Attempts: 3}, run: func(context.Context, step) error {
			time.Sleep(time.Hour)
			return nil
		}})
		summary, err := orchestrate.Run(t.Context(), orchestrate.Config{StopGrace: 10 * time.Second}, deaf, w.task("other"))
		require.ErrorContains(t, err, "timed out after 1m: it did not return within 10s and was left behind")
		require.Equal(t, 70*time.Second, summary.Duration)
		require.Equal(t, []string{"deaf", "other"}, w.ran())
		time.Sleep(time.Hour)
	})
}

func TestRun_Panic(t *testing.T) {
	w := newWorld()
	task := w.with("panics", settings{run: func(context.Context, step) error { panic(errBroken) }})
	_, err := orchestrate.Run(t.Context(), orchestrate.Config{}, task)
	var panicked *orchestrate.PanicError
	require.ErrorAs(t, err, &panicked)
	require.ErrorIs(t, err, errBroken)
	require.Contains(t, panicked.Stack, "run_test.go")
}

func TestRun_Goexit(t *testing.T) {
	w := newWorld()
	task := w.with("exits", settings{run: func(context.Context, step) error { runtime.Goexit(); return nil }})
	_, err := orchestrate.Run(t.Context(), orchestrate.Config{}, task)
	require.ErrorContains(t, err, "runtime.Goexit")
}

func TestRun_OutputMustExistAfterwards(t *testing.T) {
	w := newWorld()
	task := w.with("lazy", settings{run: func(context.Context, step) error { return nil }})
	summary, err := orchestrate.Run(t.Context(), orchestrate.Config{}, task)
	var missing *orchestrate.NoOutputError
	require.ErrorAs(t, err, &missing)
	require.EqualError(t, missing, "the task ended without an error, and lazy does not exist; make it what Output returns, or return an error")
	require.Equal(t, orchestrate.ExitFailed, summary.ExitCode())
}

func TestRun_Cancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		w := newWorld()
		running := w.with("running", settings{run: func(ctx context.Context, _ step) error {
			cancel()
			<-ctx.Done()
			return ctx.Err()
		}})
		after := w.task("after", running)

		summary, err := orchestrate.Run(ctx, orchestrate.Config{}, after, w.task("other"))

		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, []string{"running"}, w.ran())
		require.Equal(t, orchestrate.StatusInterrupted, status(summary, running))
		require.Equal(t, orchestrate.StatusNotRun, status(summary, after))
		require.Equal(t, orchestrate.ExitInterrupted, summary.ExitCode())
	})
}

// The ends of tasks that were told to stop may come at the same time as the end of the context.
func TestRun_CancelWhileTasksEnd(t *testing.T) {
	for range 30 { // which of them is seen first is a matter of chance
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			w := newWorld()
			stops := settings{run: func(ctx context.Context, _ step) error {
				cancel()
				return ctx.Err()
			}}
			// The run is busy with telling of each start, so that all that comes meanwhile waits.
			config := orchestrate.Config{Workers: 2, Observe: func(orchestrate.Event) { time.Sleep(time.Second) }}
			summary, err := orchestrate.Run(ctx, config, w.with("one", stops), w.with("two", stops))
			require.ErrorIs(t, err, context.Canceled)
			require.Equal(t, orchestrate.ExitInterrupted, summary.ExitCode())
		})
	}
}

func TestRun_CancelWhileRetryIsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		w := newWorld()
		flaky := w.with("flaky", settings{retry: orchestrate.Retry{Attempts: 2, Delay: time.Hour, MaxDelay: time.Hour}, run: broken})
		summary, err := orchestrate.Run(ctx, orchestrate.Config{}, flaky)
		require.ErrorIs(t, err, errBroken)
		require.Equal(t, orchestrate.StatusInterrupted, status(summary, flaky))
		require.Equal(t, time.Minute, summary.Duration)
	})
}

func TestRun_CancelledBeforeThePlan(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	summary, err := orchestrate.Run(ctx, orchestrate.Config{}, newWorld().task("a"))
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, orchestrate.ExitInterrupted, summary.ExitCode())
}

func TestRun_WorkDoneInSpiteOfCancelCounts(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	w := newWorld()
	task := w.with("stubborn", settings{run: func(_ context.Context, s step) error {
		cancel()
		w.make(s.Name)
		return nil
	}})
	summary, err := orchestrate.Run(ctx, orchestrate.Config{}, task)
	require.NoError(t, err)
	require.Equal(t, orchestrate.ExitComplete, summary.ExitCode())
}

func TestRun_SchedulingError(t *testing.T) {
	w := newWorld()
	a := w.task("a")
	b := w.task("b", a)
	w.task("a", b)
	summary, err := orchestrate.Run(t.Context(), orchestrate.Config{}, w.task("other"), b)
	require.EqualError(t, err, "tasks require each other: step(name=b) -> step(name=a) -> step(name=b)")
	require.Equal(t, orchestrate.ExitScheduling, summary.ExitCode())
	require.Empty(t, w.ran())
}

func TestRun_Events(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("gone-not")
		tries := 0
		flaky := w.with("flaky", settings{
			retry:    orchestrate.Retry{Attempts: 2},
			requires: []orchestrate.Task{w.input("gone-not")},
			run: func(ctx context.Context, s step) error {
				orchestrate.Report(ctx, orchestrate.Progress{Fraction: 0.5, Message: "half"})
				if tries++; tries == 1 {
					return errBroken
				}
				w.make(s.Name)
				return nil
			}})
		var events []string
		config := orchestrate.Config{Observe: func(e orchestrate.Event) {
			events = append(events, strings.TrimSpace(fmt.Sprintf("%s %s %s %d %s", e.Kind, e.ID, e.Status, e.Attempt, e.Progress.Message)))
		}}
		_, err := orchestrate.Run(t.Context(), config, w.task("after", flaky))
		require.NoError(t, err)
		require.Equal(t, []string{
			"started step(name=flaky) running 1",
			"progress step(name=flaky) running 1 half",
			"retrying step(name=flaky) retrying 1",
			"started step(name=flaky) running 2",
			"progress step(name=flaky) running 2 half",
			"ended step(name=flaky) done 2",
			"started step(name=after) running 1",
			"ended step(name=after) done 1",
		}, events)
	})
}

// A jobStep is a task with a job.
type jobStep struct {
	Name  string `param:"name"`
	Pool  string `param:"pool,insignificant,optional"`
	world *world
}

func (s jobStep) Output() orchestrate.Target { return file{s.world, s.Name} }

func (s jobStep) Requires() []orchestrate.Task {
	return []orchestrate.Task{
		s.world.input("in1"),
		group{Name: "more", tasks: []orchestrate.Task{s.world.input("in2"), s.world.input("in3")}},
	}
}

func (s jobStep) Job() mr.Job { return noJob{} }

type noJob struct{}

func (noJob) Steps() []*mr.Step { return nil }

type jobRunnerFunc func(context.Context, orchestrate.JobRun) (orchestrate.JobResult, error)

func (f jobRunnerFunc) RunJob(ctx context.Context, run orchestrate.JobRun) (orchestrate.JobResult, error) {
	return f(ctx, run)
}

func TestRun_Job(t *testing.T) {
	w := newWorld("in1", "in2", "in3")
	task := jobStep{Name: "count", Pool: "nightly", world: w}
	var got orchestrate.JobRun
	runner := jobRunnerFunc(func(_ context.Context, run orchestrate.JobRun) (orchestrate.JobResult, error) {
		got = run
		run.Report(orchestrate.Progress{Fraction: 1})
		w.make("count")
		return orchestrate.JobResult{
			Counters:    []mr.CounterValue{{Group: "g", Name: "n", Value: 7}},
			TrackingURL: "http://rm/app_1",
		}, nil
	})
	summary, err := orchestrate.Run(t.Context(), orchestrate.Config{Jobs: runner}, task)
	require.NoError(t, err)
	require.Equal(t, "jobStep(name=count)", got.ID)
	require.Equal(t, "jobStep", got.Family)
	require.Equal(t, []string{"--name=count", "--pool=nightly"}, got.Flags)
	require.Equal(t, []orchestrate.Target{file{w, "in1"}, file{w, "in2"}, file{w, "in3"}}, got.Inputs)
	require.Equal(t, file{w, "count"}, got.Output)
	require.Equal(t, noJob{}, got.Job)
	count := summary.With(orchestrate.StatusDone)[0]
	require.Equal(t, "http://rm/app_1", count.TrackingURL)
	require.Equal(t, []mr.CounterValue{{Group: "g", Name: "n", Value: 7}}, count.Counters)
}

func TestRun_JobWithoutRunner(t *testing.T) {
	w := newWorld("in1", "in2", "in3")
	_, err := orchestrate.Run(t.Context(), orchestrate.Config{}, jobStep{Name: "count", world: w})
	require.ErrorContains(t, err, "there is no Config.Jobs to run it")
}

func TestRun_ManyTasks(t *testing.T) {
	w := newWorld()
	var all []orchestrate.Task
	for i := range 20_000 {
		all = append(all, w.task(strconv.Itoa(i)))
	}
	summary, err := orchestrate.Run(t.Context(), orchestrate.Config{Workers: 8}, group{Name: "all", tasks: all})
	require.NoError(t, err)
	require.Len(t, summary.With(orchestrate.StatusDone), 20_001)
}
