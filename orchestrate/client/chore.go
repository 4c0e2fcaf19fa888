package client

import (
	"context"
	"net/url"

	"github.com/gomr/gomr/orchestrate/api"
)

// StartClear has a worker move the outputs of tasks to the trash, or tell what it would move. Who asks is the client's
// token.
func (c *Client) StartClear(ctx context.Context, asked api.NewClear) (name string, err error) {
	var started api.ChoreName
	err = c.post(ctx, "/clears", asked, &started)
	return started.Name, err
}

// ShowClear tells how far the clear of a name is.
func (c *Client) ShowClear(ctx context.Context, name string) (api.ClearStatus, error) {
	var status api.ClearStatus
	err := c.get(ctx, "/clears/"+url.PathEscape(name), nil, &status)
	return status, err
}

// StartUndo has a worker bring back what a clear has moved. Who asks is the client's token.
func (c *Client) StartUndo(ctx context.Context, asked api.NewUndo) (name string, err error) {
	var started api.ChoreName
	err = c.post(ctx, "/undos", asked, &started)
	return started.Name, err
}

// ShowUndo tells how far the undo of a name is.
func (c *Client) ShowUndo(ctx context.Context, name string) (api.UndoStatus, error) {
	var status api.UndoStatus
	err := c.get(ctx, "/undos/"+url.PathEscape(name), nil, &status)
	return status, err
}
