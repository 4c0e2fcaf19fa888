package scheduler

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/storetest"
)

// TestFailureIsAnEvent: the history has the end of each task that is failed for good, and why, but not
// the attempts that are followed by others.
func TestFailureIsAnEvent(t *testing.T) {
	st := storetest.NewMemory()
	s := open(t, st, Config{})
	submit(t, s, job("a"))
	first := work(t, s)
	require.NoError(t, s.End(t.Context(), &End{Fence: first.Fence, Outcome: store.Interrupted}))
	second := work(t, s)
	require.NoError(t, s.End(t.Context(), &End{Fence: second.Fence, Outcome: store.Errored, Error: "disk quota exceeded"}))
	require.NoError(t, s.Forgive(t.Context(), "a", "ann"))
	third := work(t, s)
	require.NoError(t, s.End(t.Context(), &End{Fence: third.Fence, Outcome: store.Killed, Error: "killed by ann"}))
	var failed []store.Event
	events, err := st.Events(t.Context(), store.EventQuery{Kind: TaskFailed})
	require.NoError(t, err)
	for _, e := range events {
		failed = append(failed, store.Event{Kind: e.Kind, Task: e.Task, Fence: e.Fence, Message: e.Message})
	}
	require.Equal(t, []store.Event{
		{Kind: TaskFailed, Task: 1, Fence: second.Fence, Message: "disk quota exceeded"},
		{Kind: TaskFailed, Task: 1, Fence: third.Fence, Message: "killed by ann"},
	}, failed)
}

// TestStuckBehind: what waits for a task that has failed is found, and from there the task again.
func TestStuckBehind(t *testing.T) {
	s := open(t, storetest.NewMemory(), Config{})
	submit(t, s, job("bad"), job("good"), job("next", "bad", "good"), job("last", "next"), job("apart", "good"))
	bad := work(t, s)
	require.Equal(t, "bad", bad.Task.ID)
	require.NoError(t, s.End(t.Context(), &End{Fence: bad.Fence, Outcome: store.Errored, Error: "no luck"}))

	stuck, err := s.StuckBehind(t.Context(), []int64{1})
	require.NoError(t, err)
	require.Equal(t, []int64{3, 4}, stuck)
	blamed, err := s.Blame(t.Context(), []int64{4, 5})
	require.NoError(t, err)
	require.Equal(t, []int64{1}, blamed)
	tasks, err := s.Lookup(t.Context(), []int64{4, 99, 1})
	require.NoError(t, err)
	require.Equal(t, []string{"last", "bad"}, []string{tasks[0].ID, tasks[1].ID})
}

// TestSetAll: settings and events are written together or not at all.
func TestSetAll(t *testing.T) {
	st := storetest.NewMemory()
	s := open(t, st, Config{})
	seq, err := s.LastEvent(t.Context())
	require.NoError(t, err)
	st.Fail(storetest.Always(storetest.ErrDiskFull))
	require.ErrorIs(t, s.SetAll(t.Context(), map[string]string{"x 1": "a"}, store.Event{Kind: "x"}), storetest.ErrDiskFull)
	st.Fail(nil)
	settings, err := s.Settings(t.Context(), "x ")
	require.NoError(t, err)
	require.Empty(t, settings)

	require.NoError(t, s.SetAll(t.Context(), map[string]string{"x 1": "a", "x 2": "b"}, store.Event{Kind: "x"}))
	require.NoError(t, s.SetAll(t.Context(), map[string]string{"x 2": ""}))
	settings, err = s.Settings(t.Context(), "x ")
	require.NoError(t, err)
	require.Equal(t, map[string]string{"x 1": "a"}, settings)
	after, err := s.LastEvent(t.Context())
	require.NoError(t, err)
	require.Equal(t, seq+1, after)
	require.ErrorContains(t, s.SetAll(t.Context(), map[string]string{"limit x": "1"}), "no setting of others")
}
