package cli

import (
	"io/fs"

	"github.com/gomr/gomr/hdfs"
)

// A lazyFS is a file system that connects when it is first used, so that tasks
// with no target in HDFS need no cluster. It tries once.
type lazyFS struct {
	connect func() (*hdfs.Client, error) // a sync.OnceValues
}

var (
	_ hdfs.FileSystem = lazyFS{}
	_ hdfs.StatAller  = lazyFS{}
)

// A connectError is why there is no connection. It unwraps to nothing: a configuration
// that is missing must not look like a file that does not exist.
type connectError struct{ reason string }

func (e *connectError) Error() string { return e.reason }

// get calls a method that returns something.
func get[T any](l lazyFS, call func(*hdfs.Client) (T, error)) (T, error) {
	client, err := l.connect()
	if err != nil {
		var none T
		return none, &connectError{err.Error()}
	}
	return call(client)
}

// do calls a method that returns an error alone.
func (l lazyFS) do(call func(*hdfs.Client) error) error {
	_, err := get(l, func(c *hdfs.Client) (struct{}, error) { return struct{}{}, call(c) })
	return err
}

func (l lazyFS) Open(name string) (hdfs.Reader, error) {
	return get(l, func(c *hdfs.Client) (hdfs.Reader, error) { return c.Open(name) })
}

func (l lazyFS) Create(name string) (hdfs.Writer, error) {
	return get(l, func(c *hdfs.Client) (hdfs.Writer, error) { return c.Create(name) })
}

func (l lazyFS) Stat(name string) (fs.FileInfo, error) {
	return get(l, func(c *hdfs.Client) (fs.FileInfo, error) { return c.Stat(name) })
}

func (l lazyFS) StatAll(names []string) ([]fs.FileInfo, error) {
	return get(l, func(c *hdfs.Client) ([]fs.FileInfo, error) { return c.StatAll(names) })
}

func (l lazyFS) ReadDir(name string) ([]fs.DirEntry, error) {
	return get(l, func(c *hdfs.Client) ([]fs.DirEntry, error) { return c.ReadDir(name) })
}

func (l lazyFS) Mkdir(name string, perm fs.FileMode) error {
	return l.do(func(c *hdfs.Client) error { return c.Mkdir(name, perm) })
}

func (l lazyFS) MkdirAll(name string, perm fs.FileMode) error {
	return l.do(func(c *hdfs.Client) error { return c.MkdirAll(name, perm) })
}

func (l lazyFS) Rename(oldname, newname string) error {
	return l.do(func(c *hdfs.Client) error { return c.Rename(oldname, newname) })
}

func (l lazyFS) Remove(name string) error {
	return l.do(func(c *hdfs.Client) error { return c.Remove(name) })
}

func (l lazyFS) RemoveAll(name string) error {
	return l.do(func(c *hdfs.Client) error { return c.RemoveAll(name) })
}

func (l lazyFS) Chmod(name string, mode fs.FileMode) error {
	return l.do(func(c *hdfs.Client) error { return c.Chmod(name, mode) })
}
