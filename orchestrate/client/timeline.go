package client

import (
	"context"
	"net/url"

	"github.com/gomr/gomr/orchestrate/api"
)

// RunTimeline tells when the tasks of a run ran, and its critical path.
func (c *Client) RunTimeline(ctx context.Context, run int64) (t api.Timeline, err error) {
	q := query{url.Values{}}
	q.number("run", run)
	err = c.get(ctx, "/timeline", q.Values, &t)
	return t, err
}

// TaskTimeline tells when a task and all that it requires ran, and the critical path to it.
func (c *Client) TaskTimeline(ctx context.Context, id string) (t api.Timeline, err error) {
	err = c.get(ctx, "/timeline", url.Values{"task": {id}}, &t)
	return t, err
}
