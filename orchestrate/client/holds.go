package client

import (
	"context"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/scheduler"
)

// Hold is [scheduler.Scheduler.Hold].
func (c *Client) Hold(ctx context.Context, h *scheduler.Hold) error {
	path := "/holds"
	if h.Fence != 0 {
		path = ofAttempt(h.Fence, "hold")
	}
	return c.post(ctx, path, api.Hold{Name: h.Name, Tasks: h.Tasks, Closed: h.Closed, Kill: h.Kill, Note: h.Note}, nil)
}

// Release is [scheduler.Scheduler.Release].
func (c *Client) Release(ctx context.Context, r *scheduler.Release) error {
	path := "/holds/release"
	if r.Fence != 0 {
		path = ofAttempt(r.Fence, "release")
	}
	return c.post(ctx, path, api.Release{Name: r.Name, Done: r.Done, Note: r.Note}, nil)
}

// Holds is [scheduler.Scheduler.Holds].
func (c *Client) Holds(ctx context.Context) ([]scheduler.Held, error) {
	var holds api.Holds
	err := c.get(ctx, "/holds", nil, &holds)
	return received(holds.Holds, func(h *api.Held) scheduler.Held { return scheduler.Held(*h) }), err
}

// Surrounding is [scheduler.Scheduler.Surrounding].
func (c *Client) Surrounding(ctx context.Context, ids []string) (scheduler.Surrounding, error) {
	var found api.Surrounding
	err := c.post(ctx, "/tasks/surrounding", api.TaskList{Tasks: ids}, &found)
	return scheduler.Surrounding{
		Tasks: received(found.Tasks, (*api.Task).Store), Dependents: received(found.Dependents, (*api.Task).Store), Unknown: found.Unknown,
	}, err
}
