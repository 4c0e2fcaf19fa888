package scheduler

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/storetest"
)

// TestManyWorkers runs a graph with workers whose tasks fail, while the store fails and the scheduler
// is started anew: each task is done once, after what it requires, and never by two at a time.
func TestManyWorkers(t *testing.T) {
	const tasks, workers = 400, 20
	st := storetest.NewMemory()
	restart := make(chan bool, 1)
	st.Fail(func(write int) error {
		if write%50 == 0 {
			select {
			case restart <- true:
			default:
			}
		}
		if write%7 == 0 {
			return storetest.ErrDiskFull
		}
		return nil
	})
	w := &world{t: t, requires: map[string][]string{}, running: map[string]bool{}, done: map[string]bool{}}
	w.scheduler = open(t, st, Config{})
	require.NoError(t, w.insist(func(s *Scheduler) error { return s.SetLimit(t.Context(), "pool", 10, "ann") }))
	nodes := w.graph(tasks)
	require.NoError(t, w.insist(func(s *Scheduler) error {
		_, err := s.Submit(t.Context(), &Submission{Nodes: nodes})
		return err
	}))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var group sync.WaitGroup
	for i := range workers {
		group.Go(func() { w.work(ctx, cancel, i) })
	}
	for {
		select {
		case <-restart:
			w.replace(func(old *Scheduler) *Scheduler {
				old.Close()
				return open(t, st, Config{})
			})
			continue
		case <-ctx.Done():
		}
		break
	}
	group.Wait()
	require.Len(t, w.done, tasks)
}

// A world is a scheduler that is replaced from time to time, and what workers do outside of it.
type world struct {
	t         *testing.T
	mu        sync.Mutex
	scheduler *Scheduler
	requires  map[string][]string
	running   map[string]bool
	done      map[string]bool
}

// graph makes tasks that require some of those before them.
func (w *world) graph(tasks int) (nodes []Node) {
	random := rand.New(rand.NewPCG(1, 2))
	for i := range tasks {
		n := job(fmt.Sprintf("t%d", i))
		n.Retry = store.Retry{Attempts: 1000, Failures: 1000, Delay: time.Microsecond}
		n.Resources = map[string]int{"pool": 1 + random.IntN(3)}
		for range min(i, 3) {
			n.Requires = append(n.Requires, fmt.Sprintf("t%d", random.IntN(i)))
		}
		w.requires[n.ID] = n.Requires
		nodes = append(nodes, n)
	}
	return nodes
}

func (w *world) replace(with func(old *Scheduler) *Scheduler) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.scheduler = with(w.scheduler)
}

// insist makes a request until the scheduler is there and the store has room.
func (w *world) insist(request func(s *Scheduler) error) error {
	for {
		w.mu.Lock()
		s := w.scheduler
		w.mu.Unlock()
		if err := request(s); !errors.Is(err, storetest.ErrDiskFull) && !errors.Is(err, ErrClosed) {
			return err
		}
	}
}

// work makes attempts until all tasks are done.
func (w *world) work(ctx context.Context, finished func(), number int) {
	random := rand.New(rand.NewPCG(3, uint64(number)))
	info := WorkerInfo{ID: fmt.Sprint("w", number), Programs: []string{"p"}}
	for {
		var a *Assignment
		err := w.insist(func(s *Scheduler) (err error) {
			a, err = s.Work(ctx, &Ask{Worker: info})
			return err
		})
		if err != nil {
			assert.ErrorIs(w.t, err, context.Canceled)
			return
		}
		end := &End{Fence: a.Fence, Outcome: store.Succeeded}
		if random.IntN(3) == 0 {
			end.Outcome = store.Errored
		}
		all := w.attempt(a.Task.ID, end.Outcome)
		assert.NoError(w.t, w.insist(func(s *Scheduler) error { return s.End(context.WithoutCancel(ctx), end) }))
		if all {
			finished()
		}
	}
}

// attempt is an attempt as the outside sees it. It reports whether all tasks are done.
func (w *world) attempt(id string, outcome store.Outcome) (all bool) {
	w.mu.Lock()
	assert.False(w.t, w.running[id], "%s runs twice", id)
	assert.False(w.t, w.done[id], "%s is done already", id)
	w.running[id] = true
	for _, required := range w.requires[id] {
		assert.True(w.t, w.done[required], "%s runs before %s", id, required)
	}
	w.mu.Unlock()
	runtime.Gosched()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.running[id] = false
	if outcome == store.Succeeded {
		w.done[id] = true
	}
	return len(w.done) == len(w.requires)
}
