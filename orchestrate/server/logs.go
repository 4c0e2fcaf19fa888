package server

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

const (
	// logPiece is how much of a log is read and sent at a time while it is followed.
	logPiece = 256 << 10

	// logTick is how often a log is looked at whose attempt may have ended without a word, or
	// is written past this server.
	logTick = time.Second
)

func (s *Server) routeLogs(r *router) {
	handle(r, operation{method: http.MethodPost, path: "/attempts/{fence}/log", access: attempt, programs: true, summary: "Add to the log of an attempt"}, s.appendLog)
	handle(r, operation{
		method: http.MethodGet, path: "/attempts/{fence}/log", access: look, waits: true, summary: "Read the log of an attempt",
		adjust: func(op *huma.Operation) {
			op.Description += " Where it is followed, the answer is complete when the attempt has ended; one that is cut off can be asked for again from where it was."
			op.Responses["200"] = &huma.Response{
				Description: "A part of the log", Content: map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: "string", Format: "binary"}}},
			}
		},
	}, s.readLog)
}

type appendInput struct {
	OfAttempt

	Offset  int64 `query:"offset" minimum:"0" doc:"Where in the log the piece begins; what is there already is passed over"`
	RawBody []byte
}

// appendLog adds to a log. What an attempt wrote before it was given up is welcome.
func (s *Server) appendLog(ctx context.Context, in *appendInput) (*nothing, error) {
	if err := s.checkAttempt(ctx, in.Fence); err != nil {
		return nil, err
	}
	if err := s.store.AppendLog(ctx, in.Fence, in.Offset, in.RawBody); err != nil {
		return nil, err
	}
	s.bells.ring(in.Fence)
	return nil, nil
}

// checkAttempt returns an error unless the attempt was given out to who asks.
func (s *Server) checkAttempt(ctx context.Context, fence int64) error {
	if underWay, err := s.scheduler.CheckHolder(ctx, fence); underWay || err != nil {
		return err
	}
	attempts, err := s.store.Attempts(ctx, store.AttemptQuery{Before: fence + 1, Limit: 1})
	if err != nil {
		return err
	}
	if len(attempts) == 0 || attempts[0].Fence != fence {
		return &scheduler.FencedError{Fence: fence}
	}
	if holder := attempts[0].Token; holder != "" && holder != by(ctx) && by(ctx) != localName {
		return &scheduler.HolderError{Fence: fence, Worker: attempts[0].Worker}
	}
	return nil
}

type logInput struct {
	OfAttempt

	Offset int64 `query:"offset" doc:"A negative one counts from the end, where it is not followed"`
	Limit  int   `query:"limit" minimum:"1" maximum:"1048576" default:"1048576" doc:"Bytes, where it is not followed"`
	Follow bool  `query:"follow" doc:"Go on until the attempt has ended"`
}

func (s *Server) readLog(ctx context.Context, in *logInput) (*huma.StreamResponse, error) {
	if in.Follow {
		return s.followLog(ctx, in)
	}
	piece, err := s.store.ReadLog(ctx, in.Fence, in.Offset, in.Limit)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		ctx.SetHeader("Content-Type", "application/octet-stream")
		ctx.SetHeader("Content-Length", strconv.Itoa(len(piece)))
		ctx.SetStatus(http.StatusOK)
		_, _ = ctx.BodyWriter().Write(piece)
	}}, nil
}

// followLog sends a log until its attempt has ended. Whatever keeps it from that cuts the answer
// off, so that nobody takes it for complete.
func (s *Server) followLog(ctx context.Context, in *logInput) (*huma.StreamResponse, error) {
	if in.Offset < 0 {
		return nil, &scheduler.InvalidError{Reason: "a log is followed from an offset that counts from its beginning"}
	}
	waiting, done, err := s.holds(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := s.scheduler.UnderWay(waiting, in.Fence); err != nil {
		done()
		return nil, err
	}
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		defer done()
		ctx.SetHeader("Content-Type", "application/octet-stream")
		ctx.SetStatus(http.StatusOK)
		if err := s.sendLog(waiting, newStream(ctx), in.Fence, in.Offset); err != nil {
			panic(http.ErrAbortHandler)
		}
	}}, nil
}

func (s *Server) sendLog(ctx context.Context, out *stream, fence, offset int64) error {
	bell, leave := s.bells.join(fence)
	defer leave()
	tick := time.NewTicker(logTick)
	defer tick.Stop()
	if err := out.send(nil); err != nil { // the headers
		return err
	}
	for {
		underWay, err := s.scheduler.UnderWay(ctx, fence)
		if err != nil {
			return err
		}
		for {
			piece, err := s.store.ReadLog(ctx, fence, offset, logPiece)
			if err != nil {
				return err
			}
			if len(piece) == 0 {
				break
			}
			if err := out.send(piece); err != nil {
				return err
			}
			offset += int64(len(piece))
		}
		if !underWay {
			return out.send(nil) // after a long silence there would be no time left to write the end
		}
		select {
		case <-bell:
		case <-tick.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// bells wake those who follow a log. The zero value works.
type bells struct {
	mu    sync.Mutex
	bells map[int64]map[chan struct{}]bool
}

// join returns what is rung when something happens to an attempt. The caller calls leave.
func (b *bells) join(fence int64) (bell <-chan struct{}, leave func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.bells == nil {
		b.bells = map[int64]map[chan struct{}]bool{}
	}
	if b.bells[fence] == nil {
		b.bells[fence] = map[chan struct{}]bool{}
	}
	one := make(chan struct{}, 1)
	b.bells[fence][one] = true
	return one, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.bells[fence], one)
		if len(b.bells[fence]) == 0 {
			delete(b.bells, fence)
		}
	}
}

func (b *bells) ring(fence int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for one := range b.bells[fence] {
		select {
		case one <- struct{}{}:
		default: // it has not been heard yet
		}
	}
}
