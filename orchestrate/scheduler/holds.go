package scheduler

import "context"

// Hold keeps tasks from being started, all of them or none. The error may be a [*HeldError] where
// another hold has one of them, or a [*StateError] where an attempt at one, or at one that reads its
// output, is under way. One for an attempt may be refused by a [*FencedError] or a [*HolderError].
func (s *Scheduler) Hold(ctx context.Context, hold *Hold) error {
	token := tokenOf(ctx)
	return s.call(ctx, func(c *core) error {
		if err := c.mayHold(hold.Fence, token); err != nil {
			return err
		}
		return c.holdTasks(hold)
	})
}

// Release ends a hold. To end one that is over is no error. One for an attempt may be refused as a hold is.
func (s *Scheduler) Release(ctx context.Context, release *Release) error {
	token := tokenOf(ctx)
	return s.call(ctx, func(c *core) error {
		if release.Fence != 0 {
			if _, err := c.held(release.Fence, token); err != nil {
				return err
			}
		}
		return c.releaseTasks(release)
	})
}

// Holds returns the holds, the oldest first.
func (s *Scheduler) Holds(ctx context.Context) ([]Held, error) {
	return askFor(ctx, s, func(c *core) ([]Held, error) { return c.listHolds(), nil })
}

// Surrounding returns tasks, and those that depend on them, which are at most [MaxPage].
func (s *Scheduler) Surrounding(ctx context.Context, ids []string) (Surrounding, error) {
	return askFor(ctx, s, func(c *core) (Surrounding, error) { return c.surrounding(ids) })
}
