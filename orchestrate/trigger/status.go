package trigger

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/gomr/gomr/orchestrate/launch"
)

// A ScheduleStatus is a schedule and how far it is.
type ScheduleStatus struct {
	Schedule Schedule  `json:"schedule"`
	Zone     string    `json:"zone" doc:"Time zone, also where the schedule leaves it out"`
	Words    string    `json:"words" doc:"Its time in words"`
	Period   string    `json:"period" doc:"What a label is, also where the schedule leaves it out"`
	Applied  time.Time `json:"applied"`
	By       string    `json:"by,omitempty" doc:"Who applied it"`
	Paused   bool      `json:"paused"`
	PausedBy string    `json:"paused_by,omitempty"`
	Problem  string    `json:"problem,omitempty" doc:"Why it does not go on"`

	Next    []FireTime     `json:"next" doc:"The next times, in its zone, and their labels"`
	Firings []FiringStatus `json:"firings" doc:"Those that are open and the last ones, the newest first"`
}

// A FiringStatus is a firing and what it waits for.
type FiringStatus struct {
	Firing

	Waits string    `json:"waits,omitempty" doc:"What it waits for"`
	Seen  time.Time `json:"seen,omitzero" doc:"When its data was looked at"`
}

// List returns all schedules, by name, each with its next time and its last firing.
func (e *Engine) List(ctx context.Context) (all []ScheduleStatus, err error) {
	err = e.call(ctx, func() error {
		all = []ScheduleStatus{}
		for _, name := range slices.Sorted(maps.Keys(e.schedules)) {
			all = append(all, e.schedules[name].status(e.now(), 1, 1))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// mostNext is how many of the next times a schedule is shown with.
const mostNext = 5

// Show returns a schedule with its next five times and its last firings. The error may be
// an [*UnknownError].
func (e *Engine) Show(ctx context.Context, name string) (status ScheduleStatus, err error) {
	err = e.call(ctx, func() error {
		s := e.schedules[name]
		if s == nil {
			return &UnknownError{name}
		}
		status = s.status(e.now(), mostNext, 2*maxOpen)
		return nil
	})
	if err != nil {
		return ScheduleStatus{}, err
	}
	// What has failed may go on since somebody forgave it.
	for i := range status.Firings {
		if f := &status.Firings[i].Firing; f.State == Failed && f.Run != 0 {
			now, err := launch.StatusOf(ctx, e.scheduler, f.Launch)
			if err != nil {
				return ScheduleStatus{}, err
			}
			f.become(now, f.Ended)
		}
	}
	return status, nil
}

func (s *schedule) status(now time.Time, next, firings int) ScheduleStatus {
	status := ScheduleStatus{
		Schedule: s.Schedule, Zone: s.rules.zone.String(), Words: s.rules.spec.Words(), Period: s.rules.period.String(), Applied: s.Applied, By: s.By,
		Paused: s.Paused, PausedBy: s.PausedBy, Problem: s.problem, Firings: []FiringStatus{},
	}
	after := now
	if s.Cursor.After(now) { // the clock was set back
		after = s.Cursor
	}
	status.Next = s.rules.preview(after, next)
	for i := len(s.Firings) - 1; i >= 0 && len(status.Firings) < firings; i-- {
		status.Firings = append(status.Firings, s.firingStatus(i))
	}
	return status
}

func (s *schedule) firingStatus(i int) FiringStatus {
	f := FiringStatus{Firing: s.Firings[i]}
	if f.State != Waiting {
		return f
	}
	switch t := s.try(&s.Firings[i]); {
	case !f.Ready:
		f.Waits, f.Seen = t.sight.text(), t.sight.at
	case s.Paused && f.By == "":
		f.Waits = "the schedule is paused"
	case !s.turn(i):
		f.Waits = "the run before has not ended"
	}
	return f
}
