package client

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// mostRecords is how many records a server sends at once.
const mostRecords = 10_000

// A query is made of the parameters that are not zero.
type query struct{ url.Values }

func (q *query) text(name, value string) {
	if value != "" {
		q.Set(name, value)
	}
}

func (q *query) number(name string, n int64) {
	if n > 0 {
		q.Set(name, strconv.FormatInt(n, 10))
	}
}

func (q *query) time(name string, at time.Time) {
	if !at.IsZero() {
		q.Set(name, at.Format(time.RFC3339Nano))
	}
}

func (q *query) limit(limit, standard int) {
	q.number("limit", int64(min(cmp.Or(max(limit, 0), standard), mostRecords)))
}

// Tasks is [scheduler.Scheduler.Tasks].
func (c *Client) Tasks(ctx context.Context, filter scheduler.TaskFilter) (scheduler.TaskPage, error) {
	q := query{url.Values{}}
	states := make([]string, len(filter.States))
	for i, state := range filter.States {
		states[i] = string(state)
	}
	q.text("state", strings.Join(states, ","))
	q.text("family", filter.Family)
	q.text("search", filter.Search)
	q.text("kind", filter.Kind.String())
	q.text("from", filter.From.String())
	q.text("until", filter.Until.String())
	q.number("cursor", filter.After)
	q.limit(filter.Limit, scheduler.DefaultPage)
	var tasks api.Tasks
	if err := c.get(ctx, "/tasks", q.Values, &tasks); err != nil {
		return scheduler.TaskPage{}, err
	}
	page := scheduler.TaskPage{Next: tasks.Next}
	for i := range tasks.Tasks {
		page.Tasks = append(page.Tasks, tasks.Tasks[i].Store())
	}
	return page, nil
}

// Counts is [scheduler.Scheduler.Counts].
func (c *Client) Counts(ctx context.Context) (scheduler.Counts, error) {
	var counts api.Counts
	err := c.get(ctx, "/counts", nil, &counts)
	return scheduler.Counts(counts), err
}

// Explain is [scheduler.Scheduler.Explain].
func (c *Client) Explain(ctx context.Context, id string) (scheduler.Explanation, error) {
	var e api.Explanation
	if err := c.get(ctx, "/task", url.Values{"id": {id}}, &e); err != nil {
		return scheduler.Explanation{}, err
	}
	return e.Scheduler(), nil
}

// Workers is [scheduler.Scheduler.Workers].
func (c *Client) Workers(ctx context.Context) ([]scheduler.WorkerStatus, error) {
	var workers api.Workers
	if err := c.get(ctx, "/workers", nil, &workers); err != nil {
		return nil, err
	}
	return workers.Scheduler(), nil
}

// Health asks how the parts of the server do, and what it needs.
func (c *Client) Health(ctx context.Context) (components api.Components, err error) {
	err = c.get(ctx, "/health", nil, &components)
	return components, err
}

// Resources is [scheduler.Scheduler.Resources].
func (c *Client) Resources(ctx context.Context) ([]scheduler.ResourceStatus, error) {
	var resources api.Resources
	if err := c.get(ctx, "/resources", nil, &resources); err != nil {
		return nil, err
	}
	return resources.Scheduler(), nil
}

// RunStatus is [scheduler.Scheduler.RunStatus].
func (c *Client) RunStatus(ctx context.Context, key int64) (scheduler.RunStatus, error) {
	var status api.RunStatus
	if err := c.get(ctx, fmt.Sprintf("/runs/%d", key), nil, &status); err != nil {
		return scheduler.RunStatus{}, err
	}
	return status.Scheduler(), nil
}

// Runs is [store.Store.Runs], of at most ten thousand at once.
func (c *Client) Runs(ctx context.Context, before int64, limit int) ([]store.Run, error) {
	q := query{url.Values{}}
	q.number("cursor", before)
	q.limit(limit, store.DefaultLimit)
	var runs api.Runs
	err := c.get(ctx, "/runs", q.Values, &runs)
	return received(runs.Runs, (*api.Run).Store), err
}

// Attempts is [store.Store.Attempts], of at most ten thousand at once; it takes no list of tasks.
func (c *Client) Attempts(ctx context.Context, asked store.AttemptQuery) ([]store.Attempt, error) {
	return c.SearchAttempts(ctx, asked, "")
}

// SearchAttempts is Attempts, of tasks whose ID has a text.
func (c *Client) SearchAttempts(ctx context.Context, asked store.AttemptQuery, text string) ([]store.Attempt, error) {
	q := query{url.Values{}}
	q.text("search", text)
	q.number("task_key", asked.Task)
	q.text("family", asked.Family)
	q.text("worker", asked.Worker)
	q.text("outcome", string(asked.Outcome))
	if asked.Open {
		q.text("outcome", "running")
	}
	q.time("since", asked.Since)
	q.time("until", asked.Until)
	q.number("cursor", asked.Before)
	q.limit(asked.Limit, store.DefaultLimit)
	var attempts api.Attempts
	err := c.get(ctx, "/attempts", q.Values, &attempts)
	return received(attempts.Attempts, (*api.Attempt).Store), err
}

// Events is [store.Store.Events], of at most ten thousand at once.
func (c *Client) Events(ctx context.Context, asked store.EventQuery) ([]store.Event, error) {
	q := query{url.Values{}}
	q.number("task_key", asked.Task)
	q.number("run", asked.Run)
	q.text("kind", asked.Kind)
	if asked.Newest {
		q.text("order", "newest")
	}
	q.number("cursor", asked.After)
	q.limit(asked.Limit, store.DefaultLimit)
	var events api.Events
	err := c.get(ctx, "/events", q.Values, &events)
	return received(events.Events, (*api.Event).Store), err
}

// received returns records as they were before they were sent.
func received[S, T any](sent []S, of func(*S) T) []T {
	var records []T
	for i := range sent {
		records = append(records, of(&sent[i]))
	}
	return records
}
