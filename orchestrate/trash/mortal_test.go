package trash_test

import (
	"errors"
	"io/fs"

	"github.com/gomr/gomr/hdfs"
)

var errKilled = errors.New("killed")

// A mortal file system is that of a process which dies at one of its calls: before it, or
// when it is done and nobody has heard so. All calls that come later do nothing.
type mortal struct {
	hdfs.FileSystem
	*life
}

type life struct {
	calls  int
	diesAt int // zero is never
	after  bool
	fails  bool // the call fails, and life goes on
}

func (l *life) call(do func() error) error {
	l.calls++
	switch {
	case l.diesAt == 0 || l.calls < l.diesAt:
		return do()
	case l.calls == l.diesAt && l.after:
		return errors.Join(errKilled, do())
	case l.calls > l.diesAt && l.fails:
		return do()
	}
	return errKilled
}

func (m mortal) Create(name string) (w hdfs.Writer, err error) {
	err = m.call(func() (err error) { w, err = m.FileSystem.Create(name); return err })
	if err != nil {
		return nil, err
	}
	return mortalWriter{w, m.life}, nil
}

func (m mortal) Open(name string) (r hdfs.Reader, err error) {
	err = m.call(func() (err error) { r, err = m.FileSystem.Open(name); return err })
	return r, err
}

func (m mortal) Stat(name string) (info fs.FileInfo, err error) {
	err = m.call(func() (err error) { info, err = m.FileSystem.Stat(name); return err })
	return info, err
}

func (m mortal) ReadDir(name string) (entries []fs.DirEntry, err error) {
	err = m.call(func() (err error) { entries, err = m.FileSystem.ReadDir(name); return err })
	return entries, err
}

func (m mortal) MkdirAll(name string, perm fs.FileMode) error {
	return m.call(func() error { return m.FileSystem.MkdirAll(name, perm) })
}

func (m mortal) Rename(from, to string) error {
	return m.call(func() error { return m.FileSystem.Rename(from, to) })
}

func (m mortal) Remove(name string) error {
	return m.call(func() error { return m.FileSystem.Remove(name) })
}

func (m mortal) RemoveAll(name string) error {
	return m.call(func() error { return m.FileSystem.RemoveAll(name) })
}

type mortalWriter struct {
	hdfs.Writer
	*life
}

func (w mortalWriter) Write(p []byte) (n int, err error) {
	err = w.call(func() (err error) { n, err = w.Writer.Write(p); return err })
	return n, err
}

func (w mortalWriter) Close() error { return w.call(w.Writer.Close) }
