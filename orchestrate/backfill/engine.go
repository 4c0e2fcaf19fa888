package backfill

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gomr/gomr/orchestrate/launch"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// A Scheduler has the tasks. [scheduler.Scheduler] is one.
type Scheduler interface {
	launch.Scheduler

	Submit(ctx context.Context, submission *scheduler.Submission) (scheduler.Receipt, error)
	Changes(ctx context.Context) <-chan scheduler.Changes
	Settings(ctx context.Context, prefix string) (map[string]string, error)
	SetAll(ctx context.Context, settings map[string]string, events ...store.Event) error
	Kill(ctx context.Context, id, by string) error
	Mark(ctx context.Context, id string, to store.State, by, note string) error
	Holds(ctx context.Context) ([]scheduler.Held, error)
}

// Options say how to run backfills. Scheduler is needed; the zero values of the others work.
type Options struct {
	Scheduler Scheduler

	// Now tells the time. Nil means [time.Now].
	Now func() time.Time

	// Logger gets what goes wrong. Nil means none.
	Logger *slog.Logger

	// Keep is how many backfills that are over are kept. Zero means 100.
	Keep int
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	o.Keep = cmp.Or(o.Keep, 100)
	return o
}

// ErrUnknown says that there is no backfill of that number.
var ErrUnknown = errors.New("there is no such backfill")

// An Engine runs backfills. Its methods may be called from any number of goroutines. What they return is written.
type Engine struct {
	options   Options
	scheduler Scheduler
	requests  chan func()
	quit      context.CancelFunc
	done      chan struct{} // closed when the loop has ended

	// Of the loop alone:

	ctx     context.Context //nolint:containedctx // ends with the engine
	records map[int64]*record
	last    int64
	killed  map[int64]bool // fences whose end was asked for
	changed bool           // a request has changed a backfill
	unread  int            // how many backfills can't be read
	stuck   map[int64]error
	well    time.Time // when nothing was stuck last
}

const (
	// settle is how long an engine waits after a change of tasks, for others come with it.
	settle = 100 * time.Millisecond

	// lookEvery is how often backfills under way are looked at though nothing was heard.
	lookEvery = 5 * time.Second
)

// Open starts an engine with the backfills that the scheduler's store has. One that can't be read keeps nobody from
// the others: the logger is told, and it is left as it is.
func Open(ctx context.Context, options Options) (*Engine, error) {
	e := &Engine{
		options: options.withDefaults(), scheduler: options.Scheduler,
		requests: make(chan func()), done: make(chan struct{}), killed: map[int64]bool{},
	}
	settings, err := e.scheduler.Settings(ctx, prefix)
	if err != nil {
		return nil, fmt.Errorf("read the backfills: %w", err)
	}
	var unread []error
	if e.records, e.last, unread = load(settings); len(unread) > 0 {
		e.unread = len(unread)
		e.options.Logger.ErrorContext(ctx, "backfills can't be read, and are not run", "error", errors.Join(unread...))
	}
	e.ctx, e.quit = context.WithCancel(context.WithoutCancel(ctx))
	go e.loop()
	return e, nil
}

// Close ends the engine. Backfills stay as they are, and go on with the next one.
func (e *Engine) Close() {
	e.quit()
	<-e.done
}

// loop serves requests, and moves backfills on, until the engine is closed.
func (e *Engine) loop() {
	defer close(e.done)
	changes := e.scheduler.Changes(e.ctx)
	timer := time.NewTimer(0)
	defer timer.Stop()
	soon := true
	for {
		select {
		case do := <-e.requests:
			do()
			if !e.changed {
				continue
			}
		case _, ok := <-changes:
			if !ok {
				changes = nil // the scheduler has ended, or the engine is about to
			}
			if soon || !e.active() {
				continue
			}
			soon = true
			timer.Reset(settle)
			continue
		case <-timer.C:
		case <-e.ctx.Done():
			return
		}
		e.advance()
		soon, e.changed = false, false
		timer.Reset(lookEvery)
	}
}

// active reports whether a backfill is not over.
func (e *Engine) active() bool {
	for _, r := range e.records {
		if !r.State.Over() {
			return true
		}
	}
	return false
}

// call has the loop do something.
func (e *Engine) call(ctx context.Context, do func() error) error {
	reply := make(chan error, 1)
	select {
	case e.requests <- func() { reply <- do() }:
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-e.done:
		return scheduler.ErrClosed
	}
	select {
	case err := <-reply:
		return err
	case <-e.done:
		return scheduler.ErrClosed
	}
}

// Start starts a backfill. The error may be a [*scheduler.InvalidError].
func (e *Engine) Start(ctx context.Context, d *Definition) (status Status, err error) {
	if err := d.check(); err != nil {
		return Status{}, err
	}
	plan := *d
	plan.Flags, plan.Labels = slices.Clone(d.Flags), slices.Clone(d.Labels)
	err = e.call(ctx, func() (err error) {
		status, err = e.start(&plan)
		return err
	})
	return status, err
}

