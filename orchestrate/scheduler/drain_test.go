package scheduler

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/storetest"
)

// TestDrain waits until no attempt runs, and nothing starts meanwhile.
func TestDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, storetest.NewMemory(), Config{})
		submit(t, s, job("a"))
		submit(t, s, job("b"))
		a := work(t, s)
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, s.Drain(short, "ann"), context.DeadlineExceeded)
		drained := make(chan error, 1)
		go func() { drained <- s.Drain(t.Context(), "ann") }()
		synctest.Wait()
		select {
		case <-drained:
			require.Fail(t, "an attempt runs")
		default:
		}
		succeed(t, s, a)
		require.NoError(t, <-drained)
		counts, err := s.Counts(t.Context())
		require.NoError(t, err)
		require.True(t, counts.Paused)
		require.Equal(t, map[store.State]int{store.Done: 1, store.Pending: 1}, counts.States)
		require.NoError(t, s.Drain(t.Context(), "ann"), "again")
		require.NoError(t, s.Unpause(t.Context(), "ann"))
		go func() { drained <- s.Drain(t.Context(), "ann") }()
		require.Equal(t, "b", func() string { return work(t, s).Task.ID }())
	})
}

// TestPauseResource: tasks that take a resource don't start, others do, and what has begun goes on.
func TestPauseResource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := storetest.NewMemory()
		s := open(t, st, Config{})
		require.NoError(t, s.SetLimit(t.Context(), "pool", 2, "ann"))
		takes := func(id string) Node {
			n := job(id)
			n.Priority, n.Resources = 5, map[string]int{"pool": 1}
			return n
		}
		submit(t, s, takes("runs"), job("needed"))
		runs := work(t, s)
		require.NoError(t, s.PauseResource(t.Context(), "pool", "ann"))
		require.NoError(t, s.PauseResource(t.Context(), "pool", "ann"), "again")
		s.Close()
		s = open(t, st, Config{})
		submit(t, s, takes("kept"), job("other"))

		answered := make(chan []Answer, 1)
		go func() {
			answers, _ := s.Await(t.Context(), runs.Fence, []string{"needed"})
			answered <- answers
		}()
		for _, want := range []string{"needed", "other"} {
			a := work(t, s, runs.Fence)
			require.Equal(t, want, a.Task.ID)
			succeed(t, s, a)
		}
		require.Len(t, <-answered, 1, "it has begun, and goes on")

		e, err := s.Explain(t.Context(), "kept")
		require.NoError(t, err)
		require.Equal(t, ResourcePaused, e.Reasons[0].Kind)
		require.Equal(t, "it takes pool, which is paused: 'unpause pool' lets it start", e.Reasons[0].Text)
		resources, err := s.Resources(t.Context())
		require.NoError(t, err)
		require.Equal(t, []ResourceStatus{{"pool", 2, 1, true, true}}, resources)
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = s.Work(short, &Ask{Worker: me, Holds: []int64{runs.Fence}})
		require.ErrorIs(t, err, context.DeadlineExceeded)

		require.NoError(t, s.UnpauseResource(t.Context(), "pool", "ann"))
		require.Equal(t, "kept", work(t, s, runs.Fence).Task.ID)
		require.ErrorAs(t, s.PauseResource(t.Context(), "", "ann"), new(*InvalidError))
	})
}

// TestLostOnTheWay: what was given to a worker that drains, and got lost, is given back at once.
func TestLostOnTheWay(t *testing.T) {
	st := storetest.NewMemory()
	s := open(t, st, Config{})
	submit(t, s, job("has"))
	submit(t, s, job("lost"))
	has := work(t, s)
	lost := work(t, s, has.Fence)
	drains := me
	drains.Draining = true
	pulse, err := s.Beat(t.Context(), drains, []Beat{{Fence: has.Fence}})
	require.NoError(t, err)
	require.Empty(t, pulse)
	require.Equal(t, store.Interrupted, st.Contents().Attempts[lost.Fence].Outcome)
	again, err := s.Work(t.Context(), &Ask{Worker: WorkerInfo{ID: "another", Programs: []string{"p"}}})
	require.NoError(t, err)
	require.Equal(t, "lost", again.Task.ID)
	succeed(t, s, has)
}
