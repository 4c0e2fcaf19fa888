package server_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/client"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/server"
	"github.com/gomr/gomr/orchestrate/store"
)

// A given is what came of a request for work.
type given struct {
	assignment *scheduler.Assignment
	err        error
}

// ask asks for work, and returns when the request waits.
func (w *world) ask(ctx context.Context, c *client.Client, worker scheduler.WorkerInfo) <-chan given {
	w.t.Helper()
	got := make(chan given, 1)
	go func() {
		assignment, err := c.Work(ctx, &scheduler.Ask{Worker: worker})
		got <- given{assignment, err}
	}()
	w.waiting("1") //nolint:contextcheck // it looks with the context of the test
	return got
}

// waiting waits until so many requests wait.
func (w *world) waiting(n string) {
	w.t.Helper()
	metrics := func() string {
		_, answer := w.send("GET", "/metrics", "")
		return answer
	}
	require.Eventually(w.t, func() bool { return strings.Contains(metrics(), "gomr_waiting_requests "+n+"\n") }, generous, time.Millisecond)
}

func TestWorkWaits(t *testing.T) {
	w := start(t, server.Options{})
	got := w.ask(t.Context(), w.client, me)
	w.submit(job("a"))
	first := receive(t, got)
	require.NoError(t, first.err)
	require.Equal(t, "a", first.assignment.Task.ID)
}

func TestNothingToDo(t *testing.T) {
	w := start(t, server.Options{})
	status, answer := w.send("POST", "/api/v1/work", `{"worker": {"id": "w", "programs": ["p"]}}`)
	require.Equal(t, 204, status)
	require.Empty(t, answer)
	w.submit(job("a"), job("b"))
	fence := itoa(w.work().Fence)
	status, _ = w.send("POST", "/api/v1/attempts/"+fence+"/await", `{"ids": ["b"]}`)
	require.Equal(t, 204, status)
}

// TestGoneClient: who doesn't wait any more is given nothing.
func TestGoneClient(t *testing.T) {
	w := start(t, server.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	got := w.ask(ctx, w.client, scheduler.WorkerInfo{ID: "gone", Programs: []string{"p"}})
	cancel()
	require.ErrorIs(t, receive(t, got).err, context.Canceled)
	w.waiting("0")
	w.submit(job("a"))
	require.EqualValues(t, 1, w.work().Fence)
}

func TestAwait(t *testing.T) {
	w := start(t, server.Options{})
	w.submit(job("a"))
	first := w.work()
	w.submit(job("b"))
	got := make(chan []scheduler.Answer, 1)
	go func() {
		answers, err := w.client.Await(t.Context(), first.Fence, []string{"b"})
		if err == nil {
			got <- answers
		}
	}()
	second := w.work(first.Fence)
	require.Equal(t, "b", second.Task.ID)
	require.NoError(t, w.client.End(t.Context(), &scheduler.End{Fence: second.Fence, Outcome: store.Errored, Error: "no luck"}))
	require.Equal(t, []scheduler.Answer{{ID: "b", State: store.Failed, Error: "no luck"}}, receive(t, got))
}

func TestTooManyWait(t *testing.T) {
	w := start(t, server.Options{LongPolls: 1})
	ctx, cancel := context.WithCancel(t.Context())
	got := w.ask(ctx, w.client, me)
	status, answer := w.send("POST", "/api/v1/work", `{"worker": {"id": "w", "programs": ["p"]}}`)
	require.Equal(t, 503, status)
	require.Contains(t, answer, "too many")
	status, _ = w.send("GET", "/api/v1/counts", "")
	require.Equal(t, 200, status)
	cancel()
	receive(t, got)
}

// TestServerEnds: who waits is told to come again.
func TestServerEnds(t *testing.T) {
	w := start(t, server.Options{})
	address, stop := w.serve("127.0.0.1:0")
	type answer struct {
		status int
		again  string
	}
	got := make(chan answer, 1)
	go func() {
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+"/api/v1/work", strings.NewReader(`{"worker": {"id": "w", "programs": ["p"]}, "wait": 60}`))
		response, err := w.http.Client().Do(request)
		if err == nil {
			response.Body.Close()
			got <- answer{response.StatusCode, response.Header.Get("Retry-After")}
		}
	}()
	w.waiting("1")
	stop()
	require.Equal(t, answer{503, "1"}, receive(t, got))
	status, _ := w.send("GET", "/readyz", "")
	require.Equal(t, 503, status)
}

// restart makes another scheduler and server of what the store has.
func (w *world) restart() {
	w.t.Helper()
	w.scheduler.Close()
	var err error
	w.scheduler, err = scheduler.Open(w.t.Context(), w.store, scheduler.Config{})
	require.NoError(w.t, err)
	w.t.Cleanup(w.scheduler.Close)
	w.server, err = server.New(w.t.Context(), server.Options{Scheduler: w.scheduler, Store: w.store})
	require.NoError(w.t, err)
	w.t.Cleanup(w.server.Close)
	w.http.Config.Handler = w.server
}

// TestRestart: a client that waits goes on waiting when the server is started again.
func TestRestart(t *testing.T) {
	w := start(t, server.Options{})
	address, stop := w.serve("127.0.0.1:0")
	c, err := client.New(address, client.Options{})
	require.NoError(t, err)
	defer c.Close()
	got := w.ask(t.Context(), c, me)
	changes := c.Changes(t.Context())
	w.waiting("2")
	stop()
	w.http.CloseClientConnections()
	w.restart()
	address, _ = w.serve(address)
	w.waiting("2")
	require.True(t, receive(t, changes).Reload, "another server knows nothing of what was missed")
	again, err := client.New(address, client.Options{})
	require.NoError(t, err)
	defer again.Close()
	_, err = again.Submit(t.Context(), &scheduler.Submission{Nodes: []scheduler.Node{job("a")}})
	require.NoError(t, err)
	require.Equal(t, "a", receive(t, got).assignment.Task.ID)
	require.Equal(t, "a", receive(t, changes).Tasks[0].ID)
}
