package streamjob

import (
	"bufio"
	"errors"
	"io"
)

// A lineScanner measures lines with their endings, which are LF, CR and CRLF.
type lineScanner struct {
	in   *bufio.Reader
	size int // of the line in bytes
	err  error
}

func newLineScanner(in io.Reader) *lineScanner {
	return &lineScanner{in: bufio.NewReaderSize(in, 256<<10)}
}

// next measures the next line and reports whether there is one.
func (s *lineScanner) next() bool {
	s.size = 0
	for {
		c, err := s.in.ReadByte()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				s.err = err
				return false
			}
			return s.size > 0
		}
		s.size++
		switch c {
		case '\n':
			return true
		case '\r':
			if next, err := s.in.Peek(1); err == nil && next[0] == '\n' {
				_, _ = s.in.Discard(1) // it was peeked at
				s.size++
			}
			return true
		}
	}
}
