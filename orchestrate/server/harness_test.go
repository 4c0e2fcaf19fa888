package server_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/backfill"
	"github.com/gomr/gomr/orchestrate/client"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/server"
	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/storetest"
	"github.com/gomr/gomr/orchestrate/trigger"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// generous is how long a test waits for what should come at once.
const generous = time.Minute

var me = scheduler.WorkerInfo{ID: "me", Host: "here", Programs: []string{"p"}, Slots: 2}

// A world is a scheduler with a server and a client.
type world struct {
	t         *testing.T
	store     *storetest.Memory
	scheduler *scheduler.Scheduler
	backfills *backfill.Engine
	server    *server.Server
	http      *httptest.Server
	client    *client.Client
}

func start(t *testing.T, options server.Options) *world {
	t.Helper()
	w := &world{t: t, store: storetest.NewMemory()}
	var err error
	w.scheduler, err = scheduler.Open(t.Context(), w.store, scheduler.Config{})
	require.NoError(t, err)
	t.Cleanup(w.scheduler.Close)
	w.backfills, err = backfill.Open(t.Context(), backfill.Options{Scheduler: w.scheduler})
	require.NoError(t, err)
	t.Cleanup(w.backfills.Close)
	schedules, err := trigger.Open(t.Context(), trigger.Options{Scheduler: w.scheduler})
	require.NoError(t, err)
	t.Cleanup(schedules.Close)
	options.Scheduler, options.Store, options.Backfills, options.Schedules = w.scheduler, w.store, w.backfills, schedules
	w.server, err = server.New(t.Context(), options)
	require.NoError(t, err)
	w.http = httptest.NewServer(w.server)
	t.Cleanup(w.http.Close)
	t.Cleanup(w.server.Close)
	w.client = w.as("")
	return w
}

// as returns a client with a token.
func (w *world) as(token string) *client.Client {
	c, err := client.New(w.http.URL, client.Options{Token: token, Timeout: generous})
	require.NoError(w.t, err)
	w.t.Cleanup(c.Close)
	return c
}

// token makes a token.
func (w *world) token(name string, role api.Role) string {
	w.t.Helper()
	secret, err := w.server.CreateToken(w.t.Context(), api.NewToken{Name: name, Role: role}, "test")
	require.NoError(w.t, err)
	return secret.Secret
}

// job returns a node that a worker of program p can run.
func job(id string, requires ...string) scheduler.Node {
	return scheduler.Node{Spec: store.Spec{ID: id, Family: "T", Program: "p"}, Requires: requires}
}

func (w *world) submit(nodes ...scheduler.Node) scheduler.Receipt {
	w.t.Helper()
	receipt, err := w.client.Submit(w.t.Context(), &scheduler.Submission{Nodes: nodes, Roots: []string{nodes[len(nodes)-1].ID}})
	require.NoError(w.t, err)
	return receipt
}

func (w *world) work(holds ...int64) *scheduler.Assignment {
	w.t.Helper()
	got, err := w.client.Work(w.t.Context(), &scheduler.Ask{Worker: me, Holds: holds})
	require.NoError(w.t, err)
	return got
}

func (w *world) end(fence int64, outcome store.Outcome) {
	w.t.Helper()
	require.NoError(w.t, w.client.End(w.t.Context(), &scheduler.End{Fence: fence, Outcome: outcome}))
}

// send makes a request of its own, and returns the status and the body of its answer.
func (w *world) send(method, path, content string, change ...func(*http.Request)) (status int, answer string) {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), method, w.http.URL+path, strings.NewReader(content))
	require.NoError(w.t, err)
	for _, f := range change {
		f(request)
	}
	response, err := w.http.Client().Do(request)
	require.NoError(w.t, err)
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	require.NoError(w.t, err)
	return response.StatusCode, string(read)
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func bearer(token string) func(*http.Request) { return header("Authorization", "Bearer "+token) }

// receive returns what comes from a channel.
func receive[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), generous)
	defer cancel()
	select {
	case value := <-from:
		return value
	case <-ctx.Done():
		require.FailNow(t, "nothing came")
		panic("unreachable")
	}
}

func (w *world) getJSON(path string, v any) {
	w.t.Helper()
	status, answer := w.send("GET", api.Prefix+path, "")
	require.Equal(w.t, 200, status, answer)
	require.NoError(w.t, json.Unmarshal([]byte(answer), v))
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
