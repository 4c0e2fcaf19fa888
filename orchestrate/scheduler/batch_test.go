package scheduler

import (
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/storetest"
)

// many returns nodes that can be made together.
func many(n int) (nodes []Node) {
	for i := range n {
		one := job(strconv.Itoa(i))
		one.Batch, one.MaxBatch, one.Resources = "b", 8, map[string]int{"pool": 1}
		nodes = append(nodes, one)
	}
	return nodes
}

// idsIn returns the IDs of what was given out as one.
func idsIn(a *Assignment) string {
	ids := []string{a.Task.ID}
	for _, m := range a.Others {
		ids = append(ids, m.Task.ID)
	}
	return strings.Join(ids, " ")
}

// succeedAll ends a batch well.
func succeedAll(t *testing.T, s *Scheduler, a *Assignment) {
	t.Helper()
	end := &End{Fence: a.Fence, Outcome: store.Succeeded}
	for _, m := range a.Others {
		end.Members = append(end.Members, MemberEnd{Fence: m.Fence, Outcome: store.Succeeded})
	}
	require.NoError(t, s.End(t.Context(), end))
}

func fail(t *testing.T, s *Scheduler, a *Assignment, members ...MemberEnd) {
	t.Helper()
	require.NoError(t, s.End(t.Context(), &End{Fence: a.Fence, Outcome: store.Errored, Error: "it broke", Members: members}))
}

// TestBatchIsHalved until the task that breaks it is alone. The others are done with the one attempt
// that each has; all take one resource together.
func TestBatchIsHalved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, storetest.NewMemory(), Config{})
		submit(t, s, many(8)...)
		var given []string
		for range 7 {
			a := work(t, s)
			resources, err := s.Resources(t.Context())
			require.NoError(t, err)
			require.Equal(t, []ResourceStatus{{"pool", 1, 1, false, false}}, resources)
			given = append(given, idsIn(a))
			if strings.Contains(idsIn(a), "5") {
				fail(t, s, a)
			} else {
				succeedAll(t, s, a)
			}
		}
		require.Equal(t, []string{"0 1 2 3 4 5 6 7", "0 1 2 3", "4 5 6 7", "4 5", "6 7", "4", "5"}, given)
		counts, err := s.Counts(t.Context())
		require.NoError(t, err)
		require.Equal(t, map[store.State]int{store.Done: 7, store.Failed: 1}, counts.States)
	})
}

// TestBatchMembers: each task of a batch ends as its worker says of it.
func TestBatchMembers(t *testing.T) {
	st := storetest.NewMemory()
	s := open(t, st, Config{})
	receipt := submit(t, s, many(3)...)
	a := work(t, s)
	require.Equal(t, "0 1 2", idsIn(a))
	e, err := s.Explain(t.Context(), "1")
	require.NoError(t, err)
	require.Equal(t, a.Others[0].Fence, e.Attempt.Fence)
	require.Equal(t, a.Fence, e.Attempt.Batch)
	require.Contains(t, e.Reasons[0].Text, "in one process with 2 others")
	for range 2 { // told again
		fail(t, s, a, MemberEnd{Fence: a.Fence, Outcome: store.Succeeded},
			MemberEnd{Fence: a.Others[0].Fence, Outcome: store.Errored, Error: "no such day"},
			MemberEnd{Fence: a.Others[1].Fence, Outcome: store.Succeeded})
	}
	page, err := s.Tasks(t.Context(), TaskFilter{})
	require.NoError(t, err)
	for i, want := range []store.State{store.Done, store.Failed, store.Done} {
		require.Equal(t, want, page.Tasks[i].State)
	}
	require.Equal(t, "no such day", page.Tasks[1].Error)
	require.False(t, st.Contents().Runs[receipt.Run].Ended.IsZero())
	require.ErrorAs(t, s.End(t.Context(), &End{Fence: a.Fence, Outcome: store.Succeeded, Members: []MemberEnd{{Outcome: store.Killed}}}), new(*InvalidError))
}

