package client

import (
	"context"
	"fmt"
	"net/url"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/backfill"
)

// StartBackfill is [backfill.Engine.Start].
func (c *Client) StartBackfill(ctx context.Context, d *backfill.Definition) (backfill.Status, error) {
	return c.changeBackfill(ctx, "/backfills", api.NewBackfillOf(d))
}

// Backfills is [backfill.Engine.List].
func (c *Client) Backfills(ctx context.Context) ([]backfill.Status, error) {
	var list api.Backfills
	err := c.get(ctx, "/backfills", nil, &list)
	return received(list.Backfills, (*api.Backfill).Status), err
}

// ShowBackfill is [backfill.Engine.Show].
func (c *Client) ShowBackfill(ctx context.Context, id int64) (backfill.Status, []backfill.Label, error) {
	var details api.BackfillDetails
	if err := c.get(ctx, fmt.Sprintf("/backfills/%d", id), nil, &details); err != nil {
		return backfill.Status{}, nil, err
	}
	status, labels := details.Details()
	return status, labels, nil
}

// PauseBackfill is [backfill.Engine.Pause].
func (c *Client) PauseBackfill(ctx context.Context, id int64, note string) (backfill.Status, error) {
	return c.changeBackfill(ctx, "/backfills/pause", api.BackfillChange{ID: id, Note: note})
}

// ResumeBackfill is [backfill.Engine.Resume].
func (c *Client) ResumeBackfill(ctx context.Context, id int64, note string) (backfill.Status, error) {
	return c.changeBackfill(ctx, "/backfills/resume", api.BackfillChange{ID: id, Note: note})
}

// CancelBackfill is [backfill.Engine.Cancel].
func (c *Client) CancelBackfill(ctx context.Context, id int64, kill bool, note string) (backfill.Status, error) {
	return c.changeBackfill(ctx, "/backfills/cancel", api.BackfillCancel{ID: id, Kill: kill, Note: note})
}

func (c *Client) changeBackfill(ctx context.Context, path string, in any) (backfill.Status, error) {
	var changed api.Backfill
	if err := c.post(ctx, path, in, &changed); err != nil {
		return backfill.Status{}, err
	}
	return changed.Status(), nil
}

// StartSurvey has a worker tell which labels a backfill would run. Who asks is the client's token.
func (c *Client) StartSurvey(ctx context.Context, asked api.NewSurvey) (name string, err error) {
	var started api.SurveyName
	err = c.post(ctx, "/backfills/surveys", asked, &started)
	return started.Name, err
}

// ShowSurvey tells what the survey of a name has found.
func (c *Client) ShowSurvey(ctx context.Context, name string) (api.SurveyStatus, error) {
	var survey api.SurveyStatus
	err := c.get(ctx, "/backfills/surveys/"+url.PathEscape(name), nil, &survey)
	return survey, err
}
