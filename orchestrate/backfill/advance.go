package backfill

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/gomr/gomr/orchestrate/launch"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// advance moves on all backfills that are not over. What can't be done now is tried again later.
func (e *Engine) advance() {
	e.stuck = map[int64]error{}
	for _, id := range slices.Sorted(maps.Keys(e.records)) {
		if r := e.records[id]; !r.State.Over() {
			if err := e.step(r); err != nil && e.ctx.Err() == nil {
				e.stuck[id] = err
				e.options.Logger.ErrorContext(e.ctx, "a backfill is not moved on, and tried again", "backfill", id, "error", err)
			}
		}
	}
	if len(e.stuck) == 0 {
		e.well = time.Now()
	}
}

// step notes which labels have ended, and launches others. All is written before it is done.
func (e *Engine) step(r *record) error {
	next := r.clone()
	changed, errs := e.harvest(next)
	behind, err := e.harvestDownstream(next)
	changed, errs = changed || behind, errors.Join(errs, err)
	var fresh []int
	if next.State == Running {
		fresh = e.choose(next)
	}
	var events []store.Event
	if over := next.count(running)+next.count(waiting)+next.count(downstream) == 0; over {
		next.State, next.Ended = Ended, e.options.Now()
		if r.State == Cancelling {
			next.State = Cancelled
		}
		events = append(events, e.ending(next))
	}
	if changed || len(fresh) > 0 || len(events) > 0 {
		if err := e.save(next, events...); err != nil {
			return errors.Join(errs, err)
		}
	}
	for _, i := range fresh {
		errs = errors.Join(errs, e.launch(next, i))
	}
	return errs
}

func (e *Engine) ending(r *record) store.Event {
	message := fmt.Sprintf("backfill %d of %s: %d done, %d failed", r.id, r.plan.Family, r.count(done), r.count(failed))
	if n := r.count(leftOut); n > 0 {
		message += fmt.Sprintf(", %d left out", n)
	}
	return store.Event{Kind: EventEnded, By: r.plan.By, Message: message}
}

// harvest notes which of the labels under way have ended.
func (e *Engine) harvest(r *record) (changed bool, errs error) {
	for _, i := range r.with(running) {
		status, err := launch.StatusOf(e.ctx, e.scheduler, r.name(i))
		if err != nil {
			errs = errors.Join(errs, err)
			continue
		}
		switch status.State {
		case launch.Unknown: // it was written, and then something was killed
			errs = errors.Join(errs, e.launch(r, i))
		case launch.Done:
			letter := byte(done)
			if r.plan.Downstream {
				letter = downstream
			}
			r.end(i, letter, e.options.Now())
			changed = true
		case launch.Failed:
			r.end(i, failed, e.options.Now())
			changed = true
		case launch.Planning, launch.Running:
			if r.Kill != "" {
				errs = errors.Join(errs, e.kill(r, i, status))
			}
		}
	}
	return changed, errs
}

// mostBehind bounds how many labels are looked at whose downstream is not done, as long as others are to run.
const mostBehind = 100

// harvestDownstream notes of which labels the tasks that depend on them are done. That they won't be is known only
// when no label is left which they may depend on too.
func (e *Engine) harvestDownstream(r *record) (changed bool, errs error) {
	last := r.count(running)+r.count(waiting) == 0
	for n, i := range r.with(downstream) {
		if n == mostBehind && !last {
			break
		}
		status, err := launch.StatusOf(e.ctx, e.scheduler, launch.DownstreamName(r.name(i)))
		if err != nil {
			errs = errors.Join(errs, err)
			continue
		}
		switch status.State {
		case launch.Unknown, launch.Done: // unknown is that nothing depends on it which had an output
			r.Labels[i], changed = done, true
		case launch.Failed:
			if last {
				r.Labels[i], changed = failed, true
			}
		case launch.Planning, launch.Running:
			if r.Kill != "" {
				errs = errors.Join(errs, e.kill(r, i, status))
			}
		}
	}
	return changed, errs
}

// choose marks as many labels that wait as may be under way, in their order.
func (e *Engine) choose(r *record) (fresh []int) {
	room := r.plan.Cap - r.count(running)
	now := e.options.Now()
	for i, letter := range r.Labels {
		if room <= 0 {
			break
		}
		if letter == waiting {
			r.launch(i, now)
			fresh = append(fresh, i)
			room--
		}
	}
	return fresh
}

const (
	// planAttempts is how often a label is planned where that fails for a reason that may pass.
	planAttempts = 3

	// clearAttempts is how often that is where outputs are cleared: attempts that read them may take their time.
	clearAttempts = 12
)

// launch has a worker plan the task of a label. Done again, it does nothing.
func (e *Engine) launch(r *record, i int) error {
	l := launch.Launch{
		Name: r.name(i), Program: r.plan.Program, Task: r.plan.Task(r.plan.Labels[i]),
		Priority: r.plan.Priority, By: r.plan.By, Clear: r.clear(i),
	}
	submission := l.Submission()
	submission.Nodes[0].Retry.Attempts = planAttempts
	if l.Clear != nil {
		submission.Nodes[0].Retry.Attempts = clearAttempts
	}
	_, err := e.scheduler.Submit(e.ctx, submission)
	return err
}

