package scheduler

import (
	"fmt"
	"slices"

	"github.com/gomr/gomr/orchestrate/store"
)

// transitions are all ways from one state to another. The package comment draws them.
var transitions = map[store.State][]store.State{
	"":              {store.Pending, store.Done, store.Missing},
	store.Pending:   {store.Running, store.Done, store.Missing, store.Failed},
	store.Running:   {store.Done, store.Suspended, store.Retrying, store.Failed, store.Disabled, store.Pending},
	store.Suspended: {store.Running, store.Done, store.Retrying, store.Failed, store.Disabled, store.Pending},
	store.Retrying:  {store.Pending, store.Done, store.Failed},
	store.Failed:    {store.Pending, store.Done, store.Missing},
	store.Disabled:  {store.Pending, store.Done, store.Failed, store.Missing},
	store.Missing:   {store.Pending, store.Done, store.Failed},
	store.Done:      {store.Pending, store.Missing, store.Failed},
}

// move gives a task another state and settles what follows from that. It is the only way to one.
func (c *core) move(t *task, to store.State) {
	if !slices.Contains(transitions[t.State], to) {
		panic(fmt.Sprintf("scheduler: task %s goes from %q to %q", t.ID, t.State, to))
	}
	was := t.standing()
	c.enter(t, to)
	c.arrange(t)
	c.propagate(t, was)
}

// enter sets the state and takes the task out of where it waited.
func (c *core) enter(t *task, to store.State) {
	c.dequeue(t)
	c.alarms.stop(t.alarm)
	t.alarm = nil
	if holds(t.State) && !t.rides {
		c.resources.give(t.needs())
	}
	if holds(to) && !t.rides {
		c.resources.take(t.needs())
	}
	reopened := t.State == store.Done
	c.counts[t.State]--
	c.counts[to]++
	c.rare.remove(t)
	t.State, t.Changed = to, c.now
	c.rare.add(t)
	c.grid.enter(t)
	c.touch(t)
	c.noteDue(t)
	if reopened {
		c.inherit(t)
	}
	if to == store.Retrying || to == store.Disabled {
		t.alarm = c.alarms.set(t.NotBefore, t, nil)
	}
}

// arrange puts a task into the queue of those that can start, or takes it out, and ends a
// wrapper with all that it groups.
func (c *core) arrange(t *task) {
	switch {
	case t.Wrapper && t.State == store.Pending && t.open == 0:
		c.enter(t, store.Done)
	case t.Wrapper && t.State == store.Done && t.open > 0:
		c.enter(t, store.Pending)
	case t.startable() && !t.place.waits():
		c.enqueue(t)
	case t.State == store.Pending && !t.startable():
		c.dequeue(t)
	}
}

// A flip is a task whose standing has changed.
type flip struct {
	task     *task
	was, now standing
}

// propagate tells all that wait for a task what became of it since it stood as was. Long chains
// make no deep calls.
func (c *core) propagate(t *task, was standing) {
	flips := []flip{{t, was, t.standing()}}
	for len(flips) > 0 {
		f := flips[len(flips)-1]
		flips = flips[:len(flips)-1]
		if f.was == f.now {
			continue
		}
		for _, d := range f.task.dependents {
			was := d.standing()
			d.open -= boolToInt(f.now.done) - boolToInt(f.was.done)
			d.stuck += boolToInt(f.now.stuck) - boolToInt(f.was.stuck)
			c.arrange(d)
			flips = append(flips, flip{d, was, d.standing()})
		}
		if f.was.settled() != f.now.settled() {
			c.countWaits(f.task, f.now.settled())
		}
	}
}

func boolToInt(b bool) int32 {
	if b {
		return 1
	}
	return 0
}

// touch has the progress of a task written with the present batch.
func (c *core) touch(t *task) {
	if !t.unsaved {
		t.unsaved = true
		c.unsaved = append(c.unsaved, t)
	}
}
