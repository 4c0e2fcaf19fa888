package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// An attempt is one that this worker makes. Its fields are of the goroutine that runs it; the
// worker's loop has a held for it.
type attempt struct {
	options   *Options
	scheduler Scheduler
	log       *slog.Logger

	fence   int64
	dir     string
	adopted *keeper // of one that an earlier worker has begun
	refused error   // why it doesn't begin
	record  record  // as in assignment.json
	damaged error   // why record is empty

	stops <-chan stop // from the loop
	stop  *stop       // why it is to end before its time; nil is not
}

// A finish is what became of an attempt.
type finish struct {
	fence    int64
	reported bool // or nobody wants to know; else its folder is kept
	unfit    bool // the worker could not start it
}

// errGone is why the context of an attempt ends that the scheduler has given up.
var errGone = errors.New("the attempt was given up")

// run makes the attempt, and returns when the scheduler knows its end, or when ctx has ended and
// the process, too.
func (a *attempt) run(ctx context.Context) finish {
	k, err := a.begin()
	if err != nil {
		a.log.Error("the attempt can't begin", "error", err)
		end := &scheduler.End{Fence: a.fence, Outcome: store.Interrupted, Error: err.Error()}
		return finish{a.fence, a.report(ctx, end), a.refused == nil}
	}
	defer k.release()
	ended, shipped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(shipped)
		a.ship(ctx, ended)
	}()
	a.supervise(ctx, k)
	a.sweep()
	close(ended)
	<-shipped
	return finish{a.fence, a.report(ctx, a.outcome()), false}
}

// begin starts the process of the attempt, or finds it.
func (a *attempt) begin() (*keeper, error) {
	if a.refused != nil {
		return nil, a.refused
	}
	if a.adopted != nil {
		a.takeOver()
		return a.adopted, nil
	}
	k, err := a.start()
	if err != nil {
		return nil, fmt.Errorf("its worker can't start a process: %w", err)
	}
	return k, nil
}

func (a *attempt) start() (*keeper, error) {
	if err := os.Mkdir(a.dir, 0o700); err != nil {
		return nil, err
	}
	for _, name := range []string{lockFile, logFile} {
		if err := os.WriteFile(filepath.Join(a.dir, name), nil, 0o600); err != nil {
			return nil, err
		}
	}
	path, args, env := a.options.Command(a.record.Assignment, a.dir)
	a.record.Command = command{path, args, env}
	if err := writeJSON(filepath.Join(a.dir, assignmentFile), a.record); err != nil {
		return nil, err
	}
	return launchKeeper(a.options.Keeper, a.dir)
}

// takeOver goes on with the attempt of an earlier worker.
func (a *attempt) takeOver() {
	if a.damaged != nil {
		a.log.Error("what was to do can't be read; if the task runs, it does so without a timeout", "error", a.damaged)
	}
	var s stop
	if err := readJSON(filepath.Join(a.dir, stopFile), &s); err == nil {
		a.stop = &s
	}
	a.adopted.watch(a.log)
}

// report tells the end to the scheduler, and reports whether it knows it now. Then nothing is left of the attempt.
func (a *attempt) report(ctx context.Context, end *scheduler.End) bool {
	switch err := a.tell(ctx, end); {
	case err == nil:
		a.log.Info("the attempt has ended", "outcome", end.Outcome, "error", end.Error)
	case isRefusal(err), errors.Is(err, errGone):
		a.log.Warn("the scheduler doesn't want the end of the attempt", "outcome", end.Outcome, "reason", err)
	default:
		a.log.Warn("the end of the attempt is left to the next worker to report", "outcome", end.Outcome, "error", err)
		return false
	}
	if err := os.RemoveAll(a.dir); err != nil {
		a.log.Warn("the folder of the attempt stays", "error", err)
	}
	return true
}

func (a *attempt) tell(ctx context.Context, end *scheduler.End) error {
	if a.stop != nil && a.stop.Outcome == "" || errors.Is(context.Cause(ctx), errGone) {
		return errGone
	}
	err := persist(ctx, a.log, "end", requestTimeout, func(ctx context.Context) error {
		return a.scheduler.End(ctx, end)
	})
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// sweep kills what is left of a task whose keeper was killed.
func (a *attempt) sweep() {
	if _, err := os.Stat(filepath.Join(a.dir, endFile)); err == nil {
		return
	}
	signed := readSignature[signature](filepath.Join(a.dir, lockFile))
	if signed.Task == 0 {
		return
	}
	if err := killLeft(signed.Task, a.dir); err != nil {
		a.log.Error("the task of the attempt may still run", "error", err)
	}
}

// timeLeft returns how long the task may run yet, or false for as long as it likes. While it waits for
// other tasks, that stays the same.
func (a *attempt) timeLeft(now time.Time) (time.Duration, bool) {
	if a.record.Assignment == nil || a.record.Assignment.Task.Timeout <= 0 {
		return 0, false
	}
	ran := now.Sub(a.record.Started) - waited(a.dir, now)
	return a.record.Assignment.Task.Timeout - ran, true
}
