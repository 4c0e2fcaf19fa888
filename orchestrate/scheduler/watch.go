package scheduler

import (
	"context"
	"maps"
	"slices"

	"github.com/gomr/gomr/orchestrate/store"
)

// What those need who watch a scheduler for others, and keep what they know among its settings.

// SetAll sets settings and adds events to the history in one write: all of it is there, or nothing. An
// empty value removes a setting. See [Scheduler.Set].
func (s *Scheduler) SetAll(ctx context.Context, settings map[string]string, events ...store.Event) error {
	return s.call(ctx, func(c *core) error {
		for name := range settings {
			if err := checkSetting(name); err != nil {
				return err
			}
		}
		for _, name := range slices.Sorted(maps.Keys(settings)) {
			c.set(name, settings[name])
		}
		for _, e := range events {
			c.record(e)
		}
		return nil
	})
}

// LastEvent returns the number of the newest event of the history, zero where there is none.
func (s *Scheduler) LastEvent(ctx context.Context) (seq int64, err error) {
	return askFor(ctx, s, func(c *core) (int64, error) { return c.lastEvent, nil })
}

// Lookup returns the tasks of some keys, in the order of the keys. Those that are not known are left out.
func (s *Scheduler) Lookup(ctx context.Context, keys []int64) ([]store.Task, error) {
	tasks := make([]store.Task, 0, len(keys))
	for chunk := range slices.Chunk(keys, lookAtOnce) {
		err := s.look(ctx, func(c *core) error {
			for _, key := range chunk {
				if t := c.tasks[key]; t != nil {
					found := t.Task
					found.Failures = slices.Clone(t.Failures)
					tasks = append(tasks, found)
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return tasks, nil
}

// StuckBehind returns the keys of the tasks that won't be done before somebody acts, because of some
// others: those that require them, and those that require these. The tasks themselves are not among them.
func (s *Scheduler) StuckBehind(ctx context.Context, keys []int64) ([]int64, error) {
	var stuck []int64
	look := newClosureLook(keys)
	own := maps.Clone(look.seen)
	for !look.over() {
		err := s.look(ctx, func(c *core) error {
			look.visit(c, func(t *task) (next []int64, _ bool) {
				if !own[t.Key] {
					stuck = append(stuck, t.Key)
				}
				for _, d := range t.dependents {
					if d.standing().stuck {
						next = append(next, d.Key)
					}
				}
				return next, false
			})
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(stuck)
	return stuck, nil
}

// Blame returns the keys of the tasks that keep a run from being done: those that are failed, disabled or
// missing among its roots and what these require. A run that has ended is none of the scheduler's any more, so
// its roots are asked for.
func (s *Scheduler) Blame(ctx context.Context, roots []int64) ([]int64, error) {
	var blamed []int64
	look := newClosureLook(roots)
	for !look.over() {
		err := s.look(ctx, func(c *core) error {
			look.visit(c, func(t *task) ([]int64, bool) {
				if stuckByItself(t.State) {
					blamed = append(blamed, t.Key)
				}
				if !t.standing().stuck {
					return nil, false
				}
				return t.Requires, false
			})
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(blamed)
	return blamed, nil
}
