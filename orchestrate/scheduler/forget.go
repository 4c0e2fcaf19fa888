package scheduler

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/gomr/gomr/orchestrate/store"
)

const (
	// keepWorkers is for how long a worker is known of which nothing is heard.
	keepWorkers = 24 * time.Hour

	// keepRequests is for how long the name of a request is looked for in memory whose run has ended. Longer
	// than a submission may be on its way from a look into the store.
	keepRequests = time.Hour
)

// Forget forgets the tasks that have been done since before a time, and those that have failed or are
// missing since then, or wait for such, unless something unfinished or a run under way needs them. A
// task that is submitted again afterwards is a new one. It also forgets workers that were not heard
// of for a day.
//
// It takes many short steps, between which others have their turn. The zero time forgets no task.
func (s *Scheduler) Forget(ctx context.Context, before time.Time) (tasks int, err error) {
	type step struct {
		tasks int
		after int64
		over  bool
	}
	for last := (step{}); !last.over; tasks += last.tasks {
		after := last.after
		var next step
		err = s.call(ctx, func(c *core) error {
			if after == 0 {
				c.forgetWorkers()
				c.forgetRequests()
			}
			next.tasks, next.after, next.over = c.forgetSome(after, before)
			return nil
		})
		if err != nil {
			return tasks, err
		}
		last = next
	}
	return tasks, nil
}

// forgetAtOnce bounds how many tasks one step forgets, for each is removed from the store.
const forgetAtOnce = 1000

// forgetSome forgets some of the tasks after a key. It returns the key to go on after.
func (c *core) forgetSome(after int64, before time.Time) (forgotten int, last int64, over bool) {
	if before.IsZero() {
		return 0, after, true
	}
	var gone []*task
	next := c.indexAfter(after)
	end := min(len(c.order), next+lookAtOnce)
	for ; next < end && len(gone) < forgetAtOnce; next++ {
		t := c.order[next]
		after = t.Key
		if c.forgettable(t, before) {
			t.forgotten = true
			gone = append(gone, t)
		}
	}
	over = next == len(c.order)
	c.remove(gone)
	return len(gone), after, over
}

// forgettable tells whether nothing needs a task any more. The last one stays, for its key must not come again.
func (c *core) forgettable(t *task, before time.Time) bool {
	if t.forgotten || t.held || t.attempt != nil || len(c.waits[t]) > 0 || t.Key == c.lastTask || !t.Changed.Before(before) {
		return false
	}
	switch t.State {
	case store.Done, store.Failed, store.Missing:
	case store.Pending: // it is as good as failed if it waits for what has failed
		if !t.standing().stuck || slices.ContainsFunc(roots(t.requires), func(r *task) bool { return !r.Changed.Before(before) }) {
			return false
		}
	default:
		return false
	}
	return !slices.ContainsFunc(t.dependents, func(d *task) bool { return d.State != store.Done && !d.forgotten })
}

// remove takes tasks that are marked as forgotten out of all that has them.
func (c *core) remove(gone []*task) {
	if len(gone) == 0 {
		return
	}
	isGone := func(t *task) bool { return t.forgotten }
	required, cut := map[*task]bool{}, map[*task]bool{}
	for _, t := range gone {
		for _, r := range t.requires {
			required[r] = !r.forgotten
		}
		for _, d := range t.dependents {
			cut[d] = !d.forgotten
		}
		c.dequeue(t)
		c.alarms.stop(t.alarm)
		c.counts[t.State]--
		c.rare.remove(t)
		c.grid.remove(t)
		delete(c.tasks, t.Key)
		delete(c.byID, t.ID)
		delete(c.due, t.Key)
		if c.lastOf[t.Fence] == t {
			delete(c.lastOf, t.Fence)
		}
		c.batch.Forgotten = append(c.batch.Forgotten, t.Key)
	}
	for r, stays := range required {
		if stays {
			r.dependents = slices.DeleteFunc(r.dependents, isGone)
		}
	}
	for d, stays := range cut {
		if stays {
			c.cut(d)
		}
	}
	c.removed += len(gone)
	if 2*c.removed > len(c.order) {
		c.order, c.removed = slices.DeleteFunc(c.order, isGone), 0
	}
	c.record(store.Event{Kind: TasksForgotten, Message: fmt.Sprintf("%d tasks", len(gone))})
}

// cut takes what is forgotten out of what a task requires that is done.
func (c *core) cut(d *task) {
	for _, r := range d.requires {
		if r.forgotten {
			d.open -= boolToInt(!r.standing().done)
			d.stuck -= boolToInt(r.standing().stuck)
		}
	}
	d.requires = slices.DeleteFunc(slices.Clone(d.requires), func(r *task) bool { return r.forgotten })
	d.Requires = keysOf(d.requires)
	c.added = append(c.added, d)
}

// indexAfter returns where in the order the tasks after a key begin.
func (c *core) indexAfter(key int64) int {
	return sort.Search(len(c.order), func(i int) bool { return c.order[i].Key > key })
}

func (c *core) forgetWorkers() {
	for id, w := range c.workers {
		if len(w.attempts) == 0 && c.now.Sub(w.seen) > keepWorkers {
			delete(c.workers, id)
		}
	}
}

// An endedRequest is the name of a request whose run has ended.
type endedRequest struct {
	name string
	at   time.Time
}

func (c *core) forgetRequests() {
	kept := slices.IndexFunc(c.ended, func(e endedRequest) bool { return c.now.Sub(e.at) <= keepRequests })
	if kept < 0 {
		kept = len(c.ended)
	}
	for _, e := range c.ended[:kept] {
		if run, ok := c.requests[e.name]; ok && c.runs[run] == nil {
			delete(c.requests, e.name)
		}
	}
	c.ended = slices.Clone(c.ended[kept:])
}
