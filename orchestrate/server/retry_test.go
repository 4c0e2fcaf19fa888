package server_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/server"
	"github.com/gomr/gomr/orchestrate/store"
)

// TestRetryRun: a run is named by its key or its request, and an operator has it tried again.
func TestRetryRun(t *testing.T) {
	w := start(t, server.Options{})
	receipt, err := w.client.Submit(t.Context(), &scheduler.Submission{Request: "nightly", Nodes: []scheduler.Node{job("a")}, Roots: []string{"a"}})
	require.NoError(t, err)
	for _, asked := range []api.RetryRun{{Run: receipt.Run}, {Request: "nightly"}} {
		w.end(w.work().Fence, store.Errored)
		for _, want := range []int{1, 0} {
			retried, err := w.client.RetryRun(t.Context(), asked)
			require.NoError(t, err)
			require.Equal(t, api.RetriedRun{Run: receipt.Run, Forgiven: want}, retried)
		}
	}
	for _, asked := range []api.RetryRun{{}, {Run: 1, Request: "nightly"}} {
		_, err = w.client.RetryRun(t.Context(), asked)
		require.ErrorAs(t, err, new(*scheduler.InvalidError))
	}
	for _, asked := range []api.RetryRun{{Run: 99}, {Request: "none"}} {
		_, err = w.client.RetryRun(t.Context(), asked)
		require.ErrorIs(t, err, scheduler.ErrUnknownRun)
	}
}
