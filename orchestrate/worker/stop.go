package worker

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"time"

	"github.com/gomr/gomr/orchestrate/store"
)

const (
	goneGrace   = time.Second            // for a task that was given up
	signalAgain = 100 * time.Millisecond // after a keeper could not be signalled
	lookAgain   = 100 * time.Millisecond // whether a task that has hardly any time left still waits for others
)

// A supervision watches over a keeper.
type supervision struct {
	*attempt
	keeper  *keeper
	forceAt time.Time
	force   *time.Timer // then the keeper itself is killed
	again   *time.Timer // then it is signalled once more
}

// supervise returns when the keeper has ended, and stops the task before where it must.
func (a *attempt) supervise(ctx context.Context, k *keeper) {
	s := &supervision{attempt: a, keeper: k, force: stoppedTimer(), again: stoppedTimer()}
	defer s.force.Stop()
	defer s.again.Stop()
	timeout := stoppedTimer()
	defer timeout.Stop()
	if left, ok := a.timeLeft(time.Now()); ok {
		timeout.Reset(left)
	}
	if a.stop != nil {
		s.signal() // the worker before may not have come to it
	}
	done := ctx.Done()
	for {
		select {
		case <-k.ended:
			return
		case <-done:
			done = nil
			if errors.Is(context.Cause(ctx), errGone) {
				s.halt(stop{Grace: goneGrace})
			}
		case reason := <-a.stops:
			s.halt(reason)
		case <-timeout.C:
			if left, _ := a.timeLeft(time.Now()); left > 0 { // it has waited meanwhile
				timeout.Reset(max(left, lookAgain))
				continue
			}
			text := "it took longer than " + a.record.Assignment.Task.Timeout.String() + ", which is the timeout of the task"
			s.halt(stop{Outcome: store.TimedOut, Error: text, Grace: a.options.Grace})
		case <-s.again.C:
			s.signal()
		case <-s.force.C:
			a.log.Error("the keeper of the attempt doesn't stop it, and is killed")
			k.kill()
		}
	}
}

func stoppedTimer() *time.Timer {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return t
}

// halt has the keeper stop the task, unless that was asked for with a better reason.
func (s *supervision) halt(reason stop) {
	if s.stop != nil && urgency(s.stop) >= urgency(&reason) || isClosed(s.keeper.ended) {
		return
	}
	s.stop = &reason
	s.log.Info("the attempt is stopped", "outcome", reason.Outcome, "reason", reason.Error)
	if err := writeJSON(filepath.Join(s.dir, stopFile), reason); err != nil {
		s.log.Warn("why the attempt is stopped can't be written", "error", err)
	}
	s.signal()
}

// urgency orders the reasons to stop: the request to kill a task must not be taken for the stop of its worker, say.
func urgency(s *stop) int {
	return slices.Index([]store.Outcome{store.Interrupted, store.TimedOut, store.Killed, ""}, s.Outcome)
}

// signal asks the keeper to stop the task, and sees that it does.
func (s *supervision) signal() {
	if at := time.Now().Add(s.stop.Grace + s.options.killMargin); s.forceAt.IsZero() || at.Before(s.forceAt) {
		s.forceAt = at
		s.force.Reset(time.Until(at))
	}
	if err := s.keeper.terminate(); err != nil {
		s.log.Debug("the keeper of the attempt can't be signalled", "error", err)
		s.again.Reset(signalAgain)
	}
}
