package server_test

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/client"
	"github.com/gomr/gomr/orchestrate/server"
	"github.com/gomr/gomr/orchestrate/store"
)

func eventsOf(kind string) store.EventQuery { return store.EventQuery{Kind: kind} }

// TestBrowsers: pages of other sites can't reach the scheduler through a browser.
func TestBrowsers(t *testing.T) {
	w := start(t, server.Options{Hosts: []string{"gomr.example"}})
	host := func(name string) func(*http.Request) { return func(r *http.Request) { r.Host = name } }
	for _, test := range []struct {
		name, method, path string
		change             func(*http.Request)
		want               int
	}{
		{"a program", "POST", "/pause", header("X-Any", "thing"), 204},
		{"a page of its own", "POST", "/pause", header("Sec-Fetch-Site", "same-origin"), 204},
		{"a page of another site", "POST", "/pause", header("Sec-Fetch-Site", "cross-site"), 403},
		{"an old browser with one", "POST", "/pause", header("Origin", "http://evil.example"), 403},
		{"a form", "POST", "/pause", header("Content-Type", "text/plain"), 415},
		{"a name that leads here", "GET", "/counts", host("evil.example"), 403},
		{"the same with a port", "POST", "/pause", host("evil.example:80"), 403},
		{"no name", "GET", "/counts", host("127.0.0.1.evil.example"), 403},
		{"the machine itself", "GET", "/counts", host("LOCALHOST:80"), 200},
		{"its address", "GET", "/counts", host("[::1]:80"), 200},
		{"another address", "GET", "/counts", host("192.0.2.1"), 403},
		{"a proxy", "GET", "/counts", host("gomr.example"), 200},
	} {
		t.Run(test.name, func(t *testing.T) {
			content := ""
			if test.method == http.MethodPost {
				content = "{}"
			}
			status, answer := w.send(test.method, api.Prefix+test.path, content, test.change)
			require.Equal(t, test.want, status, answer)
		})
	}
}

func TestTooLarge(t *testing.T) {
	w := start(t, server.Options{MaxSubmission: 2 << 20})
	w.submit(job("a"))
	fence := w.work().Fence
	large := `{"id": "` + strings.Repeat("x", 1<<20) + `"}`
	status, answer := w.send("POST", api.Prefix+"/task/forgive", large)
	require.Equal(t, 413, status)
	require.Contains(t, answer, `"code":"too_large"`)
	node := `{"nodes": [{"id": "` + strings.Repeat("x", 1<<20) + `", "program": "p"}]}`
	status, _ = w.send("POST", api.Prefix+"/submissions", node)
	require.Equal(t, 200, status)
	status, _ = w.send("POST", api.Prefix+"/submissions", node+strings.Repeat(" ", 1<<20))
	require.Equal(t, 413, status)
	path := api.Prefix + "/attempts/" + itoa(fence) + "/log"
	octets := header("Content-Type", "application/octet-stream")
	status, answer = w.send("POST", path, strings.Repeat("x", 1<<20), octets)
	require.Equal(t, 204, status, answer)
	status, _ = w.send("POST", path, strings.Repeat("x", 1<<20+1), octets)
	require.Equal(t, 413, status)
}

func TestNoSuchPath(t *testing.T) {
	w := start(t, server.Options{})
	status, answer := w.send("GET", "/api/v1/nothing", "")
	require.Equal(t, 404, status)
	require.Contains(t, answer, `"code":"not_found"`)
	status, answer = w.send("GET", "/api/v1/pause", "")
	require.Equal(t, 405, status)
	require.Contains(t, answer, `"code":"not_found"`)
	status, _ = w.send("GET", "/api/v1/tasks?nonsense=1", "")
	require.Equal(t, 422, status)
}

// serve has the server answer at an address until stop is called, and returns where.
func (w *world) serve(address string) (listening string, stop func()) {
	w.t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(w.t.Context(), "tcp", address)
	require.NoError(w.t, err)
	ctx, cancel := context.WithCancel(w.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.server.Serve(ctx, listener) }()
	stopped := false
	stop = func() {
		if !stopped {
			stopped = true
			cancel()
			require.NoError(w.t, <-ended)
		}
	}
	w.t.Cleanup(stop)
	return listener.Addr().String(), stop
}

// TestExposed: a server that other machines reach asks for tokens.
func TestExposed(t *testing.T) {
	listen := func(t *testing.T) net.Listener {
		listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp4", "0.0.0.0:0")
		require.NoError(t, err)
		return listener
	}
	t.Run("refused", func(t *testing.T) {
		w := start(t, server.Options{})
		listener := listen(t)
		err := w.server.Serve(t.Context(), listener)
		require.Equal(t, listener.Addr().String(), as[*server.ExposedError](t, err).Address)
		require.ErrorContains(t, err, "make a token")
		require.ErrorIs(t, listener.Close(), net.ErrClosed)
	})
	t.Run("insecure", func(t *testing.T) {
		w := start(t, server.Options{Insecure: true})
		address, _ := w.serve("0.0.0.0:0")
		_, port, _ := net.SplitHostPort(address)
		c, err := client.New("127.0.0.1:"+port, client.Options{})
		require.NoError(t, err)
		defer c.Close()
		_, err = c.Counts(t.Context())
		require.NoError(t, err)
	})
	t.Run("with a token that is revoked", func(t *testing.T) {
		w := start(t, server.Options{})
		token := w.token("root", api.Admin)
		address, _ := w.serve("0.0.0.0:0")
		_, port, _ := net.SplitHostPort(address)
		c, err := client.New("127.0.0.1:"+port, client.Options{Token: token})
		require.NoError(t, err)
		defer c.Close()
		require.NoError(t, c.RevokeToken(t.Context(), "root"))
		_, err = c.Counts(t.Context())
		require.Equal(t, api.Unauthorized, as[*api.Problem](t, err).Code)
	})
}
