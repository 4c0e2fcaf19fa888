package backfill

import (
	"context"
	"maps"
	"time"
)

// A Health is how an engine gets on with its backfills.
type Health struct {
	Active int             // how many are not over
	Unread int             // how many can't be read, and are not run
	Stuck  map[int64]error // why backfills were not moved on the last time, by number
	Well   time.Time       // when none was stuck last; zero where that was never so
}

// Health tells how the engine gets on.
func (e *Engine) Health(ctx context.Context) (health Health, err error) {
	err = e.call(ctx, func() error {
		health = Health{Unread: e.unread, Stuck: maps.Clone(e.stuck), Well: e.well}
		for _, r := range e.records {
			if !r.State.Over() {
				health.Active++
			}
		}
		return nil
	})
	return health, err
}
