package scheduler

import (
	"maps"
	"slices"
	"time"

	"github.com/gomr/gomr/orchestrate/store"
)

// A WorkerInfo is what a worker says of itself.
type WorkerInfo struct {
	ID       string // of its own making; the same after a restart if it is to find its attempts again
	Host     string
	Programs []string // whose tasks it can run
	Slots    int      // how many attempts it runs at a time

	// Draining says that it takes no more work: of the attempts that it was given, those that it tells
	// to be alive are all that it has, and the others got lost on the way.
	Draining bool

	// Load is how busy its machine is. Where it is nil, what was told before stays.
	Load *Load
}

// An Ask is a worker's request for work.
type Ask struct {
	Worker WorkerInfo

	// Holds are the fences of the attempts that the worker knows to be its own. Another one
	// that was given to it got lost on the way, and is given to it again.
	Holds []int64
}

// An Assignment is an attempt that a worker is to make.
type Assignment struct {
	Fence  int64
	Number int // of attempts in a row, from 1
	Lease  time.Duration
	Task   store.Spec
	Others []Member // tasks that the same process is to make, see [store.Spec.Batch]
}

// ask gives a worker an attempt, or nil where nothing can start. The error is a [*HolderError].
func (c *core) ask(ask *Ask, token string) (*Assignment, error) {
	if known := c.workers[ask.Worker.ID]; known != nil {
		for _, a := range known.attempts {
			if err := a.heldBy(token); err != nil {
				return nil, err
			}
		}
	}
	w := c.see(ask.Worker)
	for fence, a := range w.attempts {
		if !slices.Contains(ask.Holds, fence) && a.task.State == store.Running {
			a.lease = c.now.Add(c.config.Lease)
			return c.assignment(a), nil
		}
	}
	if c.paused {
		return nil, nil
	}
	var best *task
	for _, program := range ask.Worker.Programs {
		if q := c.queues[program]; q != nil {
			if t := q.first(); t != nil && (best == nil || t.before(best)) {
				best = t
			}
		}
	}
	if best == nil {
		return nil, nil
	}
	return c.start(best, w, token), nil
}

// see notes that a worker is there.
func (c *core) see(info WorkerInfo) *worker {
	w := c.workers[info.ID]
	if w == nil {
		w = &worker{attempts: map[int64]*attempt{}}
		c.workers[info.ID] = w
	}
	if info.Load == nil {
		info.Load = w.Load
	}
	w.WorkerInfo, w.seen = info, c.now
	return w
}

// start begins an attempt at a task, and at those that are made with it.
func (c *core) start(t *task, w *worker, token string) *Assignment {
	mates := c.takeMates(t)
	lead := c.startOne(t, w, nil, token)
	for _, mate := range mates {
		lead.others = append(lead.others, c.startOne(mate, w, lead, token))
	}
	return c.assignment(lead)
}

// startOne begins an attempt at one task. The lead is nil where the attempt has a process of its own.
func (c *core) startOne(t *task, w *worker, lead *attempt, token string) *attempt {
	c.lastFence++
	a := &attempt{
		Attempt: store.Attempt{Fence: c.lastFence, Task: t.Key, Number: t.Attempts + 1, Worker: w.ID, Started: c.now, Token: token},
		task:    t,
		lease:   c.now.Add(c.config.Lease),
		lead:    lead,
	}
	if lead != nil {
		a.Batch = lead.Fence
	}
	c.batch.Attempts = append(c.batch.Attempts, a.Attempt)
	delete(c.lastOf, t.Fence)
	c.lastOf[a.Fence] = t
	c.hold(a, w)
	c.run(a)
	return a
}

// run makes the task of an attempt one that runs. Where nothing else of the task has to be written, that
// isn't either: applyStarts tells it by the attempt. A quarter of all records is spared so.
func (c *core) run(a *attempt) {
	t := a.task
	saved := !t.unsaved
	t.Fence, t.Outcome = a.Fence, ""
	c.move(t, store.Running)
	if saved {
		t.unsaved = false
		c.started = append(c.started, a)
	}
}

// hold makes an attempt one that is under way.
func (c *core) hold(a *attempt, w *worker) {
	c.attempts[a.Fence], a.task.attempt, a.task.rides = a, a, a.lead != nil
	if a.lead == nil {
		w.attempts[a.Fence] = a
		a.alarm = c.alarms.set(a.lease, nil, a)
	}
}

