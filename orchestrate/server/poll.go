package server

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gomr/gomr/orchestrate/api"
)

// errWaited says that a request has waited as long as it wanted.
var errWaited = errors.New("there was nothing in the time")

// errHeld says that a stream has gone on for so long that it has to be asked for again.
var errHeld = errors.New("the stream has gone on for longestHold")

// longestHold is how long a stream goes on. Where nothing is heard of a reader, and a proxy goes on reading for it,
// that is how it ends. Others ask again from where they were.
const longestHold = time.Hour

// shortestWait is how long a request waits that doesn't want to: long enough to be looked at.
const shortestWait = 50 * time.Millisecond

// waitsFor returns the context of a request that waits so many seconds. Its cause is errWaited when
// they are over. Where too many wait already, the request is looked at all the same, for there may
// be something that none of those can take, and the cause is a Problem. The caller calls done.
func (s *Server) waitsFor(ctx context.Context, seconds float64) (waiting context.Context, done func()) {
	wait := min(max(time.Duration(seconds*float64(time.Second)), shortestWait), api.MaxWait)
	held, release, err := s.holds(ctx)
	if err != nil {
		return context.WithTimeoutCause(ctx, shortestWait, err)
	}
	if response, ok := ctx.Value(responseKey).(*http.ResponseController); ok {
		_ = response.SetWriteDeadline(time.Now().Add(wait + answerTime))
	}
	waiting, cancel := context.WithTimeoutCause(held, wait, errWaited)
	return waiting, func() { cancel(); release() }
}

// holds returns the context of a request that waits as long as its client wants, the server
// goes on, and longestHold is not over. The caller calls done.
func (s *Server) holds(ctx context.Context) (waiting context.Context, done func(), err error) {
	if s.polls.Add(1) > int64(s.options.LongPolls) {
		s.polls.Add(-1)
		return nil, nil, api.NewProblem(http.StatusServiceUnavailable, api.Unavailable, "too many requests wait already: come again, or have the server allow more")
	}
	if response, ok := ctx.Value(responseKey).(*http.ResponseController); ok {
		// The body is read. A deadline for it would look like the end of the connection.
		_ = response.SetReadDeadline(time.Time{})
	}
	bounded, release := context.WithTimeoutCause(ctx, longestHold, errHeld)
	waiting, cancel := context.WithCancelCause(bounded)
	stop := context.AfterFunc(s.ending, func() { cancel(s.ended()) })
	return waiting, func() { stop(); cancel(nil); release(); s.polls.Add(-1) }, nil
}
