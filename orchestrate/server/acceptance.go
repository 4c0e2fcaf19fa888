package server

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/store"
)

const (
	// acceptancePrefix begins the names of the settings, with the ID of a task behind it, in which is who
	// accepts its next output whatever its checks say.
	acceptancePrefix = "accepted "

	// acceptanceHolds is for how long it does, unless the task succeeds before.
	acceptanceHolds = 7 * 24 * time.Hour
)

func (s *Server) routeAcceptance(r *router) {
	handle(r, operation{method: http.MethodPost, path: "/task/accept", access: control, summary: "Accept the next output of a task whatever its checks say"}, s.accept)
	handle(r, operation{method: http.MethodGet, path: "/task/accepted", access: look, summary: "Tell whether the next output of a task is accepted whatever its checks say"}, s.accepted)
}

// accept is for tasks too that are to be submitted yet.
func (s *Server) accept(ctx context.Context, in *body[api.TaskNote]) (*nothing, error) {
	if err := s.pruneAcceptances(ctx); err != nil {
		return nil, err
	}
	value, err := json.Marshal(api.Acceptance{Accepted: true, By: by(ctx), At: s.options.Now().UTC()})
	if err != nil {
		return nil, err
	}
	if err := s.scheduler.Set(ctx, acceptancePrefix+in.Body.ID, string(value)); err != nil {
		return nil, err
	}
	s.audit(ctx, "accepted the next output of "+in.Body.ID, in.Body.ID, in.Body.Note)
	return nil, nil
}

func (s *Server) pruneAcceptances(ctx context.Context) error {
	settings, err := s.scheduler.Settings(ctx, acceptancePrefix)
	if err != nil {
		return err
	}
	for name, value := range settings {
		if !s.holdsYet(value) {
			if err := s.scheduler.Set(ctx, name, ""); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Server) holdsYet(value string) bool {
	var a api.Acceptance
	return json.Unmarshal([]byte(value), &a) == nil && s.options.Now().Sub(a.At) < acceptanceHolds
}

func (s *Server) accepted(ctx context.Context, in *ofTask) (*body[api.Acceptance], error) {
	settings, err := s.scheduler.Settings(ctx, acceptancePrefix+in.ID)
	if err != nil {
		return nil, err
	}
	value := settings[acceptancePrefix+in.ID]
	if !s.holdsYet(value) {
		return &body[api.Acceptance]{}, nil
	}
	var a api.Acceptance
	if err := json.Unmarshal([]byte(value), &a); err != nil {
		return nil, err
	}
	found, err := s.scheduler.Explain(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	attempts, err := s.store.Attempts(ctx, store.AttemptQuery{Task: found.Task.Key})
	if err != nil {
		return nil, err
	}
	for i := range attempts {
		if attempts[i].Outcome == store.Succeeded && attempts[i].Ended.After(a.At) {
			return &body[api.Acceptance]{}, nil // it was for that one
		}
	}
	return &body[api.Acceptance]{a}, nil
}
