package server_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/server"
)

// mostPollers is how many clients ask at a time.
const mostPollers = 10_000

// mostForPoll bounds the bytes that the server takes for a request that waits, with the socket of
// the test at the other end.
const mostForPoll = 64 << 10

// A poller is a worker whose request for work is a connection of its own. It takes no goroutine.
type poller struct {
	t      *testing.T
	name   string
	conn   net.Conn
	reader *bufio.Reader
}

// crowd connects as many pollers as there may be open files and goroutines.
func crowd(t *testing.T, address string) []*poller {
	t.Helper()
	n := min(mostPollers, pollersAllowed(t))
	if n < mostPollers {
		t.Logf("%d clients, for there may be no more files or goroutines", n)
	}
	all := make([]*poller, n)
	for i := range all {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
		require.NoError(t, err)
		t.Cleanup(func() { conn.Close() })
		all[i] = &poller{t: t, name: fmt.Sprintf("w%d", i), conn: conn}
	}
	return all
}

// send sends a request and doesn't wait for its answer.
func (p *poller) send(path, body string) {
	_, err := fmt.Fprintf(p.conn, "POST %s%s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", api.Prefix, path, len(body), body)
	require.NoError(p.t, err)
}

func (p *poller) ask() {
	p.send("/work", `{"worker": {"id": "`+p.name+`", "programs": ["p"], "slots": 1}, "wait": 60}`)
}

// An answered is an answer that was read whole.
type answered struct {
	status int
	again  string // Retry-After
	body   []byte
}

func (p *poller) receive() answered {
	if p.reader == nil {
		p.reader = bufio.NewReader(p.conn)
	}
	response, err := http.ReadResponse(p.reader, nil)
	require.NoError(p.t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(p.t, err)
	return answered{response.StatusCode, response.Header.Get("Retry-After"), body}
}

// assigned returns the attempt that came.
func (a *answered) assigned(t *testing.T) (got api.Assignment) {
	require.Equal(t, http.StatusOK, a.status, "%s", a.body)
	require.NoError(t, json.Unmarshal(a.body, &got))
	return got
}

// inUse is the memory of the process for what is alive.
func inUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

func jobs(n int) []scheduler.Node {
	nodes := make([]scheduler.Node, n)
	for i := range nodes {
		nodes[i] = job("task " + itoa(int64(i)))
	}
	return nodes
}

// TestCrowdWaits: ten thousand workers wait at a time, others are answered meanwhile, and each is
// given a task of its own when there are some.
func TestCrowdWaits(t *testing.T) {
	w := start(t, server.Options{LongPolls: mostPollers})
	address, stop := w.serve("127.0.0.1:0")
	before := inUse()
	all := crowd(t, address)
	for _, p := range all {
		p.ask()
	}
	w.waiting(itoa(int64(len(all))))
	took := (inUse() - before) / int64(len(all))
	t.Logf("%d bytes for each request that waits", took)
	require.Less(t, took, int64(mostForPoll))

	_, err := w.client.Counts(t.Context())
	require.NoError(t, err)
	workers, err := w.client.Workers(t.Context())
	require.NoError(t, err)
	require.Len(t, workers, len(all))

	const none = 100 // of the workers get nothing
	w.submit(jobs(len(all) - none)...)
	w.waiting(itoa(none))
	stop()
	seen, unserved := map[string]bool{}, 0
	for _, p := range all {
		if got := p.receive(); got.status != http.StatusServiceUnavailable {
			seen[got.assigned(t).Task.ID] = true
		} else {
			require.Equal(t, "1", got.again)
			unserved++
		}
	}
	require.Len(t, seen, len(all)-none)
	require.Equal(t, none, unserved)
}

func withoutBody(a answered) answered {
	a.body = nil
	return a
}

// TestCrowdIsTooLarge: whoever is too many is told to come again, is looked at each time, and gets
// work in the end.
func TestCrowdIsTooLarge(t *testing.T) {
	const polls = 500
	w := start(t, server.Options{LongPolls: polls})
	address, _ := w.serve("127.0.0.1:0")
	all := crowd(t, address)
	waiting, others := all[:polls], all[polls:]
	for _, p := range waiting {
		p.ask()
	}
	w.waiting(itoa(polls))
	for _, p := range others {
		p.ask()
	}
	for _, p := range others {
		got := p.receive()
		require.Equal(t, answered{503, "1", nil}, withoutBody(got))
		require.Contains(t, string(got.body), "too many requests wait already")
	}
	w.submit(jobs(polls)...)
	for _, p := range waiting {
		got := p.receive()
		got.assigned(t)
	}
	w.waiting("0")
	w.submit(job("more"))
	others[0].ask()
	got := others[0].receive()
	require.Equal(t, "more", got.assigned(t).Task.ID)
}

// TestNobodyStarves: a worker that is one too many gets what none of those that wait can do.
func TestNobodyStarves(t *testing.T) {
	w := start(t, server.Options{LongPolls: 1})
	address, _ := w.serve("127.0.0.1:0")
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
	require.NoError(t, err)
	defer conn.Close()
	first := &poller{t: t, name: "other", conn: conn}
	first.ask()
	w.waiting("1")
	node := job("rare")
	node.Program = "rare"
	w.submit(node)
	status, answer := w.send("POST", api.Prefix+"/work", `{"worker": {"id": "w", "programs": ["rare"]}, "wait": 60}`)
	require.Equal(t, 200, status, answer)
	require.Contains(t, answer, `"id":"rare"`)
}
