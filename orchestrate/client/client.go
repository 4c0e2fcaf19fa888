package client

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Options say how to ask. The zero value works.
type Options struct {
	// Token is sent with each request. Empty is none.
	Token string

	// Timeout is how long a request may take, beside what it waits for on the server. Zero
	// means half a minute.
	Timeout time.Duration

	// Patience is for how long a call that waits bears with a server that can't be reached, since
	// that was found. Zero means a minute, and a negative one not at all.
	Patience time.Duration
}

// A Client asks a server. Its methods may be called from any number of goroutines; they share
// connections.
type Client struct {
	base    string // without a slash at its end
	options Options
	http    *http.Client
}

// New makes a client of the server at an address, such as 127.0.0.1:8082 or
// https://scheduler.example.com. It doesn't ask it anything yet.
func New(address string, options Options) (*Client, error) {
	base := address
	if !strings.Contains(base, "://") {
		base = "http://" + base
	}
	u, err := url.Parse(base)
	switch {
	case err != nil, u.Host == "", u.Scheme != "http" && u.Scheme != "https", u.RawQuery != "", u.Fragment != "":
		return nil, fmt.Errorf("%q is no address of a server: give one such as 127.0.0.1:8082 or https://scheduler.example.com", address)
	case u.User != nil:
		return nil, errors.New("an address has no user or password: give a token")
	}
	options.Timeout = cmp.Or(options.Timeout, 30*time.Second)
	options.Patience = cmp.Or(options.Patience, time.Minute)
	return &Client{strings.TrimRight(u.String(), "/"), options, newHTTPClient()}, nil
}

func newHTTPClient() *http.Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 15 * time.Second}
	return &http.Client{
		Transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment, // which has none for the machine itself
			DialContext:         dialer.DialContext,
			ForceAttemptHTTP2:   true,
			MaxIdleConnsPerHost: 64,
			IdleConnTimeout:     90 * time.Second, // shorter than the server's, so that it closes none that is taken again
			TLSHandshakeTimeout: 10 * time.Second,
		},
		// A server leads nowhere else, and the token is for it alone.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Close closes the connections that no call uses.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Address returns the address of the server, such as http://127.0.0.1:8082. It never has a password.
func (c *Client) Address() string { return c.base }
