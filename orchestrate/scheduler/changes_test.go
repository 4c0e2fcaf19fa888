package scheduler

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/storetest"
)

// TestChangesFollowWrites: what was written is told in order, and only after it was written.
func TestChangesFollowWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := storetest.NewMemory()
		s := open(t, st, Config{})
		ctx, cancel := context.WithCancel(t.Context())
		changes := s.Changes(ctx)
		submit(t, s, job("a"), job("b", "a"))
		first := <-changes
		require.EqualValues(t, 1, first.Number)
		require.Len(t, first.Tasks, 2)
		require.Equal(t, TaskChange{Key: 2, ID: "b", Family: "T", State: store.Pending, Changed: first.Tasks[1].Changed}, first.Tasks[1])
		a := work(t, s)
		second := <-changes
		require.Equal(t, []TaskChange{{1, "a", "T", store.Running, second.Tasks[0].Changed, a.Fence}}, second.Tasks)
		require.Contains(t, st.Contents().Attempts, a.Fence)
		require.NoError(t, s.Pause(ctx, "ann"), "which changes no task")
		succeed(t, s, a)
		third := <-changes
		require.EqualValues(t, 3, third.Number)
		require.Equal(t, store.Done, third.Tasks[0].State)

		cancel()
		synctest.Wait()
		_, open := <-changes
		require.False(t, open)
		_, open = <-s.Changes(ctx)
		require.False(t, open, "the context has ended")
		other := s.Changes(t.Context())
		s.Close()
		_, open = <-other
		require.False(t, open)
		_, open = <-s.Changes(t.Context())
		require.False(t, open, "the scheduler has ended")
	})
}

// TestFailedWriteReloads: nothing is told that was not written, and what may have been is read again.
func TestFailedWriteReloads(t *testing.T) {
	st := storetest.NewMemory()
	s := open(t, st, Config{})
	changes := s.Changes(t.Context())
	st.Fail(storetest.Always(storetest.ErrDiskFull))
	require.Error(t, s.Pause(t.Context(), "ann"))
	require.Equal(t, Changes{Number: 1, Reload: true}, <-changes)
	st.Fail(nil)
	submit(t, s, job("a"))
	require.Equal(t, "a", (<-changes).Tasks[0].ID)
}

// TestSlowSubscriber: who doesn't listen holds up nobody, and learns that changes were missed.
func TestSlowSubscriber(t *testing.T) {
	s := open(t, storetest.NewMemory(), Config{})
	changes := s.Changes(t.Context())
	const many = 3 * subscriberRoom
	for i := range many {
		submit(t, s, job(fmt.Sprint("t", i)))
	}
	for i := range subscriberRoom - 1 {
		require.EqualValues(t, i+1, (<-changes).Number)
	}
	require.Equal(t, Changes{Number: subscriberRoom, Reload: true}, <-changes)
	submit(t, s, job("next"))
	next := <-changes
	require.Equal(t, "next", next.Tasks[0].ID)
	require.EqualValues(t, many+1, next.Number)
}

// TestChangesAfter: who comes again gets what was missed.
func TestChangesAfter(t *testing.T) {
	s := open(t, storetest.NewMemory(), Config{})
	s.Changes(t.Context())
	for i := range recentRoom + 10 {
		submit(t, s, job(fmt.Sprint("t", i)))
	}
	const last = recentRoom + 10
	changes, number := s.ChangesAfter(t.Context(), last-2)
	require.EqualValues(t, last, number)
	require.EqualValues(t, last-1, (<-changes).Number)
	require.EqualValues(t, last, (<-changes).Number)
	for _, after := range []int64{0, 1, last - subscriberRoom, last + 1} {
		changes, _ := s.ChangesAfter(t.Context(), after)
		require.Equal(t, Changes{Number: last, Reload: true}, <-changes, "after %d", after)
	}
	changes, _ = s.ChangesAfter(t.Context(), last)
	require.Empty(t, changes)
}

func TestOnWrite(t *testing.T) {
	st := storetest.NewMemory()
	s := open(t, st, Config{})
	var told []Written
	stop := s.OnWrite(func(w Written) { told = append(told, w) })
	submit(t, s, job("a"))
	require.Len(t, told, 1)
	require.Equal(t, 3, told[0].Records, "a task, a run and an event")
	require.NoError(t, told[0].Err)
	st.Fail(storetest.Always(storetest.ErrDiskFull))
	require.Error(t, s.Pause(t.Context(), "ann"))
	require.ErrorIs(t, told[1].Err, storetest.ErrDiskFull)
	stop()
	require.Error(t, s.Pause(t.Context(), "ann"))
	require.Len(t, told, 2)
}
