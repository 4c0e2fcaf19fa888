package client_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/client"
	"github.com/gomr/gomr/orchestrate/scheduler"
)

// A network leads to a server that answers each connection with a function. It belongs to a bubble
// of testing/synctest, where waiting takes no time.
type network struct {
	answers []func(net.Conn) // for the first connections; the last one is for all others too
	running sync.WaitGroup
	conns   []net.Conn
}

// dial connects. It is called by one request at a time.
func (n *network) dial(context.Context) (net.Conn, error) {
	answer := n.answers[0]
	if len(n.answers) > 1 {
		n.answers = n.answers[1:]
	}
	if answer == nil {
		return nil, errors.New("connection refused")
	}
	here, there := net.Pipe()
	n.conns = append(n.conns, there)
	n.running.Go(func() { answer(there) })
	return here, nil
}

// through runs a test with a client of a network.
func through(t *testing.T, answers []func(net.Conn), run func(t *testing.T, c *client.Client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := &network{answers: answers}
		c, err := client.New("scheduler.example", client.Options{})
		require.NoError(t, err)
		c.DialWith(n.dial)
		defer func() {
			c.Close()
			for _, conn := range n.conns {
				conn.Close()
			}
			n.running.Wait()
		}()
		run(t, c)
	})
}

// replies reads the requests of a connection, and answers each with a text.
func replies(text string, then func(net.Conn)) func(net.Conn) {
	return func(conn net.Conn) {
		requests := bufio.NewReader(conn)
		for {
			request, err := http.ReadRequest(requests)
			if err != nil {
				return
			}
			if _, err := io.Copy(io.Discard, request.Body); err != nil {
				return
			}
			if _, err := io.WriteString(conn, text); err != nil {
				return
			}
			if then != nil {
				then(conn)
				return
			}
		}
	}
}

func closes(conn net.Conn) { conn.Close() }

// silent says nothing more, and doesn't close.
func silent(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }

// endless sends something for ever.
func endless(text string) func(net.Conn) {
	return func(conn net.Conn) {
		for {
			if _, err := io.WriteString(conn, text); err != nil {
				return
			}
			time.Sleep(time.Second)
		}
	}
}

func answerOf(body string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

// faults are what a broken server or a network does to a connection.
var faults = map[string]func(net.Conn){
	"refuses":                    nil,
	"closes at once":             closes,
	"accepts and says nothing":   silent,
	"reads and says nothing":     replies("", silent),
	"reads and closes":           replies("", closes),
	"garbage":                    replies("\x00\x01 garbage\r\n\r\n", closes),
	"garbage for ever":           replies("", endless("\xff\x00\r\n")),
	"another protocol":           replies("SSH-2.0-OpenSSH_9.6\r\n", closes),
	"half a head":                replies("HTTP/1.1 200 OK\r\nContent-Le", closes),
	"half a head and no more":    replies("HTTP/1.1 200 OK\r\nContent-Le", silent),
	"a head for ever":            replies("HTTP/1.1 200 OK\r\n", endless("X-More: more\r\n")),
	"half a body":                replies("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"fence\": 7", closes),
	"half a body and no more":    replies("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"fence\": 7", silent),
	"a body that drips":          replies("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", endless(" ")),
	"a broken chunk":             replies("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", closes),
	"a page":                     replies(answerOf("<html>"), closes),
	"a proxy without its server": replies("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", closes),
}

// TestFaults: whatever a server does, a call ends in time with an error that says that it can't be
// reached; a call that waits goes on when it is well again.
func TestFaults(t *testing.T) {
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			through(t, []func(net.Conn){fault}, func(t *testing.T, c *client.Client) {
				start := time.Now()
				_, err := c.Counts(t.Context())
				require.ErrorAs(t, err, new(*client.UnreachableError))
				require.LessOrEqual(t, time.Since(start), 30*time.Second)
				err = c.Pause(t.Context(), "")
				require.True(t, err == nil || errors.As(err, new(*client.UnreachableError)), "no answer is read: %v", err)

				start = time.Now()
				_, err = c.Work(t.Context(), &scheduler.Ask{})
				require.ErrorAs(t, err, new(*client.UnreachableError))
				require.Less(t, time.Since(start), 4*time.Minute, "it waits, and bears with it for a minute")
			})
			through(t, []func(net.Conn){fault, replies(answerOf(`{"fence": 7, "lease": "1m", "task": {"id": "a"}}`), nil)}, func(t *testing.T, c *client.Client) {
				got, err := c.Work(t.Context(), &scheduler.Ask{})
				require.NoError(t, err)
				require.EqualValues(t, 7, got.Fence)
			})
		})
	}
}

// TestChangesOnce: what changes something is sent once, as nobody knows whether it was done.
func TestChangesOnce(t *testing.T) {
	sent := 0
	counts := func(then func(net.Conn)) func(net.Conn) {
		return replies("", func(conn net.Conn) { sent++; then(conn) })
	}
	for _, then := range []func(net.Conn){closes, silent} {
		sent = 0
		through(t, []func(net.Conn){counts(then)}, func(t *testing.T, c *client.Client) {
			_, err := c.Submit(t.Context(), &scheduler.Submission{})
			require.ErrorAs(t, err, new(*client.UnreachableError))
		})
		require.Equal(t, 1, sent)
	}
}

const streamHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"

func chunk(text string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(text), text) }

// TestStreamFaults: a stream from a server that has vanished without a word is asked for again.
func TestStreamFaults(t *testing.T) {
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			change := chunk("event: changes\nid: e-1\ndata: {\"tasks\": [{\"id\": \"a\"}]}\n\n")
			through(t, []func(net.Conn){fault, replies(streamHead+chunk("id: e-0\n\n"), silent), replies(streamHead+change, silent)}, func(t *testing.T, c *client.Client) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				start := time.Now()
				for got := range c.Changes(ctx) {
					if len(got.Tasks) > 0 {
						require.Equal(t, "a", got.Tasks[0].ID)
						cancel()
					}
				}
				require.Less(t, time.Since(start), 4*time.Minute)
			})
		})
	}
}

// TestFollowFaults: a log that is followed for hours goes on where it was, however often it is cut off.
func TestFollowFaults(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
	hours := replies(head, func(conn net.Conn) {
		time.Sleep(3 * time.Hour) // in which nothing is written to the log
		conn.Close()
	})
	last := replies(head+chunk("the end")+chunk(""), silent)
	through(t, []func(net.Conn){hours, nil, hours, replies("", silent), last}, func(t *testing.T, c *client.Client) {
		var log bytes.Buffer
		require.NoError(t, c.FollowLog(t.Context(), 1, 0, &log))
		require.Equal(t, "the end", log.String())
	})
	through(t, []func(net.Conn){replies("", silent)}, func(t *testing.T, c *client.Client) {
		err := c.FollowLog(t.Context(), 1, 0, io.Discard)
		require.ErrorAs(t, err, new(*client.UnreachableError))
		require.ErrorContains(t, err, "did not answer in time")
	})
}
