package deadline

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/sqlite"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var due = time.Date(2014, 6, 2, 6, 0, 0, 0, time.UTC)

// A world is a scheduler in a file with an engine, and a clock that the test sets.
type world struct {
	t         *testing.T
	path      string
	mu        sync.Mutex
	now       time.Time // changed by the test alone
	store     *store.Store
	scheduler *scheduler.Scheduler
	engine    *Engine
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, path: filepath.Join(t.TempDir(), "db"), now: due.Add(-6 * time.Hour)}
	w.open()
	t.Cleanup(func() { w.close() })
	return w
}

func (w *world) open() {
	var err error
	w.store, err = sqlite.Open(w.t.Context(), w.path, sqlite.Options{})
	require.NoError(w.t, err)
	tell := func() time.Time {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.now
	}
	w.scheduler, err = scheduler.Open(w.t.Context(), w.store, scheduler.Config{Now: tell, Lease: 100 * time.Hour})
	require.NoError(w.t, err)
	w.engine = New(Options{Scheduler: w.scheduler, Store: w.store, Now: tell})
}

func (w *world) set(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = now
}

func (w *world) close() {
	w.scheduler.Close()
	require.NoError(w.t, w.store.Close())
}

// restart is what a crash of the server between two looks comes to.
func (w *world) restart() {
	w.close()
	w.open()
}

func (w *world) submit(nodes ...scheduler.Node) {
	w.t.Helper()
	_, err := w.scheduler.Submit(w.t.Context(), &scheduler.Submission{Nodes: nodes, Forgive: true})
	require.NoError(w.t, err)
}

func node(id string, due time.Time, requires ...string) scheduler.Node {
	family, _, _ := strings.Cut(id, "(")
	return scheduler.Node{Spec: store.Spec{ID: id, Family: family, Program: "p", Due: due}, Requires: requires}
}

// begin starts the next attempt.
func (w *world) begin() *scheduler.Assignment {
	w.t.Helper()
	work, err := w.scheduler.Work(w.t.Context(), &scheduler.Ask{Worker: scheduler.WorkerInfo{ID: "w", Programs: []string{"p"}}, Holds: w.holds()})
	require.NoError(w.t, err)
	return work
}

func (w *world) holds() []int64 {
	workers, err := w.scheduler.Workers(w.t.Context())
	require.NoError(w.t, err)
	if len(workers) == 0 {
		return nil
	}
	return workers[0].Attempts
}

func (w *world) end(work *scheduler.Assignment, outcome store.Outcome) {
	w.t.Helper()
	require.NoError(w.t, w.scheduler.End(w.t.Context(), &scheduler.End{Fence: work.Fence, Outcome: outcome}))
}

// made runs a task that takes some time.
func (w *world) made(id string, took time.Duration) {
	w.submit(node(id, time.Time{}))
	work := w.begin()
	w.set(w.now.Add(took))
	w.end(work, store.Succeeded)
}

func (w *world) look() {
	w.t.Helper()
	_, err := w.engine.look(w.t.Context())
	require.NoError(w.t, err)
}

// events returns the messages of the events that tell of due times.
func (w *world) events() (messages []string) {
	w.t.Helper()
	events, err := w.store.Events(w.t.Context(), store.EventQuery{})
	require.NoError(w.t, err)
	for _, e := range events {
		if strings.HasPrefix(e.Kind, "deadline ") {
			messages = append(messages, e.Kind+": "+e.Message)
		}
	}
	return messages
}

