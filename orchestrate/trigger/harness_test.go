package trigger_test

import (
	"context"
	"errors"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/gomr/gomr/orchestrate/launch"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/sqlite"
	"github.com/gomr/gomr/orchestrate/trigger"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A world is an engine over a scheduler with a database, at a time that only moves when it is told to.
type world struct {
	*testing.T

	database  string
	store     *store.Store
	scheduler *scheduler.Scheduler
	engine    *trigger.Engine
	files     *memoryFiles
	flaky     *flaky
	setBack   atomic.Int64   // nanoseconds by which the engine's clock is late
	ran       map[string]int // how often each task was run
}

// inWorld runs a test in a world of fake time, which begins on 2000-01-01 in UTC.
func inWorld(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := &world{T: t, database: filepath.Join(dir, "db"), files: newMemoryFiles(), flaky: &flaky{}, ran: map[string]int{}}
		w.open()
		defer func() { w.close() }()
		test(t, w)
	})
}

func (w *world) open() {
	w.Helper()
	var err error
	w.store, err = sqlite.Open(w.Context(), w.database, sqlite.Options{})
	require.NoError(w, err)
	w.scheduler, err = scheduler.Open(w.Context(), w.store, scheduler.Config{})
	require.NoError(w, err)
	w.flaky.Scheduler = w.scheduler
	w.engine, err = trigger.Open(w.Context(), trigger.Options{
		Scheduler: w.flaky, Files: w.files, Now: func() time.Time { return time.Now().Add(-time.Duration(w.setBack.Load())) },
	})
	require.NoError(w, err)
}

func (w *world) close() {
	w.Helper()
	w.engine.Close()
	w.scheduler.Close()
	require.NoError(w, w.store.Close())
}

// restart ends the server as a kill does as far as the database can tell, and starts it after a while.
func (w *world) restart(down time.Duration) {
	w.Helper()
	w.close()
	time.Sleep(down)
	w.open()
}

// pass lets time pass.
func (w *world) pass(d time.Duration) {
	w.Helper()
	time.Sleep(d)
	synctest.Wait()
}

// passTo lets time pass to a clock time of the first of January or another day.
func (w *world) passTo(text string) {
	w.Helper()
	at, err := time.Parse("2006-01-02 15:04", text)
	require.NoError(w, err)
	require.True(w, at.After(time.Now()), "%s is past: it is %s", text, time.Now())
	w.pass(time.Until(at))
}

// nightly is due at three.
func nightly(change ...func(*trigger.Schedule)) trigger.Schedule {
	s := trigger.Schedule{Name: "nightly", Time: "0 3 * * *", Program: "p", Task: []string{"Report", "--date={date}"}}
	for _, f := range change {
		f(&s)
	}
	return s
}

func (w *world) apply(schedules ...trigger.Schedule) {
	w.Helper()
	_, err := w.engine.Apply(w.Context(), &trigger.Application{Schedules: schedules, By: "ann"})
	require.NoError(w, err)
	synctest.Wait()
}

func (w *world) show() trigger.ScheduleStatus {
	w.Helper()
	status, err := w.engine.Show(w.Context(), "nightly")
	require.NoError(w, err)
	return status
}

// labels returns the labels of the schedule and how far they are, the oldest first.
func (w *world) labels() (labels []string) {
	w.Helper()
	for _, f := range slices.Backward(w.show().Firings) {
		labels = append(labels, f.Label+" "+string(f.State))
	}
	return labels
}

var worker = scheduler.WorkerInfo{ID: "w", Programs: []string{"p"}}

// attempt gives out an attempt, if there is one.
func (w *world) attempt() *scheduler.Assignment {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), time.Millisecond)
	defer cancel()
	a, err := w.scheduler.Work(ctx, &scheduler.Ask{Worker: worker})
	if err != nil {
		require.ErrorIs(w, err, context.DeadlineExceeded)
		return nil
	}
	return a
}

func (w *world) end(a *scheduler.Assignment, err error) {
	w.Helper()
	end := &scheduler.End{Fence: a.Fence, Outcome: store.Succeeded}
	if err != nil {
		end.Outcome, end.Error, end.Permanent = store.Errored, err.Error(), true
	}
	require.NoError(w, w.scheduler.End(w.Context(), end))
}

