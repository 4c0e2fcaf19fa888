package scheduler

import (
	"context"

	"github.com/gomr/gomr/orchestrate/store"
)

// Submit adds tasks, and where it has roots, a run of them. The error may be an [*InvalidError] or
// a [*CycleError]; nothing is added then.
func (s *Scheduler) Submit(ctx context.Context, submission *Submission) (Receipt, error) {
	if submission.Request != "" {
		run, known, err := s.store.Run(ctx, submission.Request)
		if known || err != nil {
			return Receipt{Run: run.Key}, err
		}
	}
	var receipt Receipt
	err := s.call(ctx, func(c *core) (err error) {
		receipt, err = c.submit(submission)
		return err
	})
	if err != nil {
		return Receipt{}, err
	}
	return receipt, nil
}

// Beat keeps a worker's attempts its own.
func (s *Scheduler) Beat(ctx context.Context, worker WorkerInfo, beats []Beat) (Pulse, error) {
	var pulse Pulse
	token := tokenOf(ctx)
	err := s.call(ctx, func(c *core) (err error) {
		pulse, err = c.beat(worker, beats, token)
		return err
	})
	if err != nil {
		return Pulse{}, err
	}
	return pulse, nil
}

// Commit asks whether an attempt may commit its output. It may, for the time of the grant; that
// of an attempt that was given up is a [*FencedError].
func (s *Scheduler) Commit(ctx context.Context, fence int64) (Grant, error) {
	var grant Grant
	token := tokenOf(ctx)
	err := s.call(ctx, func(c *core) (err error) {
		grant, err = c.commit(fence, token)
		return err
	})
	if err != nil {
		return Grant{}, err
	}
	return grant, nil
}

// End tells how an attempt ended. To tell it twice is no error; a [*FencedError] says that it had
// been given up before.
func (s *Scheduler) End(ctx context.Context, end *End) error {
	token := tokenOf(ctx)
	return s.call(ctx, func(c *core) error { return c.end(end, token) })
}

// Await has an attempt wait for tasks that were submitted, and returns what became of them: all are
// done, or will not be before somebody acts. Its resources are free meanwhile. It is called again,
// with the same tasks, where the answer got lost or ctx has ended.
func (s *Scheduler) Await(ctx context.Context, fence int64, ids []string) ([]Answer, error) {
	var answers []Answer
	w := newIdleAsk(func(c *core) (over bool, err error) {
		answers, over, err = c.answer(fence)
		return over, err
	})
	token := tokenOf(ctx)
	err := s.await(ctx, w, func(c *core) error {
		if err := c.suspend(fence, ids, token); err != nil {
			return err
		}
		s.idle.awaits[fence] = w
		c.resumed = append(c.resumed, fence)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return answers, nil
}

// Work waits for an attempt that the worker is to make. A worker has one such request at a time.
func (s *Scheduler) Work(ctx context.Context, ask *Ask) (*Assignment, error) {
	var assignment *Assignment
	token := tokenOf(ctx)
	w := newIdleAsk(func(c *core) (over bool, err error) {
		assignment, err = c.ask(ask, token)
		return assignment != nil, err
	})
	err := s.await(ctx, w, func(c *core) error {
		s.idle.addWorker(c, ask.Worker.Programs, w)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return assignment, nil
}

// Pause stops giving out work.
func (s *Scheduler) Pause(ctx context.Context, by string) error {
	return s.call(ctx, func(c *core) error { c.pause(true, by); return nil })
}

// Unpause goes on with it.
func (s *Scheduler) Unpause(ctx context.Context, by string) error {
	return s.call(ctx, func(c *core) error { c.pause(false, by); return nil })
}

// SetLimit sets how much there is of a resource; a negative limit is the default of one again.
func (s *Scheduler) SetLimit(ctx context.Context, resource string, limit int, by string) error {
	return s.call(ctx, func(c *core) error { return c.setLimit(resource, limit, by) })
}

// Forgive lets a task that has failed, or rests, start again.
func (s *Scheduler) Forgive(ctx context.Context, id, by string) error {
	return s.call(ctx, func(c *core) error { return c.forgiveTask(id, by) })
}

// Mark sets a task to [store.Done] or [store.Failed].
func (s *Scheduler) Mark(ctx context.Context, id string, to store.State, by, note string) error {
	return s.call(ctx, func(c *core) error { return c.mark(id, to, by, note) })
}

// Kill asks for the end of a task's attempt; the task has failed then.
func (s *Scheduler) Kill(ctx context.Context, id, by string) error {
	return s.call(ctx, func(c *core) error { return c.killTask(id, by) })
}

// Explain tells why a task is where it is.
func (s *Scheduler) Explain(ctx context.Context, id string) (Explanation, error) {
	var explanation Explanation
	err := s.look(ctx, func(c *core) (err error) {
		explanation, err = c.explain(id)
		return err
	})
	if err != nil {
		return Explanation{}, err
	}
	return explanation, nil
}