func (c *core) assignment(a *attempt) *Assignment {
	return &Assignment{Fence: a.Fence, Number: a.Number, Lease: c.config.Lease, Task: a.task.Spec, Others: a.members()}
}

// find returns the attempt that is under way, or leads it, or a [*FencedError].
func (c *core) find(fence int64) (*attempt, error) {
	if a := c.attempts[fence]; a != nil {
		return a.leader(), nil
	}
	gone := &FencedError{Fence: fence}
	if t := c.lastOf[fence]; t != nil {
		gone.Outcome = t.Outcome
	}
	return nil, gone
}

// A Beat is a sign of life of an attempt.
type Beat struct {
	Fence   int64
	Details map[string]string // see [store.Attempt]; nil is nothing new
}

// A Pulse is the answer to a worker's beats.
type Pulse struct {
	Gone []int64          // fences of attempts that are none any more: their processes should end
	Kill map[int64]string // fences of attempts whose end somebody wants, and who
}

// beat keeps the leases of a worker's attempts. The error is a [*HolderError].
func (c *core) beat(info WorkerInfo, beats []Beat, token string) (Pulse, error) {
	for _, b := range beats {
		if a := c.attempts[b.Fence]; a != nil {
			if err := a.heldBy(token); err != nil {
				return Pulse{}, err
			}
		}
	}
	w := c.see(info)
	if info.Draining {
		c.takeBack(w, beats, token)
	}
	var pulse Pulse
	for _, b := range beats {
		a := c.attempts[b.Fence]
		if a == nil || a.Worker != info.ID {
			pulse.Gone = append(pulse.Gone, b.Fence)
			continue
		}
		a.leader().extend(c.now.Add(c.config.Lease))
		c.detail(a, b.Details)
		if by := a.leader().killed(); by != "" {
			if pulse.Kill == nil {
				pulse.Kill = map[int64]string{}
			}
			pulse.Kill[b.Fence] = by
		}
	}
	return pulse, nil
}

// takeBack ends the attempts of a worker that got lost on the way to it, for it takes no more.
func (c *core) takeBack(w *worker, has []Beat, token string) {
	for _, fence := range slices.Sorted(maps.Keys(w.attempts)) {
		a := w.attempts[fence]
		if a.heldBy(token) == nil && !slices.ContainsFunc(has, func(b Beat) bool { return b.Fence == fence }) {
			c.finish(a, &End{Fence: fence, Outcome: store.Interrupted, Error: "its worker was stopped before it got it"})
		}
	}
}

func (a *attempt) extend(until time.Time) {
	if until.After(a.lease) {
		a.lease = until
	}
}

// detail adds to what is known of an attempt.
func (c *core) detail(a *attempt, details map[string]string) {
	changed := false
	merged := make(map[string]string, len(a.Details)+len(details))
	maps.Copy(merged, a.Details)
	for name, value := range details {
		changed = changed || merged[name] != value
		merged[name] = value
	}
	if changed {
		a.Details = merged
		c.batch.Attempts = append(c.batch.Attempts, a.Attempt)
	}
}

// A Grant is the leave to commit an output.
type Grant struct {
	For time.Duration // from when it was asked for
}

// commit lets an attempt commit its output. For the time of the grant the task is given to nobody else.
func (c *core) commit(fence int64, token string) (Grant, error) {
	a, err := c.held(fence, token)
	if err != nil {
		return Grant{}, err
	}
	if a.killed() != "" {
		return Grant{}, &FencedError{fence, store.Killed}
	}
	a.extend(c.now.Add(c.config.CommitGrant))
	return Grant{c.config.CommitGrant}, nil
}

// checkLease gives up an attempt that has been silent for too long.
func (c *core) checkLease(a *attempt) {
	switch {
	case a.lease.After(c.now):
		a.alarm = c.alarms.set(a.lease, nil, a)
	case a.killed() != "":
		c.finish(a, &End{Outcome: store.Killed, Error: a.killed()})
	default:
		c.record(store.Event{Kind: AttemptLost, Task: a.Task, Fence: a.Fence, By: a.Worker})
		c.finish(a, &End{Outcome: store.Lost, Error: "nothing was heard of it for " + c.config.Lease.String() + "; the worker or its machine may have died"})
	}
}
