package trigger

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/gomr/gomr/orchestrate/launch"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// A Scheduler runs what is launched, and keeps the schedules. [scheduler.Scheduler] is one.
type Scheduler interface {
	launch.Scheduler
	Submit(ctx context.Context, submission *scheduler.Submission) (scheduler.Receipt, error)
	Settings(ctx context.Context, prefix string) (map[string]string, error)
	SetAll(ctx context.Context, settings map[string]string, events ...store.Event) error
}

// Files tell what data there is.
type Files interface {
	// Look tells for each pattern how many files and folders match it. Patterns are absolute, and those
	// of [path.Match]; one without wildcards is a path.
	Look(ctx context.Context, patterns []string) []Found
}

// Found is what there is of a pattern.
type Found struct {
	N   int
	Err error // why that can't be told
}

// Options say how an engine works. The Scheduler is needed.
type Options struct {
	Scheduler Scheduler

	// Files are where data is looked for. Nil means that there is none to look at, and schedules with
	// data are refused.
	Files Files

	// Now tells the time. Nil means [time.Now].
	Now func() time.Time

	// Log gets what goes wrong. Nil means none.
	Log *slog.Logger
}

// An Engine has schedules, and fires them. Its methods may be called from any number of goroutines. What
// they return is written.
type Engine struct {
	scheduler Scheduler
	files     Files
	tell      func() time.Time
	log       *slog.Logger
	requests  chan *request
	done      chan struct{} // closed when the loop has ended
	quit      context.CancelFunc

	// Of the loop alone:

	ctx       context.Context
	schedules map[string]*schedule
	looking   chan look // nil while nothing is looked at
	last      time.Time // when it was advanced
}

// A schedule is one as the engine has it.
type schedule struct {
	*document

	rules   *rules
	tries   map[string]*try // of open firings, by launch
	problem string          // why it does not go on, as far as it is the engine's trouble
	retry   time.Time       // when to go on after that
}

// A try is what is not written of an open firing.
type try struct {
	check   time.Time // when to look for its data next
	sight   sight     // what was seen
	follow  time.Time // when to ask how far it is
	started time.Time // when it was first asked
}

type request struct {
	do    func() error
	reply chan error // has room for the one reply
}

// ErrClosed says that the engine has been closed.
var ErrClosed = errors.New("the engine of schedules is closed")

// An UnknownError says that there is no schedule of a name.
type UnknownError struct{ Name string }

func (e *UnknownError) Error() string {
	return fmt.Sprintf("there is no schedule %s; 'schedule ls' has all", e.Name)
}

// Open starts an engine with the schedules that the scheduler keeps. One that can't be read keeps nobody from the
// others: the log is told, and it is left as it is.
func Open(ctx context.Context, options Options) (*Engine, error) {
	e := &Engine{
		scheduler: options.Scheduler, files: options.Files, tell: options.Now, log: options.Log,
		requests: make(chan *request), done: make(chan struct{}), schedules: map[string]*schedule{},
	}
	if e.tell == nil {
		e.tell = time.Now
	}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	settings, err := e.scheduler.Settings(ctx, settingPrefix)
	if err != nil {
		return nil, fmt.Errorf("read the schedules: %w", err)
	}
	for name, text := range settings {
		if err := e.load(name, text); err != nil {
			e.log.ErrorContext(ctx, "a schedule can't be read, and does not fire; 'schedule apply' makes it anew", "error", err)
		}
	}
	e.ctx, e.quit = context.WithCancel(context.WithoutCancel(ctx))
	go e.loop()
	return e, nil
}

func (e *Engine) load(setting, text string) error {
	d, err := decode(setting, text)
	if err != nil {
		return err
	}
	r, err := d.Schedule.rules()
	if err != nil {
		return fmt.Errorf("the setting %q: %w", setting, err)
	}
	e.schedules[d.Schedule.Name] = &schedule{document: d, rules: r, tries: map[string]*try{}}
	return nil
}

// Close ends the engine. Requests under way get [ErrClosed].
func (e *Engine) Close() {
	e.quit()
	<-e.done
}

