package store

import (
	"context"
	"time"
)

// A pruning removes the old rows of a table, whose first column is a key. Its condition has the
// time as its parameter. A transaction looks at some rows, so that writes come between; the last one is that
// which finds none that began before the time, for keys grow with it.
type pruning struct {
	table, key string
	began      string // when the row began
	condition  string
	rows       int // of a transaction
}

var prunings = []pruning{
	{
		"attempts", "fence", "started",
		"ended <> 0 AND ended < ? AND fence < (SELECT MAX(fence) FROM attempts) AND (" +
			"EXISTS (SELECT 1 FROM attempts a WHERE a.task = attempts.task AND a.fence > attempts.fence) OR " +
			"NOT EXISTS (SELECT 1 FROM tasks WHERE tasks.key = attempts.task))", 2000,
	},
	// Logs whose attempt was removed go too, but not those whose attempt is yet to be written.
	{
		"logs", "fence", "COALESCE((SELECT started FROM attempts a WHERE a.fence = logs.fence), 0)",
		"NOT EXISTS (SELECT 1 FROM attempts a WHERE a.fence = logs.fence AND (a.ended = 0 OR a.ended >= ?)) " +
			"AND fence <= (SELECT COALESCE(MAX(fence), 0) FROM attempts)", 200,
	},
	{"runs", "key", "at", "ended <> 0 AND ended < ? AND key < (SELECT MAX(key) FROM runs)", 2000},
	{"events", "seq", "at", "at < ? AND seq < (SELECT MAX(seq) FROM events)", 2000},
}

// Prune removes the attempts and runs that ended before a time, their logs, and the events before it.
// What is under way stays, and so does the last attempt of each task that is there, without its log.
// The last attempt, run and event stay too, because their numbers must not come again. The zero time removes
// nothing.
//
// Prune works in many transactions; where it fails, what it has removed is gone.
func (s *Store) Prune(ctx context.Context, before time.Time) error {
	if before.IsZero() {
		return nil
	}
	for i := range prunings {
		for key, over := int64(0), false; !over; {
			next, err := s.prune(ctx, &prunings[i], key, encodeTime(before))
			if err != nil {
				return err
			}
			key, over = next, next == key
		}
	}
	return nil
}

// prune removes old rows among the next ones after a key, and returns the key of the last of
// those, or the same key where there are no more that may be old.
func (s *Store) prune(ctx context.Context, p *pruning, after, before int64) (last int64, err error) {
	last = after
	err = s.change(ctx, "prune", func(ctx context.Context, c *session) error {
		found, err := c.number(ctx, "SELECT COALESCE(MAX("+p.key+"), 0) FROM (SELECT "+p.key+" FROM "+p.table+
			" WHERE "+p.key+" > ? ORDER BY "+p.key+" LIMIT ?) AS page", after, int64(p.rows))
		if err != nil || found == 0 {
			return err
		}
		old, err := c.number(ctx, "SELECT COUNT(*) FROM "+p.table+" WHERE "+p.key+" > ? AND "+p.key+" <= ? AND "+p.began+" < ?", after, found, before)
		if err != nil || old == 0 {
			return err
		}
		last = found
		_, err = c.run(ctx, "DELETE FROM "+p.table+" WHERE "+p.key+" > ? AND "+p.key+" <= ? AND "+p.condition, after, last, before)
		return err
	})
	return last, err
}
