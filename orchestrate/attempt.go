package orchestrate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// An attempt is one try to run a task. It reads the node only; the state belongs to who asked for it.
type attempt struct {
	config Config
	ctx    context.Context //nolint:containedctx // whose end interrupts the attempt; time-outs have one below it
	node   *Node
	host   Host

	batch []*Node // that are made together; node is made of them
	todo  int     // of them, how many were to be made
}

// An ending is how an attempt ended.
type ending struct {
	status Status
	err    error
	result JobResult
	final  bool // trying again is of no use

	members []error // of the tasks of a batch
}

// supervise makes the attempt in a goroutine of its own and waits for its end.
// It waits for StopGrace only once the context has ended: a task that doesn't
// listen is left behind and keeps its lock.
func (a *attempt) supervise(ctx context.Context) ending {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	ended := make(chan ending, 1)
	go func() {
		end := ending{status: StatusFailed, err: errors.New("the task ended its goroutine, as runtime.Goexit does")}
		defer func() { ended <- end }()
		end = a.locked(ctx, cancel)
	}()
	select {
	case end := <-ended:
		return end
	case <-ctx.Done():
	}
	grace := time.NewTimer(a.config.StopGrace)
	defer grace.Stop()
	select {
	case end := <-ended:
		return end
	case <-grace.C:
		end := a.failed(ctx, fmt.Errorf("it did not return within %s and was left behind", a.config.StopGrace))
		end.final = true
		return end
	}
}

// locked makes the attempt under the lock of the task.
func (a *attempt) locked(ctx context.Context, cancel context.CancelCauseFunc) ending {
	nodes := a.batch
	if nodes == nil {
		nodes = []*Node{a.node}
	}
	for _, n := range nodes {
		if a.config.LockDir == "" {
			break
		}
		lock, err := lockTask(a.config.LockDir, n.ID)
		var running *AlreadyRunningError
		switch {
		case errors.As(err, &running):
			return ending{status: StatusAlreadyRunning, err: err}
		case err != nil:
			return ending{status: StatusFailed, err: fmt.Errorf("lock the task: %w", err)}
		}
		defer func() { _ = lock.Release() }() // what the lock was for is done
	}
	// Another process may have made the output since the plan.
	if a.batch != nil {
		switch some, err := a.merge(ctx); {
		case err != nil:
			return a.failed(ctx, err)
		case !some:
			return ending{status: StatusComplete}
		}
		return a.work(ctx, cancel)
	}
	missing, err := a.missing(ctx)
	switch {
	case err != nil:
		return a.failed(ctx, err)
	case len(missing) == 0:
		return ending{status: StatusComplete}
	}
	return a.work(ctx, cancel)
}

// work calls the task and checks that it made its output.
func (a *attempt) work(ctx context.Context, cancel context.CancelCauseFunc) ending {
	s := &session{config: a.config, host: a.host, checks: a.newChecker(), watch: newStopwatch(a.node.Timeout, func(d time.Duration) { cancel(&TimeoutError{d}) })}
	ctx = context.WithValue(ctx, sessionKey{}, s)
	record, made := a.record(ctx)
	s.watch.start()
	var result JobResult
	err := guard(func() (err error) {
		result, err = a.call(ctx, record, s.checks)
		return err
	})
	s.watch.stop()
	end := ending{status: StatusDone}
	if a.batch != nil {
		end = a.judge(ctx, err)
	} else if err != nil {
		end = a.failed(ctx, err)
	} else if err := a.checkOutput(ctx); err != nil {
		end = ending{status: StatusFailed, err: err}
	} else if err := s.checks.finish(ctx); err != nil {
		end = ending{status: StatusFailed, err: err, final: true}
	} else {
		made(ctx)
	}
	result.Made, result.Accepted = s.checks.result()
	end.result = result
	return end
}

// record asks what the task is about to be made of. It looks at what the task requires, which is code of the task's; a
// panic there is a task without a record.
func (a *attempt) record(ctx context.Context) (record []byte, made func(context.Context)) {
	if a.config.Record != nil {
		_ = guard(func() error {
			record, made = a.config.Record(ctx, a.node.Task)
			return nil
		})
	}
	if made == nil {
		made = func(context.Context) {}
	}
	return record, made
}

