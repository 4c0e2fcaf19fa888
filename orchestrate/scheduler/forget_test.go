package scheduler

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/storetest"
)

const month = 30 * 24 * time.Hour

func forget(t *testing.T, s *Scheduler) int {
	t.Helper()
	tasks, err := s.Forget(t.Context(), time.Now().Add(-month))
	require.NoError(t, err)
	return tasks
}

// TestForget: what is done for long goes, but not what something unfinished needs. It may come again as
// a new task.
func TestForget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := storetest.NewMemory()
		s := open(t, st, Config{})
		old := submit(t, s, job("a"), job("b", "a"), job("kept"), job("c", "b"))
		for range 4 {
			succeed(t, s, work(t, s))
		}
		require.Zero(t, forget(t, s), "it is not long ago")
		time.Sleep(month + time.Hour)
		wants := job("wants", "kept")
		wants.Program = "another"
		submit(t, s, wants)
		require.Equal(t, 3, forget(t, s))
		require.Zero(t, forget(t, s), "nothing is left to forget")
		s.Close()
		s = open(t, st, Config{})

		for id, known := range map[string]bool{"a": false, "b": false, "c": false, "kept": true, "wants": true} {
			_, err := s.Explain(t.Context(), id)
			if known {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, ErrUnknownTask)
				require.ErrorContains(t, err, "forgotten")
			}
		}
		page, err := s.Tasks(t.Context(), TaskFilter{})
		require.NoError(t, err)
		require.Len(t, page.Tasks, 2)
		status, err := s.RunStatus(t.Context(), old.Run)
		require.NoError(t, err)
		require.Equal(t, 1, status.Forgotten)
		require.Equal(t, store.Done, status.Run.Outcome)
		require.Empty(t, status.Roots)

		require.Equal(t, 1, submit(t, s, job("c")).Added)
		again := work(t, s)
		require.Equal(t, "c", again.Task.ID)
		require.Greater(t, again.Fence, int64(4), "numbers never come again")
		require.EqualValues(t, 6, st.Contents().Tasks[6].Key)
	})
}

// TestForgetCutsAChain: of days each of which requires the one before, those of the last month stay.
func TestForgetCutsAChain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := storetest.NewMemory()
		s := open(t, st, Config{})
		for day := range 100 {
			var requires []string
			if day > 0 {
				requires = []string{strconv.Itoa(day - 1)}
			}
			submit(t, s, job(strconv.Itoa(day), requires...))
			succeed(t, s, work(t, s))
			time.Sleep(24 * time.Hour)
		}
		require.Equal(t, 70, forget(t, s))
		s.Close()
		s = open(t, st, Config{})
		e, err := s.Explain(t.Context(), "70")
		require.NoError(t, err)
		require.Empty(t, e.Task.Requires)
		e, err = s.Explain(t.Context(), "71")
		require.NoError(t, err)
		require.Len(t, e.Task.Requires, 1)
	})
}

// TestForgetWhatFailed: tasks that have failed go, with those that wait for them, when no run under way wants them.
func TestForgetWhatFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, storetest.NewMemory(), Config{})
		far := job("far")
		far.Program = "another"
		_, err := s.Submit(t.Context(), &Submission{Nodes: []Node{far, job("a"), job("b", "a")}, Roots: []string{"b", "far"}}) // a run that goes on
		require.NoError(t, err)
		lost := submit(t, s, job("x"), job("y", "x"))
		submit(t, s, Node{Spec: store.Spec{ID: "in", External: true}}, job("z", "in"))
		for range 2 {
			a := work(t, s)
			require.NoError(t, s.End(t.Context(), &End{Fence: a.Fence, Outcome: store.Errored, Error: "it broke"}))
		}
		time.Sleep(month + time.Hour)
		submit(t, s, job("last"))
		for range 3 { // what waited goes first
			forget(t, s)
		}
		page, err := s.Tasks(t.Context(), TaskFilter{})
		require.NoError(t, err)
		var ids []string
		for _, one := range page.Tasks {
			ids = append(ids, one.ID)
		}
		require.Equal(t, []string{"far", "a", "b", "last"}, ids)
		status, err := s.RunStatus(t.Context(), lost.Run)
		require.NoError(t, err)
		require.Equal(t, store.Failed, status.Run.Outcome)
		_, err = s.RetryRun(t.Context(), lost.Run, "ann")
		require.ErrorContains(t, err, "submit them again")
	})
}

// TestForgetWorkers: those of which nothing was heard for a day.
func TestForgetWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, storetest.NewMemory(), Config{})
		for _, id := range []string{"old", "new"} {
			_, err := s.Beat(t.Context(), WorkerInfo{ID: id}, nil)
			require.NoError(t, err)
			time.Sleep(20 * time.Hour)
		}
		_, err := s.Forget(t.Context(), time.Time{})
		require.NoError(t, err)
		workers, err := s.Workers(t.Context())
		require.NoError(t, err)
		require.Len(t, workers, 1)
		require.Equal(t, "new", workers[0].ID)
	})
}

// TestForgetMany takes several steps, in which a request has its turn.
func TestForgetMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, storetest.NewMemory(), Config{})
		const n = 3*forgetAtOnce + 7
		var nodes []Node
		for i := range n {
			nodes = append(nodes, job(strconv.Itoa(i)))
			nodes[i].Complete = true
		}
		_, err := s.Submit(t.Context(), &Submission{Nodes: nodes})
		require.NoError(t, err)
		time.Sleep(month + time.Hour)
		require.Equal(t, n-1, forget(t, s), "all but the last one")
		counts, err := s.Counts(t.Context())
		require.NoError(t, err)
		require.Equal(t, map[store.State]int{store.Done: 1}, counts.States)
	})
}
