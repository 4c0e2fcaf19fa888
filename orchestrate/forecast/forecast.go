package forecast

import (
	"slices"
	"time"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// A Finish is when a task is expected to be done.
type Finish struct {
	P50, P95 time.Time

	// Unknown is how many steps of the way count as taking no time, because none of their family has
	// succeeded yet.
	Unknown int

	// Blocked is the key of a task that has to be mended before, and zero where there is none.
	Blocked int64
}

// A Step is a task on the way to another one.
type Step struct {
	Task    scheduler.OpenTask
	Took    Summary       // of its family
	Elapsed time.Duration // since its attempt started; zero where it has not
	Finish  Finish
}

// A Forecast is made of tasks that are not done. It doesn't change.
type Forecast struct {
	now    time.Time
	nodes  map[int64]*node
	sorted []*node // each after all that it waits for
}

// A node is a task with what is expected of it.
type node struct {
	task   *scheduler.OpenTask
	took   Summary
	finish Finish
	last   *node // what it waits for longest, by P95; nil where it waits for nothing
	order  place
}

// A place is how far a node has come on its way into the order.
type place int8

const (
	unseen place = iota
	begun
	placed
)

// Predict makes the forecast of tasks that are not done. What they wait for and is not among them
// counts as done. It asks took once for each family.
func Predict(now time.Time, open []scheduler.OpenTask, took func(family string) Summary) *Forecast {
	f := &Forecast{now: now, nodes: make(map[int64]*node, len(open))}
	families := map[string]Summary{}
	all := make([]node, len(open)) // at once, for there may be many
	for i := range open {
		n := &all[i]
		n.task = &open[i]
		f.nodes[n.task.Key] = n
		if n.task.Wrapper || n.task.External {
			continue
		}
		summary, ok := families[n.task.Family]
		if !ok {
			summary = took(n.task.Family)
			families[n.task.Family] = summary
		}
		n.took = summary
	}
	f.sort(all)
	for _, n := range f.sorted {
		f.expect(n)
	}
	return f
}

// sort puts the nodes in an order in which each is after all that it waits for. Long chains make no deep calls.
func (f *Forecast) sort(all []node) {
	f.sorted = make([]*node, 0, len(all))
	var stack []*node
	for i := range all {
		stack = append(stack, &all[i])
		for len(stack) > 0 {
			n := stack[len(stack)-1]
			if n.order != unseen {
				stack = stack[:len(stack)-1]
				if n.order == begun {
					n.order = placed
					f.sorted = append(f.sorted, n)
				}
				continue
			}
			n.order = begun
			for _, key := range n.task.Requires {
				if required := f.nodes[key]; required != nil && required.order == unseen {
					stack = append(stack, required)
				}
			}
		}
	}
}

// expect tells when a task is done, from when those are that it waits for.
func (f *Forecast) expect(n *node) {
	t := n.task
	start := Finish{P50: f.now, P95: f.now}
	for _, key := range t.Requires {
		required := f.nodes[key]
		if required == nil || required.finish.P95.IsZero() {
			continue
		}
		if n.last == nil || required.finish.P95.After(n.last.finish.P95) {
			n.last = required
		}
		start.P50, start.P95 = latest(start.P50, required.finish.P50), latest(start.P95, required.finish.P95)
		if start.Blocked == 0 {
			start.Blocked = required.finish.Blocked
		}
	}
	if n.last != nil {
		start.Unknown = n.last.finish.Unknown
	}
	switch t.State {
	case store.Retrying, store.Disabled:
		start.P50, start.P95 = latest(start.P50, t.NotBefore), latest(start.P95, t.NotBefore)
	case store.Failed:
		start.Blocked = t.Key
	}
	n.finish = start
	if t.Wrapper || t.External {
		return
	}
	if !n.took.Known() {
		n.finish.Unknown++
	}
	elapsed := f.elapsed(t)
	n.finish.P50 = start.P50.Add(remaining(n.took.P50, elapsed))
	n.finish.P95 = start.P95.Add(remaining(n.took.P95, elapsed))
}

func (f *Forecast) elapsed(t *scheduler.OpenTask) time.Duration {
	if t.Started.IsZero() {
		return 0
	}
	return max(0, f.now.Sub(t.Started))
}

// remaining returns how long a task takes yet that has run for some time. One that has run too long is
// expected to take another tenth of what was expected.
func remaining(expected, elapsed time.Duration) time.Duration {
	return max(expected-elapsed, expected/10)
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Finish returns when a task is expected to be done. One that is not in the forecast is done now.
func (f *Forecast) Finish(key int64) Finish {
	if n := f.nodes[key]; n != nil {
		return n.finish
	}
	return Finish{P50: f.now, P95: f.now}
}

// Task returns a task of the forecast, or nil.
func (f *Forecast) Task(key int64) *scheduler.OpenTask {
	if n := f.nodes[key]; n != nil {
		return n.task
	}
	return nil
}

// Path returns the steps to a task that take longest, by P95: the first one waits for nothing, and the last
// one is the task. It is empty where the task is not in the forecast.
func (f *Forecast) Path(key int64) []Step {
	var steps []Step
	for n := f.nodes[key]; n != nil; n = n.last {
		steps = append(steps, Step{Task: *n.task, Took: n.took, Elapsed: f.elapsed(n.task), Finish: n.finish})
	}
	slices.Reverse(steps)
	return steps
}
