package client

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/scheduler"
)

// Changes is [scheduler.Scheduler.Changes]. However long the server can't be reached, it goes on
// when it can; a Reload says that changes were missed meanwhile.
func (c *Client) Changes(ctx context.Context) <-chan scheduler.Changes {
	f := &follower{client: c, changes: make(chan scheduler.Changes, 64)}
	body := f.connect(ctx)
	f.missed = body == nil
	go f.follow(ctx, body)
	return f.changes
}

// quietChanges is for how long nothing comes of a server that is there. It sends something four times in it.
const quietChanges = time.Minute

// A follower reads changes until its context ends, and then closes the channel.
type follower struct {
	client  *Client
	changes chan scheduler.Changes
	lastID  string
	missed  bool // changes, of which the server doesn't know
}

// connect asks for changes. Nil is no connection; the caller closes another one.
func (f *follower) connect(ctx context.Context) *stream {
	call := &call{method: http.MethodGet, path: "/events/live", header: map[string]string{"Accept": "text/event-stream"}}
	if f.lastID != "" {
		call.header["Last-Event-Id"] = f.lastID
	}
	events, err := f.client.openStream(ctx, call, quietChanges)
	if err != nil {
		return nil
	}
	return events
}

func (f *follower) follow(ctx context.Context, body *stream) {
	defer close(f.changes)
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		if body != nil && f.read(ctx, body) {
			pause = firstPause
		}
		if sleep(ctx, pause) != nil {
			return
		}
		body = f.connect(ctx)
		f.missed = f.missed || body == nil && f.lastID == ""
	}
}

// read sends what comes until the connection ends, closes it, and reports whether anything came.
func (f *follower) read(ctx context.Context, body *stream) (some bool) {
	defer body.Close()
	if f.missed {
		f.missed = !f.send(ctx, scheduler.Changes{Reload: true})
	}
	var kind, id, data string
	lines := bufio.NewReader(body)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return some
		}
		body.rest()
		name, value, _ := strings.Cut(strings.TrimRight(line, "\r\n"), ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case name == "event":
			kind = value
		case name == "id":
			id = value
		case name == "data":
			data = value
		case name == "" && value == "":
			some = true
			if !f.event(ctx, kind, id, data) {
				return some
			}
			kind, id, data = "", "", ""
		}
	}
}

// event sends an event on, and reports whether to go on.
func (f *follower) event(ctx context.Context, kind, id, data string) bool {
	if id != "" {
		f.lastID = id
	}
	_, text, _ := strings.Cut(id, "-")
	number, _ := strconv.ParseInt(text, 10, 64) // zero where it is another server's way
	switch kind {
	case "reload":
		return f.send(ctx, scheduler.Changes{Number: number, Reload: true})
	case "changes":
		var changes api.Changes
		if err := json.Unmarshal([]byte(data), &changes); err != nil {
			return f.send(ctx, scheduler.Changes{Number: number, Reload: true})
		}
		return f.send(ctx, changes.Scheduler(number))
	}
	return true
}

func (f *follower) send(ctx context.Context, c scheduler.Changes) bool {
	select {
	case f.changes <- c:
		return true
	case <-ctx.Done():
		return false
	}
}
