package deadline

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/gomr/gomr/orchestrate/forecast"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// A Due is a task with a due time: one that is not done, or one that was told of lately.
type Due struct {
	ID     string
	State  store.State
	Due    time.Time
	Done   time.Time       // zero where it is not
	Finish forecast.Finish // where it is not
	Next   string          // ID of the step to look at: what the task waits for longest and waits for nothing, or what has failed
	NextIs store.State

	Warned, Missed time.Time // when that was told; zero where it was not
}

// Due returns the tasks that have a due time and are not done, and those that were told of within a
// week, by due time.
func (e *Engine) Due(ctx context.Context) ([]Due, error) {
	keys, err := e.options.Scheduler.DueTasks(ctx)
	if err != nil {
		return nil, err
	}
	all, err := e.told(ctx)
	if err != nil {
		return nil, err
	}
	f, open, err := e.predict(ctx, e.options.Now(), keys)
	if err != nil {
		return nil, err
	}
	var dues []Due
	for i := range open {
		if t := &open[i]; !t.Due.IsZero() {
			dues = append(dues, dueOf(f, t, all[t.Key]))
			delete(all, t.Key)
		}
	}
	for _, one := range all {
		if !one.Met.IsZero() {
			dues = append(dues, Due{ID: one.Task, State: store.Done, Due: one.Due, Done: one.Met, Warned: one.Warned, Missed: one.Missed})
		}
	}
	slices.SortFunc(dues, func(a, b Due) int { return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.ID, b.ID)) })
	return dues, nil
}

func dueOf(f *forecast.Forecast, t *scheduler.OpenTask, one told) Due {
	d := Due{ID: t.ID, State: t.State, Due: t.Due, Finish: f.Finish(t.Key)}
	if one.Due.Equal(t.Due) && one.Met.IsZero() {
		d.Warned, d.Missed = one.Warned, one.Missed
	}
	next := &f.Path(t.Key)[0].Task
	if blocking := f.Task(d.Finish.Blocked); blocking != nil {
		next = blocking
	}
	d.Next, d.NextIs = next.ID, next.State
	return d
}

// A Prospect is what is expected of a task.
type Prospect struct {
	Task    store.Task
	Finish  forecast.Finish // zero of a task that is done
	Steps   []forecast.Step // the way that takes longest; none where the task is done
	Blocked string          // ID of a task that has to be mended before
}

// Forecast tells when a task is expected, and the way to it. The error may be [scheduler.ErrUnknownTask].
func (e *Engine) Forecast(ctx context.Context, id string) (Prospect, error) {
	found, err := e.options.Scheduler.Explain(ctx, id)
	if err != nil {
		return Prospect{}, err
	}
	p := Prospect{Task: found.Task}
	f, _, err := e.predict(ctx, e.options.Now(), []int64{found.Task.Key})
	if err != nil || found.Task.State == store.Done {
		return p, err
	}
	p.Finish, p.Steps = f.Finish(found.Task.Key), f.Path(found.Task.Key)
	if blocking := f.Task(p.Finish.Blocked); blocking != nil {
		p.Blocked = blocking.ID
	}
	return p, nil
}

// ForecastAll tells when the last of some tasks is expected, by their keys, and no way to it. The finish is
// zero where all are done.
func (e *Engine) ForecastAll(ctx context.Context, keys []int64) (Prospect, error) {
	f, _, err := e.predict(ctx, e.options.Now(), keys)
	if err != nil {
		return Prospect{}, err
	}
	var p Prospect
	var blocking *scheduler.OpenTask
	for _, key := range keys {
		if f.Task(key) == nil {
			continue
		}
		one := f.Finish(key)
		if blocking == nil {
			blocking = f.Task(one.Blocked)
		}
		p.Finish.P50, p.Finish.P95 = later(p.Finish.P50, one.P50), later(p.Finish.P95, one.P95)
		p.Finish.Unknown = max(p.Finish.Unknown, one.Unknown)
	}
	if blocking != nil {
		p.Finish.Blocked, p.Blocked = blocking.Key, blocking.ID
	}
	return p, nil
}

// Summary returns how long tasks of a family take.
func (e *Engine) Summary(ctx context.Context, family string) (forecast.Summary, error) {
	return e.history.of(ctx, family)
}

// Families returns the families of which there are tasks.
func (e *Engine) Families(ctx context.Context) ([]string, error) {
	return e.options.Scheduler.Families(ctx)
}
