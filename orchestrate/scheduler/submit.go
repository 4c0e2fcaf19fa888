package scheduler

import (
	"fmt"
	"maps"
	"slices"

	"github.com/gomr/gomr/orchestrate/store"
)

// A Node is a task as it is submitted. The Requires of its Spec don't count: those of the node do.
type Node struct {
	store.Spec
	Requires []string // IDs of tasks that come before it in the submission, or that are known
	Complete bool     // its output exists; what it requires doesn't matter then
}

// A Submission is a request for tasks.
type Submission struct {
	// Request names the request. A second one of that name changes nothing and gets the same
	// receipt, so that a request whose answer was lost can be made again. Empty is no name.
	Request string

	// By is who asks.
	By string

	// Nodes are the tasks, each after all that it requires. Tasks that are known with one ID are
	// one task: what is new of it counts, but never while it runs.
	Nodes []Node

	// Roots are the IDs of the tasks that are wanted: a run is over when they are. Without any,
	// the nodes are only added.
	Roots []string

	// Forgive gives tasks that have failed their attempts back.
	Forgive bool
}

// A Receipt tells what a submission came to.
type Receipt struct {
	Run   int64 // key, zero where it has no roots
	Added int   // tasks that were not known
}

// submit adds tasks and a run of them.
func (c *core) submit(s *Submission) (Receipt, error) {
	if run, ok := c.requests[s.Request]; ok && s.Request != "" {
		return Receipt{Run: run}, nil
	}
	links, err := c.checkSubmission(s)
	if err != nil {
		return Receipt{}, err
	}
	added := c.adopt(s, links)
	receipt := Receipt{Added: added}
	if len(s.Roots) > 0 {
		receipt.Run = c.begin(s)
	}
	return receipt, nil
}

// links are what the tasks of a submission require, by ID. The tasks that are not known yet are in fresh.
type links struct {
	requires map[string][]*task
	fresh    map[string]*task
}

func (l *links) find(c *core, id string) *task {
	if t := c.byID[id]; t != nil {
		return t
	}
	return l.fresh[id]
}

// checkSubmission looks for all that can be wrong, and changes nothing.
func (c *core) checkSubmission(s *Submission) (*links, error) {
	l := &links{map[string][]*task{}, map[string]*task{}}
	for i := range s.Nodes {
		n := &s.Nodes[i]
		switch {
		case n.ID == "":
			return nil, invalid("node %d has no ID", i)
		case n.Program == "" && !n.External && !n.Wrapper:
			return nil, invalid("%s: no program is named that can run it", n.ID)
		}
		required := make([]*task, 0, len(n.Requires))
		for _, id := range n.Requires {
			t := l.find(c, id)
			if t == nil {
				return nil, invalid("%s requires %s, which is not known and doesn't stand before it", n.ID, id)
			}
			if !slices.Contains(required, t) {
				required = append(required, t)
			}
		}
		l.requires[n.ID] = required
		if l.find(c, n.ID) == nil {
			l.fresh[n.ID] = &task{Task: store.Task{Spec: store.Spec{ID: n.ID}}}
		}
	}
	for _, id := range s.Roots {
		if l.find(c, id) == nil {
			return nil, invalid("the root %s is not known", id)
		}
	}
	return l, c.checkCycles(s, l)
}

// checkCycles looks for ways from tasks that are known, and get other requirements, back to
// themselves. New ones only lead to what stands before them.
func (c *core) checkCycles(s *Submission, l *links) error {
	for i := range s.Nodes {
		n := &s.Nodes[i]
		t := c.byID[n.ID]
		if t == nil || n.Complete || slices.Equal(t.requires, l.requires[n.ID]) {
			continue
		}
		if path := c.pathTo(t, l.requires[n.ID], l); path != nil {
			return &CycleError{append([]string{t.ID}, path...)}
		}
	}
	return nil
}

// pathTo returns the IDs on a way from some tasks to another one, along what they require now or
// will, and what their attempts wait for. Nil is no way. Done tasks are no way.
func (c *core) pathTo(to *task, from []*task, l *links) []string {
	seen := map[*task]bool{}
	var path []string
	var visit func(t *task) bool
	visit = func(t *task) bool {
		if t == to {
			path = append(path, t.ID)
			return true
		}
		if seen[t] || t.State == store.Done {
			return false
		}
		seen[t] = true
		next := t.requires
		if l != nil && l.requires[t.ID] != nil {
			next = l.requires[t.ID]
		}
		if t.attempt != nil && t.attempt.leader().waiting != nil {
			next = append(slices.Clone(next), t.attempt.leader().waiting.on...)
		}
		path = append(path, t.ID)
		if slices.ContainsFunc(next, visit) {
			return true
		}
		path = path[:len(path)-1]
		return false
	}
	if slices.ContainsFunc(from, visit) {
		return path
	}
	return nil
}

// adopt makes the tasks of a submission those of the core, and returns how many are new.
func (c *core) adopt(s *Submission, l *links) int {
	added := 0
	nodes := make([]*task, len(s.Nodes))
	for i := range s.Nodes {
		n := &s.Nodes[i]
		t := c.byID[n.ID]
		if t == nil {
			t = l.fresh[n.ID]
			c.add(t, n, l.requires[n.ID])
			added++
		} else {
			c.renew(t, n, l.requires[n.ID], s.Forgive)
		}
		nodes[i] = t
	}
	for _, t := range slices.Backward(nodes) {
		for _, required := range t.requires {
			c.raise(required, t.priority)
		}
	}
	return added
}