// call has the loop do something, and waits until it is done.
func (e *Engine) call(ctx context.Context, do func() error) error {
	r := &request{do, make(chan error, 1)}
	select {
	case e.requests <- r:
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-e.done:
		return ErrClosed
	}
	select {
	case err := <-r.reply:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// longestWait bounds how long the loop sleeps, for the clock may be set meanwhile.
const longestWait = time.Minute

func (e *Engine) loop() {
	defer close(e.done)
	defer func() {
		if e.looking != nil {
			<-e.looking // it ends with the context
		}
	}()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case r := <-e.requests:
			r.reply <- r.do()
		case seen := <-e.looking:
			e.looking = nil
			e.see(seen)
		case <-timer.C:
		case <-e.ctx.Done():
			return
		}
		timer.Reset(e.advance())
	}
}

func (e *Engine) now() time.Time { return e.tell().Round(0).UTC() }

// advance does all that is to be done now, and returns when there is more.
func (e *Engine) advance() time.Duration {
	now := e.now()
	if now.Before(e.last) { // the clock was set back: what was put off is not to wait for it
		for _, s := range e.schedules {
			s.tries, s.retry = map[string]*try{}, time.Time{}
		}
	}
	e.last = now
	for _, name := range slices.Sorted(maps.Keys(e.schedules)) {
		s := e.schedules[name]
		if now.Before(s.retry) {
			continue
		}
		s.problem, s.retry = "", time.Time{}
		if err := e.advanceOne(s, now); err != nil && e.ctx.Err() == nil {
			s.problem, s.retry = err.Error(), now.Add(retryAfter)
			e.log.ErrorContext(e.ctx, "schedule does not go on", "schedule", name, "error", err)
		}
	}
	e.look(now)
	wake := now.Add(longestWait)
	for _, s := range e.schedules {
		if at := s.wake(now, e.looking != nil); at.Before(wake) {
			wake = at
		}
	}
	return max(0, wake.Sub(now))
}

// retryAfter is how long to wait after something has failed that may go well then.
const retryAfter = 5 * time.Second

func (e *Engine) advanceOne(s *schedule, now time.Time) error {
	for _, step := range []func(*schedule, time.Time) error{e.follow, e.fire, e.expire, e.launch} {
		if err := step(s, now); err != nil {
			return err
		}
	}
	return nil
}

// wake returns when something is to be done for a schedule.
func (s *schedule) wake(now time.Time, looking bool) time.Time {
	if !s.retry.IsZero() {
		return s.retry
	}
	wake := now.Add(longestWait)
	earlier := func(at time.Time) {
		if !at.IsZero() && at.Before(wake) {
			wake = at
		}
	}
	if !s.Paused {
		earlier(s.rules.next(s.Cursor))
	}
	for i := range s.Firings {
		f := &s.Firings[i]
		if !f.open() {
			continue
		}
		switch t := s.try(f); {
		case f.launched():
			earlier(t.follow)
		case !s.Paused && !f.Ready:
			if !looking {
				earlier(t.check)
			}
			if s.rules.timeout > 0 {
				earlier(f.Since.Add(s.rules.timeout))
			}
		}
	}
	return wake
}

// try returns what is not written of an open firing.
func (s *schedule) try(f *Firing) *try {
	t := s.tries[f.Launch]
	if t == nil {
		t = &try{}
		s.tries[f.Launch] = t
	}
	return t
}

// save writes a changed document, and makes it that of the schedule.
func (e *Engine) save(s *schedule, changed *document, events ...store.Event) error {
	changed.trim()
	text, err := changed.encode()
	if err != nil {
		return err
	}
	if err := e.scheduler.SetAll(e.ctx, map[string]string{changed.setting(): text}, events...); err != nil {
		return err
	}
	s.document = changed
	maps.DeleteFunc(s.tries, func(launch string, _ *try) bool {
		return !slices.ContainsFunc(changed.Firings, func(f Firing) bool { return f.Launch == launch && f.open() })
	})
	return nil
}
