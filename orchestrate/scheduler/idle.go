package scheduler

import (
	"context"
	"slices"
	"strings"
)

// An idleAsk is a request that waits for something to come. Its fields are the loop's until it
// has answered.
type idleAsk struct {
	poll     func(c *core) (over bool, err error) // looks for what it waits for
	answered chan error                           // has room for the one answer
	err      error                                // of poll
	gone     bool                                 // its caller waits no more
}

func newIdleAsk(poll func(c *core) (bool, error)) *idleAsk {
	return &idleAsk{poll: poll, answered: make(chan error, 1)}
}

// await has the loop begin a request that waits. It returns once the loop has answered it, or the
// caller's context has ended and the loop knows that, so that no answer gets lost in between.
func (s *Scheduler) await(ctx context.Context, w *idleAsk, begin func(c *core) error) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	if err := s.call(context.WithoutCancel(ctx), begin); err != nil {
		s.withdraw(w)
		return err
	}
	select {
	case err := <-w.answered:
		return err
	case <-s.done:
		return ErrClosed
	case <-ctx.Done():
	}
	s.withdraw(w)
	select {
	case err := <-w.answered:
		return err
	default:
		return context.Cause(ctx)
	}
}

// withdraw tells the loop that nobody waits for an answer any more.
func (s *Scheduler) withdraw(w *idleAsk) {
	r := &request{withdraw: w, reply: make(chan error, 1)}
	select {
	case s.requests <- r:
		<-r.reply
	case <-s.done:
	}
}

// reply answers with what poll has said, or with an error of the store.
func (w *idleAsk) reply(err error) {
	if err == nil {
		err = w.err
	}
	w.answered <- err
}

// idleAsks are the requests that wait.
type idleAsks struct {
	workers map[string][]*idleAsk // by the programs of the worker, in the order in which they came
	awaits  map[int64]*idleAsk    // by the fence of the attempt that waits for tasks
}

func newIdleAsks() *idleAsks {
	return &idleAsks{workers: map[string][]*idleAsk{}, awaits: map[int64]*idleAsk{}}
}

// addWorker adds the request of a worker. One that was given an attempt and didn't hear of it can
// be served at once, before those that came first.
func (all *idleAsks) addWorker(c *core, names []string, w *idleAsk) {
	if w.ask(c) {
		c.served = append(c.served, w)
		return
	}
	kind := strings.Join(slices.Sorted(slices.Values(names)), "\x00")
	all.workers[kind] = append(all.workers[kind], w)
}

// serve looks for what has come, and returns the requests to reply to. Where there is nothing for
// a worker, there is nothing for others with the same programs.
func (all *idleAsks) serve(c *core) (served []*idleAsk) {
	served, c.served = c.served, nil
	for kind, asks := range all.workers {
		for len(asks) > 0 {
			if !asks[0].gone && !asks[0].ask(c) {
				break
			}
			if !asks[0].gone {
				served = append(served, asks[0])
			}
			asks[0] = nil
			asks = asks[1:]
		}
		all.workers[kind] = asks
		if len(asks) == 0 {
			delete(all.workers, kind)
		}
	}
	for _, fence := range c.resumed {
		switch w := all.awaits[fence]; {
		case w == nil:
		case w.gone:
			delete(all.awaits, fence)
		case w.ask(c):
			delete(all.awaits, fence)
			served = append(served, w)
		}
	}
	c.resumed = nil
	return served
}

func (w *idleAsk) ask(c *core) bool {
	over, err := w.poll(c)
	w.err = err
	return over || err != nil
}
