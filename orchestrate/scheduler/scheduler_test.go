package scheduler

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var me = WorkerInfo{ID: "me", Programs: []string{"p"}}

// job returns a node that a worker of program p can run.
func job(id string, requires ...string) Node {
	return Node{Spec: store.Spec{ID: id, Family: "T", Program: "p"}, Requires: requires}
}

func open(t *testing.T, st Store, config Config) *Scheduler {
	t.Helper()
	s, err := Open(t.Context(), st, config)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

func submit(t *testing.T, s *Scheduler, nodes ...Node) Receipt {
	t.Helper()
	receipt, err := s.Submit(t.Context(), &Submission{Nodes: nodes, Roots: []string{nodes[len(nodes)-1].ID}})
	require.NoError(t, err)
	return receipt
}

func work(t *testing.T, s *Scheduler, holds ...int64) *Assignment {
	t.Helper()
	got, err := s.Work(t.Context(), &Ask{Worker: me, Holds: holds})
	require.NoError(t, err)
	return got
}

func succeed(t *testing.T, s *Scheduler, a *Assignment) {
	t.Helper()
	require.NoError(t, s.End(t.Context(), &End{Fence: a.Fence, Outcome: store.Succeeded}))
}

// TestOrder: what a task requires comes first, and with its priority.
func TestOrder(t *testing.T) {
	s := open(t, storetest.NewMemory(), Config{})
	submit(t, s, job("low"))
	urgent := job("urgent", "input")
	urgent.Priority = 7
	submit(t, s, job("input"), urgent)
	for _, want := range []string{"input", "urgent", "low"} {
		got := work(t, s)
		require.Equal(t, want, got.Task.ID)
		succeed(t, s, got)
	}
}

// TestWorkWaits: a worker that waits is given what comes, and what it didn't hear of is given again.
func TestWorkWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, storetest.NewMemory(), Config{})
		got := make(chan *Assignment)
		go func() {
			a, err := s.Work(t.Context(), &Ask{Worker: me})
			assert.NoError(t, err)
			got <- a
		}()
		synctest.Wait()
		submit(t, s, job("a"))
		first := <-got
		require.Equal(t, "a", first.Task.ID)
		require.Equal(t, first, work(t, s), "the answer got lost")
		succeed(t, s, first)
		s.Close()
	})
}

// TestGoneWorkerGetsNothing: a worker that no longer waits is given nothing.
func TestGoneWorkerGetsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, storetest.NewMemory(), Config{})
		ctx, cancel := context.WithCancel(t.Context())
		gone := make(chan error)
		go func() {
			_, err := s.Work(ctx, &Ask{Worker: WorkerInfo{ID: "gone", Programs: []string{"p"}}})
			gone <- err
		}()
		synctest.Wait()
		cancel()
		require.ErrorIs(t, <-gone, context.Canceled)
		submit(t, s, job("a"))
		require.EqualValues(t, 1, work(t, s).Fence)
		s.Close()
	})
}

// TestResources: a task that lacks a resource is passed by those that don't need it, and by no other.
func TestResources(t *testing.T) {
	s := open(t, storetest.NewMemory(), Config{})
	require.NoError(t, s.SetLimit(t.Context(), "disk", 3, "ann"))
	needs := func(id string, priority, disk int) Node {
		n := job(id)
		n.Priority = priority
		if disk > 0 {
			n.Resources = map[string]int{"disk": disk}
		}
		return n
	}
	submit(t, s, needs("first", 9, 2), needs("big", 8, 3), needs("small", 7, 1), needs("other", 6, 0), needs("huge", 10, 4))
	first := work(t, s)
	require.Equal(t, "first", first.Task.ID)
	other := work(t, s, first.Fence)
	require.Equal(t, "other", other.Task.ID, "small would fit, but big comes first")
	submit(t, s, needs("another", 1, 0))
	succeed(t, s, first)
	big := work(t, s, other.Fence)
	require.Equal(t, "big", big.Task.ID, "it was parked, and goes before what is ready")
	succeed(t, s, big)

	e, err := s.Explain(t.Context(), "huge")
	require.NoError(t, err)
	require.Equal(t, []Reason{{Kind: BeyondLimit, Resource: "disk", Text: "it needs 4 of disk, and there is 3"}}, e.Reasons)
	require.NoError(t, s.SetLimit(t.Context(), "disk", 4, "ann"))
	require.Equal(t, "huge", work(t, s, other.Fence).Task.ID)
}

