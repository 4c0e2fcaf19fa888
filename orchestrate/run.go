package orchestrate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Run plans the tasks and runs what is missing, requirements first.
//
// The summary is never nil. The error is nil only if all tasks are complete; else it is
// that of [NewPlan], or [Summary.Err].
//
// When ctx ends, no other task starts, and those that run are told by their contexts.
func Run(ctx context.Context, config Config, tasks ...Task) (*Summary, error) {
	started := time.Now()
	plan, err := NewPlan(ctx, config, tasks...)
	if err != nil {
		summary := &Summary{Started: started, Duration: time.Since(started)}
		if ctx.Err() != nil {
			summary.Interrupted = true
		} else {
			summary.Scheduling = err
		}
		return summary, err
	}
	return plan.Run(ctx)
}

// Run does what the plan says, as the function [Run].
func (p *Plan) Run(ctx context.Context) (*Summary, error) {
	r := &run{
		config:   p.config,
		ctx:      ctx,
		states:   make(map[string]*state),
		messages: make(chan func()),
		done:     make(chan struct{}),
	}
	started := time.Now()
	r.adopt(p)
	r.loop()
	summary := r.summary(started)
	return summary, summary.Err()
}

// A run is a run under way. One goroutine, that of loop, owns all its fields and the
// states; others have it call functions on their behalf through messages.
type run struct {
	config Config
	ctx    context.Context

	states map[string]*state // by task ID
	order  []*state          // requirements first
	ready  readyQueue        // what can go on as soon as a worker is free
	busy   int               // workers that are taken
	open   int               // states that are not final

	stopping    bool // nothing starts any more
	interrupted bool // because ctx ended

	messages chan func()
	done     chan struct{} // closed when nobody reads messages any more
	attempts sync.WaitGroup
}

// A state is what a run knows of a task.
type state struct {
	node     *Node
	seq      int // position in run.order
	status   Status
	priority int // the highest of the task itself and of all that wait for it

	wait    *wait   // what has to end before it starts or returns from Require
	waiters []*wait // who waits for it
	queued  int     // index in run.ready, -1 where it isn't there

	attempt int
	retry   *time.Timer // of StatusRetrying
	started time.Time   // of the first attempt
	ended   time.Time
	err     error
	result  JobResult
}

// A wait is a state that can't go on before others are final: to start, or where
// call is not nil, to return from Require.
type wait struct {
	state   *state
	on      []*state
	pending int // of on, how many are not final
	call    *requireCall
	dead    bool  // nobody waits any more
	err     error // why the caller of Require gave up
}

// blocked returns the most telling status of a task that waited for something that
// didn't succeed, or "" where nothing failed.
func (w *wait) blocked() Status {
	var worst Status
	order := []Status{"", StatusNotRun, StatusUpstreamRunning, StatusUpstreamMissing, StatusUpstreamFailed}
	for _, on := range w.on {
		if !on.status.Final() || on.status.Succeeded() {
			continue
		}
		if status := on.status.blocked(); slices.Index(order, status) > slices.Index(order, worst) {
			worst = status
		}
	}
	return worst
}

// send has the loop call the function. It reports whether the loop was still there to do so.
func (r *run) send(do func()) bool {
	select {
	case r.messages <- do:
		return true
	case <-r.done:
		return false
	}
}

// loop runs until all states are final and all attempts have ended or were left behind.
func (r *run) loop() {
	interrupt := r.ctx.Done()
	for r.open > 0 {
		if r.ctx.Err() != nil { // also where a message came at the same time
			interrupt = nil
			r.interrupted = true
			r.stop()
		}
		r.startReady()
		if r.open == 0 {
			break
		}
		select {
		case do := <-r.messages:
			do()
		case <-interrupt:
		}
	}
	close(r.done)
	r.attempts.Wait()
}

// adopt adds the tasks of a plan that the run doesn't know yet.
func (r *run) adopt(p *Plan) {
	first := len(r.order)
	for _, n := range p.nodes {
		if r.states[n.ID] == nil {
			s := &state{node: n, seq: len(r.order), status: StatusWillRun, priority: n.Priority, queued: -1}
			r.states[n.ID] = s
			r.order = append(r.order, s)
			r.open++
		}
	}
	added := slices.Clone(r.order[first:])
	for _, s := range added {
		s.wait = &wait{state: s}
		for _, required := range s.node.Requires {
			r.await(s.wait, r.states[required.ID])
		}
		r.begin(s)
	}
	for _, s := range slices.Backward(added) {
		for _, on := range s.wait.on {
			r.raise(on, s.priority)
		}
	}
}

// begin settles what is known from the plan and starts what waits for nothing.
func (r *run) begin(s *state) {
	switch {
	case s.node.Status == StatusComplete, s.node.Status == StatusMissingExternal:
		r.settle(s, s.node.Status, nil)
	case s.wait.pending == 0:
		r.proceed(s.wait)
	}
}

// await makes w wait for a state.
func (r *run) await(w *wait, on *state) {
	w.on = append(w.on, on)
	if !on.status.Final() {
		w.pending++
		on.waiters = append(on.waiters, w)
	}
}

