package client

import (
	"context"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/store"
)

// Pause is [scheduler.Scheduler.Pause]. Like all that steers, it has a note, which says why, where the
// scheduler has who asks: that is known from the token.
func (c *Client) Pause(ctx context.Context, note string) error {
	return c.post(ctx, "/pause", api.Pause{Note: note}, nil)
}

// Unpause is [scheduler.Scheduler.Unpause].
func (c *Client) Unpause(ctx context.Context, note string) error {
	return c.post(ctx, "/unpause", api.Pause{Note: note}, nil)
}

// SetLimit is [scheduler.Scheduler.SetLimit].
func (c *Client) SetLimit(ctx context.Context, resource string, limit int, note string) error {
	return c.post(ctx, "/resources", api.Limit{Resource: resource, Limit: limit, Note: note}, nil)
}

// Forgive is [scheduler.Scheduler.Forgive].
func (c *Client) Forgive(ctx context.Context, id, note string) error {
	return c.post(ctx, "/task/forgive", api.TaskNote{ID: id, Note: note}, nil)
}

// Mark is [scheduler.Scheduler.Mark].
func (c *Client) Mark(ctx context.Context, id string, to store.State, _, note string) error {
	return c.post(ctx, "/task/mark", api.Mark{ID: id, State: to, Note: note}, nil)
}

// Kill is [scheduler.Scheduler.Kill].
func (c *Client) Kill(ctx context.Context, id, note string) error {
	return c.post(ctx, "/task/kill", api.TaskNote{ID: id, Note: note}, nil)
}

// CreateToken makes a token.
func (c *Client) CreateToken(ctx context.Context, asked api.NewToken) (secret api.Secret, err error) {
	err = c.post(ctx, "/tokens", asked, &secret)
	return secret, err
}

// RevokeToken removes a token.
func (c *Client) RevokeToken(ctx context.Context, name string) error {
	return c.post(ctx, "/tokens/revoke", api.TokenName{Name: name}, nil)
}

// Tokens returns all tokens, by name.
func (c *Client) Tokens(ctx context.Context) ([]api.Token, error) {
	var tokens api.Tokens
	err := c.get(ctx, "/tokens", nil, &tokens)
	return tokens.Tokens, err
}
