package scheduler

import (
	"context"

	"github.com/gomr/gomr/orchestrate/store"
)

// SetAndRecord sets a setting as [Scheduler.Set] does, and adds entries to the history, as one write:
// for those who keep a state of their own here, and tell what became of it. Of the events the kind, who did it
// and the message count.
func (s *Scheduler) SetAndRecord(ctx context.Context, name, value string, events ...store.Event) error {
	return s.call(ctx, func(c *core) error {
		if err := checkSetting(name); err != nil {
			return err
		}
		c.set(name, value)
		for _, e := range events {
			c.record(store.Event{Kind: e.Kind, By: e.By, Message: e.Message})
		}
		return nil
	})
}