// call runs the task's Run or its job.
func (a *attempt) call(ctx context.Context, record []byte, checks *checker) (JobResult, error) {
	if t, ok := a.node.Task.(RunTask); ok {
		return JobResult{}, t.Run(ctx)
	}
	if hasRunBatch(a.node.Task) {
		return JobResult{}, runAlone(ctx, a.node.Task)
	}
	if a.config.Jobs == nil {
		return JobResult{}, Permanent(errors.New("the task has a job and there is no Config.Jobs to run it"))
	}
	job := a.node.Task.(JobTask).Job()
	if job == nil {
		return JobResult{}, Permanent(errors.New("the task's Job method returned nil"))
	}
	family, flags := Args(a.node.Task)
	return a.config.Jobs.RunJob(ctx, JobRun{
		Task: a.node.Task, ID: a.node.ID, Family: family, Flags: flags,
		Job: job, Inputs: Inputs(a.node.Task), Output: a.node.Task.Output(),
		Record: record, Check: checks.check, Commit: a.host.Commit, Report: a.host.Report,
	})
}

// failed tells a failure of the task from one that came of its context's end.
func (a *attempt) failed(ctx context.Context, err error) ending {
	var timeout *TimeoutError
	switch cause := context.Cause(ctx); {
	case errors.As(cause, &timeout) && errors.Is(err, context.Canceled):
		return ending{status: StatusFailed, err: timeout}
	case errors.As(cause, &timeout):
		return ending{status: StatusFailed, err: fmt.Errorf("%w: %w", timeout, err)}
	case a.ctx.Err() != nil:
		return ending{status: StatusInterrupted, err: err}
	}
	return ending{status: StatusFailed, err: err, final: IsPermanent(err)}
}

// checkOutput checks that a task which reported success made its output. It does
// so even if the context has ended meanwhile, for the work is done.
func (a *attempt) checkOutput(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.config.StopGrace)
	defer cancel()
	missing, err := a.missing(ctx)
	if err == nil && len(missing) > 0 {
		err = &NoOutputError{a.node.ID, missing}
	}
	return err
}

// missing returns the targets that the task has still to make.
func (a *attempt) missing(ctx context.Context) (missing []Target, err error) {
	exists, err := existAll(ctx, a.config, a.node.targets)
	for i := range exists {
		if !exists[i] {
			missing = append(missing, a.node.targets[i])
		}
	}
	return missing, err
}

// wait returns how long to wait after the attempt of that number, from 1.
func (p Retry) wait(attempt int) time.Duration {
	most := cmp.Or(p.MaxDelay, 5*time.Minute)
	delay := min(cmp.Or(p.Delay, time.Second), most)
	for range attempt - 1 {
		if delay >= most/2 {
			delay = most
			break
		}
		delay *= 2
	}
	return delay - time.Duration(rand.Int64N(int64(delay/2)+1))
}

// A TimeoutError is an attempt that took longer than the task's Timeout method allows.
type TimeoutError struct{ Timeout time.Duration }

func (e *TimeoutError) Error() string { return "timed out after " + formatDuration(e.Timeout) }

// A NoOutputError is a task that reported success and didn't make its output.
type NoOutputError struct {
	ID      string
	Missing []Target
}

func (e *NoOutputError) Error() string {
	return fmt.Sprintf("the task ended without an error, and %s; make it what Output returns, or return an error",
		describeMarkers(e.Missing))
}

// Permanent marks an error of a task that trying again won't help.
func Permanent(err error) error { return &permanentError{err} }

type permanentError struct{ err error }

func (e *permanentError) Error() string { return e.err.Error() }

func (e *permanentError) Unwrap() error { return e.err }

// IsPermanent reports whether an error was marked by [Permanent].
func IsPermanent(err error) bool {
	var permanent *permanentError
	return errors.As(err, &permanent)
}
