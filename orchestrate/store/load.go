package store

import (
	"context"
	"database/sql"
)

// Load returns everything that a scheduler starts from.
func (s *Store) Load(ctx context.Context) (*Live, error) {
	live := new(Live)
	return live, s.change(ctx, "load", func(ctx context.Context, c *session) error {
		*live = Live{Settings: make(map[string]string)}
		return c.load(ctx, live)
	})
}

func (s *session) load(ctx context.Context, live *Live) (err error) {
	live.Tasks, err = readAll(ctx, s, "SELECT "+taskColumns+" FROM tasks ORDER BY key", scanTask)
	if err != nil {
		return err
	}
	live.Attempts, err = readAll(ctx, s, "SELECT "+attemptColumns+" FROM attempts WHERE ended = 0 ORDER BY fence", scanAttempt)
	if err != nil {
		return err
	}
	live.Runs, err = readAll(ctx, s, "SELECT "+runColumns+" FROM runs WHERE ended = 0 ORDER BY key", scanRun)
	if err != nil {
		return err
	}
	_, err = readAll(ctx, s, "SELECT name, value FROM settings", func(rows *sql.Rows) (name string, err error) {
		var value string
		err = rows.Scan(&name, &value)
		decodeAll(&name, &value)
		live.Settings[name] = value
		return name, err
	})
	if err != nil {
		return err
	}
	return s.loadLast(ctx, live)
}

// loadLast reads the greatest numbers. The fence of a task may be greater than those of the
// attempts, if its attempt was never written.
func (s *session) loadLast(ctx context.Context, live *Live) error {
	var fence int64
	for query, last := range map[string]*int64{
		"SELECT COALESCE(MAX(key), 0) FROM tasks":      &live.LastTask,
		"SELECT COALESCE(MAX(fence), 0) FROM attempts": &live.LastFence,
		"SELECT COALESCE(MAX(fence), 0) FROM tasks":    &fence,
		"SELECT COALESCE(MAX(key), 0) FROM runs":       &live.LastRun,
		"SELECT COALESCE(MAX(seq), 0) FROM events":     &live.LastEvent,
	} {
		n, err := s.number(ctx, query)
		if err != nil {
			return err
		}
		*last = n
	}
	live.LastFence = max(live.LastFence, fence)
	return nil
}

// readAll returns the rows of a query on the session.
func readAll[T any](ctx context.Context, s *session, text string, scan func(*sql.Rows) (T, error), args ...any) ([]T, error) {
	statement, err := s.prepared(ctx, text) //nolint:sqlclosecheck // disconnect closes it
	if err != nil {
		return nil, err
	}
	rows, err := statement.QueryContext(ctx, args...)
	if err != nil {
		return nil, err
	}
	return scanAll(rows, scan)
}
