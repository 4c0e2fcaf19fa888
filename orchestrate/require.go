package orchestrate

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync"
	"time"
)

// Require is called in the Run method of a task, with its context, for tasks that only
// show up while it runs. It runs what is missing of them and of what they require,
// and then returns, and Run goes on where it was. Meanwhile the task takes
// no worker, and its time-out stands still.
//
// The error joins a [*RequirementError] for every task that did not succeed. It is
// a [*CycleError] where one of the tasks waits for the caller, and that of ctx when ctx ends.
// Calls from several goroutines of a task go one after the other.
func Require(ctx context.Context, tasks ...Task) error {
	s, ok := ctx.Value(sessionKey{}).(*session)
	if !ok {
		return errors.New("orchestrate.Require: the context is not that of a task's Run method")
	}
	return s.require(ctx, tasks)
}

// Report tells the run's observer how far a task is. It is called in the Run method
// with its context, and does nothing with any other.
func Report(ctx context.Context, progress Progress) {
	if s, ok := ctx.Value(sessionKey{}).(*session); ok {
		s.host.Report(progress)
	}
}

// A Host is what an attempt at a task has to do with who asked for it.
type Host interface {
	// Require has done what is missing of a plan, and returns as [Require] does.
	Require(ctx context.Context, plan *Plan) error
	// Commit is asked before the attempt makes an output appear. An error keeps it from that.
	Commit(ctx context.Context) error
	// Report tells how far the attempt is.
	Report(progress Progress)
}

// A session is what a running task has to do with its host. It is found in the task's context.
type session struct {
	config Config
	host   Host
	watch  *stopwatch
	checks *checker
	mu     sync.Mutex // held by Require
}

type sessionKey struct{}

func (s *session) require(ctx context.Context, tasks []Task) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	plan, err := NewPlan(ctx, s.config, tasks...)
	if err != nil || plan.complete() {
		return err
	}
	s.watch.stop()
	defer s.watch.start()
	return s.host.Require(ctx, plan)
}

// mayCommit asks the host of the task whose context it is. Without one all is well.
func mayCommit(ctx context.Context) error {
	if s, ok := ctx.Value(sessionKey{}).(*session); ok {
		return s.host.Commit(ctx)
	}
	return nil
}

// A runHost is the host of an attempt in a run.
type runHost struct {
	run    *run
	state  *state // to tell the loop whose attempt it is
	number int    // of the attempt, from 1
}

var errAttemptEnded = errors.New("orchestrate.Require: the attempt that the context belongs to has ended")

// A requireCall is a call of Require that waits for its reply.
type requireCall struct {
	plan  *Plan
	wait  *wait
	reply chan error // has room for the one reply
}

// Require implements [Host].
func (h *runHost) Require(ctx context.Context, plan *Plan) error {
	r := h.run
	call := &requireCall{plan: plan, reply: make(chan error, 1)}
	if !r.send(func() { r.suspend(h, call) }) {
		return errAttemptEnded
	}
	select {
	case err := <-call.reply:
		return err
	case <-ctx.Done():
	}
	// The loop replies once it has a worker for the rest of Run.
	r.send(func() { r.withdraw(call, context.Cause(ctx)) })
	select {
	case err := <-call.reply:
		return err
	case <-r.done:
		return context.Cause(ctx)
	}
}

// Commit implements [Host]. The lock of a task is held as long as its attempt runs.
func (h *runHost) Commit(context.Context) error { return nil }

// Report implements [Host].
func (h *runHost) Report(progress Progress) {
	h.run.send(func() {
		if h.state.status == StatusRunning {
			h.run.emit(Event{Kind: EventProgress, Progress: progress}, h.state)
		}
	})
}

// complete reports whether nothing of what the plan was made for is to be done.
func (p *Plan) complete() bool {
	for _, root := range p.roots {
		if root.Status != StatusComplete {
			return false
		}
	}
	return true
}

