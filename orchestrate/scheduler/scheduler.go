package scheduler

import (
	"context"
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
	looks    chan *request // of those that change nothing
	quit     context.CancelFunc
	done     chan struct{} // closed when the loop has ended
	hub      hub           // tells subscribers what was written

	// Of the loop alone:

	ctx     context.Context
	clock   clock
	core    *core // nil while the store can't be read
	idle    *idleAsks
	replies []func(error) // of what is done in core since the flight left, in their order
	flight  *flight       // nil where nothing is being written
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
		looks:    make(chan *request),
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

// call has the loop do something, and waits until it is written. Where the context ends first, the loop may do it
// later: what it sets must not be touched any more then, so no named result is set by it.
func (s *Scheduler) call(ctx context.Context, do func(c *core) error) error {
	return s.have(ctx, s.requests, do)
}

// look has the loop look at the state, which changes nothing. Requests that change it pass: those of workers must not
// wait for what people look at. It is as call is otherwise.
func (s *Scheduler) look(ctx context.Context, at func(c *core) error) error {
	return s.have(ctx, s.looks, at)
}

func (s *Scheduler) have(ctx context.Context, loop chan<- *request, do func(c *core) error) error {
	r := &request{do: do, reply: make(chan error, 1)}
	select {
	case loop <- r:
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

// askFor looks for something. Where the context ends before there is a reply, the loop may still
// set what nobody reads any more.
func askFor[T any](ctx context.Context, s *Scheduler, look func(c *core) (T, error)) (T, error) {
	var found T
	err := s.look(ctx, func(c *core) (err error) {
		found, err = look(c)
		return err
	})
	if err != nil {
		var none T
		return none, err
	}
	return found, nil
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
