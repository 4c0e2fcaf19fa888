package store

import (
	"cmp"
	"context"
	"database/sql"
	"math"
	"slices"
	"strings"
	"time"
)

// DefaultLimit is how many records a query returns whose limit is zero or less.
const DefaultLimit = 1000

// An AttemptQuery says which attempts are wanted. Fields that are zero leave it open.
type AttemptQuery struct {
	Task    int64   // key
	Tasks   []int64 // keys: one of these; nil leaves it open
	Family  string
	Worker  string
	Outcome Outcome
	Open    bool      // under way
	Since   time.Time // started then or later
	Until   time.Time // started before
	Before  int64     // fence; for the next page, that of the last attempt of this one
	Limit   int       // zero is [DefaultLimit]
}

// Attempts returns attempts, the newest first.
func (s *Store) Attempts(ctx context.Context, q AttemptQuery) ([]Attempt, error) {
	var f filter
	f.number("task = ?", q.Task)
	if q.Family != "" {
		large, err := s.largeFamily(ctx, q.Family)
		if err != nil {
			return nil, s.explain(ctx, "read attempts", err)
		}
		if large {
			f.text("(SELECT family FROM tasks WHERE tasks.key = attempts.task) = ?", q.Family)
		} else {
			f.text("task IN (SELECT key FROM tasks WHERE family = ?)", q.Family)
		}
	}
	f.among("task", q.Tasks)
	f.text("worker = ?", q.Worker)
	f.text("outcome = ?", string(q.Outcome))
	if q.Open {
		f.conditions = append(f.conditions, "ended = 0")
	}
	f.number("fence < ?", q.Before)
	if err := s.started(ctx, &f, q.Since, q.Until); err != nil {
		return nil, s.explain(ctx, "read attempts", err)
	}
	return query(ctx, s, "read attempts", "SELECT "+attemptColumns+" FROM attempts", f, "fence DESC", q.Limit, scanAttempt)
}

// tasksAtOnce bounds how many tasks one statement asks for.
const tasksAtOnce = 1000

// LastAttempts returns an attempt at each of some tasks: the last one that had started by a time, or else the first one
// after it. A time that is zero is now. Tasks that were not tried have none; the order is that of the fences.
func (s *Store) LastAttempts(ctx context.Context, tasks []int64, by time.Time) (found []Attempt, err error) {
	until := int64(math.MaxInt64)
	if !by.IsZero() {
		until = encodeTime(by)
	}
	for some := range slices.Chunk(tasks, tasksAtOnce) {
		f := filter{
			conditions: []string{"fence IN (SELECT COALESCE(MAX(CASE WHEN started <= ? THEN fence END), MIN(fence)) FROM attempts WHERE task IN (" +
				strings.Trim(encodeNumbers(some, same), "[]") + ") GROUP BY task)"},
			args: []any{until},
		}
		part, err := query(ctx, s, "read attempts", "SELECT "+attemptColumns+" FROM attempts", f, "fence", len(some), scanAttempt)
		if err != nil {
			return nil, err
		}
		found = append(found, part...)
	}
	slices.SortFunc(found, func(a, b Attempt) int { return cmp.Compare(a.Fence, b.Fence) })
	return found, nil
}

// largeFamily reports whether so many tasks are of a family that its attempts are found
// faster by a look at all attempts, the newest first.
func (s *Store) largeFamily(ctx context.Context, family string) (large bool, err error) {
	const limit = 1000
	if s.closed.Load() {
		return false, ErrClosed
	}
	err = s.db.Readers.QueryRowContext(ctx, s.db.text("SELECT COUNT(*) > ? FROM (SELECT 1 FROM tasks WHERE family = ? LIMIT ?) AS page"),
		int64(limit), encodeText(family), int64(limit+1)).Scan(&large)
	return large, err
}

// An EventQuery says which events are wanted. Fields that are zero leave it open.
type EventQuery struct {
	After     int64 // seq; for the next page, that of the last event of this one
	Task, Run int64 // keys
	Kind      string
	Newest    bool // the newest first; what comes after one is older then
	Limit     int  // zero is [DefaultLimit]
}

// Events returns events, the oldest first unless the query has it otherwise.
func (s *Store) Events(ctx context.Context, q EventQuery) ([]Event, error) {
	var f filter
	behind, order := "seq > ?", "seq"
	if q.Newest {
		behind, order = "seq < ?", "seq DESC"
	}
	f.number(behind, q.After)
	f.number("task = ?", q.Task)
	f.number("run = ?", q.Run)
	f.text("kind = ?", q.Kind)
	return query(ctx, s, "read events", "SELECT "+eventColumns+" FROM events", f, order, q.Limit, scanEvent)
}

// Run returns the run of a request and whether there is one. Of several it is the newest.
func (s *Store) Run(ctx context.Context, request string) (Run, bool, error) {
	f := filter{conditions: []string{"request = ?"}, args: []any{encodeText(request)}}
	runs, err := query(ctx, s, "read a run", "SELECT "+runColumns+" FROM runs", f, "key DESC", 1, scanRun)
	if err != nil || len(runs) == 0 {
		return Run{}, false, err
	}
	return runs[0], true, nil
}

// Runs returns runs, the newest first. Those with the key before and above are left out,
// unless it is zero. A limit of zero is [DefaultLimit].
func (s *Store) Runs(ctx context.Context, before int64, limit int) ([]Run, error) {
	var f filter
	f.number("key < ?", before)
	return query(ctx, s, "read runs", "SELECT "+runColumns+" FROM runs", f, "key DESC", limit, scanRun)
}

// A filter is the conditions of a query, all of which hold.
type filter struct {
	conditions []string
	args       []any
}

// among adds the condition that a column is one of some numbers, unless they are nil.
func (f *filter) among(column string, numbers []int64) {
	if numbers == nil {
		return
	}
	places := strings.TrimSuffix(strings.Repeat("?, ", len(numbers)), ", ")
	if places == "" {
		places = "NULL" // which nothing is
	}
	f.conditions = append(f.conditions, column+" IN ("+places+")")
	for _, n := range numbers {
		f.args = append(f.args, n)
	}
}

// number adds a condition unless the number is zero.
func (f *filter) number(condition string, n int64) {
	if n != 0 {
		f.conditions, f.args = append(f.conditions, condition), append(f.args, n)
	}
}

// text adds a condition unless the text is empty.
func (f *filter) text(condition, text string) {
	if text != "" {
		f.conditions, f.args = append(f.conditions, condition), append(f.args, encodeText(text))
	}
}

// query reads records beside the session.
func query[T any](ctx context.Context, s *Store, op, text string, f filter, order string, limit int, scan func(*sql.Rows) (T, error)) ([]T, error) {
	if s.closed.Load() {
		return nil, s.explain(ctx, op, ErrClosed)
	}
	if len(f.conditions) > 0 {
		text += " WHERE " + strings.Join(f.conditions, " AND ")
	}
	if limit <= 0 {
		limit = DefaultLimit
	}
	text += " ORDER BY " + order + " LIMIT ?"
	rows, err := s.db.Readers.QueryContext(ctx, s.db.text(text), append(f.args, int64(limit))...)
	if err != nil {
		return nil, s.explain(ctx, op, err)
	}
	records, err := scanAll(rows, scan)
	return records, s.explain(ctx, op, err)
}
