package server_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/server"
	"github.com/gomr/gomr/orchestrate/store"
)

// TestTidy: what ended longer ago than a server keeps it is forgotten, and those who ask for it are told.
func TestTidy(t *testing.T) {
	var ahead time.Duration
	w := start(t, server.Options{Keep: time.Hour, Now: func() time.Time { return time.Now().Add(ahead) }})
	old := w.submit(job("a"))
	w.submit(job("b"))
	last := w.submit(job("a"))
	w.end(w.work().Fence, store.Succeeded)
	for _, ahead = range []time.Duration{0, 2 * time.Hour} {
		require.NoError(t, w.server.Tidy(t.Context()))
		_, err := w.client.Explain(t.Context(), "a")
		if ahead == 0 {
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, scheduler.ErrUnknownTask)
			require.EqualError(t, err, "a: no such task was submitted, or it ended so long ago that it is forgotten")
		}
	}
	_, err := w.client.RunStatus(t.Context(), old.Run)
	require.ErrorIs(t, err, scheduler.ErrUnknownRun)
	status, err := w.client.RunStatus(t.Context(), last.Run)
	require.NoError(t, err, "the last run stays")
	require.Equal(t, 1, status.Forgotten)
	require.Equal(t, store.Done, status.Run.Outcome)
}
