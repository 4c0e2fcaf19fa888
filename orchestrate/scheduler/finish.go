package scheduler

import (
	"time"

	"github.com/gomr/gomr/orchestrate/store"
)

// An End is how an attempt ended, as its worker tells it.
type End struct {
	Fence     int64
	Outcome   store.Outcome
	Exit      int               // status of the process
	Error     string            // what went wrong
	Details   map[string]string // see [store.Attempt]
	Permanent bool              // trying again is of no use

	// Members are the ends of tasks of a batch that are known to differ, or to be their own. The
	// others ended as the whole did, but only the first has succeeded without being among them.
	Members []MemberEnd
}

// end takes the end of an attempt. To hear of it twice is no error.
func (c *core) end(e *End, token string) error {
	switch e.Outcome {
	case store.Succeeded, store.Errored, store.TimedOut, store.Interrupted, store.Killed:
	default:
		return invalid("an attempt can't end as %q", e.Outcome)
	}
	for _, m := range e.Members {
		if m.Outcome != store.Succeeded && m.Outcome != store.Errored {
			return invalid("a task of a batch can't end as %q by itself", m.Outcome)
		}
	}
	a := c.attempts[e.Fence]
	switch {
	case a == nil:
		return c.endedBefore(e)
	case a.lead != nil:
		return invalid("attempt %d is made by the process of attempt %d, whose end is that of all", a.Fence, a.lead.Fence)
	}
	if err := a.heldBy(token); err != nil {
		return err
	}
	c.finish(a, e)
	return nil
}

// endedBefore tells whether an attempt ended as e says, and was not given up.
func (c *core) endedBefore(e *End) error {
	t := c.lastOf[e.Fence]
	switch {
	case t == nil:
		return &FencedError{Fence: e.Fence}
	case !e.couldBe(e.Fence, t.Outcome):
		return &FencedError{e.Fence, t.Outcome}
	}
	return nil
}

// finish ends an attempt, with those that its process has made too.
func (c *core) finish(a *attempt, e *End) {
	if len(a.others) == 0 {
		c.finishOne(a, e, nil)
		return
	}
	all := a.all()
	ends, shared := make([]End, len(all)), make([]bool, len(all))
	for i, one := range all {
		ends[i], shared[i] = e.of(one)
	}
	together := c.blurOf(a)
	for i, one := range all {
		var b *blur
		if shared[i] {
			b = &together
		}
		c.finishOne(one, &ends[i], b)
	}
}

// finishOne ends an attempt and decides what comes of its task. Where nobody knows which of several
// tasks has failed, there is a blur.
func (c *core) finishOne(a *attempt, e *End, b *blur) {
	t := a.task
	defer func() { t.rides = false }()
	c.drop(a)
	if len(e.Details) > 0 {
		c.detail(a, e.Details)
	}
	a.Ended, a.Outcome, a.Exit, a.Error = c.now, e.Outcome, e.Exit, e.Error
	c.batch.Attempts = append(c.batch.Attempts, a.Attempt)
	t.Outcome = e.Outcome
	switch e.Outcome {
	case store.Succeeded:
		t.forget()
		c.move(t, store.Done)
	case store.Interrupted:
		c.move(t, store.Pending)
	case store.Killed:
		t.Error = e.Error
		c.giveUp(t)
	default:
		t.Error = e.Error
		if b != nil {
			c.failTogether(t, b)
		} else {
			c.fail(t, e)
		}
	}
}

// drop takes an attempt from those under way.
func (c *core) drop(a *attempt) {
	delete(c.attempts, a.Fence)
	c.alarms.stop(a.alarm)
	delete(c.workers[a.Worker].attempts, a.Fence)
	a.task.attempt = nil
	if a.waiting != nil {
		c.forgetWait(a.waiting)
		a.waiting = nil
		c.resumed = append(c.resumed, a.Fence)
	}
}

// forget forgets the failures of a task that is about to change its state.
func (t *task) forget() { t.Attempts, t.Failures, t.Error, t.BatchLimit = 0, nil, "", 0 }

// fail decides how a task goes on after an attempt that failed. One that was lost may not be the
// task's own fault, so it counts only among the failures that disable it.
func (c *core) fail(t *task, e *End) {
	retry := fillRetry(t.Retry, c.config.Retry)
	t.Failures = append(since(t.Failures, c.now.Add(-retry.Window)), c.now)
	if e.Outcome != store.Lost {
		t.Attempts++
	}
	switch {
	case len(t.Failures) >= retry.Failures:
		t.NotBefore = c.now.Add(retry.Rest)
		c.record(store.Event{Kind: TaskDisabled, Task: t.Key, Fence: t.Fence, Message: "failed too often; rests until " + t.NotBefore.UTC().Format(time.RFC3339)})
		c.move(t, store.Disabled)
	case e.Permanent, t.Attempts >= retry.Attempts:
		c.giveUp(t)
	default:
		t.NotBefore = c.now.Add(c.backOff(retry, len(t.Failures)))
		c.move(t, store.Retrying)
	}
}

// giveUp lets a task be failed for good.
func (c *core) giveUp(t *task) {
	c.record(store.Event{Kind: TaskFailed, Task: t.Key, Fence: t.Fence, Message: t.Error})
	c.move(t, store.Failed)
}

// since returns the times that are not before one.
func since(times []time.Time, first time.Time) []time.Time {
	for len(times) > 0 && times[0].Before(first) {
		times = times[1:]
	}
	return times
}

// backOff returns how long to wait after so many failures: the wait doubles, and a random part of
// up to one half is taken off, so that tasks which failed together don't come back together.
func (c *core) backOff(retry store.Retry, failures int) time.Duration {
	delay := min(retry.Delay, retry.MaxDelay)
	for range failures - 1 {
		if delay >= retry.MaxDelay/2 {
			delay = retry.MaxDelay
			break
		}
		delay *= 2
	}
	return delay - time.Duration(c.random.Int64N(int64(delay/2)+1))
}