// TestBugDoesNoHarm: a request that breaks the scheduler is not done, and what came with it neither.
func TestBugDoesNoHarm(t *testing.T) {
	s := open(t, storetest.NewMemory(), Config{})
	err := s.call(t.Context(), func(c *core) error {
		_, _ = c.submit(&Submission{Nodes: []Node{job("a")}})
		panic("no luck")
	})
	require.ErrorContains(t, err, "a bug in the scheduler, the request is not done: no luck")
	_, err = s.Explain(t.Context(), "a")
	require.ErrorIs(t, err, ErrUnknownTask)
	submit(t, s, job("a"))
}

// TestWriteFails: where the store fails, callers have the error, and nothing has changed.
func TestWriteFails(t *testing.T) {
	st := storetest.NewMemory()
	s := open(t, st, Config{})
	submit(t, s, job("a"))
	a := work(t, s)

	st.Fail(storetest.Always(storetest.ErrDiskFull))
	_, err := s.Submit(t.Context(), &Submission{Nodes: []Node{job("b")}})
	require.ErrorIs(t, err, storetest.ErrDiskFull)
	require.ErrorIs(t, s.End(t.Context(), &End{Fence: a.Fence, Outcome: store.Succeeded}), storetest.ErrDiskFull)
	require.ErrorIs(t, s.Pause(t.Context(), "ann"), storetest.ErrDiskFull)
	st.Fail(nil)

	_, err = s.Explain(t.Context(), "b")
	require.ErrorIs(t, err, ErrUnknownTask)
	succeed(t, s, a)
	submit(t, s, job("b"))
	require.Equal(t, "b", work(t, s).Task.ID)
}

// TestWriteFailsWhileClosing: what could not be written is forgotten then, too, though a request may
// come before the loop ends.
func TestWriteFailsWhileClosing(t *testing.T) {
	st := storetest.NewMemory()
	s := open(t, st, Config{})
	s.Close() // the test is the loop now
	step := func(nodes ...Node) error {
		r := &request{reply: make(chan error, 1), do: func(c *core) error {
			_, err := c.submit(&Submission{Nodes: nodes})
			return err
		}}
		s.step([]*request{r})
		s.land()
		return <-r.reply
	}
	st.Fail(storetest.Always(storetest.ErrDiskFull))
	require.ErrorIs(t, step(job("a")), storetest.ErrDiskFull)
	st.Fail(nil)
	require.ErrorContains(t, step(job("b", "a")), "b requires a, which is not known")
	require.NoError(t, step(job("a"), job("b", "a")))
	open(t, st, Config{})
}

// TestRequestTwice: a request that is made again changes nothing, before and after a restart.
func TestRequestTwice(t *testing.T) {
	st := storetest.NewMemory()
	s := open(t, st, Config{})
	submission := &Submission{Request: "nightly 2014-06-01", Nodes: []Node{job("a")}, Roots: []string{"a"}}
	first, err := s.Submit(t.Context(), submission)
	require.NoError(t, err)
	succeed(t, s, work(t, s))
	for range 2 {
		again, err := s.Submit(t.Context(), submission)
		require.NoError(t, err)
		require.Equal(t, first.Run, again.Run)
		explanation, err := s.Explain(t.Context(), "a")
		require.NoError(t, err)
		require.Equal(t, store.Done, explanation.Task.State)
		s.Close()
		s = open(t, st, Config{})
	}
}

