package store

import (
	"context"
	"time"
)

// pruneRows is how many rows a transaction of Prune looks at, so that writes come between.
const pruneRows = 5000

// A pruning removes the old rows of a table, whose first column is a key. The condition
// has the time as its parameter.
type pruning struct{ table, key, condition string }

var prunings = []pruning{
	// Logs whose attempt was removed go too, but not those whose attempt is yet to be written.
	{"logs", "fence", "NOT EXISTS (SELECT 1 FROM attempts a WHERE a.fence = logs.fence AND (a.ended = 0 OR a.ended >= ?)) " +
		"AND fence <= (SELECT COALESCE(MAX(fence), 0) FROM attempts)"},
	{"attempts", "fence", "ended <> 0 AND ended < ? AND " +
		"EXISTS (SELECT 1 FROM attempts a WHERE a.task = attempts.task AND a.fence > attempts.fence)"},
	{"events", "seq", "at < ? AND seq < (SELECT MAX(seq) FROM events)"},
}

// Prune removes the attempts that ended before a time, their logs, and the events before it.
// Attempts that are under way stay, and so does each task's last attempt, without its log.
// The last event stays too, because its number must not come again. The zero time removes nothing.
//
// Prune works in many transactions; where it fails, what it has removed is gone.
func (s *Store) Prune(ctx context.Context, before time.Time) error {
	if before.IsZero() {
		return nil
	}
	for _, p := range prunings {
		for key := int64(0); ; {
			next, err := s.prune(ctx, p, key, encodeTime(before))
			if err != nil {
				return err
			}
			if next == key {
				break
			}
			key = next
		}
	}
	return nil
}

// prune removes old rows among the next ones after a key, and returns the key of the last of
// those, or the same key where there are none.
func (s *Store) prune(ctx context.Context, p pruning, after, before int64) (last int64, err error) {
	last = after
	err = s.change(ctx, "prune", func(ctx context.Context, c *session) error {
		found, err := c.number(ctx, "SELECT COALESCE(MAX("+p.key+"), 0) FROM (SELECT "+p.key+" FROM "+p.table+
			" WHERE "+p.key+" > ? ORDER BY "+p.key+" LIMIT ?) AS page", after, int64(pruneRows))
		if err != nil || found == 0 {
			return err
		}
		last = found
		_, err = c.run(ctx, "DELETE FROM "+p.table+" WHERE "+p.key+" > ? AND "+p.key+" <= ? AND "+p.condition, after, last, before)
		return err
	})
	return last, err
}