// kill ends what is under way for a label: the attempt that plans it, or those at the roots of its run. Where outputs
// are being moved, that is let go on first: nobody else would end the hold.
func (e *Engine) kill(r *record, i int, status launch.Status) error {
	if moving, err := e.isMoving(r, i); moving || err != nil {
		return err
	}
	ids := []string{launch.ID(r.name(i))}
	if status.State == launch.Running {
		run, err := e.scheduler.RunStatus(e.ctx, status.Run)
		if err != nil {
			return err
		}
		ids = run.Roots
	}
	var errs error
	for _, id := range ids {
		errs = errors.Join(errs, e.killTask(r, id))
	}
	return errs
}

// isMoving reports whether the launch of a label has a hold.
func (e *Engine) isMoving(r *record, i int) (bool, error) {
	if !r.clears() {
		return false, nil
	}
	holds, err := e.scheduler.Holds(e.ctx)
	if err != nil {
		return false, err
	}
	name := launch.HoldName(r.clear(i).Entry)
	return slices.ContainsFunc(holds, func(h scheduler.Held) bool { return h.Name == name }), nil
}

// killTask ends the attempt at a task, or keeps one from beginning.
func (e *Engine) killTask(r *record, id string) error {
	explanation, err := e.scheduler.Explain(e.ctx, id)
	if err != nil {
		return err
	}
	switch task := explanation.Task; task.State {
	case store.Running, store.Suspended:
		if e.killed[task.Fence] {
			return nil
		}
		e.killed[task.Fence] = true
		err = e.scheduler.Kill(e.ctx, id, r.Kill)
	case store.Pending, store.Retrying:
		if !task.Wrapper {
			err = e.scheduler.Mark(e.ctx, id, store.Failed, r.Kill, fmt.Sprintf("backfill %d was cancelled", r.id))
		}
	default:
	}
	if state := new(scheduler.StateError); errors.As(err, &state) {
		return nil // it has gone on meanwhile, and is looked at again
	}
	return err
}

// mostAgain bounds how many labels that have failed are looked at for one request.
const mostAgain = 1000

// lookAgain notes which labels that had failed are done now: somebody has forgiven their tasks, or marked
// them.
func (e *Engine) lookAgain(r *record) (*record, error) {
	next := r.clone()
	looked, changed := 0, false
	for i, letter := range r.Labels {
		if letter != failed || looked == mostAgain {
			continue
		}
		looked++
		status, _, err := e.statusOf(r, i)
		if err != nil {
			return nil, err
		}
		if status.State == launch.Done {
			next.Labels[i], changed = done, true
		}
	}
	if !changed {
		return r, nil
	}
	return next, e.save(next)
}

// statusOf tells how far a label is, and under which name: when its launch is done, the tasks that depend on it count.
func (e *Engine) statusOf(r *record, i int) (status launch.Status, name string, err error) {
	name = r.name(i)
	status, err = launch.StatusOf(e.ctx, e.scheduler, name)
	if err != nil || status.State != launch.Done || !r.plan.Downstream {
		return status, name, err
	}
	behind, err := launch.StatusOf(e.ctx, e.scheduler, launch.DownstreamName(name))
	if err != nil || behind.State == launch.Unknown {
		return status, name, err
	}
	return behind, launch.DownstreamName(name), nil
}

// mostTold bounds of how many labels it is told why they are not done.
const mostTold = 100

// labels describes the labels of a backfill.
func (e *Engine) labels(r *record) ([]Label, error) {
	labels := make([]Label, len(r.Labels))
	told := 0
	for i, letter := range r.Labels {
		labels[i] = Label{Label: r.plan.Labels[i], State: letters[letter]}
		if letter != failed && letter != running && letter != downstream || told == mostTold {
			continue
		}
		told++
		status, name, err := e.statusOf(r, i)
		if err != nil {
			return nil, err
		}
		labels[i].Run, labels[i].Why = status.Run, status.Error
		if status.Error == "" {
			if labels[i].Why, err = e.reason(name, status); err != nil {
				return nil, err
			}
		}
	}
	return labels, nil
}

// reason tells why a label is not done: what its launch waits for, or the root of the run of its tasks.
func (e *Engine) reason(name string, status launch.Status) (string, error) {
	ids := []string{launch.ID(name)}
	if status.Run != 0 {
		run, err := e.scheduler.RunStatus(e.ctx, status.Run)
		if err != nil {
			return "", err
		}
		ids = run.Roots
	}
	for _, id := range ids {
		explanation, err := e.scheduler.Explain(e.ctx, id)
		if errors.Is(err, scheduler.ErrUnknownTask) {
			continue // it is about to be launched
		}
		if err != nil {
			return "", err
		}
		if len(explanation.Reasons) > 0 && explanation.Task.State != store.Done {
			return explanation.Reasons[0].Text, nil
		}
	}
	return "", nil
}
