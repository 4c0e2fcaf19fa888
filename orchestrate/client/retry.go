package client

import (
	"context"

	"github.com/gomr/gomr/orchestrate/api"
)

// RetryRun is [scheduler.Scheduler.RetryRun] for a run that is named by its key or, where that is
// zero, by its request.
func (c *Client) RetryRun(ctx context.Context, asked api.RetryRun) (retried api.RetriedRun, err error) {
	err = c.post(ctx, "/runs/retry", asked, &retried)
	return retried, err
}
