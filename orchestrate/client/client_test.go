package client_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/client"
	"github.com/gomr/gomr/orchestrate/scheduler"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestAddresses(t *testing.T) {
	for _, good := range []string{"127.0.0.1:80", "localhost", "[::1]:80", "http://a.example/", "https://a.example/below/"} {
		c, err := client.New(good, client.Options{})
		require.NoError(t, err, good)
		c.Close()
	}
	for _, bad := range []string{"", "ftp://a", "http://", "http://a?b", "http://a#b", "://", "http://user:secret@a", "a b"} {
		_, err := client.New(bad, client.Options{})
		require.Error(t, err, bad)
		require.NotContains(t, err.Error(), "secret")
	}
}

// of makes a client of a server that answers with a function.
func of(t *testing.T, options client.Options, answer http.HandlerFunc) *client.Client {
	t.Helper()
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	c, err := client.New(s.URL, options)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// TestOddAnswers: what is no scheduler's answer is told as such.
func TestOddAnswers(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the token went elsewhere: %s", r.Header.Get("Authorization"))
	}))
	t.Cleanup(elsewhere.Close)
	for _, test := range []struct {
		name        string
		status      int
		kind, text  string
		unreachable bool
		says        string
	}{
		{"a page", 200, "text/html", "<html>", true, "its answer"},
		{"half an answer", 200, "application/json", `{"states": `, true, "its answer"},
		{"another server", 404, "text/plain", "not found", false, "check the address"},
		{"a proxy", 502, "text/html", "<html>", true, "502 Bad Gateway"},
		{"a problem of others", 400, "application/problem+json", `{"title": "x"}`, false, "check the address"},
		{"no problem", 500, "application/problem+json", `{`, true, "500"},
		{"another place", 302, "text/plain", "", false, "302 Found"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := of(t, client.Options{Token: "gomr_x"}, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", test.kind)
				w.Header().Set("Location", elsewhere.URL)
				w.WriteHeader(test.status)
				fmt.Fprint(w, test.text)
			})
			_, err := c.Counts(t.Context())
			require.ErrorContains(t, err, test.says)
			require.Equal(t, test.unreachable, errors.As(err, new(*client.UnreachableError)))
		})
	}
}

// TestTimeout: a server that says nothing is unreachable, and the caller's end is the caller's.
func TestTimeout(t *testing.T) {
	silent := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	c := of(t, client.Options{Timeout: time.Millisecond}, silent)
	_, err := c.Counts(t.Context())
	require.ErrorAs(t, err, new(*client.UnreachableError))
	require.ErrorContains(t, err, "did not answer in time")
	mine := errors.New("mine")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(mine)
	_, err = of(t, client.Options{}, silent).Counts(ctx)
	require.ErrorIs(t, err, mine)
}

// TestPatience: calls that wait bear with a server that is ending, and others don't.
func TestPatience(t *testing.T) {
	var asked atomic.Int64
	ending := func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) <= 2 {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprint(w, `{"status": 503, "code": "unavailable", "detail": "come again"}`)
			return
		}
		fmt.Fprint(w, `{"fence": 7, "lease": "1m", "task": {"id": "a"}}`)
	}
	c := of(t, client.Options{}, ending)
	_, err := c.Counts(t.Context())
	var p *api.Problem
	require.ErrorAs(t, err, &p)
	require.Equal(t, api.Unavailable, p.Code)
	got, err := c.Work(t.Context(), &scheduler.Ask{})
	require.NoError(t, err)
	require.EqualValues(t, 7, got.Fence)
	require.EqualValues(t, 3, asked.Load())

	asked.Store(0)
	_, err = of(t, client.Options{Patience: -1}, ending).Work(t.Context(), &scheduler.Ask{})
	require.ErrorAs(t, err, &p)
}

// TestCutOff: a log that is cut off is asked for again from there.
func TestCutOff(t *testing.T) {
	var log bytes.Buffer
	const whole = "0123456789"
	c := of(t, client.Options{Token: "gomr_x"}, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer gomr_x" || r.FormValue("follow") != "true" {
			t.Errorf("%v", r)
		}
		var offset int
		if _, err := fmt.Sscan(r.FormValue("offset"), &offset); err != nil {
			t.Error(err)
		}
		fmt.Fprint(w, whole[offset:min(offset+4, len(whole))])
		if offset+4 < len(whole) {
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}
	})
	require.NoError(t, c.FollowLog(t.Context(), 1, 0, &log))
	require.Equal(t, whole, log.String())
}
