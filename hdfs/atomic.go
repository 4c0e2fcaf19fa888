package hdfs

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"path"
)

// An AtomicWriter writes a target's file so that nobody sees it before it is
// complete: into a hidden file in the same folder, which Close renames.
// It is for one goroutine at a time.
type AtomicWriter struct {
	ctx    context.Context
	fsys   FileSystem
	target Target
	temp   string
	writer Writer
	err    error // the first error of Write
	done   bool
}

var _ io.WriteCloser = (*AtomicWriter)(nil)

// Create begins to write the file of the target, and makes the folders above it.
// The file appears when Close returns nil; if the context has ended by then, it
// does not. Of several writers of one target, the first to close wins, and the
// others get [fs.ErrExist]. Always defer Abort: after Close it does nothing.
//
//	w, err := target.Create(ctx)
//	if err != nil {
//		return err
//	}
//	defer w.Abort()
//	…
//	return w.Close()
func (t Target) Create(ctx context.Context) (*AtomicWriter, error) {
	fsys, err := t.use(ctx, "create")
	if err != nil {
		return nil, err
	}
	if t.dir {
		return nil, t.error("create", errors.New("is a folder: create a file in a TempDir and use CommitDir"))
	}
	if _, err := fsys.Stat(t.path); err == nil {
		return nil, t.error("create", fs.ErrExist)
	} else if !isMissing(err) {
		return nil, err
	}
	if err := fsys.MkdirAll(path.Dir(t.path), 0o777); err != nil {
		return nil, err
	}
	temp := TempDir(t.path, newAttempt())
	writer, err := fsys.Create(temp)
	if err != nil {
		return nil, err
	}
	return &AtomicWriter{ctx: ctx, fsys: fsys, target: t, temp: temp, writer: writer}, nil
}

// Write writes to the hidden file. After an error, Close discards the file.
func (w *AtomicWriter) Write(p []byte) (int, error) {
	if w.done {
		return 0, w.target.error("write", fs.ErrClosed)
	}
	n, err := w.writer.Write(p)
	if w.err == nil {
		w.err = err
	}
	return n, err
}

// Close completes the file and gives it its name. On any error, also an earlier
// one of Write, nothing is left.
func (w *AtomicWriter) Close() error {
	if w.done {
		return w.target.error("close", fs.ErrClosed)
	}
	w.done = true
	err := errors.Join(w.err, w.writer.Close())
	if err == nil && w.ctx.Err() != nil {
		err = w.target.error("close", context.Cause(w.ctx))
	}
	if err == nil {
		err = w.fsys.Rename(w.temp, w.target.path)
	}
	if err != nil {
		return errors.Join(err, w.discard())
	}
	return nil
}

// Abort discards what was written. After Close or Abort it does nothing.
func (w *AtomicWriter) Abort() error {
	if w.done {
		return nil
	}
	w.done = true
	w.writer.Close() // the file goes, whatever state it is in
	return w.discard()
}

func (w *AtomicWriter) discard() error { return w.fsys.RemoveAll(w.temp) }
