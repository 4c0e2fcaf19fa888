package scheduler

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/storetest"
)

// TestSilentWorker: an attempt of which nothing is heard is another worker's in the end, and the first
// one can't do harm any more.
func TestSilentWorker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, storetest.NewMemory(), Config{Lease: 10 * time.Second})
		submit(t, s, job("a"))
		first := work(t, s)
		time.Sleep(9 * time.Second)
		_, err := s.Beat(t.Context(), me, []Beat{{Fence: first.Fence}})
		require.NoError(t, err)
		time.Sleep(9 * time.Second)
		_, err = s.Commit(t.Context(), first.Fence)
		require.NoError(t, err, "it is alive")

		time.Sleep(time.Minute)
		second := work(t, s)
		require.Greater(t, second.Fence, first.Fence)
		var fenced *FencedError
		_, err = s.Commit(t.Context(), first.Fence)
		require.ErrorAs(t, err, &fenced)
		require.ErrorAs(t, s.End(t.Context(), &End{Fence: first.Fence, Outcome: store.Succeeded}), &fenced)
		pulse, err := s.Beat(t.Context(), me, []Beat{{Fence: first.Fence}, {Fence: second.Fence}})
		require.NoError(t, err)
		require.Equal(t, []int64{first.Fence}, pulse.Gone)
		succeed(t, s, second)
		s.Close()
	})
}

// TestRetry: waits between attempts grow, and after the last one the task has failed.
func TestRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, storetest.NewMemory(), Config{})
		n := job("a")
		n.Retry = store.Retry{Attempts: 4, Delay: time.Minute, MaxDelay: 3 * time.Minute}
		submit(t, s, n, job("b", "a"))
		for i, most := range []time.Duration{0, time.Minute, 2 * time.Minute, 3 * time.Minute} {
			before := time.Now()
			a := work(t, s)
			require.Equal(t, i+1, a.Number)
			require.LessOrEqual(t, time.Since(before), most)
			require.GreaterOrEqual(t, time.Since(before), most/2)
			require.NoError(t, s.End(t.Context(), &End{Fence: a.Fence, Outcome: store.Errored, Error: "no luck"}))
		}
		e, err := s.Explain(t.Context(), "b")
		require.NoError(t, err)
		require.Equal(t, []Reason{{Kind: BlockedByTask, Task: "a", Text: "a is failed: no luck", Until: e.Reasons[0].Until}}, e.Reasons)

		require.NoError(t, s.Forgive(t.Context(), "a", "ann"))
		succeed(t, s, work(t, s))
		require.Equal(t, "b", work(t, s).Task.ID)
		s.Close()
	})
}

// TestDisabled: a task that fails too often rests.
func TestDisabled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, storetest.NewMemory(), Config{Retry: store.Retry{Attempts: 100, Delay: time.Second, Failures: 3, Window: time.Hour, Rest: 5 * time.Hour}})
		submit(t, s, job("a"))
		for range 3 {
			a := work(t, s)
			require.NoError(t, s.End(t.Context(), &End{Fence: a.Fence, Outcome: store.Errored}))
		}
		before := time.Now()
		require.Equal(t, 1, work(t, s).Number)
		require.Equal(t, 5*time.Hour, time.Since(before))
		s.Close()
	})
}

// TestClockSetBack: waits go by the time that passes.
func TestClockSetBack(t *testing.T) {
	st := storetest.NewMemory()
	now := time.Date(2014, 6, 1, 3, 0, 0, 0, time.UTC)
	c := newClock(func() time.Time { return now })
	before := c.now()
	now = now.Add(-time.Hour)
	require.False(t, c.now().After(before))
	synctest.Test(t, func(t *testing.T) {
		s := open(t, st, Config{})
		n := job("a")
		n.Retry = store.Retry{Attempts: 2, Delay: time.Minute}
		submit(t, s, n)
		a := work(t, s)
		require.NoError(t, s.End(t.Context(), &End{Fence: a.Fence, Outcome: store.Errored}))
		work(t, s)
		s.Close()
	})
}

// TestAwait: a task that asks for others while it runs goes on where it was.
func TestAwait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, storetest.NewMemory(), Config{})
		outer := job("outer")
		outer.Resources = map[string]int{"database": 1}
		submit(t, s, outer)
		o := work(t, s)
		inner, broken := job("inner"), job("broken")
		inner.Resources = map[string]int{"database": 1} // which the outer one gives back
		submit(t, s, inner, broken)
		answers := make(chan []Answer)
		go func() {
			got, err := s.Await(t.Context(), o.Fence, []string{"inner", "broken"})
			assert.NoError(t, err)
			answers <- got
		}()
		synctest.Wait()
		i := work(t, s, o.Fence)
		require.Equal(t, "inner", i.Task.ID)
		b := work(t, s, o.Fence, i.Fence)
		require.NoError(t, s.End(t.Context(), &End{Fence: b.Fence, Outcome: store.Errored, Error: "no luck"}))
		succeed(t, s, i)
		require.Equal(t, []Answer{{ID: "inner", State: store.Done}, {ID: "broken", State: store.Failed, Error: "no luck"}}, <-answers)
		again, err := s.Await(t.Context(), o.Fence, []string{"inner", "broken"})
		require.NoError(t, err, "the answer got lost")
		require.Len(t, again, 2)

		var cycle *CycleError
		submit(t, s, job("later", "outer"))
		_, err = s.Await(t.Context(), o.Fence, []string{"later"})
		require.ErrorAs(t, err, &cycle)
		require.Equal(t, []string{"outer", "later", "outer"}, cycle.IDs)
		succeed(t, s, o)
		s.Close()
	})
}

// TestKill: whoever runs the attempt is told, and the task has failed.
func TestKill(t *testing.T) {
	s := open(t, storetest.NewMemory(), Config{})
	submit(t, s, job("a"))
	a := work(t, s)
	require.NoError(t, s.Kill(t.Context(), "a", "ann"))
	pulse, err := s.Beat(t.Context(), me, []Beat{{Fence: a.Fence}})
	require.NoError(t, err)
	require.Equal(t, map[int64]string{a.Fence: "killed by ann"}, pulse.Kill)
	_, err = s.Commit(t.Context(), a.Fence)
	require.Error(t, err)
	require.NoError(t, s.End(t.Context(), &End{Fence: a.Fence, Outcome: store.Killed, Error: pulse.Kill[a.Fence]}))
	var state *StateError
	require.ErrorAs(t, s.Kill(t.Context(), "a", "ann"), &state)
	e, err := s.Explain(t.Context(), "a")
	require.NoError(t, err)
	require.Equal(t, "it has failed: killed by ann", e.Reasons[0].Text)
}
