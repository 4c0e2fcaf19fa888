package server

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/store"
)

func (s *Server) routeDrain(r *router) {
	handle(r, operation{method: http.MethodPost, path: "/pause", access: control, summary: "Give out no work, or none that takes some resources"}, s.pause)
	handle(r, operation{method: http.MethodPost, path: "/unpause", access: control, summary: "Give out work again"}, s.unpause)
	handle(r, operation{method: http.MethodPost, path: "/drain", access: control, waits: true, summary: "Give out no work, and wait until no attempt runs"}, s.drain)
}

func (s *Server) pause(ctx context.Context, in *body[api.Pause]) (*nothing, error) {
	if len(in.Body.Resources) == 0 {
		if err := s.scheduler.Pause(ctx, by(ctx)); err != nil {
			return nil, err
		}
	}
	for _, resource := range in.Body.Resources {
		if err := s.scheduler.PauseResource(ctx, resource, by(ctx)); err != nil {
			return nil, err
		}
	}
	s.audit(ctx, whichResources("paused", in.Body.Resources), "", in.Body.Note)
	return nil, nil
}

func (s *Server) unpause(ctx context.Context, in *body[api.Pause]) (*nothing, error) {
	if len(in.Body.Resources) == 0 {
		if err := s.scheduler.Unpause(ctx, by(ctx)); err != nil {
			return nil, err
		}
	}
	for _, resource := range in.Body.Resources {
		if err := s.scheduler.UnpauseResource(ctx, resource, by(ctx)); err != nil {
			return nil, err
		}
	}
	s.audit(ctx, whichResources("unpaused", in.Body.Resources), "", in.Body.Note)
	return nil, nil
}

func whichResources(did string, resources []string) string {
	return strings.TrimSpace(did + " " + strings.Join(resources, ", "))
}

func (s *Server) drain(ctx context.Context, in *body[api.Drain]) (*body[api.Drained], error) {
	before, err := s.scheduler.Counts(ctx)
	if err != nil {
		return nil, err
	}
	waiting, done := s.waitsFor(ctx, in.Body.Wait)
	defer done()
	if err := s.scheduler.Drain(waiting, by(ctx)); err != nil && !errors.Is(err, errWaited) {
		return nil, err
	}
	if !before.Paused { // who asks again waits
		s.audit(ctx, "drained", "", in.Body.Note)
	}
	counts, err := s.scheduler.Counts(ctx)
	if err != nil {
		return nil, err
	}
	running := counts.States[store.Running]
	return &body[api.Drained]{api.Drained{Running: running, Suspended: counts.States[store.Suspended], Drained: running == 0}}, nil
}
