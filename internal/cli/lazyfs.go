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

var _ hdfs.FileSystem = lazyFS{}

// get calls a method that returns something.
func get[T any](l lazyFS, call func(*hdfs.Client) (T, error)) (T, error) {
	client, err := l.connect()
	if err != nil {
		var none T
		return none, err
	}
	return call(client)
}

// do calls a method that returns an error alone.
func (l lazyFS) do(call func(*hdfs.Client) error) error {
	client, err := l.connect()
	if err != nil {
		return err
	}
	return call(client)
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
