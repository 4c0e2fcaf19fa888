package hdfstest

import (
	"errors"
	"io/fs"
	"sync"

	"github.com/gomr/gomr/hdfs"
)

// ErrKilled is the error of all that a process does after its end.
var ErrKilled = errors.New("killed")

// A Mortal file system is that of a process which dies at one of its calls: before it, or
// when it is done and nobody has heard so. All calls that come later do nothing.
type Mortal struct {
	hdfs.FileSystem
	*Life
}

// A Life is that of a process. What it does may be counted and ended in several places at once.
type Life struct {
	DiesAt int // number of the call, from 1; zero is never
	After  bool
	Fails  bool // the call fails, and life goes on

	mu    sync.Mutex
	calls int
}

// Calls returns how many calls there were.
func (l *Life) Calls() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.calls
}

// Call does something, unless the process is dead.
func (l *Life) Call(do func() error) error {
	l.mu.Lock()
	l.calls++
	calls := l.calls
	l.mu.Unlock()
	switch {
	case l.DiesAt == 0 || calls < l.DiesAt:
		return do()
	case calls == l.DiesAt && l.After:
		return errors.Join(ErrKilled, do())
	case calls > l.DiesAt && l.Fails:
		return do()
	}
	return ErrKilled
}

// Create implements [hdfs.FileSystem].
func (m Mortal) Create(name string) (w hdfs.Writer, err error) {
	err = m.Call(func() (err error) { w, err = m.FileSystem.Create(name); return err })
	if err != nil {
		return nil, err
	}
	return mortalWriter{w, m.Life}, nil
}

// Open implements [hdfs.FileSystem].
func (m Mortal) Open(name string) (r hdfs.Reader, err error) {
	err = m.Call(func() (err error) { r, err = m.FileSystem.Open(name); return err })
	return r, err
}

// Stat implements [hdfs.FileSystem].
func (m Mortal) Stat(name string) (info fs.FileInfo, err error) {
	err = m.Call(func() (err error) { info, err = m.FileSystem.Stat(name); return err })
	return info, err
}

// ReadDir implements [hdfs.FileSystem].
func (m Mortal) ReadDir(name string) (entries []fs.DirEntry, err error) {
	err = m.Call(func() (err error) { entries, err = m.FileSystem.ReadDir(name); return err })
	return entries, err
}

// MkdirAll implements [hdfs.FileSystem].
func (m Mortal) MkdirAll(name string, perm fs.FileMode) error {
	return m.Call(func() error { return m.FileSystem.MkdirAll(name, perm) })
}

// Rename implements [hdfs.FileSystem].
func (m Mortal) Rename(from, to string) error {
	return m.Call(func() error { return m.FileSystem.Rename(from, to) })
}

// Remove implements [hdfs.FileSystem].
func (m Mortal) Remove(name string) error {
	return m.Call(func() error { return m.FileSystem.Remove(name) })
}

// RemoveAll implements [hdfs.FileSystem].
func (m Mortal) RemoveAll(name string) error {
	return m.Call(func() error { return m.FileSystem.RemoveAll(name) })
}

type mortalWriter struct {
	hdfs.Writer
	*Life
}

func (w mortalWriter) Write(p []byte) (n int, err error) {
	err = w.Call(func() (err error) { n, err = w.Writer.Write(p); return err })
	return n, err
}

func (w mortalWriter) Close() error { return w.Call(w.Writer.Close) }
