package server_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/server"
	"github.com/gomr/gomr/orchestrate/store"
)

// dueJob is a job of a family that is due at a time.
func dueJob(family, id string, due time.Time, requires ...string) scheduler.Node {
	n := job(id, requires...)
	n.Family, n.Due = family, due
	return n
}

func TestDue(t *testing.T) {
	w := start(t, server.Options{})
	none, err := w.client.Due(t.Context())
	require.NoError(t, err)
	require.Empty(t, none)

	due := time.Now().Add(time.Hour).UTC().Truncate(time.Second)
	w.submit(dueJob("Load", "load", time.Time{}), dueJob("Report", "report", due, "load"))
	found, err := w.client.Due(t.Context())
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.Equal(t, []any{"report", store.Pending, due, "load", store.Pending, 2},
		[]any{found[0].ID, found[0].State, found[0].Due, found[0].Next, found[0].NextIs, found[0].Finish.Unknown})
	require.InDelta(t, time.Hour, time.Duration(found[0].Slack), float64(time.Minute))

	w.end(w.work().Fence, store.Errored)
	found, err = w.client.Due(t.Context())
	require.NoError(t, err)
	require.Equal(t, []any{"load", store.Failed}, []any{found[0].Next, found[0].NextIs})
	f, err := w.client.Forecast(t.Context(), "report")
	require.NoError(t, err)
	require.Equal(t, "load", f.Blocked)
}

func TestForecastAndStatistics(t *testing.T) {
	w := start(t, server.Options{})
	w.submit(dueJob("Load", "load 1", time.Time{}))
	w.end(w.work().Fence, store.Succeeded)
	w.submit(dueJob("Load", "load 2", time.Time{}), dueJob("Report", "report", time.Time{}, "load 2"))

	f, err := w.client.Forecast(t.Context(), "report")
	require.NoError(t, err)
	require.Len(t, f.Steps, 2)
	require.Equal(t, []any{"load 2", 1, 1}, []any{f.Steps[0].ID, f.Steps[0].Count, f.Finish.Unknown})
	done, err := w.client.Forecast(t.Context(), "load 1")
	require.NoError(t, err)
	require.Nil(t, done.Finish)
	_, err = w.client.Forecast(t.Context(), "nothing")
	require.ErrorIs(t, err, scheduler.ErrUnknownTask)

	all, err := w.client.Statistics(t.Context(), "")
	require.NoError(t, err)
	require.Len(t, all, 1, "nobody has tried a report")
	require.Equal(t, []any{"Load", 1}, []any{all[0].Family, all[0].Count})
	one, err := w.client.Statistics(t.Context(), "Load")
	require.NoError(t, err)
	require.Equal(t, all, one)
	one, err = w.client.Statistics(t.Context(), "Report")
	require.NoError(t, err)
	require.Equal(t, []any{1, "Report", 0}, []any{len(one), one[0].Family, one[0].Count}, "somebody has asked for it")
	w.end(w.work().Fence, store.Succeeded)
	w.end(w.work().Fence, store.Errored)
	all, err = w.client.Statistics(t.Context(), "")
	require.NoError(t, err)
	require.Equal(t, []any{"Report", 0, 1.0}, []any{all[1].Family, all[1].Count, all[1].FailureRate}, "it has failed")
	_, err = w.client.Statistics(t.Context(), "Lode")
	require.ErrorContains(t, err, `no task of the family "Lode" was submitted`)
}

// TestAccept: an acceptance is for one success, holds for a week, and is in the history.
func TestAccept(t *testing.T) {
	now := time.Now()
	w := start(t, server.Options{Now: func() time.Time { return now }})
	accepted := func(id string) bool {
		a, err := w.client.Accepted(t.Context(), id)
		require.NoError(t, err)
		return a.Accepted
	}
	require.NoError(t, w.client.Accept(t.Context(), "a", "a bank holiday"), "before it is submitted")
	w.submit(job("a"), job("ab"))
	require.True(t, accepted("a"))
	require.False(t, accepted("ab"), "that of another name")

	first := w.work()
	require.True(t, accepted("a"))
	w.end(first.Fence, store.Errored)
	require.True(t, accepted("a"), "it was not used")
	require.NoError(t, w.client.Forgive(t.Context(), "a", ""))
	for id := ""; id != "a"; {
		work := w.work()
		id = work.Task.ID
		w.end(work.Fence, store.Succeeded)
	}
	require.False(t, accepted("a"), "it was")

	require.NoError(t, w.client.Accept(t.Context(), "ab", ""))
	now = now.Add(8 * 24 * time.Hour)
	require.False(t, accepted("ab"), "a week is over")
	require.NoError(t, w.client.Accept(t.Context(), "a", ""))
	settings, err := w.scheduler.Settings(t.Context(), "accepted ")
	require.NoError(t, err)
	require.Len(t, settings, 1, "old ones are removed")
	events, err := w.client.Events(t.Context(), store.EventQuery{Kind: "audit"})
	require.NoError(t, err)
	require.Equal(t, "accepted the next output of a: a bank holiday", events[0].Message)
}

// TestServe_WatchesDueTimes: a server that serves tells of what was missed.
func TestServe_WatchesDueTimes(t *testing.T) {
	w := start(t, server.Options{})
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.server.Serve(ctx, listener) }()
	_, err = w.scheduler.Submit(ctx, &scheduler.Submission{Nodes: []scheduler.Node{dueJob("T", "a", time.Now().Add(200*time.Millisecond))}})
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		events, err := w.store.Events(ctx, store.EventQuery{Kind: "deadline missed"})
		return err == nil && len(events) == 1
	}, generous, 20*time.Millisecond)
	watching := w.component("deadlines")
	require.Equal(t, api.ComponentOK, watching.State)
	require.Equal(t, "1 task with a due time to come or missed", watching.Detail)
	cancel()
	require.NoError(t, receive(t, ended))
}
