package backfill_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/gomr/gomr/orchestrate/backfill"
	"github.com/gomr/gomr/orchestrate/launch"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A world is a store with a scheduler, an engine, and a worker that does what it is told.
type world struct {
	t         require.TestingT
	store     *storetest.Memory
	scheduler *scheduler.Scheduler
	engine    *backfill.Engine

	fails   map[string]bool                 // labels whose tasks fail
	held    map[int64]*scheduler.Assignment // attempts that the worker makes
	planned map[string]bool                 // labels whose launches were done
	began   map[string]int                  // how many attempts there were at the task of a label
	ended   map[string]bool                 // labels whose tasks have ended
	most    int                             // labels that were planned and had not ended at a time
	behind  map[string]string               // of a label, the name of a task that depends on its own and is cleared with it
}

func newWorld(t require.TestingT) *world {
	w := &world{
		t: t, store: storetest.NewMemory(), fails: map[string]bool{}, held: map[int64]*scheduler.Assignment{},
		planned: map[string]bool{}, began: map[string]int{}, ended: map[string]bool{}, behind: map[string]string{},
	}
	w.open()
	return w
}

func (w *world) open() {
	var err error
	// Nobody gives a sign of life here.
	w.scheduler, err = scheduler.Open(context.Background(), w.store, scheduler.Config{Lease: 100_000 * time.Hour})
	require.NoError(w.t, err)
	w.engine, err = backfill.Open(context.Background(), backfill.Options{Scheduler: w.scheduler, Keep: 2})
	require.NoError(w.t, err)
}

func (w *world) close() {
	w.engine.Close()
	w.scheduler.Close()
}

// definition returns that of a backfill.
func definition(most int, labels ...string) *backfill.Definition {
	return &backfill.Definition{
		Program: "p", Family: "T", Flags: []string{"--top=3"}, Param: "day", Labels: labels, Cap: most, Priority: 4, By: "ann",
	}
}

func (w *world) start(most int, labels ...string) int64 {
	status, err := w.engine.Start(context.Background(), definition(most, labels...))
	require.NoError(w.t, err)
	return status.ID
}

// take has the worker ask for an attempt, and returns nil where there is none.
func (w *world) take() *scheduler.Assignment {
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	ask := &scheduler.Ask{Worker: scheduler.WorkerInfo{ID: "w", Programs: []string{"p"}}, Holds: slices.Sorted(maps.Keys(w.held))}
	a, err := w.scheduler.Work(ctx, ask)
	if errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	if err != nil {
		return nil // the store fails
	}
	w.held[a.Fence] = a
	if a.Task.Family != launch.Family {
		w.began[labelOf(a)]++
	}
	return a
}

// labelOf returns the label of an attempt at a task, whose last argument has it.
func labelOf(a *scheduler.Assignment) string {
	return a.Task.Args[len(a.Task.Args)-1][len("--day="):]
}

// finish ends an attempt: a launch by submitting its task, and that of a label as it is to end.
func (w *world) finish(a *scheduler.Assignment) error {
	end := &scheduler.End{Fence: a.Fence, Outcome: store.Succeeded}
	if a.Task.Family == launch.Family {
		if err := w.plan(a); err != nil {
			return err
		}
	} else if w.fails[labelOf(a)] {
		end.Outcome, end.Error, end.Permanent = store.Errored, "no luck", true
	}
	if err := w.scheduler.End(context.Background(), end); err != nil {
		return err
	}
	delete(w.held, a.Fence)
	if a.Task.Family != launch.Family {
		w.ended[labelOf(a)] = true
	}
	return nil
}

// plan submits the task of a launch, and asks for the one that depends on it.
func (w *world) plan(a *scheduler.Assignment) error {
	l, err := launch.Parse(a.Task.Args)
	require.NoError(w.t, err)
	label := labelOf(a)
	own := scheduler.Node{Spec: store.Spec{ID: "T(" + label + ")", Family: "T", Program: "p", Args: []string{"--day=" + label}, Priority: l.Priority}}
	requests := []*scheduler.Submission{{Request: l.Name, Nodes: []scheduler.Node{own}, Roots: []string{own.ID}}}
	if name := w.behind[label]; name != "" {
		behind := scheduler.Node{Spec: store.Spec{ID: name, Family: "B", Program: "p", Args: []string{"--day=" + name}}, Requires: []string{own.ID}}
		downstream := &scheduler.Submission{Request: launch.DownstreamName(l.Name), Nodes: []scheduler.Node{own, behind}, Roots: []string{name}}
		requests = slices.Insert(requests, 0, downstream)
	}
	for _, request := range requests {
		if _, err := w.scheduler.Submit(context.Background(), request); err != nil {
			return err
		}
	}
	w.planned[label] = true
	w.most = max(w.most, len(w.planned)-len(w.ended))
	return nil
}

// work has the worker do all that there is.
func (w *world) work() {
	for a := w.take(); a != nil; a = w.take() {
		require.NoError(w.t, w.finish(a))
	}
}

// failWrites has so many of the next writes fail, and then no more.
func (w *world) failWrites(n int) {
	w.store.Fail(func(int) error {
		if n == 0 {
			return nil
		}
		n--
		return storetest.ErrDiskFull
	})
}

// kinds returns the kinds of the events that tell of backfills.
func (w *world) kinds() (kinds []string) {
	events, err := w.store.Events(context.Background(), store.EventQuery{})
	require.NoError(w.t, err)
	for _, e := range events {
		if strings.HasPrefix(e.Kind, "backfill") {
			kinds = append(kinds, e.Kind)
		}
	}
	return kinds
}

// settle gives the engine the time to notice.
func settle() { time.Sleep(6 * time.Second) }

func (w *world) status(id int64) backfill.Status {
	status, _, err := w.engine.Show(context.Background(), id)
	require.NoError(w.t, err)
	return status
}

func (w *world) labels(id int64) map[string]backfill.Label {
	_, labels, err := w.engine.Show(context.Background(), id)
	require.NoError(w.t, err)
	all := map[string]backfill.Label{}
	for _, l := range labels {
		all[l.Label] = l
	}
	return all
}