func (e *Engine) start(plan *Definition) (Status, error) {
	now := e.options.Now()
	for _, r := range e.records {
		if plan.Request != "" && plan.Request == r.plan.Request {
			return r.status(now), nil
		}
	}
	r := newRecord(e.last+1, plan, now)
	if plan.Entry = ""; r.clears() {
		// Other servers have numbers too, and their workers the same trash.
		plan.Entry = fmt.Sprintf("backfill-%d-%s", r.id, strings.ToLower(rand.Text()[:6]))
	}
	settings, err := r.settings(true)
	if err != nil {
		return Status{}, err
	}
	old := e.outdated()
	for _, id := range old {
		settings[e.records[id].settingName()] = ""
		settings[e.records[id].settingName()+planSuffix] = ""
	}
	message := fmt.Sprintf("backfill %d of %s: %d labels, %s to %s", r.id, plan.Family, len(plan.Labels), plan.Labels[0], plan.Labels[len(plan.Labels)-1])
	if err := e.scheduler.SetAll(e.ctx, settings, store.Event{Kind: EventStarted, By: plan.By, Message: message}); err != nil {
		return Status{}, err
	}
	e.records[r.id], e.last, e.changed = r, r.id, true
	for _, id := range old {
		delete(e.records, id)
	}
	return r.status(now), nil
}

// outdated returns the oldest of the backfills that are over, so that with one more as many as are to be kept are left.
func (e *Engine) outdated() []int64 {
	var over []int64
	for _, id := range slices.Sorted(maps.Keys(e.records)) {
		if e.records[id].State.Over() {
			over = append(over, id)
		}
	}
	return over[:max(len(over)-e.options.Keep, 0)]
}

// List returns the backfills, the newest first.
func (e *Engine) List(ctx context.Context) (list []Status, err error) {
	err = e.call(ctx, func() error {
		now := e.options.Now()
		for _, r := range e.records {
			list = append(list, r.status(now))
		}
		slices.SortFunc(list, func(a, b Status) int { return cmp.Compare(b.ID, a.ID) })
		return nil
	})
	return list, err
}

// Show returns a backfill with its labels in their order. The error may be [ErrUnknown].
func (e *Engine) Show(ctx context.Context, id int64) (status Status, labels []Label, err error) {
	err = e.call(ctx, func() error {
		r, err := e.find(id)
		if err != nil {
			return err
		}
		if r, err = e.lookAgain(r); err != nil {
			return err
		}
		status = r.status(e.options.Now())
		labels, err = e.labels(r)
		return err
	})
	return status, labels, err
}

// Pause keeps a backfill from launching more. The error may be [ErrUnknown], or a [*scheduler.InvalidError] where it is
// not running.
func (e *Engine) Pause(ctx context.Context, id int64, by string) (Status, error) {
	return e.change(ctx, id, Running, Paused, EventPaused, by)
}

// Resume lets a backfill that was paused go on.
func (e *Engine) Resume(ctx context.Context, id int64, by string) (Status, error) {
	return e.change(ctx, id, Paused, Running, EventResumed, by)
}

// change takes a backfill from one state to another. Where it is there already, nothing happens.
func (e *Engine) change(ctx context.Context, id int64, from, to State, event, by string) (status Status, err error) {
	err = e.call(ctx, func() error {
		r, err := e.find(id)
		switch {
		case err != nil:
			return err
		case r.State == to:
		case r.State != from:
			return invalid("backfill %d is %s, not %s", id, r.State, from)
		default:
			next := r.clone()
			next.State = to
			if err := e.save(next, store.Event{Kind: event, By: by, Message: fmt.Sprintf("backfill %d", id)}); err != nil {
				return err
			}
		}
		status = e.records[id].status(e.options.Now())
		return nil
	})
	return status, err
}

// Cancel keeps a backfill from launching more for good. With kill, attempts at the tasks of labels that are under way
// are ended, and those that have not begun are marked as failed; tasks that these require are left
// alone, for others may want them too.
func (e *Engine) Cancel(ctx context.Context, id int64, kill bool, by string) (status Status, err error) {
	err = e.call(ctx, func() error {
		r, err := e.find(id)
		if err != nil {
			return err
		}
		if r.State.Over() {
			return invalid("backfill %d is over: it is %s", id, r.State)
		}
		next := r.clone()
		next.State = Cancelling
		for i, letter := range next.Labels {
			if letter == waiting {
				next.Labels[i] = leftOut
			}
		}
		message := fmt.Sprintf("backfill %d", id)
		if kill {
			next.Kill = by
			message += ", and what is under way is killed"
		}
		if err := e.save(next, store.Event{Kind: EventCancelled, By: by, Message: message}); err != nil {
			return err
		}
		status = next.status(e.options.Now())
		return nil
	})
	return status, err
}

func (e *Engine) find(id int64) (*record, error) {
	if r := e.records[id]; r != nil {
		return r, nil
	}
	return nil, fmt.Errorf("backfill %d: %w", id, ErrUnknown)
}

// save writes a record that has changed, and then has it.
func (e *Engine) save(r *record, events ...store.Event) error {
	settings, err := r.settings(false)
	if err == nil {
		err = e.scheduler.SetAll(e.ctx, settings, events...)
	}
	if err != nil {
		return err
	}
	e.records[r.id], e.changed = r, true
	return nil
}
