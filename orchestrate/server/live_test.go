package server_test

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/server"
	"github.com/gomr/gomr/orchestrate/store"
)

// TestChanges: a client hears of changes as those do that have the scheduler.
func TestChanges(t *testing.T) {
	w := start(t, server.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	here, there := w.scheduler.Changes(ctx), w.client.Changes(ctx)
	w.submit(job("a"))
	w.end(w.work().Fence, store.Succeeded)
	for _, want := range []store.State{store.Pending, store.Running, store.Done} {
		got := receive(t, there)
		require.Equal(t, receive(t, here), got)
		require.Equal(t, want, got.Tasks[0].State)
	}
	cancel()
	_, open := <-there
	require.False(t, open)
}

// A listener reads events as a browser does.
type listener struct {
	t     *testing.T
	lines *bufio.Reader
	close func()
}

func (w *world) listen(lastID string) *listener { return w.listenTo("/api/v1/events/live", lastID) }

func (w *world) listenTo(path, lastID string) *listener {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, w.http.URL+path, nil)
	require.NoError(w.t, err)
	request.Header.Set("Last-Event-ID", lastID)
	response, err := w.http.Client().Do(request) //nolint:bodyclose // the listener closes it
	require.NoError(w.t, err)
	require.Equal(w.t, "text/event-stream", response.Header.Get("Content-Type"))
	l := &listener{w.t, bufio.NewReader(response.Body), func() { cancel(); response.Body.Close() }}
	w.t.Cleanup(l.close)
	return l
}

// next returns the next event, by the names of its lines.
func (l *listener) next() map[string]string {
	l.t.Helper()
	event := map[string]string{}
	for {
		line, err := l.lines.ReadString('\n')
		require.NoError(l.t, err)
		name, value, found := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		if !found {
			return event
		}
		event[name] = value
	}
}

// TestLastEventID: who comes again gets what was missed, or is told to read all.
func TestLastEventID(t *testing.T) {
	w := start(t, server.Options{})
	l := w.listen("")
	id := l.next()["id"]
	require.NotEmpty(t, id)
	l.close()
	w.submit(job("a"))

	again := w.listen(id)
	require.Equal(t, id, again.next()["id"])
	event := again.next()
	require.Equal(t, "changes", event["event"])
	require.Contains(t, event["data"], `"id":"a","family":"T","state":"pending"`)

	upToDate := w.listen(event["id"])
	require.Equal(t, map[string]string{"id": event["id"]}, upToDate.next())
	for _, unknown := range []string{"another-7", id + "9999", "nonsense", strings.TrimSuffix(id, "0") + "x"} {
		other := w.listen(unknown)
		event := other.next()
		if event["event"] == "" { // the number is of this server, but none that was given out
			event = other.next()
		}
		require.Equal(t, "reload", event["event"], unknown)
	}
	large := make([]scheduler.Node, 2000)
	for i := range large {
		large[i] = job("n" + itoa(int64(i)))
	}
	w.submit(large...)
	require.Equal(t, "reload", upToDate.next()["event"], "a list says it better")
}

// TestGather: changes that come soon after others are sent together, none is left out, and the first one does not
// wait.
func TestGather(t *testing.T) {
	w := start(t, server.Options{})
	l := w.listenTo("/api/v1/events/live?gather=10000", "")
	l.next()
	w.submit(job("a"))
	require.Contains(t, l.next()["data"], `"id":"a"`)

	short := w.listenTo("/api/v1/events/live?gather=300", "")
	short.next()
	for n := range int64(20) {
		w.submit(job("n" + itoa(n)))
	}
	for n := range int64(20) {
		require.Contains(t, short.next()["data"], `"id":"n`+itoa(n)+`"`)
	}
}
