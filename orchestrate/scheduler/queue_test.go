package scheduler

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/store/storetest"
)

// TestOrder: what a task requires comes first, and with its priority.
func TestOrder(t *testing.T) {
	s := open(t, storetest.NewMemory(), Config{})
	submit(t, s, job("low"))
	urgent := job("urgent", "input")
	urgent.Priority = 7
	submit(t, s, job("input"), urgent)
	for _, want := range []string{"input", "urgent", "low"} {
		got := work(t, s)
		require.Equal(t, want, got.Task.ID)
		succeed(t, s, got)
	}
}

// TestWorkWaits: a worker that waits is given what comes, and what it didn't hear of is given again.
func TestWorkWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, storetest.NewMemory(), Config{})
		got := make(chan *Assignment)
		go func() {
			a, err := s.Work(t.Context(), &Ask{Worker: me})
			assert.NoError(t, err)
			got <- a
		}()
		synctest.Wait()
		submit(t, s, job("a"))
		first := <-got
		require.Equal(t, "a", first.Task.ID)
		require.Equal(t, first, work(t, s), "the answer got lost")
		succeed(t, s, first)
		s.Close()
	})
}

// TestGoneWorkerGetsNothing: a worker that no longer waits is given nothing.
func TestGoneWorkerGetsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, storetest.NewMemory(), Config{})
		ctx, cancel := context.WithCancel(t.Context())
		gone := make(chan error)
		go func() {
			_, err := s.Work(ctx, &Ask{Worker: WorkerInfo{ID: "gone", Programs: []string{"p"}}})
			gone <- err
		}()
		synctest.Wait()
		cancel()
		require.ErrorIs(t, <-gone, context.Canceled)
		submit(t, s, job("a"))
		require.EqualValues(t, 1, work(t, s).Fence)
		s.Close()
	})
}

// TestResources: a task that lacks a resource is passed by those that don't need it, and by no other.
func TestResources(t *testing.T) {
	s := open(t, storetest.NewMemory(), Config{})
	require.NoError(t, s.SetLimit(t.Context(), "disk", 3, "ann"))
	needs := func(id string, priority, disk int) Node {
		n := job(id)
		n.Priority = priority
		if disk > 0 {
			n.Resources = map[string]int{"disk": disk}
		}
		return n
	}
	submit(t, s, needs("first", 9, 2), needs("big", 8, 3), needs("small", 7, 1), needs("other", 6, 0), needs("huge", 10, 4))
	first := work(t, s)
	require.Equal(t, "first", first.Task.ID)
	other := work(t, s, first.Fence)
	require.Equal(t, "other", other.Task.ID, "small would fit, but big comes first")
	submit(t, s, needs("another", 1, 0))
	succeed(t, s, first)
	big := work(t, s, other.Fence)
	require.Equal(t, "big", big.Task.ID, "it was parked, and goes before what is ready")
	succeed(t, s, big)

	e, err := s.Explain(t.Context(), "huge")
	require.NoError(t, err)
	require.Equal(t, []Reason{{Kind: BeyondLimit, Resource: "disk", Text: "it needs 4 of disk, and there is 3"}}, e.Reasons)
	require.NoError(t, s.SetLimit(t.Context(), "disk", 4, "ann"))
	require.Equal(t, "huge", work(t, s, other.Fence).Task.ID)
}
