package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"net/http"
	"net/url"
	"time"

	"github.com/gomr/gomr/orchestrate/api"
)

const (
	// pollWait is how long one request waits on the server; whoever waits longer asks again.
	pollWait = 50 * time.Second

	drainWait = 5 * time.Second // after which it is told how far a server is drained

	problemLimit = 1 << 20 // bytes of a problem that are read
)

// A call is one request.
type call struct {
	method, path string // without the prefix
	query        url.Values
	in, out      any               // JSON; in may be bytes
	wait         time.Duration     // on the server
	header       map[string]string // more of them
}

var errNoAnswer = errors.New("it did not answer in time")

// do makes a request, and reads its answer. The answer may be empty, and out is left alone then.
func (c *Client) do(ctx context.Context, call *call) (empty bool, err error) {
	limited, cancel := context.WithTimeoutCause(ctx, c.options.Timeout+call.wait, errNoAnswer)
	defer cancel()
	response, err := c.open(limited, call)
	if err != nil {
		return false, c.explain(ctx, limited, err)
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusNoContent {
		return true, nil
	}
	if call.out == nil {
		return false, nil
	}
	if text, ok := call.out.(*[]byte); ok {
		*text, err = io.ReadAll(response.Body)
	} else {
		err = json.NewDecoder(response.Body).Decode(call.out)
	}
	if err != nil {
		return false, c.explain(ctx, limited, &UnreachableError{c.base, fmt.Errorf("its answer: %w", err)})
	}
	return false, nil
}

// explain returns what ended a request: the caller, the time, or what went wrong.
func (c *Client) explain(ctx, limited context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case limited.Err() != nil:
		return &UnreachableError{c.base, context.Cause(limited)}
	}
	return err
}

// open makes a request and returns its answer, whose body the caller closes, or the error that it tells of.
func (c *Client) open(ctx context.Context, call *call) (*http.Response, error) {
	request, err := c.request(ctx, call)
	if err != nil {
		return nil, err
	}
	response, err := c.http.Do(request)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err // the address is said already
		}
		return nil, &UnreachableError{c.base, err}
	}
	if response.StatusCode < http.StatusMultipleChoices {
		return response, nil
	}
	defer response.Body.Close()
	return nil, c.problem(response)
}

func (c *Client) request(ctx context.Context, call *call) (*http.Request, error) {
	var body io.Reader
	contentType := ""
	switch in := call.in.(type) {
	case nil:
	case []byte:
		body, contentType = bytes.NewReader(in), "application/octet-stream"
	default:
		encoded, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		body, contentType = bytes.NewReader(encoded), "application/json"
	}
	address := c.base + api.Prefix + call.path
	if len(call.query) > 0 {
		address += "?" + call.query.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, call.method, address, body)
	if err != nil {
		return nil, err
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	if c.options.Token != "" {
		request.Header.Set("Authorization", "Bearer "+c.options.Token)
	}
	for name, value := range call.header {
		request.Header.Set(name, value)
	}
	return request, nil
}

// problem returns the error that an answer tells of.
func (c *Client) problem(response *http.Response) error {
	if kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type")); kind == "application/problem+json" {
		var p api.Problem
		if err := json.NewDecoder(io.LimitReader(response.Body, problemLimit)).Decode(&p); err == nil && p.Code != "" {
			return p.Err()
		}
	}
	err := fmt.Errorf("something that is no scheduler answered %s", response.Status)
	if response.StatusCode >= http.StatusInternalServerError {
		return &UnreachableError{c.base, err}
	}
	return fmt.Errorf("%s: %w: check the address", c.base, err)
}

const (
	firstPause = 100 * time.Millisecond
	lastPause  = 5 * time.Second
)

// persist makes a request that waits again and again, until it is over or can't be done. It bears
// with a server that can't be reached for a while. A random part of up to one half is taken off each pause, so
// that those which lost a server together don't come back together.
func (c *Client) persist(ctx context.Context, try func() (over bool, err error)) error {
	var failing time.Time // since when
	pause := firstPause
	for {
		over, err := try()
		switch {
		case err == nil && over:
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err == nil:
			failing, pause = time.Time{}, firstPause
			continue
		case failing.IsZero(), errors.As(err, new(*cutError)):
			failing = time.Now()
		}
		if !Passes(err) || c.options.Patience < 0 || time.Since(failing) > c.options.Patience {
			return err
		}
		if err := sleep(ctx, pause-rand.N(pause/2)); err != nil {
			return err
		}
		pause = min(2*pause, lastPause)
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// post makes a request that changes something.
func (c *Client) post(ctx context.Context, path string, in, out any) error {
	_, err := c.do(ctx, &call{method: http.MethodPost, path: path, in: in, out: out})
	return err
}

// get makes a request that only looks.
func (c *Client) get(ctx context.Context, path string, query url.Values, out any) error {
	_, err := c.do(ctx, &call{method: http.MethodGet, path: path, query: query, out: out})
	return err
}
