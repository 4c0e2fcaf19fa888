package scheduler

import (
	"fmt"

	"github.com/gomr/gomr/orchestrate/store"
)

// load makes the state of what a store has.
func (c *core) load(live *store.Live) error {
	c.lastTask, c.lastFence, c.lastRun, c.lastEvent = live.LastTask, live.LastFence, live.LastRun, live.LastEvent
	for name, value := range live.Settings {
		if err := c.applySetting(name, value); err != nil {
			return err
		}
	}
	applyStarts(live)
	tasks := make([]*task, len(live.Tasks))
	for i := range live.Tasks {
		t := &task{Task: live.Tasks[i]}
		t.priority = t.Priority
		c.counts[t.State]++
		c.rare.add(t)
		c.noteDue(t)
		c.grid.add(t)
		c.tasks[t.Key], c.byID[t.ID] = t, t
		tasks[i] = t
		c.order = append(c.order, t)
		if t.Fence != 0 {
			c.lastOf[t.Fence] = t
		}
	}
	for _, a := range live.Attempts {
		if t := c.tasks[a.Task]; t != nil {
			t.rides = a.Batch != 0
		}
	}
	if err := c.loadHolds(); err != nil {
		return err
	}
	if err := c.loadGraph(tasks); err != nil {
		return err
	}
	if err := c.loadAttempts(live.Attempts); err != nil {
		return err
	}
	return c.loadRuns(live.Runs)
}

// applyStarts gives the tasks that core.run has started the progress that was not written.
func applyStarts(live *store.Live) {
	attempts := make(map[int64]*store.Attempt, len(live.Attempts)) // by the key of the task
	for i := range live.Attempts {
		attempts[live.Attempts[i].Task] = &live.Attempts[i]
	}
	for i := range live.Tasks {
		t := &live.Tasks[i]
		if a := attempts[t.Key]; a != nil && t.State == store.Pending && t.Fence < a.Fence {
			t.State, t.Fence, t.Outcome, t.Changed = store.Running, a.Fence, "", a.Started
		}
	}
}

// loadGraph links the tasks and puts each where it waits.
func (c *core) loadGraph(tasks []*task) error {
	for _, t := range tasks {
		t.requires = make([]*task, len(t.Requires))
		for i, key := range t.Requires {
			required := c.tasks[key]
			if required == nil {
				return fmt.Errorf("task %d (%s) requires task %d, which the store doesn't have", t.Key, t.ID, key)
			}
			t.requires[i] = required
			required.dependents = append(required.dependents, t)
			t.open += boolToInt(required.State != store.Done)
		}
	}
	for _, t := range tasks {
		if stuckByItself(t.State) {
			c.propagate(t, standing{})
		}
	}
	for _, t := range tasks {
		was := t.standing()
		c.arrange(t)
		c.propagate(t, was)
		switch t.State {
		case store.Retrying, store.Disabled:
			c.boundWait(t)
			t.alarm = c.alarms.set(t.NotBefore, t, nil)
		case store.Running:
			if !t.rides {
				c.resources.take(t.needs())
			}
		}
		if t.State != store.Done {
			for _, required := range t.requires {
				c.raise(required, t.priority)
			}
		}
	}
	return nil
}

// boundWait has a task wait no longer than it would from now on: the clock may have been set back
// since it was told how long.
func (c *core) boundWait(t *task) {
	retry := fillRetry(t.Retry, c.config.Retry)
	longest := retry.MaxDelay
	if t.State == store.Disabled {
		longest = retry.Rest
	}
	if latest := c.now.Add(longest); t.NotBefore.After(latest) {
		t.NotBefore = latest
	}
}

// loadAttempts goes on with the attempts that were under way: their workers have a lease to be heard of.
func (c *core) loadAttempts(attempts []store.Attempt) error {
	for _, stored := range attempts {
		t := c.tasks[stored.Task]
		if t == nil || t.Fence != stored.Fence || (t.State != store.Running && t.State != store.Suspended) {
			return fmt.Errorf("attempt %d is under way, and its task %d is not running it", stored.Fence, stored.Task)
		}
		a := &attempt{Attempt: stored, task: t, lease: c.now.Add(c.config.Lease), kill: stored.Details[killDetail]}
		w := c.workers[a.Worker]
		if w == nil {
			w = &worker{WorkerInfo: WorkerInfo{ID: a.Worker}, attempts: map[int64]*attempt{}}
			c.workers[a.Worker] = w
		}
		if a.Batch != 0 { // fences grow, and the first one leads
			if a.lead = c.attempts[a.Batch]; a.lead == nil {
				return fmt.Errorf("attempt %d is under way in the process of attempt %d, which is not", stored.Fence, stored.Batch)
			}
			a.lead.others = append(a.lead.others, a)
		}
		c.hold(a, w)
	}
	for _, t := range c.tasks {
		if (t.State == store.Running || t.State == store.Suspended) && t.attempt == nil {
			return fmt.Errorf("task %d (%s) is %s, and has no attempt under way", t.Key, t.ID, t.State)
		}
	}
	return nil
}

func (c *core) loadRuns(runs []store.Run) error {
	for i := range runs {
		w := &wait{run: &runs[i]}
		for _, key := range runs[i].Roots {
			t := c.tasks[key]
			if t == nil {
				return fmt.Errorf("run %d wants task %d, which the store doesn't have", runs[i].Key, key)
			}
			w.on = append(w.on, t)
		}
		c.requests[runs[i].Request] = runs[i].Key
		c.runs[runs[i].Key] = w
		c.await(w)
	}
	return nil
}