// add makes a new task.
func (c *core) add(t *task, n *Node, required []*task) {
	c.lastTask++
	t.Key, t.Spec, t.priority = c.lastTask, n.Spec, n.Priority
	c.tasks[t.Key], c.byID[t.ID] = t, t
	c.order = append(c.order, t)
	c.grid.add(t)
	c.link(t, required)
	c.added = append(c.added, t)
	c.move(t, firstState(n))
}

func firstState(n *Node) store.State {
	switch {
	case n.Wrapper:
		return store.Pending
	case n.Complete:
		return store.Done
	case n.External:
		return store.Missing
	}
	return store.Pending
}

// renew takes what a submission says of a task that is known.
func (c *core) renew(t *task, n *Node, required []*task, forgive bool) {
	if t.attempt != nil || t.held {
		return
	}
	c.respecify(t, n, required)
	switch want := firstState(n); {
	case t.Wrapper:
	case want == store.Done && t.State != store.Done:
		c.record(store.Event{Kind: TaskPresent, Task: t.Key})
		t.forget()
		c.move(t, store.Done)
	case want != store.Done && t.State == store.Done:
		c.record(store.Event{Kind: TaskAbsent, Task: t.Key})
		c.move(t, want)
	case t.State == store.Missing && want == store.Pending, t.State == store.Pending && want == store.Missing:
		c.move(t, want)
	case t.State == store.Failed && forgive:
		c.forgive(t)
	}
}

// respecify replaces what a task is, where that has changed.
func (c *core) respecify(t *task, n *Node, required []*task) {
	if n.Complete && !n.Wrapper { // nobody has looked at what it requires
		required = t.requires
	}
	if sameSpec(&t.Spec, &n.Spec) && slices.Equal(t.requires, required) {
		return
	}
	was := t.standing()
	c.dequeue(t) // it may belong into another queue
	c.grid.remove(t)
	t.Spec = n.Spec
	c.grid.add(t)
	t.priority = max(t.priority, t.Priority)
	for _, old := range t.requires {
		old.dependents = slices.DeleteFunc(old.dependents, func(d *task) bool { return d == t })
	}
	c.link(t, required)
	c.arrange(t)
	c.noteDue(t)
	c.propagate(t, was)
	c.added = append(c.added, t)
}

func sameSpec(a, b *store.Spec) bool {
	return a.Family == b.Family && a.Program == b.Program && slices.Equal(a.Args, b.Args) &&
		a.External == b.External && a.Wrapper == b.Wrapper && a.Priority == b.Priority &&
		maps.Equal(a.Resources, b.Resources) && a.Timeout == b.Timeout && a.Retry == b.Retry &&
		a.Batch == b.Batch && a.MaxBatch == b.MaxBatch && a.Due.Equal(b.Due) && a.Owner == b.Owner
}

// link sets what a task requires.
func (c *core) link(t *task, required []*task) {
	t.requires, t.open, t.stuck = required, 0, 0
	t.Requires = keysOf(required)
	for _, r := range required {
		r.dependents = append(r.dependents, t)
		t.open += boolToInt(!r.standing().done)
		t.stuck += boolToInt(r.standing().stuck)
	}
}

// keysOf returns the keys of tasks, and nil of none, as the store does.
func keysOf(tasks []*task) []int64 {
	if len(tasks) == 0 {
		return nil
	}
	keys := make([]int64, len(tasks))
	for i, t := range tasks {
		keys[i] = t.Key
	}
	return keys
}

// raise gives a task and all that it requires at least a priority.
func (c *core) raise(t *task, priority int) {
	raised := []*task{t}
	for len(raised) > 0 {
		t := raised[len(raised)-1]
		raised = raised[:len(raised)-1]
		if t.priority >= priority || t.State == store.Done {
			continue
		}
		t.priority = priority
		c.reorder(t)
		raised = append(raised, t.requires...)
	}
}

// inherit gives a task that is to be done again the priority of those that wait for it.
func (c *core) inherit(t *task) {
	t.priority = t.Priority
	for _, d := range t.dependents {
		if d.State != store.Done {
			t.priority = max(t.priority, d.priority)
		}
	}
	for _, required := range t.requires {
		c.raise(required, t.priority)
	}
}

// begin starts a run of the roots.
func (c *core) begin(s *Submission) int64 {
	c.lastRun++
	run := &store.Run{Key: c.lastRun, Request: s.Request, By: s.By, At: c.now}
	w := &wait{run: run}
	for _, id := range s.Roots {
		t := c.byID[id]
		run.Roots = append(run.Roots, t.Key)
		w.on = append(w.on, t)
	}
	if s.Request != "" {
		c.requests[s.Request] = run.Key
	}
	c.batch.Runs = append(c.batch.Runs, *run)
	c.record(store.Event{Kind: RunSubmitted, Run: run.Key, By: s.By, Message: fmt.Sprintf("%d tasks, %d roots", len(s.Nodes), len(s.Roots))})
	c.runs[run.Key] = w
	c.await(w)
	return run.Key
}
