package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/scheduler"
)

// aliveTick is how often something is sent where nothing happens, so that nobody between takes the
// connection for dead.
const aliveTick = 15 * time.Second

func (s *Server) routeLive(r *router) {
	handle(r, operation{
		method: http.MethodGet, path: "/events/live", access: look, waits: true, summary: "Follow the changes of tasks",
		adjust: func(op *huma.Operation) {
			op.Description += " Server-sent events: changes, whose data is an object with the tasks of one write, in the order of writes; and reload, after which a copy of the tasks has to be read again. The changes of one write are all announced after it."
			op.Responses["200"] = &huma.Response{
				Description: "Events", Content: map[string]*huma.MediaType{"text/event-stream": {Schema: &huma.Schema{Type: "string"}}},
			}
		},
	}, s.live)
}

type liveInput struct {
	LastEventID string `header:"Last-Event-ID" doc:"That of the last event that came; what was missed since is sent first"`
}

func (s *Server) live(ctx context.Context, in *liveInput) (*huma.StreamResponse, error) {
	waiting, done, err := s.holds(ctx)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		defer done()
		ctx.SetHeader("Content-Type", "text/event-stream")
		ctx.SetStatus(http.StatusOK)
		s.sendChanges(waiting, newStream(ctx), in.LastEventID)
	}}, nil
}

func (s *Server) sendChanges(ctx context.Context, out *stream, lastID string) {
	number, known := s.parseEventID(lastID)
	changes, last := s.scheduler.ChangesAfter(ctx, number)
	start := ""
	switch {
	case known: // what came after it is in changes
		last = number
	case lastID != "":
		start = "event: reload\ndata: {}\n"
	}
	if err := out.send([]byte(start + "id: " + s.eventID(last) + "\n\n")); err != nil {
		return
	}
	tick := time.NewTicker(aliveTick)
	defer tick.Stop()
	for {
		piece := []byte(": alive\n\n")
		select {
		case c, ok := <-changes:
			if !ok {
				return
			}
			piece = s.event(&c)
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if err := out.send(piece); err != nil {
			return
		}
	}
}

// event returns changes as they are sent.
func (s *Server) event(c *scheduler.Changes) []byte {
	kind, data := "changes", []byte("{}")
	if c.Reload {
		kind = "reload"
	} else if encoded, err := json.Marshal(api.ChangesOf(c)); err == nil { // as it is always
		data = encoded
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "event: %s\nid: %s\ndata: %s\n\n", kind, s.eventID(c.Number), data)
	return b.Bytes()
}

func (s *Server) eventID(number int64) string { return s.epoch + "-" + strconv.FormatInt(number, 10) }

// parseEventID returns the number of an event of this server, or -1.
func (s *Server) parseEventID(id string) (number int64, ok bool) {
	text, ok := strings.CutPrefix(id, s.epoch+"-")
	if !ok {
		return -1, false
	}
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil || number < 0 {
		return -1, false
	}
	return number, true
}
