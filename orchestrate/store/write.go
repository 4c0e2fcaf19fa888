package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// The statements of a batch.
var (
	putTasks = insert("tasks", "key BIGINT", "id TEXT", "family TEXT", "program TEXT", "args TEXT",
		"external BOOLEAN", "wrapper BOOLEAN", "priority BIGINT", "resources TEXT", "requires TEXT", "timeout BIGINT",
		"retry_attempts BIGINT", "retry_delay BIGINT", "retry_max_delay BIGINT",
		"retry_failures BIGINT", "retry_window BIGINT", "retry_rest BIGINT",
		"batch TEXT", "max_batch BIGINT", "due BIGINT", "owner TEXT",
		"state TEXT", "attempts BIGINT", "failures TEXT", "not_before BIGINT", "fence BIGINT",
		"outcome TEXT", "changed BIGINT", "error TEXT", "batch_limit BIGINT")
	putAttempts = insert("attempts", "fence BIGINT", "task BIGINT fixed", "number BIGINT fixed", "worker TEXT fixed",
		"started BIGINT fixed", "ended BIGINT", "outcome TEXT", "exit BIGINT", "error TEXT", "details TEXT", "batch BIGINT", "token TEXT")
	putRuns   = insert("runs", "key BIGINT", "request TEXT", "roots TEXT", "by TEXT", "at BIGINT", "ended BIGINT", "outcome TEXT")
	putEvents = insert("events", "seq BIGINT", "at BIGINT", "kind TEXT", "task BIGINT", "fence BIGINT",
		"run BIGINT", "by TEXT", "message TEXT")
	putSettings = insert("settings", "name TEXT", "value TEXT")

	setProgress = &bulk{
		before: "UPDATE tasks SET state = v.column2, attempts = v.column3, failures = v.column4, " +
			"not_before = v.column5, fence = v.column6, outcome = v.column7, changed = v.column8, error = v.column9, batch_limit = v.column10 FROM (",
		types: []string{"BIGINT", "TEXT", "BIGINT", "TEXT", "BIGINT", "BIGINT", "TEXT", "BIGINT", "TEXT", "BIGINT"},
		after: ") AS v WHERE tasks.key = v.column1",
	}

	removeTasks = &bulk{
		before: "DELETE FROM tasks WHERE key IN (SELECT column1 FROM (",
		types:  []string{"BIGINT"},
		after:  ") AS v)",
	}
)

// Write makes all changes of the batch, or none where it returns an error. Whatever is
// there already is replaced, so a batch may be written again; but an attempt keeps its task, number,
// worker and start. That is for an [ErrUnavailable]: where the connection broke while the database committed, the batch may be there.
func (s *Store) Write(ctx context.Context, b *Batch) error {
	if b.Empty() {
		return nil
	}
	return s.change(ctx, "write", func(ctx context.Context, c *session) error {
		for _, step := range []func(context.Context, *session) error{
			b.forgetTasks, b.writeTasks, b.writeProgress, b.writeAttempts, b.writeRuns, b.writeEvents, b.writeSettings,
		} {
			if err := step(ctx, c); err != nil {
				return err
			}
		}
		return nil
	})
}

// lastOf returns the elements without those whose key comes again: a statement of
// PostgreSQL may not write a row twice. It copies nothing where there are none.
func lastOf[T any](elements []T, key func(*T) int64) []T {
	at := make(map[int64]int, len(elements))
	for i := range elements {
		at[key(&elements[i])] = i
	}
	if len(at) == len(elements) {
		return elements
	}
	last := make([]T, 0, len(at))
	for i := range elements {
		if at[key(&elements[i])] == i {
			last = append(last, elements[i])
		}
	}
	return last
}

func (b *Batch) forgetTasks(ctx context.Context, c *session) error {
	_, err := c.write(ctx, removeTasks, len(b.Forgotten), func(row []any, i int) []any { return append(row, b.Forgotten[i]) })
	return wrap("forgotten tasks", err)
}

