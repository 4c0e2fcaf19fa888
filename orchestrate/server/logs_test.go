package server_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/client"
	"github.com/gomr/gomr/orchestrate/server"
	"github.com/gomr/gomr/orchestrate/store"
)

func TestLogs(t *testing.T) {
	w := start(t, server.Options{})
	ctx := t.Context()
	w.submit(job("a"))
	fence := w.work().Fence
	require.NoError(t, w.client.AppendLog(ctx, fence, 0, []byte("one\n")))
	require.NoError(t, w.client.AppendLog(ctx, fence, 0, []byte("one\ntwo\n")), "a chunk may come twice")
	large := bytes.Repeat([]byte("0123456789abcdef"), 3<<16)
	require.NoError(t, w.client.AppendLog(ctx, fence, 8, large))
	w.end(fence, store.Succeeded)
	require.NoError(t, w.client.AppendLog(ctx, fence, int64(8+len(large)), []byte("late\xff")), "what was written before the end is welcome")

	for _, test := range []struct {
		offset int64
		limit  int
		want   string
	}{{0, 4, "one\n"}, {4, 4, "two\n"}, {int64(8 + len(large)), 100, "late\xff"}, {1 << 40, 0, ""}} {
		text, err := w.client.ReadLog(ctx, fence, test.offset, test.limit)
		require.NoError(t, err)
		require.Equal(t, test.want, string(text))
	}
	text, err := w.client.ReadLog(ctx, fence, 0, 0)
	require.NoError(t, err)
	require.Len(t, text, 1<<20)
	var followed bytes.Buffer
	require.NoError(t, w.client.FollowLog(ctx, fence, 4, &followed))
	require.Equal(t, "two\n"+string(large)+"late\xff", followed.String())
	status, _ := w.send("GET", "/api/v1/attempts/1/log?limit=2000000", "")
	require.Equal(t, 422, status)
}

// follow follows a log, and returns what comes and how it ends.
func (w *world) follow(ctx context.Context, c *client.Client, fence int64) (text io.Reader, ended <-chan error) {
	r, in := io.Pipe()
	end := make(chan error, 1)
	go func() {
		err := c.FollowLog(ctx, fence, 0, in)
		in.CloseWithError(err)
		end <- err
	}()
	return r, end
}

func reads(t *testing.T, r io.Reader, want string) {
	t.Helper()
	text := make([]byte, len(want))
	_, err := io.ReadFull(r, text)
	require.NoError(t, err)
	require.Equal(t, want, string(text))
}

// TestFollow: what is written comes, and the end with it.
func TestFollow(t *testing.T) {
	w := start(t, server.Options{})
	w.submit(job("a"))
	fence := w.work().Fence
	text, ended := w.follow(t.Context(), w.client, fence)
	offset := int64(0)
	for _, piece := range []string{"one", "two", strings.Repeat("x", 1<<19)} {
		require.NoError(t, w.client.AppendLog(t.Context(), fence, offset, []byte(piece)))
		reads(t, text, piece)
		offset += int64(len(piece))
	}
	require.NoError(t, w.store.AppendLog(t.Context(), fence, offset, []byte("past the server")))
	reads(t, text, "past the server")
	w.end(fence, store.Succeeded)
	require.NoError(t, receive(t, ended))
	w.waiting("0")
}

func TestFollowEnds(t *testing.T) {
	w := start(t, server.Options{})
	w.submit(job("a"))
	fence := w.work().Fence
	ctx, cancel := context.WithCancel(t.Context())
	_, ended := w.follow(ctx, w.client, fence)
	w.waiting("1")
	cancel()
	require.ErrorIs(t, receive(t, ended), context.Canceled)
	require.NoError(t, w.client.AppendLog(t.Context(), fence, 0, []byte("text")))
	full := errors.New("full")
	require.ErrorIs(t, w.client.FollowLog(t.Context(), fence, 0, failingWriter{full}), full)
	w.waiting("0")
}

type failingWriter struct{ err error }

func (f failingWriter) Write([]byte) (int, error) { return 0, f.err }

// TestFollowOn: a server that is started again goes on where the other one ended.
func TestFollowOn(t *testing.T) {
	w := start(t, server.Options{})
	address, stop := w.serve("127.0.0.1:0")
	c, err := client.New(address, client.Options{})
	require.NoError(t, err)
	defer c.Close()
	w.submit(job("a"))
	fence := w.work().Fence
	text, ended := w.follow(t.Context(), c, fence)
	require.NoError(t, w.client.AppendLog(t.Context(), fence, 0, []byte("one")))
	reads(t, text, "one")
	stop()
	w.restart()
	w.serve(address)
	require.NoError(t, w.client.AppendLog(t.Context(), fence, 3, []byte("two")))
	reads(t, text, "two")
	w.end(fence, store.Succeeded)
	require.NoError(t, receive(t, ended))
}
