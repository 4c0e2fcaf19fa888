package client

import (
	"context"
	"net/http"

	"github.com/gomr/gomr/orchestrate/api"
)

// PauseResource is [scheduler.Scheduler.PauseResource].
func (c *Client) PauseResource(ctx context.Context, resource, note string) error {
	return c.post(ctx, "/pause", api.Pause{Resources: []string{resource}, Note: note}, nil)
}

// UnpauseResource is [scheduler.Scheduler.UnpauseResource].
func (c *Client) UnpauseResource(ctx context.Context, resource, note string) error {
	return c.post(ctx, "/unpause", api.Pause{Resources: []string{resource}, Note: note}, nil)
}

// Drain is [scheduler.Scheduler.Drain]. It tells how far that is, from time to time; told is called
// by the goroutine of the caller.
func (c *Client) Drain(ctx context.Context, note string, told func(api.Drained)) error {
	in := api.Drain{Note: note} // the first answer comes at once
	return c.persist(ctx, func() (bool, error) {
		var drained api.Drained
		_, err := c.do(ctx, &call{method: http.MethodPost, path: "/drain", in: in, out: &drained, wait: pollWait})
		if err != nil {
			return false, err
		}
		told(drained)
		in.Wait = drainWait.Seconds()
		return drained.Drained, nil
	})
}
