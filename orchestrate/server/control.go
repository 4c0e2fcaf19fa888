package server

import (
	"context"
	"fmt"
	"net/http"

	"github.com/gomr/gomr/orchestrate/api"
)

func (s *Server) routeControl(r *router) {
	handle(r, operation{method: http.MethodGet, path: "/resources", access: look, summary: "List resources"}, s.resources)
	handle(r, operation{method: http.MethodPost, path: "/resources", access: control, summary: "Set how much there is of a resource"}, s.setLimit)
	handle(r, operation{method: http.MethodGet, path: "/workers", access: look, summary: "List workers"}, s.workers)
}

func (s *Server) resources(ctx context.Context, _ *nothing) (*body[api.Resources], error) {
	resources, err := s.scheduler.Resources(ctx)
	if err != nil {
		return nil, err
	}
	return &body[api.Resources]{api.ResourcesOf(resources)}, nil
}

func (s *Server) setLimit(ctx context.Context, in *body[api.Limit]) (*nothing, error) {
	if err := s.scheduler.SetLimit(ctx, in.Body.Resource, in.Body.Limit, by(ctx)); err != nil {
		return nil, err
	}
	s.audit(ctx, fmt.Sprintf("set the limit of %s to %d", in.Body.Resource, in.Body.Limit), "", in.Body.Note)
	return nil, nil
}

func (s *Server) workers(ctx context.Context, _ *nothing) (*body[api.Workers], error) {
	workers, err := s.scheduler.Workers(ctx)
	if err != nil {
		return nil, err
	}
	return &body[api.Workers]{api.WorkersOf(workers)}, nil
}
