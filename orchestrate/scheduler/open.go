package scheduler

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/gomr/gomr/orchestrate/store"
)

// An OpenTask is a task that is not done, as a forecast looks at it.
type OpenTask struct {
	Key        int64
	ID, Family string
	State      store.State
	External   bool
	Wrapper    bool
	Due        time.Time // zero is whenever
	Changed    time.Time // when the state changed
	NotBefore  time.Time // of a task that is retrying or disabled
	Started    time.Time // of the attempt under way; zero where there is none
	Fence      int64
	Requires   []int64 // keys of those that are not done: what it requires, and what its attempt has asked for
}

// openAtOnce bounds how many open tasks are copied before others have their turn: a look at many holds up
// nobody for more than a millisecond or two.
const openAtOnce = 1000

// DueTasks returns the keys of the tasks that have a due time and are not done. It looks at no others.
func (s *Scheduler) DueTasks(ctx context.Context) ([]int64, error) {
	return askFor(ctx, s, func(c *core) ([]int64, error) { return slices.Sorted(maps.Keys(c.due)), nil })
}

// OpenTasks returns those of some tasks that are not done, and all that is not done of what they
// wait for, in no order. It may see changes that are made meanwhile: others have their turn in between.
func (s *Scheduler) OpenTasks(ctx context.Context, keys []int64) ([]OpenTask, error) {
	look := newClosureLook(keys)
	var found []OpenTask
	for !look.over() {
		err := s.look(ctx, func(c *core) error {
			most := len(found) + openAtOnce
			look.visit(c, func(t *task) ([]int64, bool) {
				if t.State == store.Done {
					return nil, false
				}
				one := t.asOpen()
				found = append(found, one)
				return one.Requires, len(found) >= most
			})
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

func (t *task) asOpen() OpenTask {
	one := OpenTask{
		Key: t.Key, ID: t.ID, Family: t.Family, State: t.State, External: t.External, Wrapper: t.Wrapper,
		Due: t.Due, Changed: t.Changed, NotBefore: t.NotBefore, Fence: t.Fence,
	}
	waitsFor := t.requires
	if t.attempt != nil {
		one.Started = t.attempt.Started
		waitsFor = nil // it has begun
		if t.attempt.waiting != nil {
			waitsFor = t.attempt.waiting.on
		}
	}
	for _, required := range waitsFor {
		if required.State != store.Done {
			one.Requires = append(one.Requires, required.Key)
		}
	}
	return one
}

// noteDue keeps the set of the tasks that have a due time and are not done.
func (c *core) noteDue(t *task) {
	if t.Due.IsZero() || t.State == store.Done {
		delete(c.due, t.Key)
	} else {
		c.due[t.Key] = struct{}{}
	}
}

// Families returns the families of all tasks, sorted.
func (s *Scheduler) Families(ctx context.Context) ([]string, error) {
	seen := map[string]bool{}
	for key, last := int64(1), int64(1); key <= last; {
		err := s.look(ctx, func(c *core) error {
			last = c.lastTask
			for end := min(key+lookAtOnce, last+1); key < end; key++ {
				if t := c.tasks[key]; t != nil {
					seen[t.Family] = true
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	families := make([]string, 0, len(seen))
	for family := range seen {
		families = append(families, family)
	}
	slices.Sort(families)
	return families, nil
}
