package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
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
	Gather      int    `query:"gather" minimum:"0" maximum:"10000" doc:"How long after it has sent some changes the server gathers those that follow, in milliseconds. Many who follow at leisure, as people do, cost little then: each is told at a time of its own within it"`
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
		s.sendChanges(waiting, newStream(ctx), in)
	}}, nil
}

func (s *Server) sendChanges(ctx context.Context, out *stream, in *liveInput) {
	number, known := s.parseEventID(in.LastEventID)
	changes, last := s.scheduler.ChangesAfter(ctx, number)
	start := ""
	switch {
	case known: // what came after it is in changes
		last = number
	case in.LastEventID != "":
		start = "event: reload\ndata: {}\n"
	}
	if err := out.send([]byte(start + "id: " + s.eventID(last) + "\n\n")); err != nil {
		return
	}
	turn, leave := s.turns.join()
	defer leave()
	gather := time.Duration(in.Gather) * time.Millisecond
	tick := time.NewTicker(aliveTick)
	defer tick.Stop()
	for {
		piece := []byte(": alive\n\n")
		select {
		case c, ok := <-changes:
			if !ok {
				return
			}
			if !pause(ctx, delay(turn, gather)) {
				return
			}
			piece = s.gathered(&c, changes)
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if err := out.send(piece); err != nil {
			return
		}
		if !pause(ctx, gather) {
			return
		}
	}
}

// pause waits, and reports whether the context is still there.
func pause(ctx context.Context, d time.Duration) bool {
	if d == 0 {
		return true
	}
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// gathered returns changes as they are sent, with those that have come meanwhile.
func (s *Server) gathered(first *scheduler.Changes, more <-chan scheduler.Changes) []byte {
	if len(more) == 0 {
		return s.encodings.of(first, s.event)
	}
	piece := slices.Clone(s.encodings.of(first, s.event))
	for range len(more) {
		if c, ok := <-more; ok {
			piece = append(piece, s.encodings.of(&c, s.event)...)
		}
	}
	return piece
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

// encodings has the last changes as they are sent: they are sent to many. Its zero value works.
type encodings struct {
	mu     sync.Mutex
	recent [128]encoding // each at the place that its number gives; those of two seconds at sixty a second
}

type encoding struct {
	number int64
	reload bool // to one who is behind; others get the changes of the same number
	text   []byte
}

// of returns what encode does for the changes, which nobody may change.
func (e *encodings) of(c *scheduler.Changes, encode func(*scheduler.Changes) []byte) []byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	known := &e.recent[c.Number%int64(len(e.recent))]
	if known.text == nil || known.number != c.Number || known.reload != c.Reload {
		*known = encoding{c.Number, c.Reload, encode(c)}
	}
	return known.text
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
