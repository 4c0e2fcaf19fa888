package scheduler

import (
	"context"

	"github.com/gomr/gomr/orchestrate/store"
)

// PauseResource keeps tasks that take a resource from starting. What runs goes on, and so do attempts
// that have waited for other tasks; the limit of the resource stays as it is.
func (s *Scheduler) PauseResource(ctx context.Context, resource, by string) error {
	return s.call(ctx, func(c *core) error { return c.pauseResource(resource, true, by) })
}

// UnpauseResource lets tasks start again that take a resource.
func (s *Scheduler) UnpauseResource(ctx context.Context, resource, by string) error {
	return s.call(ctx, func(c *core) error { return c.pauseResource(resource, false, by) })
}

// Drain pauses the scheduler and waits until no attempt runs, or ctx has ended. Attempts that wait for
// other tasks go on waiting, for these don't start. The scheduler stays paused, also where there is an error.
func (s *Scheduler) Drain(ctx context.Context, by string) error {
	watching, enough := context.WithCancel(ctx)
	defer enough()
	changes := s.Changes(watching)
	if err := s.Pause(ctx, by); err != nil {
		return err
	}
	for {
		counts, err := s.Counts(ctx)
		if err != nil || counts.States[store.Running] == 0 {
			return err
		}
		select {
		case _, ok := <-changes:
			if !ok && ctx.Err() == nil {
				return ErrClosed
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// pauseResource keeps tasks from starting that take a resource, or no longer does.
func (c *core) pauseResource(resource string, paused bool, by string) error {
	if resource == "" {
		return invalid("a resource needs a name")
	}
	if c.resources.paused[resource] == paused {
		return nil
	}
	kind, value := Unpaused, ""
	if paused {
		c.resources.paused[resource] = true
		kind, value = Paused, "yes"
	} else {
		delete(c.resources.paused, resource)
	}
	c.set(pauseSetting+resource, value)
	c.record(store.Event{Kind: kind, By: by, Message: resource})
	return nil
}
