package server_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/server"
	"github.com/gomr/gomr/orchestrate/store"
)

// TestDrain tells how far it is, and pauses once for the history.
func TestDrain(t *testing.T) {
	w := start(t, server.Options{})
	w.submit(job("a"))
	a := w.work()
	var told []api.Drained
	require.NoError(t, w.client.Drain(t.Context(), "new disks", func(d api.Drained) {
		if told = append(told, d); len(told) == 1 {
			w.end(a.Fence, store.Succeeded)
		}
	}))
	require.Equal(t, []api.Drained{{Running: 1}, {Drained: true}}, told)
	events, err := w.client.Events(t.Context(), store.EventQuery{Kind: "audit"})
	require.NoError(t, err)
	require.Len(t, events, 2)
	require.Equal(t, "drained: new disks", events[1].Message)
}

// TestPauseResource is for one of several resources, or for all work.
func TestPauseResource(t *testing.T) {
	w := start(t, server.Options{})
	require.NoError(t, w.client.PauseResource(t.Context(), "pool", ""))
	resources, err := w.client.Resources(t.Context())
	require.NoError(t, err)
	require.True(t, resources[0].Paused)
	counts, err := w.client.Counts(t.Context())
	require.NoError(t, err)
	require.False(t, counts.Paused)
	status, answer := w.send("POST", api.Prefix+"/unpause", `{"resources": ["pool", "other"], "note": "mended"}`)
	require.Equal(t, 204, status, answer)
	resources, err = w.client.Resources(t.Context())
	require.NoError(t, err)
	require.Empty(t, resources)
	events, err := w.client.Events(t.Context(), store.EventQuery{Kind: "audit"})
	require.NoError(t, err)
	require.Equal(t, "paused pool", events[0].Message)
	require.Equal(t, "unpaused pool, other: mended", events[1].Message)
}
