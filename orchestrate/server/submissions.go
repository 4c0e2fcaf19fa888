package server

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/gomr/gomr/orchestrate/api"
)

func (s *Server) routeSubmissions(r *router) {
	handle(r, operation{
		method: http.MethodPost, path: "/submissions", access: submit, programs: true, summary: "Add tasks, and a run of some",
		limit: s.options.MaxSubmission, reading: 5 * time.Minute,
	}, s.submit)
}

func (s *Server) submit(ctx context.Context, in *body[api.Submission]) (*body[api.Receipt], error) {
	receipt, err := s.scheduler.Submit(ctx, in.Body.Scheduler(by(ctx)))
	if err != nil {
		return nil, err
	}
	s.audit(ctx, fmt.Sprintf("submitted %d tasks, run %d", len(in.Body.Nodes), receipt.Run), "", "")
	return &body[api.Receipt]{api.Receipt(receipt)}, nil
}