// TestSilentWorker: an attempt of which nothing is heard is another worker's in the end, and the first
// one can't do harm any more.
func TestSilentWorker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, storetest.NewMemory(), Config{Lease: 10 * time.Second})
		submit(t, s, job("a"))
		first := work(t, s)
		time.Sleep(9 * time.Second)
		_, err := s.Beat(t.Context(), me, []Beat{{Fence: first.Fence}})
		require.NoError(t, err)
		time.Sleep(9 * time.Second)
		_, err = s.Commit(t.Context(), first.Fence)
		require.NoError(t, err, "it is alive")

		time.Sleep(time.Minute)
		second := work(t, s)
		require.Greater(t, second.Fence, first.Fence)
		var fenced *FencedError
		_, err = s.Commit(t.Context(), first.Fence)
		require.ErrorAs(t, err, &fenced)
		require.ErrorAs(t, s.End(t.Context(), &End{Fence: first.Fence, Outcome: store.Succeeded}), &fenced)
		pulse, err := s.Beat(t.Context(), me, []Beat{{Fence: first.Fence}, {Fence: second.Fence}})
		require.NoError(t, err)
		require.Equal(t, []int64{first.Fence}, pulse.Gone)
		succeed(t, s, second)
		s.Close()
	})
}

// TestRetry: waits between attempts grow, and after the last one the task has failed.
func TestRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, storetest.NewMemory(), Config{})
		n := job("a")
		n.Retry = store.Retry{Attempts: 4, Delay: time.Minute, MaxDelay: 3 * time.Minute}
		submit(t, s, n, job("b", "a"))
		for i, most := range []time.Duration{0, time.Minute, 2 * time.Minute, 3 * time.Minute} {
			before := time.Now()
			a := work(t, s)
			require.Equal(t, i+1, a.Number)
			require.LessOrEqual(t, time.Since(before), most)
			require.GreaterOrEqual(t, time.Since(before), most/2)
			require.NoError(t, s.End(t.Context(), &End{Fence: a.Fence, Outcome: store.Errored, Error: "no luck"}))
		}
		e, err := s.Explain(t.Context(), "b")
		require.NoError(t, err)
		require.Equal(t, []Reason{{Kind: BlockedByTask, Task: "a", Text: "a is failed: no luck", Until: e.Reasons[0].Until}}, e.Reasons)

		require.NoError(t, s.Forgive(t.Context(), "a", "ann"))
		succeed(t, s, work(t, s))
		require.Equal(t, "b", work(t, s).Task.ID)
		s.Close()
	})
}

// TestDisabled: a task that fails too often rests.
func TestDisabled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, storetest.NewMemory(), Config{Retry: store.Retry{Attempts: 100, Delay: time.Second, Failures: 3, Window: time.Hour, Rest: 5 * time.Hour}})
		submit(t, s, job("a"))
		for range 3 {
			a := work(t, s)
			require.NoError(t, s.End(t.Context(), &End{Fence: a.Fence, Outcome: store.Errored}))
		}
		before := time.Now()
		require.Equal(t, 1, work(t, s).Number)
		require.Equal(t, 5*time.Hour, time.Since(before))
		s.Close()
	})
}

// TestClockSetBack: waits go by the time that passes.
func TestClockSetBack(t *testing.T) {
	st := storetest.NewMemory()
	now := time.Date(2014, 6, 1, 3, 0, 0, 0, time.UTC)
	c := newClock(func() time.Time { return now })
	before := c.now()
	now = now.Add(-time.Hour)
	require.False(t, c.now().After(before))
	synctest.Test(t, func(t *testing.T) {
		s := open(t, st, Config{})
		n := job("a")
		n.Retry = store.Retry{Attempts: 2, Delay: time.Minute}
		submit(t, s, n)
		a := work(t, s)
		require.NoError(t, s.End(t.Context(), &End{Fence: a.Fence, Outcome: store.Errored}))
		work(t, s)
		s.Close()
	})
}

