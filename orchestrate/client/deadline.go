package client

import (
	"context"
	"net/url"

	"github.com/gomr/gomr/orchestrate/api"
)

// Due returns the tasks that have a due time and are not done, and those that were warned of lately, by due time.
func (c *Client) Due(ctx context.Context) ([]api.Due, error) {
	var dues api.Dues
	err := c.get(ctx, "/due", nil, &dues)
	return dues.Due, err
}

// Forecast tells when a task is expected, and the way to it.
func (c *Client) Forecast(ctx context.Context, id string) (f api.Forecast, err error) {
	err = c.get(ctx, "/task/forecast", url.Values{"id": {id}}, &f)
	return f, err
}

// Statistics tells how long tasks of a family take, or those of each where the family is empty.
func (c *Client) Statistics(ctx context.Context, family string) ([]api.Statistic, error) {
	q := query{url.Values{}}
	q.text("family", family)
	var found api.Statistics
	err := c.get(ctx, "/statistics", q.Values, &found)
	return found.Families, err
}

// Accept accepts the next output of a task whatever its checks say.
func (c *Client) Accept(ctx context.Context, id, note string) error {
	return c.post(ctx, "/task/accept", api.TaskNote{ID: id, Note: note}, nil)
}

// Accepted tells whether that was done.
func (c *Client) Accepted(ctx context.Context, id string) (a api.Acceptance, err error) {
	err = c.get(ctx, "/task/accepted", url.Values{"id": {id}}, &a)
	return a, err
}
