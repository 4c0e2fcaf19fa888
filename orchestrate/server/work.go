package server

import (
	"context"
	"errors"
	"net/http"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/scheduler"
)

func (s *Server) routeWork(r *router) {
	handle(r, operation{method: http.MethodPost, path: "/work", access: attempt, programs: true, waits: true, summary: "Wait for an attempt to make", adjust: mayBeEmpty}, s.work)
	handle(r, operation{method: http.MethodPost, path: "/beats", access: attempt, programs: true, summary: "Tell that attempts are alive"}, s.beat)
	handle(r, operation{method: http.MethodPost, path: "/attempts/{fence}/commit", access: attempt, programs: true, summary: "Ask whether an attempt may commit its output"}, s.commit)
	handle(r, operation{method: http.MethodPost, path: "/attempts/{fence}/end", access: attempt, programs: true, summary: "Tell how an attempt ended"}, s.endAttempt)
	handle(r, operation{method: http.MethodPost, path: "/attempts/{fence}/await", access: attempt, programs: true, waits: true, summary: "Have an attempt wait for tasks", adjust: mayBeEmpty}, s.await)
}

// An OfAttempt names an attempt. It is exported for huma, which looks into no other ones.
type OfAttempt struct {
	Fence int64 `path:"fence" minimum:"1" doc:"Of the attempt"`
}

type workOutput struct {
	Status int
	Body   *api.Assignment
}

func (s *Server) work(ctx context.Context, in *body[api.Ask]) (*workOutput, error) {
	waiting, done := s.waitsFor(ctx, in.Body.Wait)
	defer done()
	assignment, err := s.scheduler.Work(waiting, in.Body.Scheduler())
	if errors.Is(err, errWaited) {
		return &workOutput{Status: http.StatusNoContent}, nil
	}
	if err != nil {
		return nil, err
	}
	sent := api.AssignmentOf(assignment)
	return &workOutput{http.StatusOK, &sent}, nil
}

func (s *Server) beat(ctx context.Context, in *body[api.Beats]) (*body[api.Pulse], error) {
	beats := make([]scheduler.Beat, len(in.Body.Beats))
	for i, b := range in.Body.Beats {
		beats[i] = scheduler.Beat(b)
	}
	pulse, err := s.scheduler.Beat(ctx, in.Body.Worker.Scheduler(), beats)
	if err != nil {
		return nil, err
	}
	return &body[api.Pulse]{api.PulseOf(&pulse)}, nil
}

func (s *Server) commit(ctx context.Context, in *OfAttempt) (*body[api.Grant], error) {
	grant, err := s.scheduler.Commit(ctx, in.Fence)
	if err != nil {
		return nil, err
	}
	return &body[api.Grant]{api.Grant{For: api.Duration(grant.For)}}, nil
}

type endInput struct {
	OfAttempt

	Body api.End
}

func (s *Server) endAttempt(ctx context.Context, in *endInput) (*nothing, error) {
	if err := s.scheduler.End(ctx, in.Body.Scheduler(in.Fence)); err != nil {
		return nil, err
	}
	s.bells.ring(in.Fence)
	return nil, nil
}

type awaitInput struct {
	OfAttempt

	Body api.Await
}

type awaitOutput struct {
	Status int
	Body   *api.Answers
}

func (s *Server) await(ctx context.Context, in *awaitInput) (*awaitOutput, error) {
	waiting, done := s.waitsFor(ctx, in.Body.Wait)
	defer done()
	answers, err := s.scheduler.Await(waiting, in.Fence, in.Body.IDs)
	if errors.Is(err, errWaited) {
		return &awaitOutput{Status: http.StatusNoContent}, nil
	}
	if err != nil {
		return nil, err
	}
	sent := api.AnswersOf(answers)
	return &awaitOutput{http.StatusOK, &sent}, nil
}
