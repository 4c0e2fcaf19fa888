package deadline

import (
	"cmp"
	"context"
	"log/slog"
	"time"

	"github.com/gomr/gomr/orchestrate/forecast"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// A Scheduler has the tasks. [scheduler.Scheduler] is one.
type Scheduler interface {
	DueTasks(ctx context.Context) ([]int64, error)
	OpenTasks(ctx context.Context, keys []int64) ([]scheduler.OpenTask, error)
	Explain(ctx context.Context, id string) (scheduler.Explanation, error)
	Families(ctx context.Context) ([]string, error)
	Changes(ctx context.Context) <-chan scheduler.Changes
	Settings(ctx context.Context, prefix string) (map[string]string, error)
	Set(ctx context.Context, name, value string) error
	SetAll(ctx context.Context, settings map[string]string, events ...store.Event) error
}

// A Store has the attempts that were made. [store.Store] is one.
type Store interface {
	Attempts(ctx context.Context, q store.AttemptQuery) ([]store.Attempt, error)
}

// Options say what to watch. Scheduler and Store are needed; the zero values of the others work.
type Options struct {
	Scheduler Scheduler
	Store     Store

	// Every is how often to look. Zero means ten seconds.
	Every time.Duration

	// Now tells the time. Nil means [time.Now].
	Now func() time.Time

	// Logger gets what goes wrong. Nil means none.
	Logger *slog.Logger
}

// An Engine watches over due times. Its methods may be called from any number of goroutines; one of them
// calls Run.
type Engine struct {
	options Options
	history history
	pulse   pulse
}

// New makes an engine. It asks nobody yet.
func New(options Options) *Engine {
	options.Every = cmp.Or(options.Every, 10*time.Second)
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	return &Engine{options: options, history: history{store: options.Store}}
}

const (
	// share is how many times as long as a look an engine rests after it.
	share = 20

	// soon is when it looks after a change, which is seldom alone.
	soon = time.Second
)

// Run looks after the due times until the context ends.
func (e *Engine) Run(ctx context.Context) {
	changes := e.options.Scheduler.Changes(ctx)
	e.history.watch(true)
	defer e.history.watch(false)
	e.pulse.run(true)
	defer e.pulse.run(false)
	timer := time.NewTimer(0)
	defer timer.Stop()
	var next, rested time.Time // when the next look is, and from when on there may be one
	for {
		select {
		case c, ok := <-changes:
			if !ok {
				return
			}
			e.history.note(&c)
			if at := later(time.Now().Add(soon), rested); at.Before(next) {
				next = at
				timer.Reset(time.Until(next))
			}
		case <-timer.C:
			start := time.Now()
			wait, err := e.look(ctx)
			if err != nil && ctx.Err() == nil {
				e.options.Logger.ErrorContext(ctx, "due times can't be looked at", "error", err)
			}
			rested = time.Now().Add(share * time.Since(start))
			next = later(time.Now().Add(wait), rested)
			timer.Reset(time.Until(next))
		case <-ctx.Done():
			return
		}
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// predict returns the forecast of some tasks and of what they wait for.
func (e *Engine) predict(ctx context.Context, now time.Time, keys []int64) (*forecast.Forecast, []scheduler.OpenTask, error) {
	open, err := e.options.Scheduler.OpenTasks(ctx, keys)
	if err != nil {
		return nil, nil, err
	}
	f := forecast.Predict(now, open, func(family string) forecast.Summary {
		summary, failed := e.history.of(ctx, family)
		if err == nil {
			err = failed
		}
		return summary
	})
	return f, open, err
}
