package client

import (
	"context"
	"net/url"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/trigger"
)

// ApplySchedules is [trigger.Engine.Apply].
func (c *Client) ApplySchedules(ctx context.Context, a *trigger.Application) ([]trigger.ScheduleChange, error) {
	in := api.Application{Schedules: append([]trigger.Schedule{}, a.Schedules...), Prune: a.Prune, DryRun: a.DryRun}
	var applied api.Applied
	err := c.post(ctx, "/schedules", in, &applied)
	return applied.Changes, err
}

// Schedules is [trigger.Engine.List].
func (c *Client) Schedules(ctx context.Context) ([]trigger.ScheduleStatus, error) {
	var all api.Schedules
	err := c.get(ctx, "/schedules", nil, &all)
	return all.Schedules, err
}

// Schedule is [trigger.Engine.Show].
func (c *Client) Schedule(ctx context.Context, name string) (status trigger.ScheduleStatus, err error) {
	err = c.get(ctx, "/schedule", url.Values{"name": {name}}, &status)
	return status, err
}

// RunSchedule is [trigger.Engine.Run].
func (c *Client) RunSchedule(ctx context.Context, name, label string) (firing trigger.Firing, err error) {
	err = c.post(ctx, "/schedule/run", api.ScheduleRun{Name: name, Label: label}, &firing)
	return firing, err
}

// PauseSchedule is [trigger.Engine.Pause].
func (c *Client) PauseSchedule(ctx context.Context, name, note string) error {
	return c.post(ctx, "/schedule/pause", api.ScheduleNote{Name: name, Note: note}, nil)
}

// ResumeSchedule is [trigger.Engine.Resume].
func (c *Client) ResumeSchedule(ctx context.Context, name, note string) error {
	return c.post(ctx, "/schedule/resume", api.ScheduleNote{Name: name, Note: note}, nil)
}

// RemoveSchedule is [trigger.Engine.Remove].
func (c *Client) RemoveSchedule(ctx context.Context, name, note string) error {
	return c.post(ctx, "/schedule/remove", api.ScheduleNote{Name: name, Note: note}, nil)
}
