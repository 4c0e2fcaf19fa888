package client

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
)

// logPiece is how much of a log is sent or asked for at once.
const logPiece = 1 << 20

// AppendLog is [store.Store.AppendLog]. A chunk that is larger than a MiB is sent in pieces; where
// one fails, those before it are there.
func (c *Client) AppendLog(ctx context.Context, fence, offset int64, chunk []byte) error {
	for len(chunk) > 0 {
		piece := chunk[:min(len(chunk), logPiece)]
		_, err := c.do(ctx, &call{
			method: http.MethodPost, path: ofAttempt(fence, "log"), in: piece,
			query: url.Values{"offset": {strconv.FormatInt(offset, 10)}},
		})
		if err != nil {
			return err
		}
		offset += int64(len(piece))
		chunk = chunk[len(piece):]
	}
	return nil
}

// ReadLog is [store.Store.ReadLog], of at most one MiB.
func (c *Client) ReadLog(ctx context.Context, fence, offset int64, limit int) ([]byte, error) {
	if limit <= 0 || limit > logPiece {
		limit = logPiece
	}
	text := []byte{}
	err := c.get(ctx, ofAttempt(fence, "log"), url.Values{"offset": {strconv.FormatInt(offset, 10)}, "limit": {strconv.Itoa(limit)}}, &text)
	return text, err
}

// FollowLog writes the log of an attempt from offset on until the attempt has ended. An error of w ends it.
func (c *Client) FollowLog(ctx context.Context, fence, offset int64, w io.Writer) error {
	return c.persist(ctx, func() (bool, error) {
		text, err := c.openStream(ctx, &call{
			method: http.MethodGet, path: ofAttempt(fence, "log"),
			query: url.Values{"offset": {strconv.FormatInt(offset, 10)}, "follow": {"true"}},
		}, 0)
		if err != nil {
			return false, err
		}
		defer text.Close()
		out := &countingWriter{w: w}
		_, err = io.Copy(out, text)
		offset += out.written
		switch {
		case out.err != nil:
			return false, out.err
		case err == nil:
			return true, nil
		case out.written > 0 && ctx.Err() == nil:
			return false, nil // it was cut off, and is there
		}
		return false, &UnreachableError{c.base, &cutError{err}}
	})
}

// A countingWriter tells its own errors from those of a reader.
type countingWriter struct {
	w       io.Writer
	written int64
	err     error
}

func (c *countingWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.written += int64(n)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	c.err = errors.Join(c.err, err)
	return n, err
}
