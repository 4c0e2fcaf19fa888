package deadline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gomr/gomr/orchestrate/forecast"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// The kinds of events.
const (
	Warned = "deadline warned"
	Missed = "deadline missed"
	Met    = "deadline met"
)

const (
	// prefix begins the names of the settings.
	prefix = "deadline "

	// keptFor is how long it is kept what was told of a task that is done.
	keptFor = 7 * 24 * time.Hour

	// by is who does what an engine does.
	by = "deadlines"
)

// A told is what was told of a task. Times that are zero have not come.
type told struct {
	Task   string    `json:"task"` // ID
	Due    time.Time `json:"due"`
	Warned time.Time `json:"warned,omitzero"`
	Missed time.Time `json:"missed,omitzero"`
	Met    time.Time `json:"met,omitzero"` // when the task was done
}

// look looks at all due times once, and returns how long it is to the next one.
func (e *Engine) look(ctx context.Context) (next time.Duration, err error) {
	next = e.options.Every
	now := e.options.Now()
	tasks := 0
	e.pulse.begin()
	defer func() { e.pulse.end(tasks, err) }()
	keys, err := e.options.Scheduler.DueTasks(ctx)
	if err != nil {
		return next, err
	}
	all, err := e.told(ctx)
	if err != nil {
		return next, err
	}
	f, open, err := e.predict(ctx, now, keys)
	if err != nil {
		return next, err
	}
	for i := range open {
		t := &open[i]
		if t.Due.IsZero() {
			continue
		}
		tasks++
		if left := t.Due.Sub(now); left >= 0 {
			next = min(next, left+time.Millisecond)
		}
		if err := e.watch(ctx, now, f, t, all[t.Key]); err != nil {
			return next, err
		}
		delete(all, t.Key)
	}
	for key, one := range all {
		if err := e.settle(ctx, now, key, one); err != nil {
			return next, err
		}
	}
	return next, nil
}

// told returns what was told, by key of the task. What can't be read counts as nothing.
func (e *Engine) told(ctx context.Context) (map[int64]told, error) {
	settings, err := e.options.Scheduler.Settings(ctx, prefix)
	if err != nil {
		return nil, err
	}
	all := make(map[int64]told, len(settings))
	for name, value := range settings {
		var one told
		key, err := strconv.ParseInt(strings.TrimPrefix(name, prefix), 10, 64)
		if err == nil {
			err = json.Unmarshal([]byte(value), &one)
		}
		if err != nil {
			e.options.Logger.ErrorContext(ctx, "a setting can't be read", "name", name, "error", err)
			continue
		}
		all[key] = one
	}
	return all, nil
}

// watch tells what is to be told of a task that is not done.
func (e *Engine) watch(ctx context.Context, now time.Time, f *forecast.Forecast, t *scheduler.OpenTask, one told) error {
	if !one.Due.Equal(t.Due) || !one.Met.IsZero() {
		one = told{Task: t.ID, Due: t.Due} // it is due at another time, or is to be done again
	}
	finish := f.Finish(t.Key)
	switch {
	case now.After(t.Due):
		// A task that changed only since may have been asked for since: it had no chance.
		if !one.Missed.IsZero() || one.Warned.IsZero() && t.Changed.After(t.Due) {
			return nil
		}
		one.Missed = now
		return e.tell(ctx, t.Key, one, Missed, fmt.Sprintf("%s was due at %s and is %s; %s", t.ID, clock(t.Due), t.State, outlook(f, t.Key)))
	case one.Warned.IsZero() && (finish.P95.After(t.Due) || finish.Blocked != 0):
		one.Warned = now
		return e.tell(ctx, t.Key, one, Warned, fmt.Sprintf("%s is due at %s and is %s; %s", t.ID, clock(t.Due), t.State, outlook(f, t.Key)))
	}
	return nil
}

// settle tells that a task is done of which something was told, and forgets that in the end.
func (e *Engine) settle(ctx context.Context, now time.Time, key int64, one told) error {
	if !one.Met.IsZero() {
		if now.Sub(one.Met) > keptFor {
			return e.options.Scheduler.Set(ctx, settingOf(key), "")
		}
		return nil
	}
	found, err := e.options.Scheduler.Explain(ctx, one.Task)
	switch {
	case errors.Is(err, scheduler.ErrUnknownTask):
		return e.options.Scheduler.Set(ctx, settingOf(key), "")
	case err != nil:
		return err
	case found.Task.Due.IsZero():
		return e.options.Scheduler.Set(ctx, settingOf(key), "") // it is due no more
	case found.Task.State != store.Done:
		return nil // it was done a moment ago, and is not any more
	}
	one.Met = found.Task.Changed
	message := fmt.Sprintf("%s was due at %s, and was done in time after all", one.Task, clock(one.Due))
	if late := one.Met.Sub(one.Due); late > 0 {
		message = fmt.Sprintf("%s was due at %s, and was done %s late", one.Task, clock(one.Due), late.Round(time.Second))
	}
	return e.tell(ctx, key, one, Met, message)
}

// tell tells of a task, and keeps that it was told.
func (e *Engine) tell(ctx context.Context, key int64, one told, kind, message string) error {
	value, err := json.Marshal(one)
	if err != nil {
		return err
	}
	return e.options.Scheduler.SetAll(ctx, map[string]string{settingOf(key): string(value)}, store.Event{Kind: kind, Task: key, By: by, Message: message})
}

func settingOf(key int64) string { return prefix + strconv.FormatInt(key, 10) }

// outlook says when a task is expected, and what it waits for longest.
func outlook(f *forecast.Forecast, key int64) string {
	finish, path := f.Finish(key), f.Path(key)
	if finish.Blocked != 0 {
		return fmt.Sprintf("it won't be done before somebody acts, as %s has failed", f.Task(finish.Blocked).ID)
	}
	text := fmt.Sprintf("it is expected at %s (p50), or %s (p95)", clock(finish.P50), clock(finish.P95))
	if first := path[0].Task; first.Key != key {
		text += fmt.Sprintf(", after %s, which is %s", first.ID, first.State)
	}
	if finish.Unknown > 0 {
		text += fmt.Sprintf("; at the earliest, as nothing is known of %d of its steps", finish.Unknown)
	}
	return text
}

func clock(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05 UTC") }
