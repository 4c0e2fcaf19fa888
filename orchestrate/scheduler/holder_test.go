package scheduler

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/storetest"
)

// TestHolder: an attempt is the worker's whose token it was given to, also after both have started anew.
func TestHolder(t *testing.T) {
	st := storetest.NewMemory()
	s := open(t, st, Config{})
	submit(t, s, job("a"), job("b", "a"))
	mine, yours := WithToken(t.Context(), "mine"), WithToken(t.Context(), "yours")
	ask := &Ask{Worker: me}
	a, err := s.Work(mine, ask)
	require.NoError(t, err)
	require.Equal(t, "mine", st.Contents().Attempts[a.Fence].Token)
	s.Close()
	s = open(t, st, Config{})

	refused := func(err error) {
		t.Helper()
		var holder *HolderError
		require.ErrorAs(t, err, &holder)
		require.Equal(t, HolderError{a.Fence, "me"}, *holder)
		require.ErrorContains(t, err, "attempt 1 is of the worker me")
	}
	_, err = s.Work(yours, ask)
	refused(err)
	_, err = s.Beat(yours, me, []Beat{{Fence: a.Fence}})
	refused(err)
	_, err = s.Commit(yours, a.Fence)
	refused(err)
	_, err = s.Await(yours, a.Fence, []string{"a"})
	refused(err)
	refused(s.End(yours, &End{Fence: a.Fence, Outcome: store.Succeeded}))
	_, err = s.CheckHolder(yours, a.Fence)
	refused(err)

	again, err := s.Work(mine, ask)
	require.NoError(t, err)
	require.Equal(t, a, again, "the worker has started anew")
	pulse, err := s.Beat(mine, me, []Beat{{Fence: a.Fence}})
	require.NoError(t, err)
	require.Empty(t, pulse.Gone)
	_, err = s.Commit(mine, a.Fence)
	require.NoError(t, err)
	require.NoError(t, s.End(mine, &End{Fence: a.Fence, Outcome: store.Succeeded}))
	underWay, err := s.CheckHolder(yours, a.Fence)
	require.NoError(t, err)
	require.False(t, underWay)
}

// TestHolderIsAWorker: one that says it is another gets nothing for the attempts of that.
func TestHolderIsAWorker(t *testing.T) {
	s := open(t, storetest.NewMemory(), Config{})
	submit(t, s, job("a"))
	a := work(t, s)
	pulse, err := s.Beat(t.Context(), WorkerInfo{ID: "another"}, []Beat{{Fence: a.Fence}})
	require.NoError(t, err)
	require.Equal(t, []int64{a.Fence}, pulse.Gone)
	succeed(t, s, a)
}
