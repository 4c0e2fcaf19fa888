package server_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/server"
	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/storetest"
)

// A slowWorld is a server in a bubble of testing/synctest, where hours pass at once. Its connections
// are pipes that hold nothing: a write waits until it is read.
type slowWorld struct {
	t         *testing.T
	scheduler *scheduler.Scheduler
	store     *storetest.Memory
	dials     chan net.Conn
	conns     []net.Conn
	clients   sync.WaitGroup
}

// slowly runs a test in a bubble. The server is ended after it, which must take no longer than its grace.
func slowly(t *testing.T, run func(t *testing.T, w *slowWorld)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		w := &slowWorld{t: t, store: storetest.NewMemory(), dials: make(chan net.Conn)}
		var err error
		w.scheduler, err = scheduler.Open(ctx, w.store, scheduler.Config{})
		require.NoError(t, err)
		defer w.scheduler.Close()
		s, err := server.New(ctx, server.Options{Scheduler: w.scheduler, Store: w.store})
		require.NoError(t, err)
		ended := make(chan error, 1)
		go func() { ended <- s.Serve(ctx, &pipeListener{dials: w.dials, closed: make(chan struct{})}) }()
		run(t, w)
		started := time.Now()
		cancel()
		require.NoError(t, <-ended)
		require.LessOrEqual(t, time.Since(started), 11*time.Second, "the end is not held up")
		for _, conn := range w.conns {
			conn.Close()
		}
		w.clients.Wait()
		time.Sleep(time.Second) // which net/http takes to close a connection
	})
}

// A pipeListener accepts pipes as if they came from this machine.
type pipeListener struct {
	dials  chan net.Conn
	closed chan struct{}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.dials:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	close(l.closed)
	return nil
}

