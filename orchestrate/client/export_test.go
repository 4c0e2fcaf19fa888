package client

import (
	"context"
	"net"
	"net/http"
)

// DialWith has the client connect in another way.
func (c *Client) DialWith(dial func(ctx context.Context) (net.Conn, error)) {
	c.http.Transport.(*http.Transport).DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx) }
}
