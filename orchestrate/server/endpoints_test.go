package server_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/client"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/server"
	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/storetest"
)

// A remote is what a scheduler and a client of one have in common.
type remote interface { //nolint:interfacebloat // all that a scheduler is asked
	Submit(ctx context.Context, submission *scheduler.Submission) (scheduler.Receipt, error)
	Work(ctx context.Context, ask *scheduler.Ask) (*scheduler.Assignment, error)
	Beat(ctx context.Context, worker scheduler.WorkerInfo, beats []scheduler.Beat) (scheduler.Pulse, error)
	Commit(ctx context.Context, fence int64) (scheduler.Grant, error)
	End(ctx context.Context, end *scheduler.End) error
	Await(ctx context.Context, fence int64, ids []string) ([]scheduler.Answer, error)
	Pause(ctx context.Context, by string) error
	Unpause(ctx context.Context, by string) error
	SetLimit(ctx context.Context, resource string, limit int, by string) error
	Forgive(ctx context.Context, id, by string) error
	Mark(ctx context.Context, id string, to store.State, by, note string) error
	Kill(ctx context.Context, id, by string) error
	Hold(ctx context.Context, hold *scheduler.Hold) error
	Release(ctx context.Context, release *scheduler.Release) error
	Holds(ctx context.Context) ([]scheduler.Held, error)
	Surrounding(ctx context.Context, ids []string) (scheduler.Surrounding, error)
	Explain(ctx context.Context, id string) (scheduler.Explanation, error)
	Tasks(ctx context.Context, filter scheduler.TaskFilter) (scheduler.TaskPage, error)
	Counts(ctx context.Context) (scheduler.Counts, error)
	Workers(ctx context.Context) ([]scheduler.WorkerStatus, error)
	Resources(ctx context.Context) ([]scheduler.ResourceStatus, error)
	RunStatus(ctx context.Context, key int64) (scheduler.RunStatus, error)
	Changes(ctx context.Context) <-chan scheduler.Changes
}

var (
	_ remote         = (*scheduler.Scheduler)(nil)
	_ remote         = (*client.Client)(nil)
	_ server.History = (*client.Client)(nil)
	_ server.Store   = (*store.Store)(nil)
)

// full has something in every field.
func full(id string) scheduler.Node {
	return scheduler.Node{Spec: store.Spec{
		ID: id, Family: "Count", Program: "p", Args: []string{"--day", "2014-06-01", "<&>\u2028"}, Priority: 3,
		Resources: map[string]int{"pool": 1}, Timeout: 90 * time.Minute,
		Retry: store.Retry{Attempts: 3, Delay: time.Millisecond, MaxDelay: time.Hour, Failures: 7, Window: time.Minute, Rest: 123456 * time.Microsecond},
		Due:   time.Date(2014, 6, 2, 6, 0, 0, 0, time.UTC),
	}}
}