func (b *Batch) writeTasks(ctx context.Context, c *session) error {
	tasks := lastOf(b.Tasks, func(t *Task) int64 { return t.Key })
	_, err := c.write(ctx, putTasks, len(tasks), func(row []any, i int) []any {
		t := &tasks[i]
		row = append(row, t.Key,
			encodeText(t.ID), encodeText(t.Family), encodeText(t.Program), encodeTexts(t.Args), t.External, t.Wrapper,
			int64(t.Priority), encodeMap(t.Resources, sameInt), encodeNumbers(t.Requires, same), encodeDuration(t.Timeout),
			int64(t.Retry.Attempts), encodeDuration(t.Retry.Delay), encodeDuration(t.Retry.MaxDelay),
			int64(t.Retry.Failures), encodeDuration(t.Retry.Window), encodeDuration(t.Retry.Rest),
			encodeText(t.Batch), int64(t.MaxBatch), encodeTime(t.Due), encodeText(t.Owner))
		return t.Progress.appendTo(row)
	})
	return wrap("tasks", err)
}

func (p *Progress) appendTo(row []any) []any {
	return append(row, encodeText(string(p.State)), int64(p.Attempts), encodeNumbers(p.Failures, encodeTime),
		encodeTime(p.NotBefore), p.Fence, encodeText(string(p.Outcome)), encodeTime(p.Changed), encodeText(p.Error), int64(p.BatchLimit))
}

func (b *Batch) writeProgress(ctx context.Context, c *session) error {
	keys := slices.Sorted(maps.Keys(b.Progress))
	changed, err := c.write(ctx, setProgress, len(keys), func(row []any, i int) []any {
		progress := b.Progress[keys[i]]
		return progress.appendTo(append(row, keys[i]))
	})
	if err == nil && changed != int64(len(keys)) {
		err = fmt.Errorf("%d of %d tasks are not in the store: write them as tasks first", int64(len(keys))-changed, len(keys))
	}
	return wrap("progress", err)
}

func (b *Batch) writeAttempts(ctx context.Context, c *session) error {
	attempts := lastOf(b.Attempts, func(a *Attempt) int64 { return a.Fence })
	_, err := c.write(ctx, putAttempts, len(attempts), func(row []any, i int) []any {
		a := &attempts[i]
		return append(row, a.Fence, a.Task, int64(a.Number), encodeText(a.Worker), encodeTime(a.Started), encodeTime(a.Ended),
			encodeText(string(a.Outcome)), int64(a.Exit), encodeText(a.Error), encodeMap(a.Details, encodeText),
			a.Batch, encodeText(a.Token))
	})
	return wrap("attempts", err)
}

func (b *Batch) writeRuns(ctx context.Context, c *session) error {
	runs := lastOf(b.Runs, func(r *Run) int64 { return r.Key })
	_, err := c.write(ctx, putRuns, len(runs), func(row []any, i int) []any {
		r := &runs[i]
		return append(row, r.Key, encodeText(r.Request), encodeNumbers(r.Roots, same), encodeText(r.By), encodeTime(r.At), encodeTime(r.Ended),
			encodeText(string(r.Outcome)))
	})
	return wrap("runs", err)
}

func (b *Batch) writeEvents(ctx context.Context, c *session) error {
	events := lastOf(b.Events, func(e *Event) int64 { return e.Seq })
	_, err := c.write(ctx, putEvents, len(events), func(row []any, i int) []any {
		e := &events[i]
		return append(row, e.Seq, encodeTime(e.At), encodeText(e.Kind), e.Task, e.Fence, e.Run, encodeText(e.By), encodeText(e.Message))
	})
	return wrap("events", err)
}

func (b *Batch) writeSettings(ctx context.Context, c *session) error {
	var set []string
	for _, name := range slices.Sorted(maps.Keys(b.Settings)) {
		if b.Settings[name] != "" {
			set = append(set, name)
		} else if _, err := c.run(ctx, "DELETE FROM settings WHERE name = ?", encodeText(name)); err != nil {
			return wrap("settings", err)
		}
	}
	_, err := c.write(ctx, putSettings, len(set), func(row []any, i int) []any {
		return append(row, encodeText(set[i]), encodeText(b.Settings[set[i]]))
	})
	return wrap("settings", err)
}

// wrap says what of a batch an error is about.
func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
