package store

import (
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// The columns of rows, in the order of the functions that scan them.
const (
	taskColumns = "key, id, family, program, args, external, wrapper, priority, resources, requires, timeout, " +
		"retry_attempts, retry_delay, retry_max_delay, retry_failures, retry_window, retry_rest, batch, max_batch, due, owner, " +
		"state, attempts, failures, not_before, fence, outcome, changed, error, batch_limit"
	attemptColumns = "fence, task, number, worker, started, ended, outcome, exit, error, details, batch, token"
	runColumns     = "key, request, roots, by, at, ended, outcome"
	eventColumns   = "seq, at, kind, task, fence, run, by, message"
)

// scanAll reads all rows and closes them.
func scanAll[T any](rows *sql.Rows, scan func(*sql.Rows) (T, error)) (all []T, err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

func scanTask(rows *sql.Rows) (t Task, err error) {
	var args, resources, requires, failures string
	var timeout, delay, maxDelay, window, rest, due, notBefore, changed int64
	if err := rows.Scan(&t.Key, &t.ID, &t.Family, &t.Program, &args, &t.External, &t.Wrapper, &t.Priority,
		&resources, &requires, &timeout, &t.Retry.Attempts, &delay, &maxDelay, &t.Retry.Failures, &window, &rest, &t.Batch, &t.MaxBatch, &due, &t.Owner,
		&t.State, &t.Progress.Attempts, &failures, &notBefore, &t.Fence, &t.Outcome, &changed, &t.Error, &t.BatchLimit); err != nil {
		return t, err
	}
	decodeAll(&t.ID, &t.Family, &t.Program, &t.Batch, &t.Owner, (*string)(&t.State), (*string)(&t.Outcome), &t.Error)
	t.Timeout = decodeDuration(timeout)
	t.Retry.Delay, t.Retry.MaxDelay = decodeDuration(delay), decodeDuration(maxDelay)
	t.Retry.Window, t.Retry.Rest = decodeDuration(window), decodeDuration(rest)
	t.Due, t.NotBefore, t.Changed = decodeTime(due), decodeTime(notBefore), decodeTime(changed)
	var errs [4]error
	t.Args, errs[0] = decodeTexts(args)
	t.Resources, errs[1] = decodeMap(resources, sameInt)
	t.Requires, errs[2] = decodeNumbers(requires, same)
	t.Failures, errs[3] = decodeNumbers[time.Time](failures, decodeTime)
	return t, damage("task", t.Key, errs[:]...)
}

func scanAttempt(rows *sql.Rows) (a Attempt, err error) {
	var started, ended int64
	var details string
	if err := rows.Scan(&a.Fence, &a.Task, &a.Number, &a.Worker, &started, &ended, &a.Outcome, &a.Exit, &a.Error, &details,
		&a.Batch, &a.Token); err != nil {
		return a, err
	}
	decodeAll(&a.Worker, (*string)(&a.Outcome), &a.Error, &a.Token)
	a.Started, a.Ended = decodeTime(started), decodeTime(ended)
	a.Details, err = decodeMap(details, decodeText)
	return a, damage("attempt", a.Fence, err)
}

func scanRun(rows *sql.Rows) (r Run, err error) {
	var at, ended int64
	var roots string
	if err := rows.Scan(&r.Key, &r.Request, &roots, &r.By, &at, &ended, &r.Outcome); err != nil {
		return r, err
	}
	decodeAll(&r.Request, &r.By, (*string)(&r.Outcome))
	r.At, r.Ended = decodeTime(at), decodeTime(ended)
	r.Roots, err = decodeNumbers(roots, same)
	return r, damage("run", r.Key, err)
}

func scanEvent(rows *sql.Rows) (e Event, err error) {
	var at int64
	if err := rows.Scan(&e.Seq, &at, &e.Kind, &e.Task, &e.Fence, &e.Run, &e.By, &e.Message); err != nil {
		return e, err
	}
	decodeAll(&e.Kind, &e.By, &e.Message)
	e.At = decodeTime(at)
	return e, nil
}

func decodeAll(texts ...*string) {
	for _, text := range texts {
		*text = decodeText(*text)
	}
}

// damage returns what is wrong with a row, or nil where no error is.
func damage(what string, key int64, errs ...error) error {
	if err := errors.Join(errs...); err != nil {
		return &damagedRow{what, key, err}
	}
	return nil
}

// A damagedRow is an [ErrDamaged] that the database does not see.
type damagedRow struct {
	what string
	key  int64
	err  error
}

func (d *damagedRow) Error() string   { return fmt.Sprintf("%s %d: %s", d.what, d.key, d.err) }
func (d *damagedRow) Unwrap() []error { return []error{ErrDamaged, d.err} }