// TestBatchOfAnOldWorker: one that knows nothing of batches makes the first task, and says that all is well.
func TestBatchOfAnOldWorker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, storetest.NewMemory(), Config{})
		submit(t, s, many(4)...)
		var given []string
		for range 4 {
			a := work(t, s)
			given = append(given, idsIn(a))
			succeed(t, s, a)
			succeed(t, s, a) // told again
		}
		require.Equal(t, []string{"0 1 2 3", "1 2", "3", "2"}, given)
	})
}

// TestBatchIsKilled for one of its tasks, which has failed then; the others start again.
func TestBatchIsKilled(t *testing.T) {
	s := open(t, storetest.NewMemory(), Config{})
	submit(t, s, many(3)...)
	a := work(t, s)
	require.NoError(t, s.Kill(t.Context(), "1", "ann"))
	pulse, err := s.Beat(t.Context(), me, []Beat{{Fence: a.Fence}})
	require.NoError(t, err)
	require.Equal(t, map[int64]string{a.Fence: "killed by ann"}, pulse.Kill)
	_, err = s.Commit(t.Context(), a.Fence)
	require.ErrorAs(t, err, new(*FencedError))
	require.NoError(t, s.End(t.Context(), &End{Fence: a.Fence, Outcome: store.Killed, Error: pulse.Kill[a.Fence]}))
	require.Equal(t, "0 2", idsIn(work(t, s)))
	e, err := s.Explain(t.Context(), "1")
	require.NoError(t, err)
	require.Equal(t, store.Failed, e.Task.State)
}

// TestBatchIsLost as a whole: no task of it may commit or end then, and each is tried again.
func TestBatchIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := storetest.NewMemory()
		s := open(t, st, Config{})
		submit(t, s, many(4)...)
		a := work(t, s)
		s.Close()
		s = open(t, st, Config{}) // goes on with it
		require.Equal(t, a, work(t, s), "the answer got lost")
		_, err := s.Commit(t.Context(), a.Fence)
		require.NoError(t, err)
		time.Sleep(2 * time.Minute)
		for _, fence := range []int64{a.Fence, a.Others[0].Fence, a.Others[2].Fence} {
			_, err = s.Commit(t.Context(), fence)
			require.ErrorAs(t, err, new(*FencedError))
			require.ErrorAs(t, s.End(t.Context(), &End{Fence: fence, Outcome: store.Succeeded}), new(*FencedError))
		}
		require.NoError(t, s.SetLimit(t.Context(), "pool", 2, "ann"))
		first := work(t, s)
		second := work(t, s, first.Fence)
		require.Equal(t, "0 1, 2 3", idsIn(first)+", "+idsIn(second))
	})
}

// TestBatchAwaits tasks as a whole.
func TestBatchAwaits(t *testing.T) {
	s := open(t, storetest.NewMemory(), Config{})
	submit(t, s, many(2)...)
	a := work(t, s)
	submit(t, s, job("needed"))
	for _, id := range []string{"0", "1"} {
		_, err := s.Await(t.Context(), a.Fence, []string{id})
		require.ErrorAs(t, err, new(*CycleError), "it would wait for itself")
	}
	answered := make(chan []Answer, 1)
	go func() {
		answers, _ := s.Await(t.Context(), a.Fence, []string{"needed"})
		answered <- answers
	}()
	require.Eventually(t, func() bool {
		counts, err := s.Counts(t.Context())
		return err == nil && counts.States[store.Suspended] == 2
	}, time.Minute, time.Millisecond)
	succeed(t, s, work(t, s, a.Fence))
	require.Equal(t, []Answer{{"needed", store.Done, ""}}, <-answered)
	succeedAll(t, s, a)
	counts, err := s.Counts(t.Context())
	require.NoError(t, err)
	require.Equal(t, map[store.State]int{store.Done: 3}, counts.States)
}
