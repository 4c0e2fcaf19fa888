package scheduler

import (
	"context"
	"slices"
	"time"

	"github.com/gomr/gomr/orchestrate/store"
)

// forgiveAtOnce bounds how many tasks are forgiven before others have their turn, for each is written.
const forgiveAtOnce = 1000

// RetryRun forgives all tasks that have failed or are disabled among the roots of a run and all that these
// require, and returns how many. The run is under way again until its roots have settled. To ask
// again changes nothing more, and goes on where the scheduler was ended meanwhile.
func (s *Scheduler) RetryRun(ctx context.Context, key int64, by string) (forgiven int, err error) {
	run, err := s.runOf(ctx, key)
	if err != nil {
		return 0, err
	}
	look := newClosureLook(run.Roots)
	for !look.over() {
		n := 0
		err := s.call(ctx, func(c *core) error {
			n = c.retry(look, &run, by)
			return nil
		})
		if err != nil {
			return forgiven, err
		}
		forgiven += n
	}
	if forgiven == 0 && run.Outcome == store.Failed {
		status, err := s.RunStatus(ctx, key)
		if err == nil && status.Forgotten > 0 {
			err = invalid("run %d ended so long ago that its tasks are forgotten: submit them again", key)
		}
		return 0, err
	}
	return forgiven, nil
}

// retry forgives what one look finds, and has the run go on where that lets it.
func (c *core) retry(look *closureLook, run *store.Run, by string) (forgiven int) {
	look.visit(c, func(t *task) ([]int64, bool) {
		if t.State == store.Failed || t.State == store.Disabled {
			c.record(store.Event{Kind: TaskForgiven, Task: t.Key, Run: run.Key, By: by})
			c.forgive(t)
			forgiven++
		}
		return t.Requires, forgiven >= forgiveAtOnce
	})
	c.reopen(*run, by)
	return forgiven
}

// reopen has a run that has ended go on, unless all its roots have settled.
func (c *core) reopen(run store.Run, by string) {
	if c.runs[run.Key] != nil {
		return
	}
	w := &wait{run: &run}
	settled := true
	for _, key := range run.Roots {
		if t := c.tasks[key]; t != nil {
			w.on = append(w.on, t)
			settled = settled && t.standing().settled()
		}
	}
	if settled {
		return
	}
	run.Ended, run.Outcome = time.Time{}, ""
	run.Roots = slices.DeleteFunc(slices.Clone(run.Roots), func(key int64) bool { return c.tasks[key] == nil })
	c.batch.Runs = append(c.batch.Runs, run)
	c.record(store.Event{Kind: RunReopened, Run: run.Key, By: by})
	c.runs[run.Key] = w
	c.await(w)
}
