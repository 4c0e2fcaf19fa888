package scheduler

import (
	"fmt"
	"slices"
	"time"

	"github.com/gomr/gomr/orchestrate/store"
)

// An Explanation tells where a task is and why it is not further.
type Explanation struct {
	Task     store.Task
	Priority int // with what it has from tasks that wait for it
	Attempt  *store.Attempt
	Reasons  []Reason
}

// A Reason is one thing that keeps a task from going on.
type Reason struct {
	Kind ReasonKind
	Text string // for people

	Task     string // ID of the task to blame, where there is one
	Resource string // that it lacks, where it is one
	Hold     string // name of the hold that it is under, where it is one
	Until    time.Time
}

// A ReasonKind is a kind of reasons.
type ReasonKind string

// The kinds of reasons.
const (
	WaitsForTask     ReasonKind = "requires" // a task that is not done yet
	BlockedByTask    ReasonKind = "upstream" // a task that won't be done before somebody acts
	LacksResource    ReasonKind = "resource" // others hold it
	BeyondLimit      ReasonKind = "limit"    // there is not so much of it
	SchedulerPaused  ReasonKind = "paused"
	HeldBack         ReasonKind = "held" // its output is being moved, or was when who did that was killed
	ResourcePaused   ReasonKind = "resource paused"
	NoWorker         ReasonKind = "no worker"  // that runs its program has asked lately
	QueuedBehind     ReasonKind = "queue"      // tasks of the same program that come first
	RestsUntil       ReasonKind = "until"      // a time
	NeedsHelp        ReasonKind = "needs help" // it has failed, or its input is missing
	UnderWay         ReasonKind = "under way"
	NothingIsMissing ReasonKind = "done"
)

// mostReasons bounds how many tasks of a kind are named.
const mostReasons = 10

// explain tells why a task is where it is.
func (c *core) explain(id string) (Explanation, error) {
	t, err := c.named(id)
	if err != nil {
		return Explanation{}, err
	}
	e := Explanation{Task: t.Task, Priority: t.priority}
	e.Task.Failures = slices.Clone(t.Failures)
	switch t.State {
	case store.Done:
		e.add(Reason{Kind: NothingIsMissing, Text: "its output exists since " + stamp(t.Changed)})
	case store.Failed:
		e.add(Reason{Kind: NeedsHelp, Text: "it has failed: " + t.Error})
	case store.Missing:
		e.add(Reason{Kind: NeedsHelp, Text: "it is external, and its output is missing"})
	case store.Retrying:
		e.add(Reason{Kind: RestsUntil, Until: t.NotBefore, Text: "it has failed, and is tried again at " + stamp(t.NotBefore) + ": " + t.Error})
	case store.Disabled:
		e.add(Reason{Kind: RestsUntil, Until: t.NotBefore, Text: fmt.Sprintf("it has failed %d times and rests until %s: %s", len(t.Failures), stamp(t.NotBefore), t.Error)})
	case store.Running, store.Suspended:
		c.explainAttempt(&e, t.attempt)
	case store.Pending:
		c.explainPending(&e, t)
	}
	return e, nil
}

func (e *Explanation) add(r Reason) { e.Reasons = append(e.Reasons, r) }

func stamp(at time.Time) string { return at.UTC().Format(time.RFC3339) }

func (c *core) explainAttempt(e *Explanation, a *attempt) {
	copied := a.Attempt
	e.Attempt = &copied
	waiting := a.leader().waiting
	if waiting == nil || a.task.State == store.Running {
		text := fmt.Sprintf("it runs on %s since %s", a.Worker, stamp(a.Started))
		if n := len(a.leader().others); n > 0 {
			text += fmt.Sprintf(", in one process with %d others", n)
		}
		e.add(Reason{Kind: UnderWay, Text: text})
		return
	}
	c.explainTasks(e, waiting.on)
}

