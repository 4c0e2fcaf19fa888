package backfill_test

import (
	"bytes"
	"context"
	"log/slog"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomr/gomr/orchestrate/backfill"
	"github.com/gomr/gomr/orchestrate/launch"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// TestBackfill: labels are launched in their order, as many as the cap at a time.
func TestBackfill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		w.fails["b"] = true
		id := w.start(2, "a", "b", "c")
		settle()
		one, two := w.take(), w.take()
		require.Equal(t, []string{"backfill 1 a", "4", "T", "--top=3", "--day=a"}, one.Task.Args)
		require.Equal(t, "launch(backfill 1 b)", two.Task.ID)
		require.Nil(t, w.take(), "the cap is two")
		status := w.status(id)
		require.Equal(t, backfill.Status{
			ID: 1, State: backfill.Running, Family: "T", Flags: []string{"--top=3"}, Param: "day", First: "a", Last: "c", Cap: 2, Priority: 4, By: "ann",
			Started: status.Started, Labels: 3, Running: 2, Waiting: 1,
		}, status, "nothing is known of how long it takes")

		require.NoError(t, w.finish(one))
		a := w.take()
		require.Equal(t, "T(a)", a.Task.ID)
		require.Equal(t, 4, a.Task.Priority)
		time.Sleep(time.Hour - 6*time.Second)
		require.NoError(t, w.finish(a))
		settle()
		status = w.status(id)
		require.Equal(t, 1, status.Done)
		require.Equal(t, 2, status.Running, "the next one was launched")
		require.InDelta(t, 2, status.PerHour, 0.01, "two at a time, of an hour each")
		require.InDelta(t, 30*time.Minute, status.Left, float64(time.Minute), "c, by itself, has an hour's work for two")

		require.NoError(t, w.finish(two))
		w.work()
		settle()
		status = w.status(id)
		require.Equal(t, backfill.Ended, status.State)
		require.Equal(t, [2]int{2, 1}, [2]int{status.Done, status.Failed})
		require.Zero(t, status.Left)
		require.Contains(t, w.labels(id)["b"].Why, "no luck")
		require.Equal(t, []string{backfill.EventStarted, backfill.EventEnded}, w.kinds())

		require.NoError(t, w.scheduler.Mark(t.Context(), "T(b)", store.Done, "ann", ""))
		require.Equal(t, 3, w.status(id).Done, "somebody has done by hand what had failed")
	})
}

func TestPauseAndResume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		id := w.start(1, "a", "b")
		settle()
		for range 2 {
			status, err := w.engine.Pause(t.Context(), id, "ann")
			require.NoError(t, err)
			require.Equal(t, backfill.Paused, status.State)
		}
		w.work()
		settle()
		require.Nil(t, w.take())
		require.Equal(t, 1, w.status(id).Done, "what is under way goes on")
		_, err := w.engine.Resume(t.Context(), id, "ann")
		require.NoError(t, err)
		settle()
		w.work()
		settle()
		require.Equal(t, backfill.Ended, w.status(id).State)
		_, err = w.engine.Pause(t.Context(), id, "ann")
		require.ErrorContains(t, err, "backfill 1 is ended, not running")
		_, err = w.engine.Cancel(t.Context(), id, false, "ann")
		require.ErrorContains(t, err, "backfill 1 is over: it is ended")
		_, err = w.engine.Resume(t.Context(), 7, "ann")
		require.ErrorIs(t, err, backfill.ErrUnknown)
		require.Equal(t, []string{backfill.EventStarted, backfill.EventPaused, backfill.EventResumed, backfill.EventEnded}, w.kinds())
	})
}

func TestCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		id := w.start(1, "a", "b")
		settle()
		_, err := w.engine.Cancel(t.Context(), id, false, "ann")
		require.NoError(t, err)
		settle()
		require.Equal(t, backfill.Cancelling, w.status(id).State)
		w.work()
		settle()
		status := w.status(id)
		require.Equal(t, backfill.Cancelled, status.State)
		require.Equal(t, [2]int{1, 1}, [2]int{status.Done, status.LeftOut})
		require.Equal(t, map[string]int{"a": 1}, w.began)
	})
}

// TestKill ends an attempt at a task, one at a launch, a task that waits and a launch that waits.
func TestKill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		id := w.start(4, "a", "b", "c", "d", "e")
		settle()
		one, two, three := w.take(), w.take(), w.take()
		require.NoError(t, w.finish(one))
		a := w.take()
		for a.Task.Family == launch.Family {
			require.NoError(t, w.finish(a)) // that of d: what is planned comes after it
			a = w.take()
		}
		require.NoError(t, w.finish(two))
		_, err := w.engine.Cancel(t.Context(), id, true, "ann")
		require.NoError(t, err)
		settle()
		pulse, err := w.scheduler.Beat(t.Context(), scheduler.WorkerInfo{ID: "w", Programs: []string{"p"}}, []scheduler.Beat{{Fence: a.Fence}, {Fence: three.Fence}})
		require.NoError(t, err)
		require.Len(t, pulse.Kill, 2, "%+v", pulse)
		for _, killed := range []*scheduler.Assignment{a, three} {
			require.NoError(t, w.scheduler.End(t.Context(), &scheduler.End{Fence: killed.Fence, Outcome: store.Killed}))
			delete(w.held, killed.Fence)
		}
		settle()
		settle()
		status := w.status(id)
		require.Equal(t, backfill.Cancelled, status.State)
		require.Equal(t, [3]int{0, 4, 1}, [3]int{status.Done, status.Failed, status.LeftOut})
		require.Nil(t, w.take())
		require.Len(t, w.began, 1, "only the one that was killed had begun")
	})
}

