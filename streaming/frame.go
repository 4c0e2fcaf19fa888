package streaming

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/gomr/gomr/mr/shuffle"
)

// maxFramePart is the largest key or value of a frame: its length is an int in Java.
const maxFramePart = math.MaxInt32

// A frameWriter writes frames as Hadoop Streaming reads them with stream.map.output=rawbytes.
type frameWriter struct {
	w *bufio.Writer
}

// write writes a frame. It keeps neither key nor value.
func (w frameWriter) write(key, value []byte) error {
	for _, part := range [][]byte{key, value} {
		if len(part) > maxFramePart {
			return fmt.Errorf("frame with %d bytes: Hadoop takes at most %d", len(part), maxFramePart)
		}
		if _, err := w.w.Write(binary.BigEndian.AppendUint32(w.w.AvailableBuffer(), uint32(len(part)))); err != nil {
			return err
		}
		if _, err := w.w.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// A frameReader reads frames as Hadoop Streaming writes them with stream.reduce.input=rawbytes.
type frameReader struct {
	in    *bufio.Reader
	count int64 // frames that were begun
	frame shuffle.Frame
}

// A frameError is the error of a stream that is not one of whole frames.
// It wraps [io.ErrUnexpectedEOF] where the stream ends within a frame.
type frameError struct {
	Frame int64  // number of the frame, from 1
	Part  string // "key" or "value"
	Err   error
}

func (e *frameError) Error() string {
	return fmt.Sprintf("the input of the task is damaged: frame %d, %s: %v", e.Frame, e.Part, e.Err)
}

func (e *frameError) Unwrap() error { return e.Err }

// next returns the next frame, and ok false at the end of the stream.
// The bytes of the frame are valid until the next call.
func (r *frameReader) next() (frame shuffle.Frame, ok bool, err error) {
	if _, err := r.in.Peek(1); errors.Is(err, io.EOF) {
		return shuffle.Frame{}, false, nil
	}
	r.count++
	if r.frame.Key, err = readFramePart(r.in, r.frame.Key); err != nil {
		return shuffle.Frame{}, false, &frameError{r.count, "key", err}
	}
	if r.frame.Value, err = readFramePart(r.in, r.frame.Value); err != nil {
		return shuffle.Frame{}, false, &frameError{r.count, "value", err}
	}
	return r.frame, true, nil
}

const (
	// firstRead is how many bytes of a part are read before there is memory for more,
	// so that a length that is not one can't ask for gigabytes.
	firstRead = 1 << 20
	// keptPart is the size of the largest part whose memory is used again.
	keptPart = 1 << 20
)

// readFramePart reads a length and that many bytes, into the memory of buffer where they fit.
func readFramePart(in io.Reader, buffer []byte) ([]byte, error) {
	if cap(buffer) > keptPart {
		buffer = nil
	}
	part := slices.Grow(buffer[:0], 4)[:4]
	if n, err := io.ReadFull(in, part); err != nil {
		return nil, cutOff(err, n, 4)
	}
	length := int(int32(binary.BigEndian.Uint32(part)))
	if length < 0 {
		return nil, fmt.Errorf("negative length %d", length)
	}
	part = part[:0]
	for len(part) < length {
		have := len(part)
		more := min(length-have, max(firstRead, have))
		part = slices.Grow(part, more)[:have+more]
		if n, err := io.ReadFull(in, part[have:]); err != nil {
			return nil, cutOff(err, have+n, length)
		}
	}
	return part, nil
}

// cutOff returns the error of a read that got fewer bytes than there should be.
func cutOff(err error, got, want int) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("it ends after %d of %d bytes: %w", got, want, io.ErrUnexpectedEOF)
	}
	return err
}
