package server_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/backfill"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/server"
)

// TestBackfills: what a client says of backfills is what the engine says itself, and people's changes are in the history.
func TestBackfills(t *testing.T) {
	w := start(t, server.Options{})
	ctx := t.Context()
	asked := &backfill.Definition{
		Request: "nightly", Program: "p", Family: "Count", Flags: []string{"--top=3"}, Param: "day", Labels: []string{"1", "2", "3"}, Cap: 2, Priority: -1,
	}
	status, err := w.client.StartBackfill(ctx, asked)
	require.NoError(t, err)
	again, err := w.client.StartBackfill(ctx, asked)
	require.NoError(t, err)
	require.Equal(t, status.ID, again.ID)
	require.Equal(t, "local", status.By)
	first := w.work()
	require.Equal(t, "launch(backfill 1 1)", first.Task.ID)

	here, hereLabels, err := w.backfills.Show(ctx, 1)
	require.NoError(t, err)
	there, thereLabels, err := w.client.ShowBackfill(ctx, 1)
	require.NoError(t, err)
	here.Started = here.Started.Round(0)
	require.True(t, here.Started.Equal(there.Started))
	there.Started = here.Started
	require.Equal(t, here, there)
	require.Equal(t, hereLabels, thereLabels)
	require.Contains(t, hereLabels[0].Why, "it runs on me since")
	require.Equal(t, backfill.LabelWaiting, hereLabels[2].State)

	paused, err := w.client.PauseBackfill(ctx, 1, "")
	require.NoError(t, err)
	require.Equal(t, backfill.Paused, paused.State)
	_, err = w.client.ResumeBackfill(ctx, 1, "")
	require.NoError(t, err)
	list, err := w.client.Backfills(ctx)
	require.NoError(t, err)
	require.Len(t, list, 1)
	cancelled, err := w.client.CancelBackfill(ctx, 1, true, "")
	require.NoError(t, err)
	require.Equal(t, [2]int{2, 1}, [2]int{cancelled.Running, cancelled.LeftOut})
	_, err = w.client.ResumeBackfill(ctx, 1, "")
	isA[*scheduler.InvalidError](t, err)

	_, _, err = w.client.ShowBackfill(ctx, 7)
	require.Equal(t, api.NotFound, as[*api.Problem](t, err).Code)
	require.ErrorContains(t, err, "backfill 7: there is no such backfill")
	asked.Request, asked.Labels = "", []string{"1", "1"}
	_, err = w.client.StartBackfill(ctx, asked)
	isA[*scheduler.InvalidError](t, err)

	events, err := w.store.Events(ctx, eventsOf("audit"))
	require.NoError(t, err)
	var did []string
	for _, e := range events {
		did = append(did, e.Message)
	}
	require.Equal(t, []string{
		"started backfill 1 of Count", "started backfill 1 of Count", "paused backfill 1 of Count", "resumed backfill 1 of Count", "cancelled backfill 1 of Count",
	}, did)
}

func TestAServerWithoutBackfills(t *testing.T) {
	w := start(t, server.Options{})
	without, err := server.New(t.Context(), server.Options{Scheduler: w.scheduler, Store: w.store})
	require.NoError(t, err)
	defer without.Close()
	w.http.Config.Handler = without
	_, err = w.client.Backfills(t.Context())
	require.ErrorContains(t, err, "this server runs no backfills")
}
