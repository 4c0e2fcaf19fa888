package scheduler

import (
	"cmp"
	"context"
	"iter"
	"math"
	"slices"
	"time"

	"github.com/gomr/gomr/orchestrate/store"
)

// MostInGraph is how many tasks [Scheduler.Graph] returns at most.
const MostInGraph = 100_000

// A GraphQuery says which tasks are wanted: those of the first of its fields that is set, or all.
type GraphQuery struct {
	Root   string // ID of a task, with all that it requires
	Run    int64  // key of a run, with all that its roots require
	Around string // ID of a task, with all that is at most Depth steps before or behind it
	Depth  int
}

// A GraphTask is a task as a picture of the graph shows it.
type GraphTask struct {
	Key        int64
	ID, Family string
	State      store.State
	Changed    time.Time // when the state changed
	Stuck      bool      // it waits for what won't be done before somebody acts
	Requires   []int64   // keys: what it requires, and what its attempt has asked for
}

// Graph returns tasks by key. It may see changes that are made meanwhile, for others have their turn in between: what
// a task requires may not be among them. The error may be [ErrUnknownTask], [ErrUnknownRun], or
// an [*InvalidError] where there are more than [MostInGraph].
func (s *Scheduler) Graph(ctx context.Context, q GraphQuery) ([]GraphTask, error) {
	w := &graphWalk{scheduler: s, known: map[int64]bool{}}
	var err error
	switch {
	case q.Root != "":
		err = w.from(ctx, q.Root, math.MaxInt, asksFor)
	case q.Run != 0:
		var run store.Run
		if run, err = s.runOf(ctx, q.Run); err == nil {
			err = w.along(ctx, run.Roots, math.MaxInt, asksFor)
		}
	case q.Around != "":
		if err = w.from(ctx, q.Around, q.Depth, asksFor); err == nil {
			err = w.from(ctx, q.Around, q.Depth, askedFor)
		}
	default:
		err = w.all(ctx)
	}
	if err != nil {
		return nil, err
	}
	slices.SortFunc(w.tasks, func(a, b GraphTask) int { return cmp.Compare(a.Key, b.Key) })
	return w.tasks, nil
}

// A step goes from a task to those next to it.
type step func(c *core, t *task) iter.Seq[*task]

// asksFor goes to what a task requires, and what its attempt waits for.
func asksFor(_ *core, t *task) iter.Seq[*task] {
	return func(yield func(*task) bool) {
		for _, r := range t.requires {
			if !yield(r) {
				return
			}
		}
		if t.attempt == nil || t.attempt.waiting == nil {
			return
		}
		for _, r := range t.attempt.waiting.on {
			if !yield(r) {
				return
			}
		}
	}
}

// askedFor goes to those that require a task, and those whose attempts wait for it.
func askedFor(c *core, t *task) iter.Seq[*task] {
	return func(yield func(*task) bool) {
		for _, d := range t.dependents {
			if !yield(d) {
				return
			}
		}
		for _, w := range c.waits[t] {
			if w.attempt != nil && !yield(w.attempt.task) {
				return
			}
		}
	}
}

// A graphWalk copies tasks, a few in each turn of the loop.
type graphWalk struct {
	scheduler *Scheduler
	tasks     []GraphTask
	known     map[int64]bool // those that are in tasks
}

func errLargeGraph() error {
	return invalid("the graph has more than %d tasks: ask for those of a run or of a task, or for what is around a task", MostInGraph)
}

// all copies all tasks.
func (w *graphWalk) all(ctx context.Context) error {
	for after, over := int64(0), false; !over; {
		err := w.scheduler.call(ctx, func(c *core) error {
			if len(c.tasks) > MostInGraph {
				return errLargeGraph()
			}
			rest := c.order[c.indexAfter(after):]
			some := rest[:min(len(rest), openAtOnce)]
			for _, t := range some {
				after = t.Key
				if !t.forgotten {
					w.copy(t)
				}
			}
			over = len(some) == len(rest)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *graphWalk) copy(t *task) {
	if w.known[t.Key] {
		return
	}
	w.known[t.Key] = true
	one := GraphTask{Key: t.Key, ID: t.ID, Family: t.Family, State: t.State, Changed: t.Changed, Requires: t.Requires}
	one.Stuck = t.standing().stuck && !stuckByItself(t.State)
	if t.attempt != nil && t.attempt.waiting != nil {
		one.Requires = append(slices.Clip(one.Requires), keysOf(t.attempt.waiting.on)...)
	}
	w.tasks = append(w.tasks, one)
}

// from copies a task, and those that are at most so many steps from it.
func (w *graphWalk) from(ctx context.Context, id string, depth int, next step) error {
	key, err := askFor(ctx, w.scheduler, func(c *core) (int64, error) {
		t, err := c.named(id)
		if err != nil {
			return 0, err
		}
		return t.Key, nil
	})
	if err != nil {
		return err
	}
	return w.along(ctx, []int64{key}, depth, next)
}

// along copies tasks, and those that are at most so many steps from them.
func (w *graphWalk) along(ctx context.Context, keys []int64, depth int, next step) error {
	r := &ring{walk: w, seen: map[int64]bool{}, next: next}
	for _, key := range keys {
		r.see(key)
	}
	for ; len(r.outer) > 0 && depth >= 0; depth-- {
		r.inner, r.outer, r.last = r.outer, nil, depth == 0
		for len(r.inner) > 0 {
			if err := w.scheduler.call(ctx, r.turn); err != nil {
				return err
			}
		}
	}
	return nil
}

// A ring is the tasks at one distance from some, and those behind them that were found.
type ring struct {
	walk         *graphWalk
	inner, outer []int64
	seen         map[int64]bool
	last         bool // nothing behind it is wanted
	next         step
}

// see adds a task to those behind the ring, and reports whether they are not too many.
func (r *ring) see(key int64) bool {
	if !r.seen[key] {
		r.seen[key] = true
		r.outer = append(r.outer, key)
	}
	return len(r.seen) <= MostInGraph
}

// turn copies some tasks of the ring.
func (r *ring) turn(c *core) error {
	for looks := 0; len(r.inner) > 0 && looks < openAtOnce; looks++ {
		t := c.tasks[r.inner[0]]
		r.inner = r.inner[1:]
		if t == nil {
			continue // forgotten meanwhile
		}
		r.walk.copy(t)
		if r.last {
			continue
		}
		for other := range r.next(c, t) {
			if looks++; !r.see(other.Key) {
				return errLargeGraph()
			}
		}
	}
	return nil
}