// explainPending tells what a task waits for: others first, then what it needs to start.
func (c *core) explainPending(e *Explanation, t *task) {
	if h := c.holds[c.holdOf[t.Key]]; h != nil {
		e.add(Reason{Kind: HeldBack, Hold: h.Name, Text: fmt.Sprintf("its output is being moved by %s of %s, since %s", h.Name, h.By, stamp(h.At))})
	}
	if t.open > 0 {
		c.explainTasks(e, t.requires)
		return
	}
	for _, n := range t.needs() {
		if c.resources.paused[n.resource] {
			e.add(Reason{Kind: ResourcePaused, Resource: n.resource, Text: fmt.Sprintf("it takes %s, which is paused: 'unpause %s' lets it start", n.resource, n.resource)})
		}
		switch limit := c.resources.limit(n.resource); {
		case n.amount > limit:
			e.add(Reason{Kind: BeyondLimit, Resource: n.resource, Text: fmt.Sprintf("it needs %d of %s, and there is %d", n.amount, n.resource, limit)})
		case n.amount > c.resources.free(n.resource):
			e.add(Reason{Kind: LacksResource, Resource: n.resource, Text: fmt.Sprintf("it needs %d of %s, and %d of %d are taken", n.amount, n.resource, c.resources.used[n.resource], limit)})
		}
	}
	if c.paused {
		e.add(Reason{Kind: SchedulerPaused, Text: "the scheduler is paused"})
	}
	if !c.hasWorker(t.Program) {
		e.add(Reason{Kind: NoWorker, Text: "no worker that runs " + t.Program + " has been heard of for " + c.config.Lease.String()})
	}
	if len(e.Reasons) == 0 {
		e.add(Reason{Kind: QueuedBehind, Text: c.queue(t.Program).explain(t)})
	}
}

// explain tells where a task is among those that can start.
func (q *queue) explain(t *task) string {
	if len(q.ready) <= 1 {
		return "it can start, and waits for a worker"
	}
	before := 0
	for _, other := range q.ready {
		before += int(boolToInt(other.before(t)))
	}
	return fmt.Sprintf("it waits for a worker as number %d of %d tasks that can start", before+1, len(q.ready))
}

// hasWorker tells whether a worker for a program has been heard of lately.
func (c *core) hasWorker(program string) bool {
	for _, w := range c.workers {
		if slices.Contains(w.Programs, program) && !w.Draining && c.now.Sub(w.seen) <= c.config.Lease {
			return true
		}
	}
	return false
}

// explainTasks names the tasks that are to blame: at the root of what is stuck, and else those
// that are not done.
func (c *core) explainTasks(e *Explanation, on []*task) {
	waiting := 0
	for _, t := range on {
		if s := t.standing(); !s.settled() {
			if waiting++; waiting <= mostReasons {
				e.add(Reason{Kind: WaitsForTask, Task: t.ID, Text: fmt.Sprintf("%s is %s", t.ID, t.State)})
			}
		}
	}
	if waiting > mostReasons {
		e.add(Reason{Kind: WaitsForTask, Text: fmt.Sprintf("and %d more are not done", waiting-mostReasons)})
	}
	for _, t := range roots(on) {
		text := fmt.Sprintf("%s is %s", t.ID, t.State)
		if t.Error != "" {
			text += ": " + t.Error
		}
		e.add(Reason{Kind: BlockedByTask, Task: t.ID, Text: text, Until: t.NotBefore})
	}
}

// roots returns tasks that are stuck by themselves, and keep others from being done; not all
// where they are many.
func roots(on []*task) (found []*task) {
	seen := map[*task]bool{}
	next := slices.Clone(on)
	for len(next) > 0 && len(found) < mostReasons {
		t := next[0]
		next = next[1:]
		if seen[t] || !t.standing().stuck {
			continue
		}
		seen[t] = true
		if stuckByItself(t.State) {
			found = append(found, t)
			continue
		}
		next = append(next, t.requires...)
	}
	return found
}
