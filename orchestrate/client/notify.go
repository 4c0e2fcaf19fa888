package client

import (
	"context"
	"time"

	"github.com/gomr/gomr/orchestrate/api"
)

// Notifications tells how the notifications of the server do.
func (c *Client) Notifications(ctx context.Context) (found api.Notifications, err error) {
	err = c.get(ctx, "/notifications", nil, &found)
	return found, err
}

// ReloadNotifications has the server read again who is told of what, and tells how it does then.
func (c *Client) ReloadNotifications(ctx context.Context) (found api.Notifications, err error) {
	err = c.post(ctx, "/notifications/reload", nil, &found)
	return found, err
}

// TestChannel has the server send a test to a channel. The owner is of whom a channel that tells owners of tasks sends it to.
func (c *Client) TestChannel(ctx context.Context, channel, owner string) (result api.ChannelTest, err error) {
	err = c.post(ctx, "/notifications/test", api.ChannelName{Channel: channel, Owner: owner}, &result)
	return result, err
}

// Silence holds back notifications about families that match a pattern, for a time.
func (c *Client) Silence(ctx context.Context, families string, length time.Duration, note string) (silence api.Silence, err error) {
	err = c.post(ctx, "/silences", api.NewSilence{Families: families, For: api.Duration(length), Note: note}, &silence)
	return silence, err
}

// Unsilence ends a silence, by its pattern.
func (c *Client) Unsilence(ctx context.Context, families, note string) error {
	return c.post(ctx, "/silences/end", api.SilenceEnd{Families: families, Note: note}, nil)
}
