package server

import (
	"context"
	"net/http"
	"slices"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/store"
)

func (s *Server) routeHistory(r *router) {
	handle(r, operation{method: http.MethodGet, path: "/runs", access: look, summary: "List runs, the newest first"}, s.runs)
	handle(r, operation{method: http.MethodGet, path: "/runs/{key}", access: look, summary: "Tell how far a run is"}, s.run)
	handle(r, operation{method: http.MethodGet, path: "/attempts", access: look, summary: "List attempts, the newest first"}, s.attempts)
	handle(r, operation{method: http.MethodGet, path: "/events", access: look, summary: "List events"}, s.events)
}

// A Page is a part of a list.
type Page struct {
	Cursor int64 `query:"cursor" minimum:"0" doc:"The next of the page before"`
	Limit  int   `query:"limit" minimum:"1" maximum:"10000" default:"100"`
}

// more returns one more than the limit, which tells whether there is another page.
func (p *Page) more() int { return p.Limit + 1 }

// cut returns the records of the page, and the cursor of the next one or zero.
func cut[T any](p *Page, records []T, key func(*T) int64) ([]T, int64) {
	if len(records) <= p.Limit {
		return records, 0
	}
	records = records[:p.Limit]
	return records, key(&records[p.Limit-1])
}

// sent returns what is sent of records.
func sent[T, S any](records []T, of func(*T) S) []S {
	list := make([]S, len(records))
	for i := range records {
		list[i] = of(&records[i])
	}
	return list
}

// namedRoots is of how many roots of a run a list has the IDs.
const namedRoots = 3

func (s *Server) runs(ctx context.Context, in *Page) (*body[api.Runs], error) {
	found, err := s.store.Runs(ctx, in.Cursor, in.more())
	if err != nil {
		return nil, err
	}
	runs, next := cut(in, found, func(r *store.Run) int64 { return r.Key })
	var named []int64
	for i := range runs {
		named = append(named, runs[i].Roots[:min(len(runs[i].Roots), namedRoots)]...)
	}
	ids, err := s.idsOf(ctx, named)
	if err != nil {
		return nil, err
	}
	return &body[api.Runs]{api.Runs{Runs: sent(runs, api.RunOf), IDs: ids, Next: next}}, nil
}

type runInput struct {
	Key int64 `path:"key" minimum:"1"`
}

func (s *Server) run(ctx context.Context, in *runInput) (*body[api.RunStatus], error) {
	status, err := s.scheduler.RunStatus(ctx, in.Key)
	if err != nil {
		return nil, err
	}
	return &body[api.RunStatus]{api.RunStatusOf(&status)}, nil
}

// newestFirst is the order of events that begins with the newest.
const newestFirst = "newest"

type eventsInput struct {
	Page

	OfQuery

	Run   int64  `query:"run" minimum:"0" doc:"Key"`
	Kind  string `query:"kind"`
	Order string `query:"order" enum:"oldest,newest" default:"oldest" doc:"Which come first"`
}

func (s *Server) events(ctx context.Context, in *eventsInput) (*body[api.Events], error) {
	task, err := s.keyOf(ctx, &in.OfQuery)
	if err != nil {
		return nil, err
	}
	found, err := s.store.Events(ctx, store.EventQuery{
		After: in.Cursor, Task: task, Run: in.Run, Kind: in.Kind, Newest: in.Order == newestFirst, Limit: in.more(),
	})
	if err != nil {
		return nil, err
	}
	events, next := cut(&in.Page, found, func(e *store.Event) int64 { return e.Seq })
	ids, err := s.idsOf(ctx, sent(events, func(e *store.Event) int64 { return e.Task }))
	if err != nil {
		return nil, err
	}
	return &body[api.Events]{api.Events{Events: sent(events, api.EventOf), IDs: ids, Next: next}}, nil
}

// idsOf returns the IDs of tasks by key, or nil where there are none.
func (s *Server) idsOf(ctx context.Context, keys []int64) (map[int64]string, error) {
	slices.Sort(keys)
	keys = slices.Compact(keys)
	if len(keys) == 0 || len(keys) == 1 && keys[0] == 0 {
		return nil, nil
	}
	return s.scheduler.IDs(ctx, keys)
}

// An OfQuery says which task a list is about.
type OfQuery struct {
	Task    string `query:"task" doc:"ID of a task"`
	TaskKey int64  `query:"task_key" minimum:"0" doc:"In place of its ID"`
}

// keyOf returns the key of the task that is asked for, and zero for none.
func (s *Server) keyOf(ctx context.Context, q *OfQuery) (int64, error) {
	if q.Task == "" {
		return q.TaskKey, nil
	}
	e, err := s.scheduler.Explain(ctx, q.Task)
	return e.Task.Key, err
}
