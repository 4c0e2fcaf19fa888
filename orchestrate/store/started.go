package store

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"time"
)

// clockSlack is by how much the clock of a server may have been set back between two attempts of which one is found.
const clockSlack = time.Hour

// started adds the conditions of a span of time. Attempts are numbered as they start, so the fences of those in a span are
// found by halving, and no look at all attempts is needed to find those of a day long ago.
func (s *Store) started(ctx context.Context, f *filter, since, until time.Time) error {
	if !since.IsZero() {
		first, err := s.fenceAt(ctx, since.Add(-clockSlack))
		if err != nil {
			return err
		}
		f.number("started >= ?", encodeTime(since))
		f.number("fence >= ?", first)
	}
	if !until.IsZero() {
		first, err := s.fenceAt(ctx, until.Add(clockSlack))
		if err != nil {
			return err
		}
		f.number("started < ?", encodeTime(until))
		f.number("fence < ?", first)
	}
	return nil
}

// fenceAt returns a fence below which no attempt started at a time or later, as far as they started in the order of
// their fences.
func (s *Store) fenceAt(ctx context.Context, at time.Time) (int64, error) {
	if s.closed.Load() {
		return 0, ErrClosed
	}
	var last sql.NullInt64
	if err := s.db.Readers.QueryRowContext(ctx, "SELECT MAX(fence) FROM attempts").Scan(&last); err != nil {
		return 0, err
	}
	text := s.db.text("SELECT fence, started FROM attempts WHERE fence >= ? ORDER BY fence LIMIT 1")
	low, high := int64(1), last.Int64
	if high < math.MaxInt64 {
		high++
	}
	for low < high {
		middle := low + (high-low)/2
		var fence, started int64
		err := s.db.Readers.QueryRowContext(ctx, text, middle).Scan(&fence, &started)
		switch {
		case errors.Is(err, sql.ErrNoRows) || err == nil && started >= encodeTime(at):
			high = middle
		case err != nil:
			return 0, err
		default:
			low = fence + 1
		}
	}
	return low, nil
}
