package orchestrate

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// A LocalTarget is a file of this machine. Its methods are those of the targets
// in HDFS, so that a task can move from the one to the other.
type LocalTarget struct{ path string }

// LocalFile returns the target of a local file. The path is made as by [fmt.Sprintf]
// where there are arguments; without, it is taken as it is.
func LocalFile(format string, args ...any) LocalTarget {
	if len(args) > 0 {
		format = fmt.Sprintf(format, args...)
	}
	return LocalTarget{filepath.Clean(format)}
}

// Path returns the path of the file.
func (t LocalTarget) Path() string { return t.path }

// LocalPath returns the path of the file. A target with this method is one file or folder of this machine,
// which can be moved to the trash.
func (t LocalTarget) LocalPath() string { return t.path }

// String returns the path of the file.
func (t LocalTarget) String() string { return t.path }

// Exists reports whether the file is there.
func (t LocalTarget) Exists(context.Context) (bool, error) {
	_, err := os.Stat(t.path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// Open opens the file for reading.
func (t LocalTarget) Open(context.Context) (*os.File, error) { return os.Open(t.path) }

// Create begins to write the file, and makes its folder where it is missing.
// The file appears with all its content when the writer is closed, in place of
// one that was there before. Where ctx is that of a task whose attempt was given up meanwhile,
// it doesn't, and closing it is an error.
//
//	w, err := target.Create(ctx)
//	if err != nil {
//		return err
//	}
//	defer w.Abort()
//	… // write to w
//	return w.Close()
func (t LocalTarget) Create(ctx context.Context) (*LocalWriter, error) {
	folder, name := filepath.Split(t.path)
	if err := os.MkdirAll(filepath.Clean(folder), 0o777); err != nil {
		return nil, err
	}
	temporary := filepath.Join(folder, "."+name+"."+rand.Text()+".tmp")
	file, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return nil, err
	}
	return &LocalWriter{ctx: ctx, file: file, path: t.path, counts: checkerOf(ctx).wanted()}, nil
}

// A LocalWriter writes a temporary file beside a [LocalTarget] and puts it in its place at the end.
type LocalWriter struct {
	ctx  context.Context //nolint:containedctx // of the task that may commit, or not
	file *os.File
	path string
	err  error // the first failed write, after which the file is not whole
	done bool

	counts bool // the task has checks
	open   bool // the last line has no end yet
	made   Size
}

var _ io.WriteCloser = (*LocalWriter)(nil)

// Write writes p to the temporary file. It doesn't keep p.
func (w *LocalWriter) Write(p []byte) (int, error) {
	n, err := w.file.Write(p)
	if w.counts {
		w.made.Bytes += int64(n)
		w.made.Rows += int64(bytes.Count(p[:n], []byte{'\n'}))
		w.open = n > 0 && p[n-1] != '\n' || n == 0 && w.open
	}
	if err != nil && w.err == nil {
		w.err = err
	}
	return n, err
}

// Close stores the file on disk and gives it its name. After a failed write it
// returns that error, and the target stays as it was.
func (w *LocalWriter) Close() error {
	if w.done {
		return fs.ErrClosed
	}
	w.done = true
	err := w.err
	if err == nil {
		err = w.file.Sync()
	}
	err = errors.Join(err, w.file.Close())
	if err == nil && w.counts {
		err = w.check()
	}
	if err == nil {
		err = mayCommit(w.ctx)
	}
	if err == nil {
		err = os.Rename(w.file.Name(), w.path)
	}
	if err != nil {
		os.Remove(w.file.Name())
	}
	return err
}

// check makes the task's checks. What they reject is kept beside the target until they accept another one.
func (w *LocalWriter) check() error {
	if w.open {
		w.made.Rows++
	}
	folder, name := filepath.Split(w.path)
	rejected := filepath.Join(folder, "."+name+".rejected")
	err := checkerOf(w.ctx).check(w.ctx, w.made)
	if err == nil {
		os.Remove(rejected)
		return nil
	}
	if !errors.As(err, new(*CheckError)) || os.Rename(w.file.Name(), rejected) != nil {
		return err
	}
	return fmt.Errorf("%w; the rejected output is in %s", err, rejected)
}

// Abort removes what was written. After Close it does nothing.
func (w *LocalWriter) Abort() error {
	if w.done {
		return nil
	}
	w.done = true
	return errors.Join(w.file.Close(), os.Remove(w.file.Name()))
}
