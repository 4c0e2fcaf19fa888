package launch_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/launch"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/sqlite"
)

var nightly = launch.Launch{Name: "nightly 2026-11-25", Program: "p", Task: []string{"Report", "--date=2026-11-25"}, Priority: -3, By: "ann"}

func openScheduler(t *testing.T) *scheduler.Scheduler {
	t.Helper()
	st, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), sqlite.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, st.Close()) })
	s, err := scheduler.Open(t.Context(), st, scheduler.Config{})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

func statusOf(t *testing.T, s *scheduler.Scheduler) launch.Status {
	t.Helper()
	status, err := launch.StatusOf(t.Context(), s, nightly.Name)
	require.NoError(t, err)
	return status
}

// assign returns the attempt that a worker gets.
func assign(t *testing.T, s *scheduler.Scheduler) *scheduler.Assignment {
	t.Helper()
	a, err := s.Work(t.Context(), &scheduler.Ask{Worker: scheduler.WorkerInfo{ID: "w", Programs: []string{"p"}}})
	require.NoError(t, err)
	return a
}

func end(t *testing.T, s *scheduler.Scheduler, a *scheduler.Assignment, outcome store.Outcome, text string) {
	t.Helper()
	require.NoError(t, s.End(t.Context(), &scheduler.End{Fence: a.Fence, Outcome: outcome, Error: text, Permanent: true}))
}

func TestLaunch(t *testing.T) {
	s := openScheduler(t)
	require.Equal(t, launch.Unknown, statusOf(t, s).State)
	for range 2 {
		_, err := s.Submit(t.Context(), nightly.Submission())
		require.NoError(t, err)
	}
	require.Equal(t, launch.Planning, statusOf(t, s).State)

	a := assign(t, s)
	require.Equal(t, launch.Family, a.Task.Family)
	l, err := launch.Parse(a.Task.Args)
	require.NoError(t, err)
	require.Equal(t, &launch.Launch{Name: nightly.Name, Task: nightly.Task, Priority: nightly.Priority}, l)

	_, err = s.Submit(t.Context(), &scheduler.Submission{Request: l.Name, Nodes: []scheduler.Node{{Spec: store.Spec{ID: "Report", Program: "p"}}}, Roots: []string{"Report"}})
	require.NoError(t, err)
	end(t, s, a, store.Succeeded, "")
	status := statusOf(t, s)
	require.Equal(t, launch.Running, status.State)
	require.NotZero(t, status.Run)

	end(t, s, assign(t, s), store.Errored, "no")
	require.Equal(t, launch.Failed, statusOf(t, s).State)
	require.NoError(t, s.Forgive(t.Context(), "Report", "ann"))
	end(t, s, assign(t, s), store.Succeeded, "")
	status = statusOf(t, s)
	require.Equal(t, launch.Done, status.State)
	require.Equal(t, map[store.State]int{store.Done: 1}, status.Tasks)
}

func TestLaunchThatCannotBePlanned(t *testing.T) {
	s := openScheduler(t)
	_, err := s.Submit(t.Context(), nightly.Submission())
	require.NoError(t, err)
	end(t, s, assign(t, s), store.Errored, "there is no task Report")
	require.Equal(t, launch.Status{State: launch.Failed, Error: "there is no task Report"}, statusOf(t, s))
}

// TestLaunchThatClears: what is to be cleared comes to the attempt as it was asked for.
func TestLaunchThatClears(t *testing.T) {
	l := nightly
	l.Clear = &launch.Clear{Entry: "backfill-1-x7k2ab-2014-06-01", Own: true, Since: time.Date(2026, 11, 26, 1, 2, 3, 4, time.UTC), Keep: time.Hour, Note: "why"}
	parsed, err := launch.Parse(l.Submission().Nodes[0].Args)
	require.NoError(t, err)
	require.Equal(t, &launch.Launch{Name: l.Name, Task: l.Task, Priority: l.Priority, Clear: l.Clear}, parsed)
}

func TestParseRefusesOthersArguments(t *testing.T) {
	for _, args := range [][]string{
		nil, {"name", "1"}, {"name", "high", "Task"}, {"name", "1", `{"entry":"e"}`}, {"name", "1", "{}", "Task"}, {"name", "1", "{", "Task"},
	} {
		_, err := launch.Parse(args)
		require.Error(t, err, "%q", args)
	}
}

// TestLaunchOfLongAgo: how it went is known though its tasks are forgotten.
func TestLaunchOfLongAgo(t *testing.T) {
	for outcome, want := range map[store.Outcome]launch.State{store.Succeeded: launch.Done, store.Errored: launch.Failed} {
		s := openScheduler(t)
		_, err := s.Submit(t.Context(), &scheduler.Submission{Request: nightly.Name, Nodes: []scheduler.Node{{Spec: store.Spec{ID: "Report", Program: "p"}}}, Roots: []string{"Report"}})
		require.NoError(t, err)
		end(t, s, assign(t, s), outcome, "")
		_, err = s.Submit(t.Context(), &scheduler.Submission{Nodes: []scheduler.Node{{Spec: store.Spec{ID: "later", Program: "p"}}}})
		require.NoError(t, err)
		forgotten, err := s.Forget(t.Context(), time.Now().Add(time.Hour))
		require.NoError(t, err)
		require.Equal(t, 1, forgotten)
		require.Equal(t, want, statusOf(t, s).State)
	}
}
