package server

import (
	"context"
	"strings"
	"time"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// underWay is the outcome of attempts that have none yet.
const underWay = "running"

type attemptsInput struct {
	Page

	OfQuery

	Family  string    `query:"family"`
	Search  string    `query:"search" doc:"The ID of the task contains it, in whatever case; tasks that are forgotten are left out"`
	Worker  string    `query:"worker"`
	Outcome string    `query:"outcome" enum:"succeeded,failed,timed out,lost,interrupted,killed,running" doc:"Running is under way"`
	Since   time.Time `query:"since" doc:"Started then or later"`
	Until   time.Time `query:"until" doc:"Started before"`
}

func (s *Server) attempts(ctx context.Context, in *attemptsInput) (*body[api.Attempts], error) {
	task, err := s.keyOf(ctx, &in.OfQuery)
	if err != nil {
		return nil, err
	}
	q := store.AttemptQuery{
		Task: task, Family: in.Family, Worker: in.Worker, Since: in.Since, Until: in.Until, Before: in.Cursor, Limit: in.more(),
	}
	if q.Open = in.Outcome == underWay; !q.Open {
		q.Outcome = store.Outcome(in.Outcome)
	}
	found, err := s.searchAttempts(ctx, q, in.Search)
	if err != nil {
		return nil, err
	}
	attempts, next := cut(&in.Page, found, func(a *store.Attempt) int64 { return a.Fence })
	ids, err := s.idsOf(ctx, tasksOf(attempts))
	if err != nil {
		return nil, err
	}
	return &body[api.Attempts]{api.Attempts{Attempts: sent(attempts, api.AttemptOf), IDs: ids, Next: next}}, nil
}

func tasksOf(attempts []store.Attempt) []int64 {
	return sent(attempts, func(a *store.Attempt) int64 { return a.Task })
}

// mostSearched is up to how many tasks that have a text attempts are looked up by task. Of more, a look at all attempts
// has soon found enough.
const mostSearched = 5000

// searchAttempts returns the attempts of a query at tasks whose ID has a text.
func (s *Server) searchAttempts(ctx context.Context, q store.AttemptQuery, text string) ([]store.Attempt, error) {
	if text == "" {
		return s.store.Attempts(ctx, q)
	}
	page, err := s.scheduler.Tasks(ctx, scheduler.TaskFilter{Family: q.Family, Search: text, Limit: mostSearched})
	if err != nil {
		return nil, err
	}
	if page.Next == 0 {
		q.Tasks = sent(page.Tasks, func(t *store.Task) int64 { return t.Key })
		return s.store.Attempts(ctx, q)
	}
	return s.siftAttempts(ctx, q, strings.ToLower(text))
}

// siftAttempts looks at all attempts of a query, some at a time.
func (s *Server) siftAttempts(ctx context.Context, q store.AttemptQuery, text string) (kept []store.Attempt, err error) {
	limit := q.Limit
	q.Limit = max(limit, store.DefaultLimit)
	for {
		found, err := s.store.Attempts(ctx, q)
		if err != nil {
			return nil, err
		}
		ids, err := s.idsOf(ctx, tasksOf(found))
		if err != nil {
			return nil, err
		}
		for _, a := range found {
			if id, known := ids[a.Task]; known && strings.Contains(strings.ToLower(id), text) {
				if kept = append(kept, a); len(kept) == limit {
					return kept, nil
				}
			}
		}
		if len(found) < q.Limit {
			return kept, nil
		}
		q.Before = found[len(found)-1].Fence
	}
}
