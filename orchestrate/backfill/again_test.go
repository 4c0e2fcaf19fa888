package backfill_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/backfill"
	"github.com/gomr/gomr/orchestrate/launch"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// again returns the definition of a backfill that makes outputs again.
func again(labels ...string) *backfill.Definition {
	d := definition(1, labels...)
	d.All, d.Downstream, d.Keep = true, true, time.Hour
	return d
}

func (w *world) startAgain(labels ...string) int64 {
	status, err := w.engine.Start(w.t.(*testing.T).Context(), again(labels...))
	require.NoError(w.t, err)
	return status.ID
}

// clearOf returns what an attempt at a launch is to clear.
func clearOf(t *testing.T, a *scheduler.Assignment) *launch.Clear {
	t.Helper()
	l, err := launch.Parse(a.Task.Args)
	require.NoError(t, err)
	return l.Clear
}

// TestClear: each launch is told what it is to clear, under a name that is the label's also after a restart.
func TestClear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer func() { w.close() }()
		id := w.startAgain("2014-06-01", "a/b", "a_2fb")
		status := w.status(id)
		require.True(t, status.All)
		require.True(t, status.Downstream)
		settle()
		a := w.take()
		first := clearOf(t, a)
		require.Regexp(t, `^backfill-1-[a-z2-7]{6}-2014-06-01$`, first.Entry)
		prefix := first.Entry[:len("backfill-1-abcdef")]
		want := launch.Clear{
			Entry: first.Entry, Own: true, Downstream: true, Since: status.Started.UTC(), Keep: time.Hour, Note: "backfill 1 of T, 2014-06-01",
		}
		require.Equal(t, want, *first)
		require.NoError(t, w.finish(a))
		w.close()
		w.open()
		settle()
		for _, entry := range []string{"-a_2fb", "-a_5f2fb"} {
			w.work()
			settle()
			a := w.take()
			require.Equal(t, prefix+entry, clearOf(t, a).Entry)
			require.True(t, clearOf(t, a).Since.Equal(status.Started))
			require.NoError(t, w.finish(a))
		}
		require.Equal(t, int64(2), w.start(1, "a"))
		settle()
		a = w.take()
		for a.Task.ID != "launch(backfill 2 a)" {
			require.NoError(t, w.finish(a))
			a = w.take()
		}
		require.Nil(t, clearOf(t, a), "nobody has asked for that")
	})
}

// TestDownstream: a label makes room for the next one when its own task is done, and is done with what depends on it.
func TestDownstream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer func() { w.close() }()
		w.behind["a"], w.behind["b"] = "month", "year"
		w.fails["year"] = true
		id := w.startAgain("a", "b", "c")
		settle()
		require.NoError(t, w.finish(w.take()))
		require.NoError(t, w.finish(w.take()))
		settle()
		status := w.status(id)
		require.Equal(t, [3]int{1, 1, 1}, [3]int{status.InDownstream, status.Running, status.Waiting})
		require.Equal(t, backfill.LabelDownstream, w.labels(id)["a"].State)
		require.Contains(t, w.labels(id)["a"].Why, "that can start")
		w.close()
		w.open()
		settle()
		w.work()
		settle()
		status = w.status(id)
		require.Equal(t, [3]int{1, 1, 1}, [3]int{status.Done, status.InDownstream, status.Running}, "what has failed may be done yet: %+v", status)
		w.work()
		settle()
		status = w.status(id)
		require.Equal(t, backfill.Ended, status.State)
		require.Equal(t, [2]int{2, 1}, [2]int{status.Done, status.Failed})
		require.Contains(t, w.labels(id)["b"].Why, "no luck")
		require.NoError(t, w.scheduler.Mark(t.Context(), "year", store.Done, "ann", ""))
		require.Equal(t, 3, w.status(id).Done)
	})
}

// TestEndsWithDownstream: a backfill is over when what depends on its labels is, and kills that, too.
func TestEndsWithDownstream(t *testing.T) {
	for name, kill := range map[string]bool{"it ends": false, "it is killed": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				defer w.close()
				w.behind["a"] = "month"
				id := w.startAgain("a")
				settle()
				require.NoError(t, w.finish(w.take()))
				require.NoError(t, w.finish(w.take()))
				settle()
				status := w.status(id)
				require.Equal(t, backfill.Running, status.State)
				require.Equal(t, 1, status.InDownstream)
				want := backfill.Status{State: backfill.Ended, Done: 1}
				if kill {
					_, err := w.engine.Cancel(t.Context(), id, true, "ann")
					require.NoError(t, err)
					want = backfill.Status{State: backfill.Cancelled, Failed: 1}
				}
				for range 2 {
					settle()
					w.work()
				}
				settle()
				status = w.status(id)
				require.Equal(t, want, backfill.Status{State: status.State, Done: status.Done, Failed: status.Failed})
				require.Equal(t, kill, w.began["month"] == 0)
			})
		})
	}
}

// TestKillWhileOutputsMove: what moves outputs is let go on, and killed after that.
func TestKillWhileOutputsMove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		_, err := w.scheduler.Submit(t.Context(), &scheduler.Submission{Nodes: []scheduler.Node{{Spec: store.Spec{ID: "T(a)", Program: "p"}, Complete: true}}})
		require.NoError(t, err)
		id := w.startAgain("a", "b")
		settle()
		a := w.take()
		hold := &scheduler.Hold{Name: launch.HoldName(clearOf(t, a).Entry), Tasks: []string{"T(a)"}, Fence: a.Fence}
		require.NoError(t, w.scheduler.Hold(t.Context(), hold))
		_, err = w.engine.Cancel(t.Context(), id, true, "ann")
		require.NoError(t, err)
		settle()
		beat := func() map[int64]string {
			pulse, err := w.scheduler.Beat(t.Context(), scheduler.WorkerInfo{ID: "w", Programs: []string{"p"}}, []scheduler.Beat{{Fence: a.Fence}})
			require.NoError(t, err)
			return pulse.Kill
		}
		require.Empty(t, beat())
		require.NoError(t, w.scheduler.Release(t.Context(), &scheduler.Release{Name: hold.Name, Fence: a.Fence}))
		settle()
		require.NotEmpty(t, beat())
		require.ErrorAs(t, w.scheduler.Hold(t.Context(), hold), new(*scheduler.FencedError), "who is to end takes no hold")
	})
}

// TestOldSettings: what an earlier version has written goes on.
func TestOldSettings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		w.engine.Close()
		require.NoError(t, w.scheduler.SetAll(t.Context(), map[string]string{
			"backfill 1":      `{"state":"running","started":"2026-11-25T10:00:00Z","took":[1000000000],"labels":"1d2w"}`,
			"backfill 1 plan": `{"program":"p","family":"T","param":"day","labels":["a","b","c"],"cap":1,"by":"ann"}`,
			"backfill last":   "1",
		}))
		var err error
		w.engine, err = backfill.Open(t.Context(), backfill.Options{Scheduler: w.scheduler})
		require.NoError(t, err)
		settle()
		a := w.take()
		require.Equal(t, "launch(backfill 1 b)", a.Task.ID)
		require.Nil(t, clearOf(t, a))
		require.NoError(t, w.finish(a))
		for range 2 {
			w.work()
			settle()
		}
		require.Equal(t, 3, w.status(1).Done)
		require.Equal(t, backfill.Ended, w.status(1).State)
	})
}