// suspend takes the worker from the caller of Require until what it calls for is final.
func (r *run) suspend(h *runHost, call *requireCall) {
	s := h.state
	if s.status != StatusRunning || s.attempt != h.number {
		call.reply <- errAttemptEnded
		return
	}
	if cycle := r.findCycle(s, call.plan); cycle != nil {
		call.reply <- cycle
		return
	}
	r.adopt(call.plan)
	call.wait = &wait{state: s, call: call}
	for _, root := range call.plan.roots {
		on := r.states[root.ID]
		r.await(call.wait, on)
		r.raise(on, s.priority)
	}
	s.wait = call.wait
	s.status = StatusSuspended
	r.busy--
	r.emit(Event{Kind: EventSuspended}, s)
	if r.stopping {
		r.dropUnstarted(call.plan)
	}
	if s.wait.pending == 0 && s.queued < 0 {
		r.proceed(s.wait)
	}
}

// resume lets the caller of Require go on, for it has a worker again.
func (r *run) resume(s *state) {
	w := s.wait
	s.wait = &wait{state: s}
	s.status = StatusRunning
	r.emit(Event{Kind: EventResumed}, s)
	w.call.reply <- w.failure()
}

// withdraw ends the wait of a call whose context has ended.
func (r *run) withdraw(call *requireCall, cause error) {
	if call.wait == nil || call.wait.dead {
		return // it was refused, or the attempt has ended
	}
	s := call.wait.state
	if s.wait != call.wait || s.queued >= 0 {
		return // it was answered, or is about to be
	}
	rest := &wait{state: s, call: call, err: cause}
	call.wait.dead = true
	call.wait, s.wait = rest, rest
	r.ready.push(s)
}

// dropUnstarted ends the tasks of a plan that came when nothing starts any more.
func (r *run) dropUnstarted(p *Plan) {
	for _, n := range p.nodes {
		if s := r.states[n.ID]; s.status == StatusWillRun {
			r.settle(s, StatusNotRun, nil)
		}
	}
}

// findCycle looks for a way from the plan's roots back to s, along all that waits now
// and all that would wait once the run has adopted the plan.
func (r *run) findCycle(s *state, p *Plan) error {
	seen := make(map[string]bool)
	path := []string{s.node.ID}
	var visit func(id string) bool
	visit = func(id string) bool {
		path = append(path, id)
		if id == s.node.ID {
			return true
		}
		if !seen[id] {
			seen[id] = true
			if slices.ContainsFunc(r.waitsFor(id, p), visit) {
				return true
			}
		}
		path = path[:len(path)-1]
		return false
	}
	for _, root := range p.roots {
		if visit(root.ID) {
			return &CycleError{path}
		}
	}
	return nil
}

// waitsFor returns the tasks that one of the run, or else of the plan, waits for.
func (r *run) waitsFor(id string, p *Plan) (ids []string) {
	if s := r.states[id]; s != nil {
		if s.status != StatusWillRun && s.status != StatusSuspended {
			return nil
		}
		for _, on := range s.wait.on {
			ids = append(ids, on.node.ID)
		}
		return ids
	}
	for _, required := range p.byID[id].Requires {
		ids = append(ids, required.ID)
	}
	return ids
}

// A stopwatch calls a function when it has run for some time. The nil stopwatch does nothing.
// It is used by one goroutine at a time.
type stopwatch struct {
	timer   *time.Timer
	left    time.Duration
	started time.Time
}

// newStopwatch returns a stopwatch that stands still, nil where there is no time-out.
func newStopwatch(timeout time.Duration, expired func(timeout time.Duration)) *stopwatch {
	if timeout <= 0 {
		return nil
	}
	w := &stopwatch{left: timeout, timer: time.AfterFunc(math.MaxInt64, func() { expired(timeout) })}
	w.timer.Stop()
	return w
}

func (w *stopwatch) start() {
	if w != nil {
		w.started = time.Now()
		w.timer.Reset(w.left)
	}
}

func (w *stopwatch) stop() {
	if w != nil && w.timer.Stop() {
		w.left -= time.Since(w.started)
	}
}
