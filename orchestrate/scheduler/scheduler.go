package scheduler

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/gomr/gomr/orchestrate/store"
)

// A Store keeps the state. [store.Store] is one.
type Store interface {
	Load(ctx context.Context) (*store.Live, error)
	// Write makes all changes of a batch, or none where it returns an error.
	Write(ctx context.Context, batch *store.Batch) error
	// Run returns the run of a request.
	Run(ctx context.Context, request string) (store.Run, bool, error)
}

// A Scheduler is the live state of tasks over a store. Its methods may be called from any number of
// goroutines. What they return is written.
type Scheduler struct {
	config   Config
	store    Store
	requests chan *request
	quit     context.CancelFunc
	done     chan struct{} // closed when the loop has ended
	hub      hub           // tells subscribers what was written

	// Of the loop alone:

	ctx   context.Context
	clock clock
	core  *core // nil while the store can't be read
	idle  *idleAsks
}

// A request is something that the loop does for a caller.
type request struct {
	do       func(c *core) error
	withdraw *idleAsk   // in place of do: nobody waits for its answer any more
	reply    chan error // has room for the one reply
}

// Open starts a scheduler with what the store has. The store is the caller's to close, after
// [Scheduler.Close].
func Open(ctx context.Context, st Store, config Config) (*Scheduler, error) {
	s := &Scheduler{
		config:   config.withDefaults(),
		store:    st,
		requests: make(chan *request),
		done:     make(chan struct{}),
		idle:     newIdleAsks(),
	}
	s.clock = newClock(s.config.Now)
	s.ctx, s.quit = context.WithCancel(context.WithoutCancel(ctx))
	if err := s.reload(ctx); err != nil {
		s.quit()
		return nil, err
	}
	go s.loop()
	return s, nil
}

// Close ends the scheduler. Requests under way get [ErrClosed].
func (s *Scheduler) Close() {
	s.quit()
	<-s.done
}

// call has the loop do something, and waits until it is written. Where ctx ends before that, the loop
// may still do it: what it sets is not to be looked at, nor set, where there is an error.
func (s *Scheduler) call(ctx context.Context, do func(c *core) error) error {
	r := &request{do: do, reply: make(chan error, 1)}
	select {
	case s.requests <- r:
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-s.done:
		return ErrClosed
	}
	select {
	case err := <-r.reply:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// mostInBatch bounds how many requests are written at once, and so how long the first one waits.
const mostInBatch = 256

// loop serves requests until the scheduler is closed. Those that come while a batch is being
// written are the next batch.
func (s *Scheduler) loop() {
	defer close(s.done)
	defer s.hub.close()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		var batch []*request
		select {
		case r := <-s.requests:
			batch = append(batch, r)
		case <-timer.C:
		case <-s.ctx.Done():
			return
		}
		for more := true; more && len(batch) < mostInBatch; {
			select {
			case r := <-s.requests:
				batch = append(batch, r)
			default:
				more = false
			}
		}
		s.step(batch)
		timer.Reset(s.untilNext())
	}
}

// retryAfter is how long the loop waits before it reads a store again that could not be read.
const retryAfter = time.Second

// untilNext returns when the loop has something to do by itself.
func (s *Scheduler) untilNext() time.Duration {
	if s.core == nil {
		return retryAfter
	}
	if at, ok := s.core.alarms.next(); ok {
		return max(0, at.Sub(s.clock.now()))
	}
	return time.Hour
}

// step does requests, writes what came of them, and then replies. Where the state can't be written
// it is read again, so that memory never has what the store has not.
func (s *Scheduler) step(batch []*request) {
	for _, r := range batch {
		if r.withdraw != nil {
			r.withdraw.gone = true
		}
	}
	errs := make([]error, len(batch))
	served, err := s.apply(batch, errs)
	if err != nil {
		s.core = nil // even where the scheduler is being closed: another request may come before that
		if reloadErr := s.reload(s.ctx); reloadErr != nil {
			err = errors.Join(err, reloadErr)
		}
	}
	for i, r := range batch {
		if err != nil {
			r.reply <- err
		} else {
			r.reply <- errs[i]
		}
	}
	for _, w := range served {
		w.reply(err)
	}
}

// apply does requests and writes what came of them. The error is one of the store, or a bug.
func (s *Scheduler) apply(batch []*request, errs []error) (served []*idleAsk, err error) {
	defer func() {
		if value := recover(); value != nil {
			err = fmt.Errorf("a bug in the scheduler, the request is not done: %v\n%s", value, debug.Stack())
		}
	}()
	if s.core == nil {
		if err := s.reload(s.ctx); err != nil {
			return nil, err
		}
	}
	c := s.core
	c.advance(s.clock.now())
	for i, r := range batch {
		if r.do != nil {
			errs[i] = r.do(c)
		}
	}
	c.resume()
	served = s.idle.serve(c)
	if changes := c.take(); !changes.Empty() {
		if err := s.write(c, changes); err != nil {
			return served, fmt.Errorf("the state can't be written, and nothing is done before it is: %w", err)
		}
	}
	return served, nil
}

// reload makes the live state from the store.
func (s *Scheduler) reload(ctx context.Context) error {
	live, err := s.store.Load(ctx)
	if err != nil {
		return fmt.Errorf("read the scheduler's state: %w", err)
	}
	c := newCore(s.config, s.clock.now())
	if err := c.load(live); err != nil {
		return fmt.Errorf("the scheduler's state is damaged: %w", err)
	}
	s.core = c
	return nil
}

// A clock goes by the time that has passed since it was made, so that it never goes back: one that is set back
// stands still for a moment, and goes on. It belongs to the loop.
type clock struct {
	tell func() time.Time
	told time.Time // last
	at   time.Time // what it was then
}

func newClock(tell func() time.Time) clock {
	now := tell()
	return clock{tell, now, now}
}

func (c *clock) now() time.Time {
	now := c.tell()
	if passed := now.Sub(c.told); passed > 0 {
		c.at = c.at.Add(passed)
	}
	c.told = now
	return c.at.Round(0).UTC().Truncate(time.Microsecond)
}
