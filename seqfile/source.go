package seqfile

import (
	"bufio"
	"io"
	"slices"
)

// A source reads a file and knows where it is.
type source struct {
	file   io.ReadSeeker
	in     *bufio.Reader
	offset int64
}

func newSource(file io.ReadSeeker) *source {
	return &source{file: file, in: bufio.NewReaderSize(file, 64<<10)}
}

func (s *source) ReadByte() (byte, error) {
	c, err := s.in.ReadByte()
	if err == nil {
		s.offset++
	}
	return c, err
}

// seek goes to an offset of the file.
func (s *source) seek(offset int64) error {
	if _, err := s.file.Seek(offset, io.SeekStart); err != nil {
		return err
	}
	s.in.Reset(s.file)
	s.offset = offset
	return nil
}

// full fills b.
func (s *source) full(b []byte) error {
	n, err := io.ReadFull(s.in, b)
	s.offset += int64(n)
	return err
}

// appendN appends n bytes to dst. Memory grows with what is really there.
func (s *source) appendN(dst []byte, n int64) ([]byte, error) {
	const step = 1 << 20
	for n > 0 {
		size := int(min(n, step))
		start := len(dst)
		dst = slices.Grow(dst, size)[:start+size]
		if err := s.full(dst[start:]); err != nil {
			return dst[:start], err
		}
		n -= int64(size)
	}
	return dst, nil
}

// number reads four bytes.
func (s *source) number() (int32, error) {
	var b [4]byte
	if err := s.full(b[:]); err != nil {
		return 0, err
	}
	return int32(b[0])<<24 | int32(b[1])<<16 | int32(b[2])<<8 | int32(b[3]), nil
}