// TestSameFromAfar: what a client says of a scheduler is what the scheduler says itself.
func TestSameFromAfar(t *testing.T) {
	w := start(t, server.Options{})
	ctx := t.Context()
	const odd = "Näme(a=b/c?d&e=%2f #\x00\n\"'<>{})"
	receipt := w.submit(job("input"), full(odd), job("wants", "input", odd))
	require.Equal(t, scheduler.Receipt{Run: 1, Added: 3}, receipt)
	require.NoError(t, w.client.SetLimit(ctx, "pool", 5, ""))

	first := w.work()
	require.Equal(t, odd, first.Task.ID, "it has the highest priority")
	require.Equal(t, full(odd).Spec.Args, first.Task.Args)
	require.Equal(t, full(odd).Retry, first.Task.Retry)
	require.Equal(t, time.Minute, first.Lease)
	require.Equal(t, first, w.work(), "the answer got lost")
	pulse, err := w.client.Beat(ctx, me, []scheduler.Beat{{Fence: first.Fence, Details: map[string]string{"application": "a_1"}}, {Fence: 99}})
	require.NoError(t, err)
	require.Equal(t, scheduler.Pulse{Gone: []int64{99}}, pulse)
	require.NoError(t, w.client.Kill(ctx, odd, ""))
	pulse, err = w.client.Beat(ctx, me, []scheduler.Beat{{Fence: first.Fence}})
	require.NoError(t, err)
	require.Equal(t, map[int64]string{first.Fence: "killed by local"}, pulse.Kill)
	second := w.work(first.Fence)
	grant, err := w.client.Commit(ctx, second.Fence)
	require.NoError(t, err)
	require.Equal(t, 30*time.Second, grant.For)
	w.end(second.Fence, store.Succeeded)
	w.end(second.Fence, store.Succeeded)

	for _, id := range []string{"input", odd, "wants"} {
		here, err := w.scheduler.Explain(ctx, id)
		require.NoError(t, err)
		there, err := w.client.Explain(ctx, id)
		require.NoError(t, err)
		require.EqualExportedValues(t, normal(here), normal(there), id)
	}
	for _, filter := range []scheduler.TaskFilter{
		{}, {States: []store.State{store.Running, store.Done}}, {Family: "Count"}, {Search: "NÄME"}, {Limit: 2}, {After: 2}, {Family: "none"},
	} {
		here, err := w.scheduler.Tasks(ctx, filter)
		require.NoError(t, err)
		there, err := w.client.Tasks(ctx, filter)
		require.NoError(t, err)
		for i := range here.Tasks {
			here.Tasks[i], there.Tasks[i] = normalTask(here.Tasks[i]), normalTask(there.Tasks[i])
		}
		assert.Equal(t, here, there, "%v", filter)
	}
	same(t, w.scheduler.Counts, w.client.Counts)
	same(t, w.scheduler.Workers, w.client.Workers)
	same(t, w.scheduler.Resources, w.client.Resources)
	same(t, func(ctx context.Context) (scheduler.RunStatus, error) { return w.scheduler.RunStatus(ctx, 1) },
		func(ctx context.Context) (scheduler.RunStatus, error) { return w.client.RunStatus(ctx, 1) })
	same(t, func(ctx context.Context) ([]store.Run, error) { return w.store.Runs(ctx, 0, 0) },
		func(ctx context.Context) ([]store.Run, error) { return w.client.Runs(ctx, 0, 0) })
	for _, q := range []store.AttemptQuery{{}, {Task: 1}, {Worker: "me", Limit: 1}, {Family: "T"}, {Before: 2}, {Since: time.Now().Add(-time.Hour)}} {
		same(t, func(ctx context.Context) ([]store.Attempt, error) { return w.store.Attempts(ctx, q) },
			func(ctx context.Context) ([]store.Attempt, error) { return w.client.Attempts(ctx, q) })
	}
	for _, q := range []store.EventQuery{{}, {Task: 2}, {Run: 1}, {Kind: "audit"}, {After: 1, Limit: 1}, {Newest: true, Limit: 2}, {Newest: true, After: 3}} {
		same(t, func(ctx context.Context) ([]store.Event, error) { return w.store.Events(ctx, q) },
			func(ctx context.Context) ([]store.Event, error) { return w.client.Events(ctx, q) })
	}
}

func same[T any](t *testing.T, here, there func(context.Context) (T, error)) {
	t.Helper()
	want, err := here(t.Context())
	require.NoError(t, err)
	got, err := there(t.Context())
	require.NoError(t, err)
	assert.Equal(t, want, got)
}

// normal has nil for what is empty.
func normal(e scheduler.Explanation) scheduler.Explanation {
	e.Task = normalTask(e.Task)
	return e
}

func normalTask(t store.Task) store.Task {
	if len(t.Requires) == 0 {
		t.Requires = nil
	}
	return t
}

// TestControl: what people do takes effect, and is in the history with their names.
func TestControl(t *testing.T) {
	w := start(t, server.Options{})
	ctx := t.Context()
	w.submit(job("a"))
	require.NoError(t, w.client.Pause(ctx, ""))
	counts, err := w.client.Counts(ctx)
	require.NoError(t, err)
	require.Equal(t, scheduler.Counts{States: map[store.State]int{store.Pending: 1}, Queues: map[string]int{"p": 1}, Paused: true}, counts)
	require.NoError(t, w.client.Unpause(ctx, ""))
	w.end(w.work().Fence, store.Errored)
	require.NoError(t, w.client.Forgive(ctx, "a", ""))
	status, answer := w.send("POST", "/api/v1/task/mark", `{"id": "a", "state": "done", "note": "made by hand"}`)
	require.Equal(t, 204, status, answer)
	e, err := w.client.Explain(ctx, "a")
	require.NoError(t, err)
	require.Equal(t, store.Done, e.Task.State)

	events, err := w.client.Events(ctx, store.EventQuery{Kind: "audit"})
	require.NoError(t, err)
	var did []string
	for _, e := range events {
		require.Equal(t, "local", e.By)
		did = append(did, e.Message)
	}
	require.Equal(t, []string{"submitted 1 tasks, run 1", "paused", "unpaused", "forgave a", "marked a as done: made by hand"}, did)
	require.EqualValues(t, 1, events[4].Task)
}

