package server

import (
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gomr/gomr/orchestrate/api"
)

const (
	// bodyPause is how long a body may stand still.
	bodyPause = 30 * time.Second

	// largeWait is how long a large body waits for those that are read.
	largeWait = time.Minute

	// largeBodies is how many bodies beyond bodyLimit are read at a time, for they take much
	// memory. Others wait.
	largeBodies = 4
)

// humaContext has a name that is no method of its own.
type humaContext huma.Context

// A paced is a request whose body has to keep coming.
type paced struct {
	humaContext

	body *pacedBody
}

// pace bounds how long the body of a request takes. It doesn't change the request, for package
// net/http looks at its body to see whether the connection can be used again.
func pace(ctx huma.Context, r *http.Request, response *http.ResponseController) huma.Context {
	return &paced{ctx, &pacedBody{r.Body, response, time.Now().Add(ctx.Operation().BodyReadTimeout)}}
}

// BodyReader is what huma reads.
func (p *paced) BodyReader() io.Reader { return p.body }

// Unwrap is how huma finds the request.
func (p *paced) Unwrap() huma.Context { return p.humaContext }

// A pacedBody is the body of a request. The time in which the answer has to be read begins when
// all of it is there.
type pacedBody struct {
	io.ReadCloser

	response *http.ResponseController
	until    time.Time // when all of it has to be there
}

// Read reads with a deadline. Not all connections have them, such as those of tests.
func (b *pacedBody) Read(p []byte) (int, error) {
	deadline := time.Now().Add(bodyPause)
	if b.until.Before(deadline) {
		deadline = b.until
	}
	_ = b.response.SetReadDeadline(deadline)
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		// A deadline that passes while the request is done would look like the end of the connection.
		_ = b.response.SetReadDeadline(time.Time{})
	}
	_ = b.response.SetWriteDeadline(time.Now().Add(answerTime))
	return n, err
}

// isLarge tells whether the body of a request may be beyond bodyLimit.
func isLarge(op *huma.Operation, r *http.Request) bool {
	return op.MaxBodyBytes > bodyLimit+1 && (r.ContentLength < 0 || r.ContentLength > bodyLimit)
}

// takePlace waits until a large body may be read. The caller gives the place back.
func (s *Server) takePlace(r *http.Request) error {
	enough := time.NewTimer(largeWait)
	defer enough.Stop()
	select {
	case s.large <- struct{}{}:
		return nil
	case <-enough.C:
		return api.NewProblem(http.StatusServiceUnavailable, api.Unavailable, "other large submissions are being read: come again")
	case <-s.ending.Done():
		return s.ended()
	case <-r.Context().Done():
		return r.Context().Err()
	}
}
