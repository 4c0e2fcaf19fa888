package server

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/trigger"
)

// Schedules asks for tasks at times, and when data is there. [trigger.Engine] does.
type Schedules interface {
	Apply(ctx context.Context, a *trigger.Application) ([]trigger.ScheduleChange, error)
	List(ctx context.Context) ([]trigger.ScheduleStatus, error)
	Show(ctx context.Context, name string) (trigger.ScheduleStatus, error)
	Run(ctx context.Context, name, label, by string) (trigger.Firing, error)
	Pause(ctx context.Context, name, by string) error
	Resume(ctx context.Context, name, by string) error
	Remove(ctx context.Context, name, by string) error
}

func (s *Server) routeSchedules(r *router) {
	handle(r, operation{method: http.MethodGet, path: "/schedules", access: look, summary: "List schedules"}, s.schedules)
	handle(r, operation{method: http.MethodGet, path: "/schedule", access: look, summary: "Show a schedule"}, s.schedule)
	handle(r, operation{method: http.MethodPost, path: "/schedules", access: control, summary: "Add, change and remove schedules"}, s.applySchedules)
	handle(r, operation{method: http.MethodPost, path: "/schedule/run", access: control, summary: "Launch a label of a schedule now"}, s.runSchedule)
	for _, o := range []steering{
		{"/schedule/pause", "Pause a schedule", "paused", Schedules.Pause},
		{"/schedule/resume", "Let a schedule go on", "resumed", Schedules.Resume},
		{"/schedule/remove", "Remove a schedule", "removed", Schedules.Remove},
	} {
		handle(r, operation{method: http.MethodPost, path: o.path, access: control, summary: o.summary}, s.steer(o))
	}
}

// engine returns what has the schedules.
func (s *Server) engine() (Schedules, error) {
	if s.options.Schedules == nil {
		return nil, api.NewProblem(http.StatusNotFound, api.NotFound, "this server has no schedules")
	}
	return s.options.Schedules, nil
}

// scheduleProblem makes the errors of schedules those of the API.
func scheduleProblem(err error) error {
	switch {
	case errors.As(err, new(*trigger.UnknownError)):
		return api.NewProblem(http.StatusNotFound, api.NotFound, err.Error())
	case errors.Is(err, trigger.ErrClosed):
		return api.NewProblem(http.StatusServiceUnavailable, api.Unavailable, "the server is ending: come again")
	}
	return err
}

func (s *Server) schedules(ctx context.Context, _ *nothing) (*body[api.Schedules], error) {
	engine, err := s.engine()
	if err != nil {
		return nil, err
	}
	all, err := engine.List(ctx)
	if err != nil {
		return nil, scheduleProblem(err)
	}
	return &body[api.Schedules]{api.Schedules{Schedules: all}}, nil
}

type scheduleInput struct {
	Name string `query:"name" required:"true" minLength:"1"`
}

func (s *Server) schedule(ctx context.Context, in *scheduleInput) (*body[trigger.ScheduleStatus], error) {
	engine, err := s.engine()
	if err != nil {
		return nil, err
	}
	status, err := engine.Show(ctx, in.Name)
	if err != nil {
		return nil, scheduleProblem(err)
	}
	return &body[trigger.ScheduleStatus]{status}, nil
}

func (s *Server) applySchedules(ctx context.Context, in *body[api.Application]) (*body[api.Applied], error) {
	engine, err := s.engine()
	if err != nil {
		return nil, err
	}
	if in.Body.Schedules == nil { // null counts as left out, and must not remove what there is
		return nil, &scheduler.InvalidError{Reason: "schedules: they are left out; an empty list is none"}
	}
	changes, err := engine.Apply(ctx, &trigger.Application{
		Schedules: in.Body.Schedules, Prune: in.Body.Prune, DryRun: in.Body.DryRun, By: by(ctx),
	})
	if err != nil {
		return nil, scheduleProblem(err)
	}
	if !in.Body.DryRun {
		s.auditChanges(ctx, changes)
	}
	return &body[api.Applied]{api.Applied{Changes: append([]trigger.ScheduleChange{}, changes...)}}, nil
}

func (s *Server) auditChanges(ctx context.Context, changes []trigger.ScheduleChange) {
	var did []string
	for _, c := range changes {
		if c.Action != trigger.Unchanged {
			did = append(did, c.Name+" "+string(c.Action))
		}
	}
	if did != nil {
		s.audit(ctx, "applied schedules: "+strings.Join(did, ", "), "", "")
	}
}

func (s *Server) runSchedule(ctx context.Context, in *body[api.ScheduleRun]) (*body[trigger.Firing], error) {
	engine, err := s.engine()
	if err != nil {
		return nil, err
	}
	firing, err := engine.Run(ctx, in.Body.Name, in.Body.Label, by(ctx))
	if err != nil {
		return nil, scheduleProblem(err)
	}
	s.audit(ctx, "ran "+firing.Label+" of the schedule "+in.Body.Name, "", "")
	return &body[trigger.Firing]{firing}, nil
}

// A steering is an operation that changes how a schedule goes on.
type steering struct {
	path, summary, did string
	do                 func(engine Schedules, ctx context.Context, name, by string) error
}

func (s *Server) steer(o steering) func(context.Context, *body[api.ScheduleNote]) (*nothing, error) {
	return func(ctx context.Context, in *body[api.ScheduleNote]) (*nothing, error) {
		engine, err := s.engine()
		if err != nil {
			return nil, err
		}
		if err := o.do(engine, ctx, in.Body.Name, by(ctx)); err != nil {
			return nil, scheduleProblem(err)
		}
		s.audit(ctx, o.did+" the schedule "+in.Body.Name, "", in.Body.Note)
		return nil, nil
	}
}
