package notify

import (
	"context"
	"time"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// readAtOnce is how many events are read at a time.
const readAtOnce = 1000

// read takes what is new in the history.
func (e *Engine) read(ctx context.Context, b *book, now time.Time) error {
	for {
		events, err := e.options.Store.Events(ctx, store.EventQuery{After: b.place.Seq, Limit: readAtOnce})
		if err != nil {
			return err
		}
		for i := range events {
			if err := e.take(ctx, b, &events[i], now); err != nil {
				return err
			}
			b.place.Seq = events[i].Seq
			b.changed[placeSetting] = &b.place
		}
		if len(events) < readAtOnce {
			return nil
		}
	}
}

// take takes one event.
func (e *Engine) take(ctx context.Context, b *book, event *store.Event, now time.Time) error {
	switch event.Kind {
	case scheduler.RunEnded:
		return e.takeRun(ctx, b, event)
	case scheduler.TaskForgiven:
		b.forgive(event.Task)
		return nil
	}
	k, ok := kinds[event.Kind]
	if !ok || k.open == nil && now.Sub(event.At) > stale {
		return nil
	}
	f := &finding{event: event, kind: event.Kind, error: event.Message, told: e.told}
	if event.Task != 0 {
		tasks, err := e.options.Scheduler.Lookup(ctx, []int64{event.Task})
		if err != nil {
			return err
		}
		if len(tasks) == 0 {
			return nil // it is forgotten
		}
		f.task = &tasks[0]
		if event.Kind == scheduler.TaskDisabled {
			f.error = f.task.Error // the event says until when it rests
		}
	}
	b.note(f, e.config.Window)
	return nil
}

// told returns the channels that are told of a kind of things about a family and an owner, in their order.
func (e *Engine) told(kind, family, owner string) (names []string) {
	for _, name := range e.channelNames() {
		if e.channels[name].wants(kind, family, owner) {
			names = append(names, name)
		}
	}
	return names
}

// takeRun looks for tasks that a run waits for and that others would have to make.
func (e *Engine) takeRun(ctx context.Context, b *book, event *store.Event) error {
	runs, err := e.options.Store.Runs(ctx, event.Run+1, 1)
	if err != nil || len(runs) == 0 || runs[0].Key != event.Run {
		return err
	}
	blamed, err := e.options.Scheduler.Blame(ctx, runs[0].Roots)
	if err != nil || len(blamed) == 0 {
		return err
	}
	tasks, err := e.options.Scheduler.Lookup(ctx, blamed)
	if err != nil {
		return err
	}
	for i := range tasks {
		if tasks[i].State == store.Missing {
			b.note(&finding{event: event, kind: inputMissing, task: &tasks[i]}, e.config.Window)
		}
	}
	return nil
}
