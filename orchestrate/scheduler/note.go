package scheduler

import (
	"context"
	"strings"

	"github.com/gomr/gomr/orchestrate/store"
)

// Note sets settings that are not the scheduler's own, and adds events to the history, in one write: all of it
// is there afterwards, or none. An empty value removes a setting.
func (s *Scheduler) Note(ctx context.Context, settings map[string]string, events ...store.Event) error {
	return s.call(ctx, func(c *core) error {
		for name := range settings {
			if name == "" || name == pausedSetting || strings.HasPrefix(name, limitSetting) {
				return invalid("%q is no setting of others: pause, or set a limit", name)
			}
		}
		for name, value := range settings {
			c.set(name, value)
		}
		for _, e := range events {
			c.record(e)
		}
		return nil
	})
}
