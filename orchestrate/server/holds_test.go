package server_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/server"
	"github.com/gomr/gomr/orchestrate/store"
)

// TestHoldsFromAfar: holds, and what is refused of them, are the same at both ends.
func TestHoldsFromAfar(t *testing.T) {
	w := start(t, server.Options{})
	ctx := t.Context()
	w.submit(job("a"), job("b", "a"), job("c", "b"))
	for range 3 {
		w.end(w.work().Fence, store.Succeeded)
	}
	ids := func(tasks []store.Task) (ids []string) {
		for _, t := range tasks {
			ids = append(ids, t.ID)
		}
		return ids
	}
	found, err := w.client.Surrounding(ctx, []string{"a", "nobody"})
	require.NoError(t, err)
	require.Equal(t, []string{"a"}, ids(found.Tasks))
	require.Equal(t, []string{"b", "c"}, ids(found.Dependents))
	require.Equal(t, []string{"nobody"}, found.Unknown)

	var state *scheduler.StateError
	require.ErrorAs(t, w.client.Hold(ctx, &scheduler.Hold{Name: "h", Tasks: []string{"a"}, Closed: true}), &state)
	require.Equal(t, "b", state.ID)
	hold := &scheduler.Hold{Name: "h", Tasks: []string{"a", "b", "c"}, Closed: true, Note: "wrong"}
	require.NoError(t, w.client.Hold(ctx, hold))
	require.NoError(t, w.client.Hold(ctx, hold), "the answer got lost")
	same(t, w.scheduler.Holds, w.client.Holds)
	var held *scheduler.HeldError
	require.ErrorAs(t, w.client.Hold(ctx, &scheduler.Hold{Name: "other", Tasks: []string{"b"}}), &held)
	require.Equal(t, &scheduler.HeldError{ID: "b", Hold: "h"}, held)
	require.ErrorAs(t, w.client.Mark(ctx, "a", store.Done, "", ""), &held)
	e, err := w.client.Explain(ctx, "a")
	require.NoError(t, err)
	require.Equal(t, scheduler.HeldBack, e.Reasons[0].Kind)
	require.Equal(t, "h", e.Reasons[0].Hold)

	release := &scheduler.Release{Name: "h", Done: []string{"a"}}
	require.NoError(t, w.client.Release(ctx, release))
	require.NoError(t, w.client.Release(ctx, release), "the answer got lost")
	require.Equal(t, "b", w.work().Task.ID)
	holds, err := w.client.Holds(ctx)
	require.NoError(t, err)
	require.Empty(t, holds)
	events, err := w.client.Events(ctx, store.EventQuery{Kind: scheduler.TaskHeld})
	require.NoError(t, err)
	require.Len(t, events, 3)
	require.Equal(t, "local", events[0].By)
	require.Equal(t, "h: wrong", events[0].Message)
}
