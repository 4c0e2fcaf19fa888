package scheduler

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/storetest"
)

// TestRetryRun: all that has failed of a run starts again, nothing else does, and the run is under way
// until its roots have settled once more.
func TestRetryRun(t *testing.T) {
	st := storetest.NewMemory()
	s := open(t, st, Config{})
	other := submit(t, s, job("other"))
	receipt := submit(t, s, job("a"), job("b"), job("c", "a", "b"), job("d", "c"))
	for range 3 {
		a := work(t, s)
		require.NoError(t, s.End(t.Context(), &End{Fence: a.Fence, Outcome: store.Errored, Error: "it broke"}))
	}
	for _, run := range []int64{other.Run, receipt.Run} {
		require.False(t, st.Contents().Runs[run].Ended.IsZero())
	}
	for _, want := range []int{2, 0} {
		forgiven, err := s.RetryRun(t.Context(), receipt.Run, "ann")
		require.NoError(t, err)
		require.Equal(t, want, forgiven)
		require.True(t, st.Contents().Runs[receipt.Run].Ended.IsZero())
	}
	require.False(t, st.Contents().Runs[other.Run].Ended.IsZero())
	s.Close()
	s = open(t, st, Config{})
	for _, want := range []string{"a", "b", "c", "d"} {
		a := work(t, s)
		require.Equal(t, want, a.Task.ID)
		require.Equal(t, 1, a.Number)
		succeed(t, s, a)
	}
	require.False(t, st.Contents().Runs[receipt.Run].Ended.IsZero())
	forgiven, err := s.RetryRun(t.Context(), receipt.Run, "ann")
	require.NoError(t, err)
	require.Zero(t, forgiven)
	require.False(t, st.Contents().Runs[receipt.Run].Ended.IsZero(), "it is done")
	_, err = s.RetryRun(t.Context(), 99, "ann")
	require.ErrorIs(t, err, ErrUnknownRun)
}

// TestRetryRunOfMany takes several steps.
func TestRetryRunOfMany(t *testing.T) {
	st := storetest.NewMemory()
	s := open(t, st, Config{})
	var nodes []Node
	var ids []string
	for i := range 2*forgiveAtOnce + 1 {
		ids = append(ids, strconv.Itoa(i))
		nodes = append(nodes, job(ids[i]))
	}
	receipt := submit(t, s, append(nodes, job("root", ids...))...)
	for _, id := range ids {
		require.NoError(t, s.Mark(t.Context(), id, store.Failed, "ann", "no use"))
	}
	forgiven, err := s.RetryRun(t.Context(), receipt.Run, "ann")
	require.NoError(t, err)
	require.Len(t, ids, forgiven)
	counts, err := s.Counts(t.Context())
	require.NoError(t, err)
	require.Equal(t, map[store.State]int{store.Pending: len(ids) + 1}, counts.States)
}
