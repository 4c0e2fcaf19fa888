package streaming

import (
	"bytes"
	"errors"
	"io"
)

// recordBuffer is how much of the input is read at a time.
const recordBuffer = 256 << 10

// lineRecords are the records of a map task as Hadoop Streaming sends them: each
// ends with a line feed, and any other byte is a part of it. Hadoop has found the
// line ends of the file and its byte order mark before, so unlike an
// [input.LineReader] it does not look for them again. It is an [mr.Records].
type lineRecords struct {
	in   io.Reader
	keep bool // the memory of a record is never written again

	buf     []byte
	pos     int // where the next record begins
	scanned int // there is no line feed from pos to here
	record  []byte
	err     error // of in, io.EOF at its end
}

// Next advances to the next record and reports whether there is one.
func (r *lineRecords) Next() bool {
	for {
		if i := bytes.IndexByte(r.buf[r.scanned:], '\n'); i >= 0 {
			r.take(r.scanned + i)
			return true
		}
		r.scanned = len(r.buf)
		if r.err != nil {
			return r.last()
		}
		r.fill()
	}
}

// take makes a record of the bytes up to end.
func (r *lineRecords) take(end int) {
	r.record = r.buf[r.pos:end:end]
	r.pos = end + 1
	r.scanned = r.pos
}

// last takes what is left at the end of the input: a record without its line feed.
func (r *lineRecords) last() bool {
	if r.pos >= len(r.buf) || r.Err() != nil {
		r.record = nil
		return false
	}
	r.record = r.buf[r.pos:]
	r.pos, r.scanned = len(r.buf), len(r.buf)
	return true
}

// fill reads more bytes, at least one if there is no error.
func (r *lineRecords) fill() {
	if len(r.buf) == cap(r.buf) {
		r.makeRoom()
	}
	n := 0
	for n == 0 && r.err == nil {
		n, r.err = r.in.Read(r.buf[len(r.buf):cap(r.buf)])
	}
	r.buf = r.buf[:len(r.buf)+n]
}

// makeRoom moves the bytes from pos on to the front of the buffer, or to a new one
// where the old may not be written again or has the wrong size.
func (r *lineRecords) makeRoom() {
	rest := r.buf[r.pos:]
	size := recordBuffer
	for size < 2*len(rest) {
		size *= 2
	}
	buf := r.buf[:0]
	if r.keep || cap(buf) < size || cap(buf) > 4*size {
		buf = make([]byte, 0, size)
	}
	buf = append(buf, rest...)
	r.buf = buf
	r.scanned -= r.pos
	r.pos = 0
}

// Record returns the record without its line feed, valid until Next, or as long
// as it is used where keep is set.
func (r *lineRecords) Record() []byte { return r.record }

// Err returns the error that ended the records, or nil at their end.
func (r *lineRecords) Err() error {
	if errors.Is(r.err, io.EOF) {
		return nil
	}
	return r.err
}