// TestAwait: a task that asks for others while it runs goes on where it was.
func TestAwait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, storetest.NewMemory(), Config{})
		outer := job("outer")
		outer.Resources = map[string]int{"database": 1}
		submit(t, s, outer)
		o := work(t, s)
		inner, broken := job("inner"), job("broken")
		inner.Resources = map[string]int{"database": 1} // which the outer one gives back
		submit(t, s, inner, broken)
		answers := make(chan []Answer)
		go func() {
			got, err := s.Await(t.Context(), o.Fence, []string{"inner", "broken"})
			assert.NoError(t, err)
			answers <- got
		}()
		synctest.Wait()
		i := work(t, s, o.Fence)
		require.Equal(t, "inner", i.Task.ID)
		b := work(t, s, o.Fence, i.Fence)
		require.NoError(t, s.End(t.Context(), &End{Fence: b.Fence, Outcome: store.Errored, Error: "no luck"}))
		succeed(t, s, i)
		require.Equal(t, []Answer{{ID: "inner", State: store.Done}, {ID: "broken", State: store.Failed, Error: "no luck"}}, <-answers)
		again, err := s.Await(t.Context(), o.Fence, []string{"inner", "broken"})
		require.NoError(t, err, "the answer got lost")
		require.Len(t, again, 2)

		var cycle *CycleError
		submit(t, s, job("later", "outer"))
		_, err = s.Await(t.Context(), o.Fence, []string{"later"})
		require.ErrorAs(t, err, &cycle)
		require.Equal(t, []string{"outer", "later", "outer"}, cycle.IDs)
		succeed(t, s, o)
		s.Close()
	})
}

// TestKill: whoever runs the attempt is told, and the task has failed.
func TestKill(t *testing.T) {
	s := open(t, storetest.NewMemory(), Config{})
	submit(t, s, job("a"))
	a := work(t, s)
	require.NoError(t, s.Kill(t.Context(), "a", "ann"))
	pulse, err := s.Beat(t.Context(), me, []Beat{{Fence: a.Fence}})
	require.NoError(t, err)
	require.Equal(t, map[int64]string{a.Fence: "killed by ann"}, pulse.Kill)
	_, err = s.Commit(t.Context(), a.Fence)
	require.Error(t, err)
	require.NoError(t, s.End(t.Context(), &End{Fence: a.Fence, Outcome: store.Killed, Error: pulse.Kill[a.Fence]}))
	var state *StateError
	require.ErrorAs(t, s.Kill(t.Context(), "a", "ann"), &state)
	e, err := s.Explain(t.Context(), "a")
	require.NoError(t, err)
	require.Equal(t, "it has failed: killed by ann", e.Reasons[0].Text)
}

// TestInvalid: what can't be is refused whole.
func TestInvalid(t *testing.T) {
	s := open(t, storetest.NewMemory(), Config{})
	submit(t, s, job("a"), job("b", "a"))
	for name, submission := range map[string]*Submission{
		"node 0 has no ID": {Nodes: []Node{{}}},
		"c requires d, which is not known and doesn't stand before it": {Nodes: []Node{job("x"), job("c", "d"), job("d")}},
		"the root x is not known":                                      {Nodes: []Node{job("y")}, Roots: []string{"x"}},
		"c: no program is named that can run it":                       {Nodes: []Node{{Spec: store.Spec{ID: "c"}}}},
		"tasks require each other: a -> b -> a":                        {Nodes: []Node{job("b", "a"), job("a", "b")}},
	} {
		_, err := s.Submit(t.Context(), submission)
		require.EqualError(t, err, name)
	}
	for _, id := range []string{"x", "y", "c", "d"} {
		_, err := s.Explain(t.Context(), id)
		require.ErrorIs(t, err, ErrUnknownTask, id)
	}
}

// TestClosed: requests end with the scheduler.
func TestClosed(t *testing.T) {
	s := open(t, storetest.NewMemory(), Config{})
	waits := make(chan error)
	go func() {
		_, err := s.Work(t.Context(), &Ask{Worker: me})
		waits <- err
	}()
	s.Close()
	require.ErrorIs(t, <-waits, ErrClosed)
	require.ErrorIs(t, s.Pause(t.Context(), "ann"), ErrClosed)
}

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
