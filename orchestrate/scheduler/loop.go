package scheduler

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/gomr/gomr/orchestrate/store"
)

// mostInBatch bounds how many requests are written at once, and so how long the first one waits.
const mostInBatch = 256

// loop serves requests until the scheduler is closed. While one batch is being written, the requests
// of the next one are done in memory: the store and the live state each have a processor then.
// Nobody gets a reply before all that it may tell of is written.
func (s *Scheduler) loop() {
	defer close(s.done)
	defer s.hub.close()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		requests, looks := s.requests, s.looks
		if len(s.replies) >= mostInBatch {
			requests, looks = nil, nil
		}
		var landed <-chan struct{}
		if s.flight != nil {
			landed = s.flight.landed
		}
		select {
		case r := <-requests:
			s.serve(r)
		case r := <-looks:
			s.serve() // those that have come meanwhile pass
			s.step([]*request{r})
		case <-landed:
			s.land()
		case <-timer.C:
			s.step(nil)
		case <-s.ctx.Done():
			s.abandon()
			return
		}
		timer.Reset(s.untilNext())
	}
}

// serve does requests, and those that have come meanwhile, and has what came of them written.
func (s *Scheduler) serve(batch ...*request) {
	for len(s.replies)+len(batch) < mostInBatch {
		select {
		case r := <-s.requests:
			batch = append(batch, r)
			continue
		default:
		}
		break
	}
	if len(batch) > 0 {
		s.step(batch)
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

// step does requests, and begins to write what came of them unless something is being written.
func (s *Scheduler) step(batch []*request) {
	for _, r := range batch {
		if r.withdraw != nil {
			r.withdraw.gone = true // also where the state can't be read
		}
	}
	errs := make([]error, len(batch))
	served, err := s.apply(batch, errs)
	for i, r := range batch {
		s.replies = append(s.replies, func(err error) {
			if err == nil {
				err = errs[i]
			}
			r.reply <- err
		})
	}
	for _, w := range served {
		s.replies = append(s.replies, w.reply)
	}
	switch {
	case err != nil:
		s.join()
		s.fail(err)
	case s.flight == nil:
		s.takeOff()
	}
}

// apply does requests in memory. The error is one of the store, or a bug.
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
	return s.idle.serve(c), nil
}

// A flight is a batch that is being written.
type flight struct {
	batch   *store.Batch
	started []*attempt    // see core.take
	replies []func(error) // to those who wait for it, in their order
	landed  chan struct{} // closed when it is written, or is not going to be
	took    time.Duration
	err     error // of the store, once it has landed
}

// takeOff begins to write what has changed. Where nothing has, it replies at once.
func (s *Scheduler) takeOff() {
	replies := s.replies
	s.replies = nil
	batch, started := s.core.take()
	if batch.Empty() {
		replyAll(replies, nil)
		return
	}
	f := &flight{batch: batch, started: started, replies: replies, landed: make(chan struct{})}
	s.flight = f
	go func() {
		defer close(f.landed)
		start := time.Now()
		f.err = s.store.Write(s.ctx, f.batch)
		f.took = time.Since(start)
	}()
}

// land replies to those who waited for what has been written, and goes on with what was done meanwhile.
func (s *Scheduler) land() {
	if s.join(); s.core != nil {
		s.takeOff()
	}
}

// join waits until nothing is being written.
func (s *Scheduler) join() {
	f := s.flight
	if f == nil {
		return
	}
	<-f.landed
	s.flight = nil
	s.tell(f)
	if f.err == nil {
		replyAll(f.replies, nil)
		return
	}
	s.replies = append(f.replies, s.replies...) // the later ones are built on what is not written
	s.fail(fmt.Errorf("the state can't be written, and nothing is done before it is: %w", f.err))
}

// fail refuses all that is not written, and reads the state again, so that memory never keeps what the
// store doesn't have.
func (s *Scheduler) fail(err error) {
	s.core = nil // even where the scheduler is being closed: another request may come before that
	if reloadErr := s.reload(s.ctx); reloadErr != nil {
		err = errors.Join(err, reloadErr)
	}
	replies := s.replies
	s.replies = nil
	replyAll(replies, err)
}

// abandon ends the loop: what is being written is waited for, what was done since then is not.
func (s *Scheduler) abandon() {
	s.join()
	replyAll(s.replies, ErrClosed)
	s.replies = nil
}

func replyAll(replies []func(error), err error) {
	for _, reply := range replies {
		reply(err)
	}
}

// tell announces what was written.
func (s *Scheduler) tell(f *flight) {
	s.hub.tell(Written{recordsOf(f.batch), f.took, f.err})
	if f.err != nil {
		// What is read again may differ from what was announced: the batch may be there after all.
		s.hub.reload()
		return
	}
	c := s.core
	s.hub.announce(func() []TaskChange { return c.changesOf(f.batch, f.started) })
	c.reuse(f.batch)
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
