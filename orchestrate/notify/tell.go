package notify

import (
	"context"
	"slices"
	"time"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// tellDue tells incidents that have collected long enough, without what is mended.
func (e *Engine) tellDue(ctx context.Context, b *book, now time.Time) error {
	for _, i := range b.inOrder() {
		if !i.Told.IsZero() || i.Due.After(now) {
			continue
		}
		if until := b.silencedUntil(i.Family, now); !until.IsZero() {
			i.Due = until
			b.touch(i)
			continue
		}
		if err := e.tell(ctx, b, i, now); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) tell(ctx context.Context, b *book, i *incident, now time.Time) error {
	tasks, err := e.weed(ctx, b, i)
	if err != nil || b.incidents[i.ID] == nil {
		return err
	}
	if i.Channels = e.told(i.Kind, i.Family, i.Owner); len(i.Channels) == 0 {
		b.close(i)
		return nil
	}
	m, err := e.compose(ctx, b, i, tasks, now)
	if err != nil {
		return err
	}
	e.post(b, m, i.Channels, now)
	if kinds[i.Kind].open == nil || len(i.Tasks) == 0 {
		b.close(i)
		return nil
	}
	i.Told = now
	b.touch(i)
	return nil
}

// weed takes what is mended out of an incident, and returns the tasks that are left. The incident is closed where none is.
func (e *Engine) weed(ctx context.Context, b *book, i *incident) ([]store.Task, error) {
	if len(i.Tasks) == 0 {
		return nil, nil
	}
	tasks, err := e.stillOpen(ctx, i.Kind, i.Tasks)
	if err != nil {
		return nil, err
	}
	if len(tasks) == 0 && len(i.Blaming) > 0 { // which stay failed though their cause is mended
		if tasks, err = e.stillOpen(ctx, i.Kind, i.Blaming); err != nil {
			return nil, err
		}
		b.turn(i, tasks)
	}
	b.leave(i, func(t incidentTask) bool { return !hasKey(tasks, t.Key) })
	return tasks, nil
}

// stillOpen returns those of some tasks that are still of an incident of a kind, by key.
func (e *Engine) stillOpen(ctx context.Context, kind string, of []incidentTask) ([]store.Task, error) {
	tasks, err := e.options.Scheduler.Lookup(ctx, keysOf([]*incident{{Tasks: of}}))
	if err != nil || kinds[kind].open == nil {
		return tasks, err
	}
	return slices.DeleteFunc(tasks, func(t store.Task) bool { return !kinds[kind].open(t.State) }), nil
}

func hasKey(tasks []store.Task, key int64) bool {
	_, found := slices.BinarySearchFunc(tasks, key, func(t store.Task, key int64) int { return int(t.Key - key) })
	return found
}

// post puts a message on its way to channels.
func (e *Engine) post(b *book, m *Message, channels []string, now time.Time) {
	for _, name := range channels {
		b.put(&letter{Channel: name, Message: m, Queued: now, Next: now})
	}
}

// tellMended tells of incidents whose tasks are all done.
func (e *Engine) tellMended(ctx context.Context, b *book, now time.Time) error {
	if !e.seen {
		return nil
	}
	told := slices.DeleteFunc(b.inOrder(), func(i *incident) bool { return i.Told.IsZero() })
	tasks, err := e.options.Scheduler.Lookup(ctx, keysOf(told))
	if err != nil {
		return err
	}
	byKey := make(map[int64]*store.Task, len(tasks))
	for i := range tasks {
		byKey[tasks[i].Key] = &tasks[i]
	}
	for _, i := range told {
		b.leave(i, func(t incidentTask) bool { return byKey[t.Key] == nil }) // they are forgotten
		if b.incidents[i.ID] == nil || slices.ContainsFunc(i.Tasks, func(t incidentTask) bool { return byKey[t.Key].State != store.Done }) {
			continue
		}
		var done []store.Task
		for _, t := range i.Tasks {
			done = append(done, *byKey[t.Key])
		}
		blaming, err := e.stillOpen(ctx, scheduler.TaskFailed, i.Blaming)
		if err != nil {
			return err
		}
		e.tellRecovery(b, i, done, blaming, now)
	}
	e.seen = false
	return nil
}

func (e *Engine) tellRecovery(b *book, i *incident, done, blaming []store.Task, now time.Time) {
	channels := slices.DeleteFunc(slices.Clone(i.Channels), func(name string) bool {
		return e.channels[name] == nil || e.channels[name].Quiet
	})
	e.post(b, e.recovery(b, i, done, blaming, now), channels, now)
	b.close(i)
}

// nextReminder returns when an incident that was told is told again.
func (e *Engine) nextReminder(i *incident) time.Time {
	return i.Told.Add(time.Duration(i.Reminded+1) * e.config.Remind)
}

// remind tells incidents again that are open for long. Silences hold for that too.
func (e *Engine) remind(ctx context.Context, b *book, now time.Time) error {
	if e.config.Remind <= 0 {
		return nil
	}
	for _, i := range b.inOrder() {
		if i.Told.IsZero() || e.nextReminder(i).After(now) {
			continue
		}
		for !e.nextReminder(i).After(now) {
			i.Reminded++ // after a long pause, one is enough
		}
		b.touch(i)
		if !b.silencedUntil(i.Family, now).IsZero() {
			continue
		}
		tasks, err := e.options.Scheduler.Lookup(ctx, keysOf([]*incident{i}))
		if err != nil {
			return err
		}
		open := slices.DeleteFunc(tasks, func(t store.Task) bool { return !kinds[i.Kind].open(t.State) })
		if len(open) == 0 {
			continue // somebody has let them start again
		}
		m, err := e.compose(ctx, b, i, open, now)
		if err != nil {
			return err
		}
		e.post(b, m, slices.DeleteFunc(slices.Clone(i.Channels), func(name string) bool { return e.channels[name] == nil }), now)
	}
	return nil
}
