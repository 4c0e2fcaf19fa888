package scheduler

import (
	"cmp"
	"container/heap"
	"fmt"
	"strings"
	"time"

	"github.com/gomr/gomr/orchestrate/store"
)

// Tasks of one batch are made by one process. Each has an attempt of its own, for its history. The
// first of them leads: its fence is that of the process, which alone lives, commits and ends; and it
// alone takes resources, once for all.

// A Member is a task that an attempt makes beside its own.
type Member struct {
	Fence  int64 // of the attempt at it
	Number int   // of attempts in a row, from 1
	Task   store.Spec
}

// A MemberEnd is how the attempt at one task of a batch ended, where that differs from the end of the whole.
type MemberEnd struct {
	Fence     int64
	Outcome   store.Outcome // [store.Succeeded] or [store.Errored]
	Error     string
	Permanent bool
}

// batchLimit returns how many tasks one attempt at t may make, itself included.
func (t *task) batchLimit() int {
	switch {
	case t.Batch == "":
		return 1
	case t.BatchLimit > 0:
		return min(t.BatchLimit, t.MaxBatch)
	}
	return max(t.MaxBatch, 1)
}

// mateKey is the same for tasks that one attempt may make together, and empty where a task is made
// alone. Those that were in a batch that failed are not mixed with others.
func (t *task) mateKey() string {
	limit := t.batchLimit()
	if limit < 2 {
		return ""
	}
	var key strings.Builder
	fmt.Fprintf(&key, "%s\x00%s\x00%d\x00%d", t.Program, t.Batch, limit, t.Timeout)
	for _, n := range t.needs() {
		fmt.Fprintf(&key, "\x00%s\x00%d", n.resource, n.amount)
	}
	return key.String()
}

// enqueue puts a task that can start where it is found.
func (c *core) enqueue(t *task) {
	c.queue(t.Program).push(t)
	if key := t.mateKey(); key != "" {
		m := c.mates[key]
		if m == nil {
			m = &mates{key: key}
			c.mates[key] = m
		}
		t.mates = m
		heap.Push(m, t)
	}
}

// dequeue takes a task out of where it waits, if it does.
func (c *core) dequeue(t *task) {
	t.place.leave()
	if m := t.mates; m != nil {
		heap.Remove(m, int(t.mateIndex))
		if m.Len() == 0 {
			delete(c.mates, m.key)
		}
		t.mates = nil
	}
}

// reorder puts a task that waits into its order, after its priority has changed.
func (c *core) reorder(t *task) {
	t.place.fix()
	if t.mates != nil {
		heap.Fix(t.mates, int(t.mateIndex))
	}
}

// takeMates takes those out of their queue that are made together with a task, which is in its queue too.
func (c *core) takeMates(t *task) (taken []*task) {
	m, limit := t.mates, t.batchLimit()
	if m == nil {
		return nil
	}
	c.dequeue(t)
	for len(taken) < limit-1 && m.Len() > 0 {
		mate := m.tasks[0]
		c.dequeue(mate)
		taken = append(taken, mate)
	}
	return taken
}

// leader returns the attempt whose process makes this one.
func (a *attempt) leader() *attempt { return cmp.Or(a.lead, a) }

// all returns the attempts that the process of a leader makes.
func (a *attempt) all() []*attempt { return append([]*attempt{a}, a.others...) }

// killed returns who wants the end of one of the attempts of a leader, and why.
func (a *attempt) killed() string {
	for _, one := range a.all() {
		if one.kill != "" {
			return one.kill
		}
	}
	return ""
}

// members returns what a leader makes beside its own task.
func (a *attempt) members() (members []Member) {
	for _, one := range a.others {
		members = append(members, Member{one.Fence, one.Number, one.task.Spec})
	}
	return members
}

// of returns the end of one attempt of a batch that has ended, and whether nobody knows that it is its own.
func (e *End) of(a *attempt) (end End, shared bool) {
	end = *e
	if a.lead != nil {
		end.Details, end.Exit = nil, 0
	}
	for _, m := range e.Members {
		if m.Fence == a.Fence && (e.Outcome == store.Succeeded || e.Outcome == store.Errored) {
			end.Outcome, end.Error, end.Permanent = m.Outcome, m.Error, m.Permanent
			return end, false
		}
	}
	switch {
	case e.Outcome == store.Succeeded && a.lead != nil: // a worker that knows nothing of batches has made the first alone
		end.Outcome, end.Error = store.Errored, "its worker did not tell what became of it; is it older than the server?"
		return end, true
	case e.Outcome == store.Killed && a.kill == "" && a.leader().killed() != "":
		end.Outcome, end.Error = store.Interrupted, "a task of its batch was killed"
		return end, false
	case e.Outcome == store.Killed, e.Outcome == store.Succeeded, e.Outcome == store.Interrupted:
		return end, false
	}
	return end, true
}

// couldBe reports whether an attempt may have ended like this when e was told.
func (e *End) couldBe(fence int64, outcome store.Outcome) bool {
	for _, m := range e.Members {
		if m.Fence == fence && m.Outcome == outcome {
			return true
		}
	}
	return outcome == e.Outcome || e.Outcome == store.Killed && outcome == store.Interrupted
}

// A blur is what comes of tasks that failed together.
type blur struct {
	size int       // of the batch
	next time.Time // when they go on: at once, or they would come back one by one
}

// blurOf returns what comes of the tasks of a leader.
func (c *core) blurOf(a *attempt) blur {
	return blur{len(a.others) + 1, c.now.Add(c.backOff(fillRetry(a.task.Retry, c.config.Retry), 1))}
}

// failTogether decides how a task goes on after a batch that failed as a whole. It may not be its
// fault, so it costs none of its attempts; the next batch has half of the tasks, until one is alone.
func (c *core) failTogether(t *task, b *blur) {
	t.BatchLimit, t.NotBefore = max(1, b.size/2), b.next
	c.move(t, store.Retrying)
}

// Mates are tasks that wait and that one attempt may make together, as a heap in their order.
type mates struct {
	key   string // see task.mateKey
	tasks []*task
}

func (m *mates) Len() int           { return len(m.tasks) }
func (m *mates) Less(i, j int) bool { return m.tasks[i].before(m.tasks[j]) }

func (m *mates) Swap(i, j int) {
	m.tasks[i], m.tasks[j] = m.tasks[j], m.tasks[i]
	m.tasks[i].mateIndex, m.tasks[j].mateIndex = int32(i), int32(j)
}

// Push implements [heap.Interface].
func (m *mates) Push(x any) {
	t := x.(*task)
	t.mateIndex = int32(len(m.tasks))
	m.tasks = append(m.tasks, t)
}

// Pop implements [heap.Interface].
func (m *mates) Pop() any {
	last := len(m.tasks) - 1
	t := m.tasks[last]
	m.tasks[last] = nil
	m.tasks = m.tasks[:last]
	return t
}