// raise gives a state and all that it waits for at least the priority.
func (r *run) raise(s *state, priority int) {
	if s.status.Final() || s.priority >= priority {
		return
	}
	s.priority = priority
	r.ready.fix(s)
	if s.wait != nil && s.wait.pending > 0 {
		for _, on := range s.wait.on {
			r.raise(on, priority)
		}
	}
}

// proceed goes on with a state that waited for w.
func (r *run) proceed(w *wait) {
	s, blocked := w.state, w.blocked()
	switch {
	case s.status.Final() || w.dead:
	case w.call != nil:
		r.ready.push(s)
	case blocked != "":
		r.settle(s, blocked, nil)
	case IsWrapper(s.node.Task):
		r.settle(s, StatusDone, nil)
	default:
		r.ready.push(s)
	}
}

// settle gives a state its final status, and goes on with those that waited for it.
func (r *run) settle(s *state, status Status, err error) {
	if s.status.Final() {
		return
	}
	r.ready.remove(s)
	if s.retry != nil {
		s.retry.Stop()
	}
	s.status, s.err, s.ended = status, err, time.Now()
	r.interrupted = r.interrupted || status == StatusInterrupted
	r.open--
	if status != StatusComplete || s.attempt > 0 {
		r.emit(Event{Kind: EventEnded, Err: err}, s)
	}
	waiters := s.waiters
	s.waiters = nil
	for _, w := range waiters {
		if w.pending--; w.pending == 0 {
			r.proceed(w)
		}
	}
	if status == StatusFailed && r.config.FailFast {
		r.stop()
	}
}

// stop ends what has not started. What runs goes on, unless its context has ended too.
func (r *run) stop() {
	if r.stopping {
		return
	}
	r.stopping = true
	for _, s := range slices.Clone(r.order) {
		switch s.status {
		case StatusWillRun:
			r.settle(s, cmp.Or(s.wait.blocked(), StatusNotRun), nil)
		case StatusRetrying:
			if r.interrupted {
				r.settle(s, StatusInterrupted, s.err)
			} else {
				r.settle(s, StatusFailed, s.err)
			}
		}
	}
}

// startReady gives the free workers to the ready states with the highest priorities.
func (r *run) startReady() {
	for r.busy < r.config.Workers && len(r.ready) > 0 {
		s := r.ready.pop()
		r.busy++
		if s.wait.call != nil {
			r.resume(s)
		} else {
			r.start(s)
		}
	}
}

// start makes the next attempt at a task.
func (r *run) start(s *state) {
	s.attempt++
	s.status = StatusRunning
	if s.attempt == 1 {
		s.started = time.Now()
	}
	r.emit(Event{Kind: EventStarted}, s)
	a := &attempt{config: r.config, ctx: r.ctx, node: s.node, host: &runHost{r, s, s.attempt}}
	r.attempts.Go(func() {
		end := a.supervise(r.ctx)
		r.send(func() { r.finish(s, end) })
	})
}

// finish takes the end of an attempt.
func (r *run) finish(s *state, end ending) {
	if s.status == StatusSuspended {
		// It returned while a goroutine of its own is still in Require, without a worker.
		s.wait.dead = true
		r.ready.remove(s)
	} else {
		r.busy--
	}
	s.result = end.result
	if end.status != StatusFailed || end.final || r.stopping || s.attempt >= s.node.Retry.Attempts {
		r.settle(s, end.status, end.err)
		return
	}
	delay := s.node.Retry.wait(s.attempt)
	s.status, s.err = StatusRetrying, end.err
	s.wait = &wait{state: s}
	r.emit(Event{Kind: EventRetrying, Delay: delay, Err: end.err}, s)
	s.retry = time.AfterFunc(delay, func() {
		r.send(func() {
			if s.status == StatusRetrying {
				s.status, s.err = StatusWillRun, nil
				r.ready.push(s)
			}
		})
	})
}

// emit tells the observer of a state.
func (r *run) emit(e Event, s *state) {
	e.Time, e.ID, e.Task, e.Status, e.Attempt = time.Now(), s.node.ID, s.node.Task, s.status, s.attempt
	r.config.Observe(e)
}

// A RequirementError is a task that [Require] was called for and that didn't succeed.
type RequirementError struct {
	ID     string
	Status Status
	Err    error // of the task, nil where it didn't run
}

func (e *RequirementError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("required task %s: %s", e.ID, e.Status)
	}
	return fmt.Sprintf("required task %s: %s: %v", e.ID, e.Status, e.Err)
}

// Unwrap returns the error of the task.
func (e *RequirementError) Unwrap() error { return e.Err }

// failure returns what Require returns to its caller.
func (w *wait) failure() error {
	if w.err != nil {
		return w.err
	}
	var errs []error
	for _, on := range w.on {
		if on.status.Final() && !on.status.Succeeded() {
			errs = append(errs, &RequirementError{on.node.ID, on.status, on.err})
		}
	}
	return errors.Join(errs...)
}
