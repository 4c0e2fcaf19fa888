package cli

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// look finds what a launch is to clear: of its own task what was not made since the clear was asked for, and of those that
// depend on it what was not made since the task was.
func (c *launchClear) look(ctx context.Context) error {
	if err := c.takeOwn(); err != nil {
		return err
	}
	around, err := c.around(ctx)
	if err != nil {
		return err
	}
	if err := c.lookAtOwn(ctx, around.Tasks); err != nil {
		return err
	}
	dependents, err := c.outdated(ctx, around.Dependents)
	if err != nil {
		return err
	}
	if len(dependents) == 0 && !c.launch.Clear.Own {
		c.set(nil)
	}
	for i := range dependents {
		if err := c.addDependent(&dependents[i]); err != nil {
			return orchestrate.Permanent(err)
		}
	}
	states := map[string]store.State{}
	for _, t := range append(around.Tasks, around.Dependents...) {
		states[t.ID] = t.State
	}
	for _, t := range c.tasks {
		t.state = states[t.id]
	}
	if _, err := c.findOutputs(); err != nil {
		if unmovable := new(unmovableError); errors.As(err, &unmovable) {
			err = orchestrate.Permanent(err)
		}
		return err
	}
	return nil
}

// takeOwn has the launch's own tasks be those that are cleared: its task, or those that it groups.
func (c *launchClear) takeOwn() error {
	c.set(nil)
	if err := c.add(c.task, ""); err != nil {
		return orchestrate.Permanent(err)
	}
	c.own = c.ids()
	return nil
}

// around returns the own tasks and what depends on them, as the server knows them. It is told of tasks whose outputs
// exist: what it does not know it can't hold. A hold that an attempt has left without an entry is ended: nothing is moved.
func (c *launchClear) around(ctx context.Context) (scheduler.Surrounding, error) {
	look := func(ctx context.Context) (scheduler.Surrounding, error) { return c.remote.Surrounding(ctx, c.own) }
	around, err := insistOn(ctx, look)
	if err != nil {
		return around, err
	}
	changed, err := c.endLeftHold(ctx, append(slices.Clone(around.Tasks), around.Dependents...))
	if err != nil {
		return around, err
	}
	told, err := c.tellOf(ctx, around.Unknown)
	if (changed || told) && err == nil {
		return insistOn(ctx, look)
	}
	return around, err
}

// tellOf tells the server of tasks that it doesn't know and whose outputs exist.
func (c *launchClear) tellOf(ctx context.Context, unknown []string) (told bool, err error) {
	var tasks []orchestrate.Task
	for _, t := range c.tasks {
		if !slices.Contains(unknown, t.id) {
			continue
		}
		if there, err := complete(ctx, t.task); err != nil {
			return false, err
		} else if there {
			tasks = append(tasks, t.task)
		}
	}
	if len(tasks) == 0 {
		return false, nil
	}
	plan, err := newPlan(ctx, false, tasks...)
	if err != nil {
		return false, err
	}
	submission := submissionOf(plan)
	submission.Roots = nil
	_, err = c.submit(ctx, submission)
	return true, err
}

// lookAtOwn leaves of the own tasks those that are to be cleared or, as their outputs are gone, are no longer done.
func (c *launchClear) lookAtOwn(ctx context.Context, known []store.Task) error {
	c.remade, c.since = false, c.launch.Clear.Since
	var cleared []*clearedTask
	for _, t := range c.tasks {
		own := store.Task{}
		if i := slices.IndexFunc(known, func(k store.Task) bool { return k.ID == t.id }); i >= 0 {
			own = known[i]
		}
		if c.launch.Clear.Own && (own.State == store.Running || own.State == store.Suspended) {
			return &inTheWayError{t.id}
		}
		there, err := complete(ctx, t.task)
		if err != nil {
			return err
		}
		made, ended, err := c.madeSince(ctx, own.Key, c.launch.Clear.Since)
		switch {
		case err != nil:
			return err
		case there && made:
			if ended.After(c.since) {
				c.since = ended
			}
			continue
		case there && !c.launch.Clear.Own:
			continue
		}
		c.remade = true
		if there || own.State == store.Done || c.launch.Clear.Own && !made {
			cleared = append(cleared, t)
		}
	}
	c.set(cleared)
	return nil
}

// outdated returns those of the tasks downstream that are done, and were made of what is made again.
func (c *launchClear) outdated(ctx context.Context, dependents []store.Task) (found []store.Task, err error) {
	if !c.launch.Clear.Downstream {
		return nil, nil
	}
	for _, d := range dependents {
		if d.State != store.Done || d.External || d.Wrapper {
			continue
		}
		made := false
		if !c.remade {
			if made, _, err = c.madeSince(ctx, d.Key, c.since); err != nil {
				return nil, err
			}
		}
		if !made {
			found = append(found, d)
		}
	}
	return found, nil
}

// hasMore reports whether more is to be cleared than what is held: a task downstream that was under way has ended meanwhile.
// From the hold on none can begin.
func (c *launchClear) hasMore(ctx context.Context) (bool, error) {
	around, err := insistOn(ctx, func(ctx context.Context) (scheduler.Surrounding, error) { return c.remote.Surrounding(ctx, c.own) })
	if err != nil {
		return false, err
	}
	more, err := c.outdated(ctx, around.Dependents)
	return len(more) > 0, err
}

// madeSince reports whether an attempt at a task that began at a time or later has made its output, and when it ended.
func (c *launchClear) madeSince(ctx context.Context, key int64, since time.Time) (made bool, ended time.Time, err error) {
	if key == 0 {
		return false, time.Time{}, nil
	}
	attempts, err := insistOn(ctx, func(ctx context.Context) ([]store.Attempt, error) {
		return c.remote.Attempts(ctx, store.AttemptQuery{Task: key, Since: since})
	})
	if err != nil {
		return false, time.Time{}, err
	}
	for _, a := range attempts { // the newest first
		if a.Outcome == store.Succeeded {
			return true, a.Ended, nil
		}
	}
	return false, time.Time{}, nil
}
