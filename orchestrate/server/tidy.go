package server

import (
	"context"
	"time"
)

const (
	firstTidy = time.Minute // after the start, which has enough to do
	tidyEvery = time.Hour
)

// A Pruner is a [Store] that can remove what is old. [store.Store] is one.
type Pruner interface {
	Prune(ctx context.Context, before time.Time) error
}

// keepTidy removes what is old, again and again until the context ends.
func (s *Server) keepTidy(ctx context.Context) {
	timer := time.NewTimer(firstTidy)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-ctx.Done():
			return
		}
		if err := s.Tidy(ctx); err != nil && ctx.Err() == nil {
			s.options.Logger.ErrorContext(ctx, "what is old could not all be removed; the next hour tries again", "error", err)
		}
		timer.Reset(tidyEvery)
	}
}

// Tidy forgets the tasks that ended longer ago than Options.Keep and that nothing needs, and then removes
// the attempts, logs, runs and events from before that time. [Server.Serve] does so each hour. It works in
// small steps, between which requests have their turn; where it fails, what it has removed is gone.
func (s *Server) Tidy(ctx context.Context) error {
	var before time.Time // none
	if s.options.Keep > 0 {
		before = s.options.Now().Add(-s.options.Keep)
	}
	tasks, err := s.scheduler.Forget(ctx, before)
	if tasks > 0 {
		s.options.Logger.InfoContext(ctx, "old tasks are forgotten", "tasks", tasks, "before", before)
	}
	if err != nil {
		return err
	}
	if p, ok := s.store.(Pruner); ok && !before.IsZero() {
		return p.Prune(ctx, before)
	}
	return nil
}