func (*pipeListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

// dial connects to the server.
func (w *slowWorld) dial() net.Conn {
	here, there := net.Pipe()
	w.dials <- there
	w.conns = append(w.conns, here)
	return here
}

// begin sends the head of a request.
func (w *slowWorld) begin(conn net.Conn, method, path string, headers ...string) {
	_, err := fmt.Fprintf(conn, "%s %s%s HTTP/1.1\r\nHost: localhost\r\n%s\r\n", method, api.Prefix, path, strings.Join(append(headers, ""), "\r\n"))
	require.NoError(w.t, err)
}

// untilClosed returns for how long a connection stays.
func untilClosed(conn net.Conn) time.Duration {
	start := time.Now()
	_, _ = io.Copy(io.Discard, conn)
	return time.Since(start)
}

// drip sends a byte each second until that fails.
func drip(conn net.Conn) {
	for {
		if _, err := conn.Write([]byte("x")); err != nil {
			return
		}
		time.Sleep(time.Second)
	}
}

// TestSlowSenders: a connection whose request doesn't come is closed.
func TestSlowSenders(t *testing.T) {
	for _, test := range []struct {
		name string
		send func(w *slowWorld, conn net.Conn)
		most time.Duration
	}{
		{"says nothing", func(*slowWorld, net.Conn) {}, 10 * time.Second},
		{"a head that drips", func(w *slowWorld, conn net.Conn) {
			_, _ = io.WriteString(conn, "GET /healthz HTTP/1.1\r\nX-Slow: ")
			w.clients.Go(func() { drip(conn) })
		}, 10 * time.Second},
		{"a body that drips", func(w *slowWorld, conn net.Conn) {
			w.begin(conn, "POST", "/task/forgive", "Content-Type: application/json", "Content-Length: 1000")
			w.clients.Go(func() { drip(conn) })
		}, 31 * time.Second},
		{"a body that stops", func(w *slowWorld, conn net.Conn) {
			w.begin(conn, "POST", "/task/forgive", "Content-Type: application/json", "Content-Length: 1000")
			_, _ = io.WriteString(conn, "{")
		}, 31 * time.Second},
		{"a large body that drips", func(w *slowWorld, conn net.Conn) {
			w.begin(conn, "POST", "/submissions", "Content-Type: application/json", "Content-Length: 10000000")
			w.clients.Go(func() { drip(conn) })
		}, 5*time.Minute + time.Second},
		{"a large body that stops", func(w *slowWorld, conn net.Conn) {
			w.begin(conn, "POST", "/submissions", "Content-Type: application/json", "Content-Length: 10000000")
			_, _ = io.WriteString(conn, "{")
		}, 31 * time.Second},
		{"nothing after a request", func(w *slowWorld, conn net.Conn) {
			w.begin(conn, "GET", "/counts")
			response, err := http.ReadResponse(bufio.NewReader(conn), nil)
			require.NoError(w.t, err)
			require.NoError(w.t, response.Body.Close())
		}, 2 * time.Minute},
	} {
		t.Run(test.name, func(t *testing.T) {
			slowly(t, func(t *testing.T, w *slowWorld) {
				conn := w.dial()
				test.send(w, conn)
				assert.LessOrEqual(t, untilClosed(conn), test.most)
			})
		})
	}
}

// TestStalledSubmissions: those who stop in the middle of large submissions don't keep others from
// theirs for long.
func TestStalledSubmissions(t *testing.T) {
	slowly(t, func(t *testing.T, w *slowWorld) {
		for range 6 { // two wait for a place, and then for those two
			conn := w.dial()
			w.begin(conn, "POST", "/submissions", "Content-Type: application/json", "Content-Length: 10000000")
			w.clients.Go(func() { _, _ = io.Copy(io.Discard, conn) })
		}
		synctest.Wait()
		conn := w.dial()
		body := `{"nodes": [{"id": "a", "program": "p"}]}` + strings.Repeat(" ", 2<<20)
		start := time.Now()
		w.begin(conn, "POST", "/submissions", "Content-Type: application/json", fmt.Sprintf("Content-Length: %d", len(body)))
		w.clients.Go(func() { _, _ = io.WriteString(conn, body) })
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		require.NoError(t, err)
		defer response.Body.Close()
		require.Equal(t, http.StatusOK, response.StatusCode)
		require.LessOrEqual(t, time.Since(start), 2*time.Minute)
	})
}

// TestSlowReaders: who doesn't read an answer is let go.
func TestSlowReaders(t *testing.T) {
	for _, test := range []struct {
		name, method, path string
	}{
		{"an answer", "GET", "/counts"},
		{"changes", "GET", "/events/live"},
		{"a log", "GET", "/attempts/1/log"},
		{"a log that is followed", "GET", "/attempts/1/log?follow=true"},
	} {
		t.Run(test.name, func(t *testing.T) {
			slowly(t, func(t *testing.T, w *slowWorld) {
				w.running()
				conn := w.dial()
				w.begin(conn, test.method, test.path)
				_, err := conn.Read(make([]byte, 1)) // the answer has begun
				require.NoError(t, err)
				time.Sleep(31 * time.Second)
				synctest.Wait()
				n, err := io.Copy(io.Discard, conn)
				require.NoError(t, err)
				require.Less(t, n, int64(64<<10), "the rest is not sent any more")
			})
		})
	}
}

// running has an attempt with a log under way.
func (w *slowWorld) running() {
	_, err := w.scheduler.Submit(w.t.Context(), &scheduler.Submission{Nodes: []scheduler.Node{job("a")}})
	require.NoError(w.t, err)
	got, err := w.scheduler.Work(w.t.Context(), &scheduler.Ask{Worker: me})
	require.NoError(w.t, err)
	require.NoError(w.t, w.store.AppendLog(w.t.Context(), got.Fence, 0, []byte(strings.Repeat("x", 1<<20))))
}

// TestVanished: of a worker that vanished while it waited, without a word, the server is free when
// the wait is over, and what was given to it then is another's after a lease.
func TestVanished(t *testing.T) {
	slowly(t, func(t *testing.T, w *slowWorld) {
		gone := w.dial()
		body := `{"worker": {"id": "gone", "programs": ["p"], "slots": 1}, "wait": 60}`
		w.begin(gone, "POST", "/work", "Content-Type: application/json", fmt.Sprintf("Content-Length: %d", len(body)))
		_, err := io.WriteString(gone, body)
		require.NoError(t, err)
		synctest.Wait()
		_, err = w.scheduler.Submit(t.Context(), &scheduler.Submission{Nodes: []scheduler.Node{job("a")}})
		require.NoError(t, err)
		explanation, err := w.scheduler.Explain(t.Context(), "a")
		require.NoError(t, err)
		require.Equal(t, store.Running, explanation.Task.State, "nobody knows yet")
		start := time.Now()
		got, err := w.scheduler.Work(t.Context(), &scheduler.Ask{Worker: me})
		require.NoError(t, err)
		require.Equal(t, "a", got.Task.ID)
		require.Less(t, time.Since(start), 2*time.Minute)
	})
}

// TestVanishedReaders: streams whose readers have vanished behind a proxy that goes on reading for
// them end by themselves.
func TestVanishedReaders(t *testing.T) {
	for _, path := range []string{"/events/live", "/attempts/1/log?follow=true"} {
		t.Run(path, func(t *testing.T) {
			slowly(t, func(t *testing.T, w *slowWorld) {
				w.running()
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				w.keepAlive(ctx)
				conn := w.dial()
				w.begin(conn, "GET", path)
				require.LessOrEqual(t, untilClosed(conn), time.Hour+3*time.Minute)
			})
		})
	}
}

// keepAlive beats for the attempt until the test has ended.
func (w *slowWorld) keepAlive(ctx context.Context) {
	w.clients.Go(func() {
		for {
			select {
			case <-time.After(20 * time.Second):
				_, _ = w.scheduler.Beat(ctx, me, []scheduler.Beat{{Fence: 1}})
			case <-ctx.Done():
				return
			}
		}
	})
}

// TestEndIsNotHeldUp: no connection, in whatever state, keeps a server from ending.
func TestEndIsNotHeldUp(t *testing.T) {
	slowly(t, func(t *testing.T, w *slowWorld) {
		w.running()
		w.dial()
		w.begin(w.dial(), "POST", "/task/forgive", "Content-Type: application/json", "Content-Length: 1000")
		w.begin(w.dial(), "POST", "/submissions", "Content-Type: application/json", "Content-Length: 10000000")
		for _, path := range []string{"/counts", "/events/live", "/attempts/1/log?follow=true", "/attempts/1/log"} {
			w.begin(w.dial(), "GET", path)
		}
		synctest.Wait()
	})
}
