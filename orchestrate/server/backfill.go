package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/backfill"
)

// backfillBody is the size of the request for a backfill with as many labels as there may be.
const backfillBody = 16 << 20

func (s *Server) routeBackfills(r *router) {
	handle(r, operation{method: http.MethodGet, path: "/backfills", access: look, summary: "List backfills, the newest first"}, s.listBackfills)
	handle(r, operation{method: http.MethodGet, path: "/backfills/{id}", access: look, summary: "Show a backfill with its labels"}, s.showBackfill)
	handle(r, operation{
		method: http.MethodPost, path: "/backfills", access: control, summary: "Start a backfill: run a task for many labels",
		limit: backfillBody, reading: time.Minute,
	}, s.startBackfill)
	handle(r, operation{method: http.MethodPost, path: "/backfills/pause", access: control, summary: "Have a backfill launch no more"}, s.pauseBackfill)
	handle(r, operation{method: http.MethodPost, path: "/backfills/resume", access: control, summary: "Have a backfill launch again"}, s.resumeBackfill)
	handle(r, operation{method: http.MethodPost, path: "/backfills/cancel", access: control, summary: "End a backfill"}, s.cancelBackfill)
	handle(r, operation{
		method: http.MethodPost, path: "/backfills/surveys", access: control, summary: "Have a worker tell which labels a backfill would run",
		limit: backfillBody, reading: time.Minute,
	}, s.startSurvey)
	handle(r, operation{method: http.MethodGet, path: "/backfills/surveys/{name}", access: look, summary: "Tell what it has found"}, s.showSurvey)
}

// backfills returns the engine, where there is one.
func (s *Server) backfills() (*backfill.Engine, error) {
	if s.options.Backfills == nil {
		return nil, api.NewProblem(http.StatusNotFound, api.NotFound, "this server runs no backfills")
	}
	return s.options.Backfills, nil
}

// backfillProblem returns the problem of an error of the engine.
func backfillProblem(err error) error {
	if errors.Is(err, backfill.ErrUnknown) {
		return api.NewProblem(http.StatusNotFound, api.NotFound, err.Error())
	}
	return err
}

func (s *Server) listBackfills(ctx context.Context, _ *nothing) (*body[api.Backfills], error) {
	engine, err := s.backfills()
	if err != nil {
		return nil, err
	}
	list, err := engine.List(ctx)
	if err != nil {
		return nil, err
	}
	return &body[api.Backfills]{api.Backfills{Backfills: sent(list, api.BackfillOf)}}, nil
}

type ofBackfill struct {
	ID int64 `path:"id" minimum:"1"`
}

func (s *Server) showBackfill(ctx context.Context, in *ofBackfill) (*body[api.BackfillDetails], error) {
	engine, err := s.backfills()
	if err != nil {
		return nil, err
	}
	status, labels, err := engine.Show(ctx, in.ID)
	if err != nil {
		return nil, backfillProblem(err)
	}
	return &body[api.BackfillDetails]{api.BackfillDetailsOf(&status, labels)}, nil
}

func (s *Server) startBackfill(ctx context.Context, in *body[api.NewBackfill]) (*body[api.Backfill], error) {
	return s.changeBackfill(ctx, "started", "", func(engine *backfill.Engine) (backfill.Status, error) {
		return engine.Start(ctx, in.Body.Definition(by(ctx)))
	})
}

func (s *Server) pauseBackfill(ctx context.Context, in *body[api.BackfillChange]) (*body[api.Backfill], error) {
	return s.changeBackfill(ctx, "paused", in.Body.Note, func(engine *backfill.Engine) (backfill.Status, error) {
		return engine.Pause(ctx, in.Body.ID, by(ctx))
	})
}

func (s *Server) resumeBackfill(ctx context.Context, in *body[api.BackfillChange]) (*body[api.Backfill], error) {
	return s.changeBackfill(ctx, "resumed", in.Body.Note, func(engine *backfill.Engine) (backfill.Status, error) {
		return engine.Resume(ctx, in.Body.ID, by(ctx))
	})
}

func (s *Server) cancelBackfill(ctx context.Context, in *body[api.BackfillCancel]) (*body[api.Backfill], error) {
	return s.changeBackfill(ctx, "cancelled", in.Body.Note, func(engine *backfill.Engine) (backfill.Status, error) {
		return engine.Cancel(ctx, in.Body.ID, in.Body.Kill, by(ctx))
	})
}

// changeBackfill does something to a backfill, and notes who did.
func (s *Server) changeBackfill(ctx context.Context, did, note string, change func(*backfill.Engine) (backfill.Status, error)) (*body[api.Backfill], error) {
	engine, err := s.backfills()
	if err != nil {
		return nil, err
	}
	status, err := change(engine)
	if err != nil {
		return nil, backfillProblem(err)
	}
	s.audit(ctx, fmt.Sprintf("%s backfill %d of %s", did, status.ID, status.Family), "", note)
	return &body[api.Backfill]{api.BackfillOf(&status)}, nil
}