func TestEngine_WarnsMissesAndMeetsOnce(t *testing.T) {
	w := newWorld(t)
	for _, id := range []string{"Load(1)", "Load(2)", "Load(3)"} {
		w.made(id, 40*time.Minute)
	}
	w.made("Report(1)", 30*time.Minute)
	w.submit(node("Load(4)", time.Time{}), node("Report(4)", due, "Load(4)"))

	w.look()
	require.Empty(t, w.events(), "an hour and ten minutes of more than three")

	w.set(due.Add(-time.Hour)) // nothing has started
	for range 3 {
		w.look()
		w.restart()
	}
	warned := "deadline warned: Report(4) is due at 2014-06-02 06:00:00 UTC and is pending; it is expected at 2014-06-02 06:10:00 UTC (p50), " +
		"or 2014-06-02 06:10:00 UTC (p95), after Load(4), which is pending"
	require.Equal(t, []string{warned}, w.events())

	load := w.begin()
	w.set(due.Add(time.Second))
	for range 3 {
		w.look()
		w.restart()
	}
	missed := "deadline missed: Report(4) was due at 2014-06-02 06:00:00 UTC and is pending; it is expected at 2014-06-02 06:34:01 UTC (p50), " +
		"or 2014-06-02 06:34:01 UTC (p95), after Load(4), which is running"
	require.Equal(t, []string{warned, missed}, w.events())

	w.end(load, store.Succeeded)
	report := w.begin()
	w.set(due.Add(20 * time.Minute))
	w.end(report, store.Succeeded)
	for range 3 {
		w.look()
		w.restart()
	}
	met := "deadline met: Report(4) was due at 2014-06-02 06:00:00 UTC, and was done 20m0s late"
	require.Equal(t, []string{warned, missed, met}, w.events())

	dues, err := w.engine.Due(t.Context())
	require.NoError(t, err)
	require.Len(t, dues, 1, "it is still told of")
	require.Equal(t, due.Add(20*time.Minute), dues[0].Done)

	w.set(w.now.Add(8 * 24 * time.Hour))
	w.look()
	settings, err := w.scheduler.Settings(t.Context(), prefix)
	require.NoError(t, err)
	require.Empty(t, settings, "and forgotten after a week")
	require.Len(t, w.events(), 3)
}

func TestEngine_InTimeAfterAll(t *testing.T) {
	w := newWorld(t)
	w.made("Load(1)", 40*time.Minute)
	w.submit(node("Load(2)", due))
	w.set(due.Add(-30 * time.Minute))
	w.look()
	work := w.begin()
	w.set(due.Add(-time.Minute))
	w.end(work, store.Succeeded)
	w.look()
	events := w.events()
	require.Len(t, events, 2)
	require.Equal(t, "deadline met: Load(2) was due at 2014-06-02 06:00:00 UTC, and was done in time after all", events[1])
}

func TestEngine_DoneInTimeIsQuiet(t *testing.T) {
	w := newWorld(t)
	w.submit(node("Load(1)", due))
	w.look()
	w.end(w.begin(), store.Succeeded)
	w.look()
	w.set(due.Add(time.Hour))
	w.look()
	require.Empty(t, w.events())
}

func TestEngine_BackfillIsQuiet(t *testing.T) {
	w := newWorld(t)
	w.set(due.Add(24 * time.Hour))
	w.submit(node("Load(1)", due))
	w.look()
	w.begin()
	w.look()
	require.Empty(t, w.events(), "nobody had asked for it in time")
	dues, err := w.engine.Due(t.Context())
	require.NoError(t, err)
	require.Len(t, dues, 1, "and it is late all the same")
}

func TestEngine_AFailureUpstreamWarns(t *testing.T) {
	w := newWorld(t)
	w.submit(node("Load(1)", time.Time{}), node("Report(1)", due, "Load(1)"))
	w.end(w.begin(), store.Errored)
	w.look()
	require.Equal(t, []string{"deadline warned: Report(1) is due at 2014-06-02 06:00:00 UTC and is pending; it won't be done before somebody acts, as Load(1) has failed"}, w.events())
	dues, err := w.engine.Due(t.Context())
	require.NoError(t, err)
	require.Equal(t, []any{"Load(1)", store.Failed}, []any{dues[0].Next, dues[0].NextIs})
}

func TestEngine_AnotherDueTimeIsAnotherMatter(t *testing.T) {
	w := newWorld(t)
	w.submit(node("Load(1)", due))
	w.set(due.Add(time.Second))
	w.look()
	require.Len(t, w.events(), 1)

	later := due.Add(time.Hour)
	w.submit(node("Load(1)", later))
	w.look()
	require.Len(t, w.events(), 1)
	w.set(later.Add(time.Second))
	w.look()
	require.Len(t, w.events(), 2)

	w.submit(node("Load(1)", time.Time{}))
	w.look()
	settings, err := w.scheduler.Settings(t.Context(), prefix)
	require.NoError(t, err)
	require.Empty(t, settings, "it is due no more")
}

