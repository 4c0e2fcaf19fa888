package server

import (
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// A stream is an answer that is sent bit by bit. A reader that takes none of it for
// answerTime is cut off.
type stream struct {
	w        io.Writer
	response *http.ResponseController
}

func newStream(ctx huma.Context) *stream {
	_, w := humago.Unwrap(ctx)
	return &stream{w, http.NewResponseController(w)}
}

func (s *stream) send(piece []byte) error {
	_ = s.response.SetWriteDeadline(time.Now().Add(answerTime))
	if len(piece) > 0 {
		if _, err := s.w.Write(piece); err != nil {
			return err
		}
	}
	return s.response.Flush()
}