// TestStartAgain: a request that is made again gets the backfill that it got before.
func TestStartAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer func() { w.close() }()
		d := definition(1, "a")
		d.Request = "nightly"
		for range 2 {
			for range 2 {
				status, err := w.engine.Start(t.Context(), d)
				require.NoError(t, err)
				require.Equal(t, int64(1), status.ID)
			}
			w.close()
			w.open()
		}
		require.Equal(t, int64(2), w.start(1, "a"))
	})
}

// TestOldOnesAreForgotten: of those that are over, few are kept, and no number is given twice.
func TestOldOnesAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer func() { w.close() }()
		for i := range 6 {
			require.Equal(t, int64(i+1), w.start(1, strconv.Itoa(i)))
			settle()
			w.work()
			settle()
		}
		w.close()
		w.open()
		list, err := w.engine.List(t.Context())
		require.NoError(t, err)
		require.Len(t, list, 3)
		require.Equal(t, int64(6), list[0].ID)
		require.Len(t, w.store.Contents().Settings, 7, "two for each, and the last number")
	})
}

func TestBadDefinitions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		for want, change := range map[string]func(*backfill.Definition){
			"needs a label":      func(d *backfill.Definition) { d.Labels = nil },
			"is there twice":     func(d *backfill.Definition) { d.Labels = []string{"a", "a"} },
			"the cap is 0":       func(d *backfill.Definition) { d.Cap = 0 },
			"needs a program":    func(d *backfill.Definition) { d.Program = "" },
			"at most 100000 lab": func(d *backfill.Definition) { d.Labels = make([]string, 100_001) },
		} {
			d := definition(1, "a")
			change(d)
			_, err := w.engine.Start(t.Context(), d)
			require.ErrorContains(t, err, want)
			require.ErrorAs(t, err, new(*scheduler.InvalidError))
		}
	})
}

// TestDamagedSettingsAreTold: a backfill that can't be read is told of, and left alone; the others go on.
func TestDamagedSettingsAreTold(t *testing.T) {
	for _, damage := range []string{`{`, `{"labels":"2w"}`, `{"labels":"1q"}`, `{"labels":"w"}`, `{"labels":"99999999999999999999w"}`} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			defer w.close()
			w.start(1, "a")
			w.start(1, "b")
			w.engine.Close()
			require.NoError(t, w.scheduler.Set(t.Context(), "backfill 1", damage))
			var log bytes.Buffer
			var err error
			w.engine, err = backfill.Open(t.Context(), backfill.Options{Scheduler: w.scheduler, Logger: slog.New(slog.NewTextHandler(&log, nil))})
			require.NoError(t, err)
			require.Contains(t, log.String(), `the setting \"backfill 1\"`)
			settle()
			require.Equal(t, 1, w.status(2).Running)
			_, _, err = w.engine.Show(t.Context(), 1)
			require.ErrorIs(t, err, backfill.ErrUnknown)
			require.Equal(t, int64(3), w.start(1, "c"), "its number is not given again")
			require.Equal(t, damage, w.store.Contents().Settings["backfill 1"])
		})
	}
}

// A scenario is a backfill, and what happens while it runs.
type scenario struct {
	Cap   int
	Fails []bool   // for each label
	Steps []string // of steps
}

var steps = []string{"take", "take", "finish", "finish", "settle", "wait a bit", "pause", "resume", "restart", "fail a write", "fail three writes"}

// TestEachLabelRunsOnce pauses, resumes, restarts and lets writes fail at random. In the end each label has run
// once, and never more of them at a time than the cap.
func TestEachLabelRunsOnce(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := scenario{
			Cap:   rapid.IntRange(1, 4).Draw(rt, "cap"),
			Fails: rapid.SliceOfN(rapid.Bool(), 1, 12).Draw(rt, "fails"),
			Steps: rapid.SliceOfN(rapid.SampledFrom(steps), 0, 60).Draw(rt, "steps"),
		}
		synctest.Test(t, s.run)
	})
}

func (s *scenario) run(t *testing.T) {
	w := newWorld(t)
	defer func() { w.close() }()
	var labels []string
	fails := 0
	for i, failing := range s.Fails {
		labels = append(labels, strconv.Itoa(i))
		w.fails[labels[i]] = failing
		if failing {
			fails++
		}
	}
	id := w.start(s.Cap, labels...)
	for _, step := range s.Steps {
		w.step(step, id)
	}
	w.failWrites(0)
	for range 2 * len(labels) {
		_, _ = w.engine.Resume(t.Context(), id, "ann") // it may run
		settle()
		w.finishOne()
		w.work()
	}
	for len(w.held) > 0 {
		w.finishOne()
	}
	settle()
	status := w.status(id)
	require.Equal(t, backfill.Ended, status.State, "%+v", status)
	require.Equal(t, [2]int{len(labels) - fails, fails}, [2]int{status.Done, status.Failed})
	require.LessOrEqual(t, w.most, s.Cap)
	for _, label := range labels {
		require.Equal(t, 1, w.began[label], "label %s", label)
	}
}

// finishOne ends an attempt, or tries to where the store fails.
func (w *world) finishOne() {
	for _, a := range w.held {
		_ = w.finish(a)
		return
	}
}

func (w *world) step(step string, id int64) {
	switch step {
	case "take":
		w.take()
	case "finish":
		w.finishOne()
	case "settle":
		settle()
	case "wait a bit":
		time.Sleep(50 * time.Millisecond)
	case "pause":
		_, _ = w.engine.Pause(context.Background(), id, "ann") // it may be over
	case "resume":
		_, _ = w.engine.Resume(context.Background(), id, "ann")
	case "restart":
		w.close()
		w.failWrites(0) // a server that can't read its store does not start
		w.open()
	case "fail a write":
		w.failWrites(1)
	case "fail three writes":
		w.failWrites(3)
	}
}
