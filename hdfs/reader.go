package hdfs

import (
	"errors"
	"io"
	"io/fs"
	"slices"
	"sync"

	"github.com/colinmarc/hdfs/v2"
)

// keptStreams is how many streams a reader keeps for the next read.
const keptStreams = 2

// Open opens a file for reading. The reader ends where the file ended when it was opened.
func (c *Client) Open(name string) (Reader, error) {
	name, err := cleanName("open", name)
	if err != nil {
		return nil, err
	}
	r := &fileReader{client: c, name: name}
	first, err := r.connect()
	if err != nil {
		return nil, c.pathError("open", name, err)
	}
	r.info = first.info()
	r.idle = append(r.idle, first)
	return r, nil
}

// A fileReader is a [Reader] of a [Client]. Every read, at its own position or
// at another, borrows a stream, best one that stands there already; so reads at
// the same time do not disturb each other, and each that goes on where it
// stopped keeps its connection to the datanode.
type fileReader struct {
	client *Client
	name   string
	info   *fileInfo
	offset int64 // of Read and Seek

	mu     sync.Mutex
	idle   []*stream // the one used last comes last
	closed bool
}

// A stream is a reader of the library, for one goroutine, and where it stands.
type stream struct {
	*hdfs.FileReader
	conn   *connection
	offset int64
}

func (s *stream) info() *fileInfo {
	return &fileInfo{s.FileReader.Stat().Name(), s.FileReader.Stat().Sys().(*hdfs.FileStatus)}
}

func (s *stream) close() error {
	defer s.conn.release()
	return s.FileReader.Close()
}

func (r *fileReader) Stat() (fs.FileInfo, error) { return r.info, nil }

func (r *fileReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	n, err := r.read(p, r.offset, (*stream).Read)
	r.offset += int64(n)
	return n, err
}

func (r *fileReader) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, r.client.pathError("read", r.name, fs.ErrInvalid)
	}
	if len(p) == 0 {
		return 0, nil
	}
	return r.read(p, off, func(s *stream, p []byte) (int, error) { return io.ReadFull(s, p) })
}

func (r *fileReader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += r.offset
	case io.SeekEnd:
		offset += r.info.Size()
	default:
		return 0, r.client.pathError("seek", r.name, fs.ErrInvalid)
	}
	if offset < 0 {
		return 0, r.client.pathError("seek", r.name, fs.ErrInvalid)
	}
	r.offset = offset
	return offset, nil
}

// Close closes the streams that are not in use; a read under way closes its own.
func (r *fileReader) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return r.client.pathError("close", r.name, fs.ErrClosed)
	}
	r.closed = true
	for _, s := range r.idle {
		s.close() // what it says after the bytes are read does not matter
	}
	r.idle = nil
	return nil
}

// read reads at an offset with a borrowed stream. The datanode may have hung up on a
// stream that was idle, or the namenode may have moved: so one failure is
// followed by a try with a new stream.
func (r *fileReader) read(p []byte, off int64, from func(*stream, []byte) (int, error)) (int, error) {
	s, err := r.borrow(off)
	if err != nil {
		return 0, r.client.pathError("read", r.name, err)
	}
	n, err := s.readAt(p, off, from)
	if err != nil && err != io.EOF {
		s.close()
		if s, err = r.connect(); err != nil {
			return n, r.client.pathError("read", r.name, err)
		}
		var more int
		more, err = s.readAt(p[n:], off+int64(n), from)
		n += more
	}
	if err != nil && err != io.EOF {
		s.close()
		return n, r.client.pathError("read", r.name, explainDatanode(err))
	}
	r.giveBack(s)
	return n, err
}

func (s *stream) readAt(p []byte, off int64, from func(*stream, []byte) (int, error)) (int, error) {
	if off >= s.FileReader.Stat().Size() {
		return 0, io.EOF
	}
	if off != s.offset {
		if _, err := s.Seek(off, io.SeekStart); err != nil {
			return 0, err
		}
	}
	n, err := from(s, p)
	s.offset = off + int64(n)
	if errors.Is(err, io.ErrUnexpectedEOF) && s.offset == s.FileReader.Stat().Size() {
		err = io.EOF
	}
	return n, err
}

// borrow takes an idle stream that stands at off, or makes one while there are
// few, or takes the one that was idle longest.
func (r *fileReader) borrow(off int64) (*stream, error) {
	s, err := r.takeIdle(off)
	if s != nil || err != nil {
		return s, err
	}
	return r.connect()
}

func (r *fileReader) takeIdle(off int64) (*stream, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, fs.ErrClosed
	}
	i := slices.IndexFunc(r.idle, func(s *stream) bool { return s.offset == off })
	if i < 0 && (len(r.idle) == keptStreams || len(r.idle) == 1 && r.idle[0].offset == 0) {
		i = 0
	}
	if i < 0 {
		return nil, nil
	}
	s := r.idle[i]
	r.idle = slices.Delete(r.idle, i, i+1)
	return s, nil
}

func (r *fileReader) giveBack(s *stream) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed || len(r.idle) == keptStreams {
		s.close()
		return
	}
	r.idle = append(r.idle, s)
}

var errReplaced = errors.New("another file has taken its place since it was opened")

// connect makes a stream at the start of the file.
func (r *fileReader) connect() (s *stream, err error) {
	err = r.client.do(repeatable(true), func(conn *connection) error {
		if err := conn.checkProtection(); err != nil {
			return err
		}
		reader, err := conn.Open(r.name)
		if err != nil {
			return err
		}
		conn.hold()
		s = &stream{FileReader: reader, conn: conn}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = checkReadable(s.info())
	if err == nil && r.info != nil && s.info().status.GetFileId() != r.info.status.GetFileId() {
		err = errReplaced
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}
