package server

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/deadline"
	"github.com/gomr/gomr/orchestrate/forecast"
)

func (s *Server) routeDeadlines(r *router) {
	handle(r, operation{method: http.MethodGet, path: "/due", access: look, summary: "List tasks that have a due time and are not done, or were warned of lately"}, s.due)
	handle(r, operation{method: http.MethodGet, path: "/task/forecast", access: look, summary: "Tell when a task is expected, and the way to it"}, s.forecast)
	handle(r, operation{method: http.MethodGet, path: "/statistics", access: look, summary: "Tell how long tasks of a family take, or those of each"}, s.statistics)
}

func (s *Server) due(ctx context.Context, _ *nothing) (*body[api.Dues], error) {
	found, err := s.deadlines.Due(ctx)
	if err != nil {
		return nil, err
	}
	return &body[api.Dues]{api.Dues{Due: sent(found, dueOf)}}, nil
}

func dueOf(d *deadline.Due) api.Due {
	sent := api.Due{
		ID: d.ID, State: d.State, Due: d.Due, Done: d.Done, Next: d.Next, NextIs: d.NextIs, Warned: d.Warned, Missed: d.Missed,
		Finish: finishOf(&d.Finish), Slack: api.Duration(d.Due.Sub(d.Done)),
	}
	if d.Done.IsZero() {
		sent.Slack = api.Duration(d.Due.Sub(d.Finish.P95))
	}
	return sent
}

func finishOf(f *forecast.Finish) *api.Finish {
	if f.P95.IsZero() {
		return nil
	}
	return &api.Finish{P50: f.P50, P95: f.P95, Unknown: f.Unknown}
}

func (s *Server) forecast(ctx context.Context, in *ofTask) (*body[api.Forecast], error) {
	p, err := s.deadlines.Forecast(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &body[api.Forecast]{api.Forecast{
		ID: p.Task.ID, State: p.Task.State, Due: p.Task.Due, Finish: finishOf(&p.Finish), Blocked: p.Blocked,
		Steps: sent(p.Steps, stepOf),
	}}
	return out, nil
}

func stepOf(step *forecast.Step) api.Step {
	return api.Step{
		ID: step.Task.ID, State: step.Task.State, Elapsed: api.Duration(step.Elapsed),
		P50: api.Duration(step.Took.P50), P95: api.Duration(step.Took.P95), Count: step.Took.Count, Finish: *finishOf(&step.Finish),
	}
}

type statisticsInput struct {
	Family []string `query:"family" doc:"One or more, with commas between; left out is all of which an attempt has succeeded or failed"`
}

func (s *Server) statistics(ctx context.Context, in *statisticsInput) (*body[api.Statistics], error) {
	families, err := s.deadlines.Families(ctx)
	if err != nil {
		return nil, err
	}
	if len(in.Family) > 0 {
		for _, family := range in.Family {
			if !slices.Contains(families, family) {
				return nil, api.NewProblem(http.StatusNotFound, api.NotFound, fmt.Sprintf("no task of the family %q was submitted", family))
			}
		}
		families = in.Family
	}
	out := &body[api.Statistics]{api.Statistics{Families: []api.Statistic{}}}
	for _, family := range families {
		summary, err := s.deadlines.Summary(ctx, family)
		if err != nil {
			return nil, err
		}
		if summary.Count+summary.Failed == 0 && len(in.Family) == 0 {
			continue // external tasks, wrappers, and what has yet to begin
		}
		out.Body.Families = append(out.Body.Families, api.Statistic{
			Family: family, Count: summary.Count, P50: api.Duration(summary.P50), P95: api.Duration(summary.P95),
			Max: api.Duration(summary.Max), FailureRate: summary.FailureRate(), Last: summary.Last,
		})
	}
	return out, nil
}
