package trigger

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gomr/gomr/orchestrate/calendar"
	"github.com/gomr/gomr/orchestrate/launch"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// launch launches the firings whose data is there and whose turn it is.
func (e *Engine) launch(s *schedule, now time.Time) error {
	var changed *document
	for i := range s.Firings {
		f := &s.Firings[i]
		if f.State != Waiting || !f.Ready || !s.turn(i) {
			continue
		}
		err := e.submit(s, f)
		invalid := new(scheduler.InvalidError)
		if err != nil && !errors.As(err, &invalid) {
			return err // what was launched before is launched again, which changes nothing
		}
		if changed == nil {
			changed = s.clone()
		}
		if f = &changed.Firings[i]; err != nil {
			f.State, f.Ended, f.Note = Failed, now, err.Error()
		} else {
			f.State = Planning
			s.try(f).follow = now.Add(soonest)
		}
	}
	if changed == nil {
		return nil
	}
	return e.save(s, changed)
}

// turn reports whether a firing need not wait for those before it. One that is asked for by hand
// never does, and nobody waits for it.
func (s *schedule) turn(i int) bool {
	if s.Firings[i].By != "" {
		return true
	}
	if s.Paused {
		return false
	}
	return s.rules.Mode == Concurrent || !slices.ContainsFunc(s.Firings[:i], func(f Firing) bool { return f.By == "" && f.open() })
}

func (e *Engine) submit(s *schedule, f *Firing) error {
	p, err := f.partition()
	if err != nil {
		return &scheduler.InvalidError{Reason: err.Error()}
	}
	task, err := calendar.Expand(s.rules.Task, p)
	if err != nil {
		return &scheduler.InvalidError{Reason: err.Error()}
	}
	l := launch.Launch{
		Name: f.Launch, Program: s.rules.Program, Task: task, Priority: s.rules.Priority,
		By: cmp.Or(f.By, "schedule "+s.Schedule.Name),
	}
	_, err = e.scheduler.Submit(e.ctx, l.Submission())
	return err
}

const (
	// soonest and latest are how often it is asked how far a launch is. What takes longer is asked more
	// seldom, for to count the tasks of a large run takes time.
	soonest = time.Second
	latest  = 30 * time.Second
)

// follow asks how far the launches are.
func (e *Engine) follow(s *schedule, now time.Time) error {
	var changed *document
	for i := range s.Firings {
		f := &s.Firings[i]
		t := s.try(f)
		if !f.launched() || now.Before(t.follow) {
			continue
		}
		status, err := launch.StatusOf(e.ctx, e.scheduler, f.Launch)
		if err != nil {
			return err
		}
		if t.started.IsZero() {
			t.started = now
		}
		t.follow = now.Add(min(max(now.Sub(t.started)/10, soonest), latest))
		if State(status.State) == f.State && status.Run == f.Run {
			continue
		}
		if changed == nil {
			changed = s.clone()
		}
		changed.Firings[i].become(status, now)
	}
	if changed == nil {
		return nil
	}
	return e.save(s, changed)
}

// become makes a firing what its launch is.
func (f *Firing) become(status launch.Status, now time.Time) {
	f.State, f.Run, f.Note = State(status.State), status.Run, ""
	switch status.State {
	case launch.Unknown:
		f.State, f.Note = Failed, "the scheduler knows nothing of it any more"
	case launch.Failed:
		f.Note = cmp.Or(status.Error, countTasks(status.Tasks))
	case launch.Planning, launch.Running, launch.Done:
	}
	switch {
	case f.open():
		f.Ended = time.Time{}
	case f.Ended.IsZero():
		f.Ended = now
	}
}

func countTasks(tasks map[store.State]int) string {
	var parts []string
	for _, state := range slices.Sorted(maps.Keys(tasks)) {
		parts = append(parts, fmt.Sprintf("%d %s", tasks[state], state))
	}
	return strings.Join(parts, ", ")
}
