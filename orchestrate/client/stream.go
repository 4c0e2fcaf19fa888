package client

import (
	"context"
	"errors"
	"io"
	"time"
)

// A stream is an answer that goes on and on. It is given up unless rest is called each time in which
// something has to come.
type stream struct {
	body   io.ReadCloser
	client *Client
	cancel context.CancelCauseFunc
	ctx    context.Context
	timer  *time.Timer
	idle   time.Duration
}

// openStream makes a request and returns its answer, which the caller closes. It is given up
// unless it begins within Options.Timeout, and goes on within idle. An idle of zero is forever.
func (c *Client) openStream(ctx context.Context, call *call, idle time.Duration) (*stream, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	s := &stream{client: c, ctx: ctx, cancel: cancel, idle: idle}
	s.timer = time.AfterFunc(c.options.Timeout, func() { cancel(errNoAnswer) })
	response, err := c.open(ctx, call) //nolint:bodyclose // Close does
	if err != nil {
		s.timer.Stop()
		defer cancel(nil)
		return nil, s.explain(err)
	}
	s.body = response.Body
	s.rest()
	return s, nil
}

// rest says that something has come.
func (s *stream) rest() {
	if s.idle > 0 {
		s.timer.Reset(s.idle)
	} else {
		s.timer.Stop()
	}
}

// explain returns what ended the stream.
func (s *stream) explain(err error) error {
	if errors.Is(context.Cause(s.ctx), errNoAnswer) {
		return &UnreachableError{s.client.base, errNoAnswer}
	}
	return err
}

// Read reads what has come.
func (s *stream) Read(p []byte) (int, error) {
	n, err := s.body.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = s.explain(err)
	}
	return n, err
}

// Close ends the stream.
func (s *stream) Close() error {
	s.timer.Stop()
	s.cancel(nil)
	return s.body.Close()
}

// A cutError says that an answer was cut off: the server was there until then.
type cutError struct{ err error }

func (e *cutError) Error() string { return "its answer was cut off: " + e.err.Error() }
func (e *cutError) Unwrap() error { return e.err }
