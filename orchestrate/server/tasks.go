package server

import (
	"context"
	"net/http"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

func (s *Server) routeTasks(r *router) {
	handle(r, operation{method: http.MethodGet, path: "/tasks", access: look, summary: "List tasks"}, s.listTasks)
	handle(r, operation{method: http.MethodGet, path: "/counts", access: look, summary: "Count tasks"}, s.countTasks)
	handle(r, operation{method: http.MethodGet, path: "/task", access: look, summary: "Show a task"}, s.task)
	handle(r, operation{method: http.MethodGet, path: "/task/why", access: look, summary: "Tell why a task is not further"}, s.why)
	handle(r, operation{method: http.MethodPost, path: "/task/forgive", access: control, summary: "Let a task that has failed, or rests, start again"}, s.forgive)
	handle(r, operation{method: http.MethodPost, path: "/task/mark", access: control, summary: "Say that a task is done, or has failed"}, s.mark)
	handle(r, operation{method: http.MethodPost, path: "/task/kill", access: control, summary: "Ask for the end of a task's attempt"}, s.kill)
}

type tasksInput struct {
	State  []string `query:"state" enum:"pending,running,suspended,retrying,done,failed,disabled,missing" doc:"One or more, with commas between; left out is all"`
	Family string   `query:"family"`
	Search string   `query:"search" doc:"The ID contains it, in whatever case"`

	Partitions

	Cursor int64 `query:"cursor" minimum:"0" doc:"The next of the page before"`
	Limit  int   `query:"limit" minimum:"1" maximum:"10000" default:"100"`
}

func (s *Server) listTasks(ctx context.Context, in *tasksInput) (*body[api.Tasks], error) {
	kind, from, until, err := in.read()
	if err != nil {
		return nil, err
	}
	filter := scheduler.TaskFilter{
		Family: in.Family, Search: in.Search, Kind: kind, From: from, Until: until, After: in.Cursor, Limit: in.Limit,
	}
	for _, state := range in.State {
		filter.States = append(filter.States, store.State(state))
	}
	page, err := s.scheduler.Tasks(ctx, filter)
	if err != nil {
		return nil, err
	}
	out := &body[api.Tasks]{api.Tasks{Tasks: make([]api.Task, len(page.Tasks)), Next: page.Next}}
	for i := range page.Tasks {
		out.Body.Tasks[i] = api.TaskOf(&page.Tasks[i])
	}
	return out, nil
}

func (s *Server) countTasks(ctx context.Context, _ *nothing) (*body[api.Counts], error) {
	counts, err := s.scheduler.Counts(ctx)
	if err != nil {
		return nil, err
	}
	return &body[api.Counts]{api.Counts(counts)}, nil
}

// ofTask names a task. IDs have any characters, so they are in no path.
type ofTask struct {
	ID string `query:"id" required:"true" minLength:"1"`
}

func (s *Server) task(ctx context.Context, in *ofTask) (*body[api.Explanation], error) {
	e, err := s.scheduler.Explain(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &body[api.Explanation]{api.ExplanationOf(&e)}, nil
}

func (s *Server) why(ctx context.Context, in *ofTask) (*body[api.Why], error) {
	e, err := s.scheduler.Explain(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &body[api.Why]{api.Why{ID: e.Task.ID, State: e.Task.State, Reasons: api.ExplanationOf(&e).Reasons}}, nil
}

func (s *Server) forgive(ctx context.Context, in *body[api.TaskNote]) (*nothing, error) {
	if err := s.scheduler.Forgive(ctx, in.Body.ID, by(ctx)); err != nil {
		return nil, err
	}
	s.audit(ctx, "forgave "+in.Body.ID, in.Body.ID, in.Body.Note)
	return nil, nil
}

func (s *Server) mark(ctx context.Context, in *body[api.Mark]) (*nothing, error) {
	if err := s.scheduler.Mark(ctx, in.Body.ID, in.Body.State, by(ctx), in.Body.Note); err != nil {
		return nil, err
	}
	s.audit(ctx, "marked "+in.Body.ID+" as "+string(in.Body.State), in.Body.ID, in.Body.Note)
	return nil, nil
}

func (s *Server) kill(ctx context.Context, in *body[api.TaskNote]) (*nothing, error) {
	if err := s.scheduler.Kill(ctx, in.Body.ID, by(ctx)); err != nil {
		return nil, err
	}
	s.audit(ctx, "killed the attempt at "+in.Body.ID, in.Body.ID, in.Body.Note)
	return nil, nil
}