// plan makes the attempts at launches: each submits its task.
func (w *world) plan() {
	w.Helper()
	for a := w.attempt(); a != nil; a = w.attempt() {
		require.Equal(w, launch.Family, a.Task.Family, "a task is ready, and not asked for")
		l, err := launch.Parse(a.Task.Args)
		require.NoError(w, err)
		id := strings.Join(l.Task, " ")
		_, err = w.scheduler.Submit(w.Context(), &scheduler.Submission{
			Request: l.Name, Roots: []string{id}, Forgive: true,
			Nodes: []scheduler.Node{{Spec: store.Spec{ID: id, Family: "Report", Program: "tasks", Priority: l.Priority}}},
		})
		require.NoError(w, err)
		w.end(a, nil)
	}
}

// work plans launches and runs tasks until there are none, and lets the engine see that.
func (w *world) work() {
	w.Helper()
	for {
		w.plan()
		ctx, cancel := context.WithTimeout(w.Context(), time.Millisecond)
		a, err := w.scheduler.Work(ctx, &scheduler.Ask{Worker: scheduler.WorkerInfo{ID: "t", Programs: []string{"tasks"}}})
		cancel()
		if err != nil {
			break
		}
		w.ran[a.Task.ID]++
		w.end(a, nil)
	}
	w.pass(31 * time.Second) // the longest between two looks at a launch
}

// settle works until nothing is open that can go on.
func (w *world) settle(n int) {
	w.Helper()
	for range n {
		w.work()
	}
}

// events returns what the history has of a kind.
func (w *world) events(kind string) (messages []string) {
	w.Helper()
	events, err := w.store.Events(w.Context(), store.EventQuery{Kind: kind})
	require.NoError(w, err)
	for _, e := range events {
		messages = append(messages, e.Message)
	}
	return messages
}

// A flaky scheduler fails when it is told to.
type flaky struct {
	trigger.Scheduler

	mu     sync.Mutex
	before int  // calls that change something until it fails
	after  bool // the call that fails is done, and its answer is lost
	failed bool // all calls that change something fail from then on
}

var errKilled = errors.New("killed")

// kill has the call that changes something with a number fail, and all after it.
func (f *flaky) kill(before int, after bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.before, f.after, f.failed = before, after, false
	if before == 0 {
		return
	}
}

func (f *flaky) change(do func() error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.failed {
		return errKilled
	}
	if f.before == 0 {
		return do()
	}
	if f.before--; f.before > 0 {
		return do()
	}
	f.failed = true
	if f.after {
		return errors.Join(do(), errKilled)
	}
	return errKilled
}

func (f *flaky) Submit(ctx context.Context, s *scheduler.Submission) (receipt scheduler.Receipt, err error) {
	err = f.change(func() (err error) {
		receipt, err = f.Scheduler.Submit(ctx, s)
		return err
	})
	return receipt, err
}

func (f *flaky) SetAll(ctx context.Context, settings map[string]string, events ...store.Event) error {
	return f.change(func() error { return f.Scheduler.SetAll(ctx, settings, events...) })
}

// memoryFiles are files in memory that fail when they are told to.
type memoryFiles struct {
	mu    sync.Mutex
	names map[string]bool
	errs  map[string]error // by pattern
	looks [][]string
}

func newMemoryFiles() *memoryFiles {
	return &memoryFiles{names: map[string]bool{}, errs: map[string]error{}}
}

func (m *memoryFiles) add(names ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, name := range names {
		m.names[name] = true
	}
}

func (m *memoryFiles) fail(pattern string, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.errs[pattern] = err
}

// taken returns the patterns of each look since it was asked last.
func (m *memoryFiles) taken() [][]string {
	m.mu.Lock()
	defer m.mu.Unlock()
	looks := m.looks
	m.looks = nil
	return looks
}

func (m *memoryFiles) Look(_ context.Context, patterns []string) []trigger.Found {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.looks = append(m.looks, slices.Sorted(slices.Values(patterns)))
	found := make([]trigger.Found, len(patterns))
	for i, pattern := range patterns {
		found[i].Err = m.errs[pattern]
		for name := range m.names {
			if ok, _ := path.Match(pattern, name); ok && found[i].Err == nil {
				found[i].N++
			}
		}
	}
	return found
}
