package server_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/notify"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/server"
	"github.com/gomr/gomr/orchestrate/store"
)

// hooked returns a world whose failures go to a webhook, and what that gets. Where its configuration is read again, the
// error is what that comes to.
func hooked(t *testing.T, reread error) (w *world, messages <-chan string) {
	t.Helper()
	got := make(chan string, 10)
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		got <- string(text)
		if strings.Contains(r.URL.Path, "refuse") {
			http.Error(w, "no room", http.StatusGone)
		}
	}))
	t.Cleanup(hook.Close)
	w = start(t, server.Options{})
	config := &notify.Config{Window: time.Millisecond, Channels: []notify.Channel{
		{Name: "hook", Webhook: &notify.Webhook{URL: notify.NewSecret(hook.URL + "/secretpath")}},
		{Name: "refuses", Kinds: []string{"backfill ended"}, Webhook: &notify.Webhook{URL: notify.NewSecret(hook.URL + "/refuse/secretpath")}},
	}}
	engine, err := notify.Open(t.Context(), notify.Options{
		Scheduler: w.scheduler, Store: w.store,
		Config: config, Reread: func() (*notify.Config, error) { return config, reread },
	})
	require.NoError(t, err)
	t.Cleanup(engine.Close)
	w.replace(server.Options{Notify: engine})
	return w, got
}

// replace replaces the server of a world.
func (w *world) replace(options server.Options) {
	w.t.Helper()
	options.Scheduler, options.Store = w.scheduler, w.store
	replaced, err := server.New(w.t.Context(), options)
	require.NoError(w.t, err)
	w.t.Cleanup(replaced.Close)
	w.http.Config.Handler = replaced
}

func TestNotifications(t *testing.T) {
	w, messages := hooked(t, nil)
	ctx := t.Context()
	w.submit(job("a"))
	w.end(w.work().Fence, store.Errored)
	require.Contains(t, receive(t, messages), `"subject":"a failed"`)

	require.Eventually(t, func() bool {
		found, err := w.client.Notifications(ctx)
		require.NoError(t, err)
		return found.Channels[0].Delivered == 1
	}, generous, 10*time.Millisecond)
	found, err := w.client.Notifications(ctx)
	require.NoError(t, err)
	require.True(t, found.Configured)
	require.Equal(t, []any{"hook", "webhook", 0}, []any{found.Channels[0].Name, found.Channels[0].Type, found.Channels[0].Waiting})
	require.Equal(t, []any{"task failed", "T", 1, []string{"hook"}}, []any{found.Incidents[0].Kind, found.Incidents[0].Family, found.Incidents[0].Tasks, found.Incidents[0].Channels})

	result, err := w.client.TestChannel(ctx, "hook", "")
	require.NoError(t, err)
	require.True(t, result.Taken)
	require.Contains(t, receive(t, messages), `"kind":"test"`)
	result, err = w.client.TestChannel(ctx, "refuses", "")
	require.NoError(t, err)
	require.False(t, result.Taken)
	require.Contains(t, result.Error, "410 Gone no room")
	_, err = w.client.TestChannel(ctx, "none", "")
	isA[*scheduler.InvalidError](t, err)

	silence, err := w.client.Silence(ctx, "Word*", 2*time.Hour, "the cluster moves")
	require.NoError(t, err)
	require.Equal(t, []string{"Word*", "local", "the cluster moves"}, []string{silence.Families, silence.By, silence.Note})
	found, err = w.client.Notifications(ctx)
	require.NoError(t, err)
	require.Equal(t, []api.Silence{silence}, found.Silences)
	require.NoError(t, w.client.Unsilence(ctx, "Word*", ""))
	isA[*scheduler.InvalidError](t, w.client.Unsilence(ctx, "Word*", ""))
	_, err = w.client.Silence(ctx, "Word*", 0, "")
	isA[*scheduler.InvalidError](t, err)

	events, err := w.client.Events(ctx, store.EventQuery{Kind: "audit"})
	require.NoError(t, err)
	var did []string
	for _, e := range events[1:] {
		did = append(did, e.Message)
	}
	require.Equal(t, []string{
		"sent a test to the channel hook", "sent a test to the channel refuses",
		"silenced Word* for 2h0m0s: the cluster moves", "ended the silence of Word*",
	}, did)

	_, answer := w.send("GET", "/metrics", "")
	require.Contains(t, answer, `gomr_notifications_total{channel="hook",outcome="delivered"} 1`)
	require.Contains(t, answer, "gomr_incidents 1")
	for _, path := range []string{"/metrics", "/api/v1/notifications", "/api/v1/events"} {
		_, answer := w.send("GET", path, "")
		require.NotContains(t, answer, "secretpath")
	}
}

// TestReloadNotifications: what is read again is in force, and a mistake is told to who asked and to who looks.
func TestReloadNotifications(t *testing.T) {
	w, _ := hooked(t, nil)
	before, err := w.client.Notifications(t.Context())
	require.NoError(t, err)
	found, err := w.client.ReloadNotifications(t.Context())
	require.NoError(t, err)
	require.True(t, found.Loaded.After(before.Loaded))
	require.Len(t, found.Channels, 2)

	w, _ = hooked(t, &notify.ConfigError{File: "notify.toml", Line: 3, Reason: "no"})
	_, err = w.client.ReloadNotifications(t.Context())
	require.EqualError(t, as[*scheduler.InvalidError](t, err), "notify.toml:3: no; what was before stays in force")
	found, err = w.client.Notifications(t.Context())
	require.NoError(t, err)
	require.Equal(t, "notify.toml:3: no", found.Rejected)
	require.True(t, found.RejectedAt.After(found.Loaded))
	require.Len(t, found.Channels, 2)
}

// TestNoNotifications: a server that was started without them says so.
func TestNoNotifications(t *testing.T) {
	w := start(t, server.Options{})
	found, err := w.client.Notifications(t.Context())
	require.NoError(t, err)
	require.False(t, found.Configured)
	_, err = w.client.ReloadNotifications(t.Context())
	require.ErrorContains(t, err, "without --notify FILE")
	_, err = w.client.Silence(t.Context(), "*", time.Hour, "")
	require.ErrorContains(t, err, "without --notify FILE")
}
