package server

import (
	"context"
	"fmt"
	"net/http"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/scheduler"
)

func (s *Server) routeHolds(r *router) {
	limit := s.options.MaxSubmission // a hold has the IDs of as many tasks as a submission
	handle(r, operation{method: http.MethodGet, path: "/holds", access: look, summary: "List holds"}, s.listHolds)
	handle(r, operation{method: http.MethodPost, path: "/holds", access: control, programs: true, limit: limit, summary: "Keep tasks from being started while their outputs are moved"}, s.hold)
	handle(r, operation{method: http.MethodPost, path: "/holds/release", access: control, programs: true, limit: limit, summary: "End a hold"}, s.release)
	handle(r, operation{method: http.MethodPost, path: "/attempts/{fence}/hold", access: attempt, programs: true, limit: limit, summary: "Keep tasks from being started while an attempt moves their outputs"}, s.holdForAttempt)
	handle(r, operation{method: http.MethodPost, path: "/attempts/{fence}/release", access: attempt, programs: true, limit: limit, summary: "End a hold for an attempt"}, s.releaseForAttempt)
	handle(r, operation{method: http.MethodPost, path: "/tasks/surrounding", access: look, limit: limit, summary: "Show tasks, and all that depend on them; this changes nothing"}, s.surrounding)
}

func (s *Server) listHolds(ctx context.Context, _ *nothing) (*body[api.Holds], error) {
	holds, err := s.scheduler.Holds(ctx)
	if err != nil {
		return nil, err
	}
	return &body[api.Holds]{api.Holds{Holds: sent(holds, func(h *scheduler.Held) api.Held { return api.Held(*h) })}}, nil
}

func (s *Server) hold(ctx context.Context, in *body[api.Hold]) (*nothing, error) {
	if err := s.scheduler.Hold(ctx, in.Body.Scheduler(by(ctx))); err != nil {
		return nil, err
	}
	s.audit(ctx, fmt.Sprintf("held %d tasks for %s", len(in.Body.Tasks), in.Body.Name), "", in.Body.Note)
	return nil, nil
}

func (s *Server) release(ctx context.Context, in *body[api.Release]) (*nothing, error) {
	if err := s.scheduler.Release(ctx, in.Body.Scheduler(by(ctx))); err != nil {
		return nil, err
	}
	s.audit(ctx, fmt.Sprintf("released the tasks of %s, %d of them done", in.Body.Name, len(in.Body.Done)), "", in.Body.Note)
	return nil, nil
}

type holdForAttempt struct {
	OfAttempt

	Body api.Hold
}

// holdForAttempt leaves nothing in the history but the events of the tasks: a worker does it, and no person.
func (s *Server) holdForAttempt(ctx context.Context, in *holdForAttempt) (*nothing, error) {
	hold := in.Body.Scheduler(by(ctx))
	hold.Fence = in.Fence
	return nil, s.scheduler.Hold(ctx, hold)
}

type releaseForAttempt struct {
	OfAttempt

	Body api.Release
}

func (s *Server) releaseForAttempt(ctx context.Context, in *releaseForAttempt) (*nothing, error) {
	release := in.Body.Scheduler(by(ctx))
	release.Fence = in.Fence
	return nil, s.scheduler.Release(ctx, release)
}

func (s *Server) surrounding(ctx context.Context, in *body[api.TaskList]) (*body[api.Surrounding], error) {
	if len(in.Body.Tasks) == 0 { // as null, which counts as left out
		return nil, &scheduler.InvalidError{Reason: "tasks: name at least one"}
	}
	found, err := s.scheduler.Surrounding(ctx, in.Body.Tasks)
	if err != nil {
		return nil, err
	}
	return &body[api.Surrounding]{api.Surrounding{
		Tasks: sent(found.Tasks, api.TaskOf), Dependents: sent(found.Dependents, api.TaskOf), Unknown: found.Unknown,
	}}, nil
}
