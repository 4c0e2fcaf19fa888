package scheduler

import (
	"slices"

	"github.com/gomr/gomr/orchestrate/store"
)

// A wait lasts until tasks have settled: for an attempt that has asked for them, or for a run
// whose roots they are.
type wait struct {
	on      []*task
	left    int // of on, how many have not settled
	attempt *attempt
	run     *store.Run
}

// await begins a wait. One for settled tasks is over at once.
func (c *core) await(w *wait) {
	for _, t := range w.on {
		c.waits[t] = append(c.waits[t], w)
		if !t.standing().settled() {
			w.left++
		}
	}
	if w.left == 0 {
		c.endWait(w)
	}
}

// countWaits counts a task that has settled, or no longer has, in all that wait for it.
func (c *core) countWaits(t *task, settled bool) {
	for _, w := range slices.Clone(c.waits[t]) {
		if !settled {
			w.left++
			continue
		}
		if w.left--; w.left == 0 {
			c.endWait(w)
		}
	}
}

// endWait goes on with who waited.
func (c *core) endWait(w *wait) {
	c.forgetWait(w)
	if w.attempt != nil {
		c.resumes.push(w.attempt.task)
		return
	}
	delete(c.runs, w.run.Key)
	if w.run.Request != "" {
		c.ended = append(c.ended, endedRequest{w.run.Request, c.now})
	}
	w.run.Ended, w.run.Outcome = c.now, store.Done
	if slices.ContainsFunc(w.on, func(t *task) bool { return t.State != store.Done }) {
		w.run.Outcome = store.Failed
	}
	c.batch.Runs = append(c.batch.Runs, *w.run)
	c.record(store.Event{Kind: RunEnded, Run: w.run.Key})
}

// forgetWait takes a wait from the tasks.
func (c *core) forgetWait(w *wait) {
	for _, t := range w.on {
		c.waits[t] = slices.DeleteFunc(c.waits[t], func(other *wait) bool { return other == w })
		if len(c.waits[t]) == 0 {
			delete(c.waits, t)
		}
	}
}

// suspend has an attempt wait for tasks. Its resources are free meanwhile, and its worker's slot
// is the worker's affair. An attempt that waits already goes on waiting for what it waits for.
func (c *core) suspend(fence int64, ids []string, token string) error {
	a, err := c.held(fence, token)
	if err != nil {
		return err
	}
	if a.waiting != nil {
		return nil
	}
	w := &wait{attempt: a}
	for _, id := range ids {
		t := c.byID[id]
		if t == nil {
			return invalid("%s waits for %s, which is not known", a.task.ID, id)
		}
		if !slices.Contains(w.on, t) {
			w.on = append(w.on, t)
		}
	}
	for _, one := range a.all() {
		if path := c.pathTo(one.task, w.on, nil); path != nil {
			return &CycleError{append([]string{one.task.ID}, path...)}
		}
	}
	a.waiting = w
	for _, one := range a.all() {
		if one.task.State == store.Running { // else it was suspended before a restart
			c.move(one.task, store.Suspended)
		}
		for _, t := range w.on {
			c.raise(t, one.task.priority)
		}
	}
	c.await(w)
	return nil
}

// resume lets suspended attempts go on whose waits are over, as far as there are resources.
func (c *core) resume() {
	for t := c.resumes.first(); t != nil; t = c.resumes.first() {
		for _, one := range t.attempt.all() {
			c.move(one.task, store.Running)
		}
		c.resumed = append(c.resumed, t.Fence)
	}
}

// An Answer tells an attempt what became of the tasks that it waited for.
type Answer struct {
	ID    string
	State store.State
	Error string // of the last attempt that failed
}

// answer returns what an attempt waited for, once its wait is over and it runs again.
func (c *core) answer(fence int64) (answers []Answer, over bool, err error) {
	a, err := c.find(fence)
	if err != nil || a.waiting == nil || a.task.State != store.Running {
		return nil, err == nil && a.waiting == nil, err
	}
	for _, t := range a.waiting.on {
		answers = append(answers, Answer{t.ID, t.State, t.Error})
	}
	a.waiting = nil
	return answers, true, nil
}