// TestWhy: the reasons alone.
func TestWhy(t *testing.T) {
	w := start(t, server.Options{})
	w.submit(job("a"), job("b", "a"))
	status, answer := w.send("GET", "/api/v1/task/why?id=b", "")
	require.Equal(t, 200, status)
	require.JSONEq(t, `{"id":"b","state":"pending","reasons":[{"kind":"requires","text":"a is pending","task":"a"}]}`, answer)
}

// TestIDs: lists of attempts and events have the IDs of their tasks.
func TestIDs(t *testing.T) {
	w := start(t, server.Options{})
	w.submit(job("a"), job("b"))
	w.end(w.work().Fence, store.Succeeded)
	w.end(w.work().Fence, store.Errored)
	require.NoError(t, w.client.Forgive(t.Context(), "b", ""))
	for path, want := range map[string]map[string]string{
		"/attempts": {"1": "a", "2": "b"}, "/attempts?task=b": {"2": "b"}, "/attempts?worker=nobody": nil,
		"/events?task=b": {"2": "b"}, "/events?run=7": nil,
	} {
		var page struct{ IDs map[string]string }
		w.getJSON(path, &page)
		require.Equal(t, want, page.IDs, path)
	}
}

// TestPages: cursors lead through all records, once.
func TestPages(t *testing.T) {
	w := start(t, server.Options{})
	for _, id := range []string{"a", "b", "c"} {
		w.submit(job(id))
		w.end(w.work().Fence, store.Succeeded)
	}
	for _, path := range []string{"/tasks", "/runs", "/attempts", "/events"} {
		seen, cursor := 0, int64(0)
		for {
			var page map[string]any
			w.getJSON(path+"?limit=1&cursor="+itoa(cursor), &page)
			delete(page, "ids") // no list
			for name, list := range page {
				if name != "next" {
					seen += len(list.([]any))
				}
			}
			next, more := page["next"].(float64)
			if !more {
				break
			}
			cursor = int64(next)
		}
		want := 3
		if path == "/events" {
			want = len(w.store.Contents().Events)
		}
		require.Equal(t, want, seen, path)
	}
}

func TestHealth(t *testing.T) {
	w := start(t, server.Options{})
	for _, path := range []string{"/healthz", "/readyz", "/metrics", "/api/openapi.json"} {
		status, answer := w.send("GET", path, "")
		require.Equal(t, 200, status, "%s: %s", path, answer)
	}
	w.submit(job("a"))
	_, answer := w.send("GET", "/metrics", "")
	for _, want := range []string{
		`gomr_tasks{state="pending"} 1`, `gomr_queue_length{program="p"} 1`, `gomr_requests_total{operation="POST /api/v1/submissions",status="200"} 1`,
		"gomr_batch_records_count", "gomr_write_seconds_bucket", "gomr_waiting_requests 0",
	} {
		require.Contains(t, answer, want)
	}

	w.store.Fail(storetest.Always(&store.DatabaseError{Database: "/secret/place", Op: "write", Kind: store.ErrFull, Err: assert.AnError}))
	require.Error(t, w.scheduler.Set(t.Context(), "x", "y"))
	status, answer := w.send("GET", "/readyz", "")
	require.Equal(t, 503, status)
	require.Contains(t, answer, "the disk is full")
	require.NotContains(t, answer, "secret")
	status, _ = w.send("GET", "/healthz", "")
	require.Equal(t, 200, status)
	w.store.Fail(nil)
	require.NoError(t, w.scheduler.Set(t.Context(), "x", "y"))
	status, _ = w.send("GET", "/readyz", "")
	require.Equal(t, 200, status)
}
