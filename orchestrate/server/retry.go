package server

import (
	"context"
	"fmt"
	"net/http"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/scheduler"
)

func (s *Server) routeRetry(r *router) {
	handle(r, operation{method: http.MethodPost, path: "/runs/retry", access: control, summary: "Try all again that has failed of a run"}, s.retryRun)
}

func (s *Server) retryRun(ctx context.Context, in *body[api.RetryRun]) (*body[api.RetriedRun], error) {
	key := in.Body.Run
	switch {
	case (key == 0) == (in.Body.Request == ""):
		return nil, &scheduler.InvalidError{Reason: "name a run by its key or by its request"}
	case key == 0:
		found, err := s.scheduler.FindRun(ctx, in.Body.Request)
		if err != nil {
			return nil, err
		}
		key = found
	}
	forgiven, err := s.scheduler.RetryRun(ctx, key, by(ctx))
	if err != nil {
		return nil, err
	}
	s.audit(ctx, fmt.Sprintf("had run %d tried again, with %d tasks", key, forgiven), "", in.Body.Note)
	return &body[api.RetriedRun]{api.RetriedRun{Run: key, Forgiven: forgiven}}, nil
}