func TestEngine_Forecast(t *testing.T) {
	w := newWorld(t)
	w.made("Load(1)", 40*time.Minute)
	w.submit(node("Load(2)", time.Time{}), node("Report(2)", due, "Load(2)"))
	w.begin()
	w.set(w.now.Add(10 * time.Minute))
	p, err := w.engine.Forecast(t.Context(), "Report(2)")
	require.NoError(t, err)
	require.Len(t, p.Steps, 2)
	require.Equal(t, 10*time.Minute, p.Steps[0].Elapsed)
	require.Equal(t, w.now.Add(30*time.Minute), p.Finish.P50)
	require.Equal(t, 1, p.Finish.Unknown, "no report was made before")

	done, err := w.engine.Forecast(t.Context(), "Load(1)")
	require.NoError(t, err)
	require.Empty(t, done.Steps)
	_, err = w.engine.Forecast(t.Context(), "Nothing()")
	require.ErrorIs(t, err, scheduler.ErrUnknownTask)
	families, err := w.engine.Families(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"Load", "Report"}, families)
}

// TestEngine_ForecastAll: of several tasks the last one counts, and whatever has to be mended.
func TestEngine_ForecastAll(t *testing.T) {
	w := newWorld(t)
	w.made("Load(1)", 40*time.Minute)
	w.made("Sum(1)", 10*time.Minute)
	w.submit(node("Load(2)", time.Time{}), node("Sum(2)", time.Time{}))
	keys, err := w.scheduler.Graph(t.Context(), scheduler.GraphQuery{})
	require.NoError(t, err)
	all := make([]int64, len(keys))
	for i := range keys {
		all[i] = keys[i].Key
	}
	p, err := w.engine.ForecastAll(t.Context(), all)
	require.NoError(t, err)
	require.Equal(t, w.now.Add(40*time.Minute), p.Finish.P50)
	require.Empty(t, p.Blocked)

	w.end(w.begin(), store.Errored)
	p, err = w.engine.ForecastAll(t.Context(), all)
	require.NoError(t, err)
	require.Equal(t, "Load(2)", p.Blocked)
	p, err = w.engine.ForecastAll(t.Context(), nil)
	require.NoError(t, err)
	require.Zero(t, p)
}

// TestEngine_Run: what an engine knows of a family is read again when an attempt has ended, and Run ends
// with its context.
func TestEngine_Run(t *testing.T) {
	w := newWorld(t)
	w.submit(node("Load(1)", due))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); w.engine.Run(ctx) }()
	count := func() int {
		s, err := w.engine.Summary(t.Context(), "Load")
		require.NoError(t, err)
		return s.Count
	}
	require.Zero(t, count())
	w.end(w.begin(), store.Succeeded)
	require.Eventually(t, func() bool { return count() == 1 }, time.Minute, 10*time.Millisecond)
	cancel()
	<-ended
}

// BenchmarkLook is a look at one task that is due after a hundred thousand others.
func BenchmarkLook(b *testing.B) {
	st, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "db"), sqlite.Options{})
	require.NoError(b, err)
	defer st.Close()
	s, err := scheduler.Open(b.Context(), st, scheduler.Config{})
	require.NoError(b, err)
	defer s.Close()
	nodes := []scheduler.Node{node("Load(0)", time.Time{})}
	for i := 1; i < 100_000; i++ {
		nodes = append(nodes, node(fmt.Sprintf("Load(%d)", i), time.Time{}, nodes[i/2].ID, nodes[i-1].ID))
	}
	nodes = append(nodes, node("Report(1)", time.Now().Add(time.Hour), nodes[len(nodes)-1].ID))
	_, err = s.Submit(b.Context(), &scheduler.Submission{Nodes: nodes})
	require.NoError(b, err)
	e := New(Options{Scheduler: s, Store: st})
	for b.Loop() {
		_, err := e.look(b.Context())
		require.NoError(b, err)
	}
}
