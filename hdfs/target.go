package hdfs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"syscall"
)

// Success is the name of the empty file that says that a folder is complete.
// Hadoop's output committer writes it last.
const Success = "_SUCCESS"

// A Target is a file or folder that a task makes or reads: a path and how to
// tell that it is complete. It is a plain value: two targets are equal (==) when
// they mean the same. The file system is that of the context; see [NewContext].
//
// A path that can't be is not reported where the target is made, but by every
// method that uses it, so that Output methods stay one line.
type Target struct {
	path    string
	dir     bool
	mistake string // why the path can't be; empty where it can
}

// File returns the target of a single file, with its absolute path formatted as by
// [fmt.Sprintf]. It is complete when it exists.
func File(format string, args ...any) Target { return newTarget(false, fmt.Sprintf(format, args...)) }

// Dir returns the target of a folder of part files, with its absolute path formatted
// as by [fmt.Sprintf]. It is complete when it holds the file [Success].
func Dir(format string, args ...any) Target { return newTarget(true, fmt.Sprintf(format, args...)) }

func newTarget(dir bool, name string) Target {
	switch err := checkName(name); {
	case strings.Contains(name, "%!"):
		return Target{name, dir, "the format does not fit its arguments (write %% for a per cent sign)"}
	case err != nil:
		return Target{name, dir, err.Error()}
	case path.Clean(name) == "/":
		return Target{name, dir, "the root folder can't be a target"}
	}
	return Target{path: path.Clean(name), dir: dir}
}

// Path returns the absolute path.
func (t Target) Path() string { return t.path }

// IsDir tells whether the target is a folder of part files.
func (t Target) IsDir() bool { return t.dir }

// String returns the path, with a slash at the end of a folder.
func (t Target) String() string {
	if t.dir {
		return t.path + "/"
	}
	return t.path
}

// Marker returns the path whose existence says that the target is complete: of a folder that of its [Success].
func (t Target) Marker() string {
	if t.dir {
		return path.Join(t.path, Success)
	}
	return t.path
}

// Exists tells whether the target is complete. A folder where a file should be,
// or the other way round, is an error: no run would ever complete it.
func (t Target) Exists(ctx context.Context) (bool, error) {
	fsys, err := t.use(ctx, "stat")
	if err != nil {
		return false, err
	}
	return t.exists(fsys)
}

func (t Target) exists(fsys FileSystem) (bool, error) {
	info, err := fsys.Stat(t.path)
	if isMissing(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return t.completeAs(fsys, info)
}

// completeAs tells whether the target is complete, knowing that info is at its path.
func (t Target) completeAs(fsys FileSystem, info fs.FileInfo) (bool, error) {
	if err := t.checkKind("stat", info.IsDir()); err != nil || !t.dir {
		return err == nil, err
	}
	_, err := fsys.Stat(t.Marker())
	if isMissing(err) {
		return false, nil
	}
	return err == nil, err
}

func (t Target) checkKind(op string, isDir bool) error {
	switch {
	case isDir == t.dir:
		return nil
	case isDir:
		return t.error(op, errorIs("is a folder where a file is expected: use hdfs.Dir, or remove it", syscall.EISDIR))
	default:
		return t.error(op, errorIs("is a file where a folder is expected: use hdfs.File, or remove it", syscall.ENOTDIR))
	}
}

// Open opens the file for reading, or all parts of a folder, one after the
// other. A folder without [Success] is not opened.
func (t Target) Open(ctx context.Context) (io.ReadCloser, error) {
	fsys, err := t.use(ctx, "open")
	if err != nil {
		return nil, err
	}
	if !t.dir {
		return fsys.Open(t.path)
	}
	parts, err := t.Parts(ctx)
	if err != nil {
		return nil, err
	}
	return &partsReader{fsys: fsys, rest: parts}, nil
}

// Parts returns the paths of the part files of a complete folder, in the order of
// [FileSystem.ReadDir]: all files in it but those whose names begin with _ or a dot.
func (t Target) Parts(ctx context.Context) ([]string, error) {
	fsys, err := t.use(ctx, "readdir")
	if err != nil {
		return nil, err
	}
	if !t.dir {
		return nil, t.error("readdir", errors.New("a file has no parts: use hdfs.Dir"))
	}
	entries, err := fsys.ReadDir(t.path)
	if err != nil {
		return nil, err
	}
	complete := false
	var parts []string
	for _, entry := range entries {
		complete = complete || entry.Name() == Success
		if !entry.IsDir() && !isHidden(entry.Name()) {
			parts = append(parts, path.Join(t.path, entry.Name()))
		}
	}
	if !complete {
		return nil, t.error("readdir", errorIs("is not complete: it has no "+Success, fs.ErrNotExist))
	}
	return parts, nil
}

// isHidden tells that Hadoop leaves a file of that name out of a job's input.
func isHidden(name string) bool { return strings.HasPrefix(name, "_") || strings.HasPrefix(name, ".") }

// use returns the file system for one use of the target.
func (t Target) use(ctx context.Context, op string) (FileSystem, error) {
	if t.path == "" && t.mistake == "" {
		t.mistake = "an empty target: make one with hdfs.File or hdfs.Dir"
	}
	if t.mistake != "" {
		return nil, t.error(op, errorIs(t.mistake, fs.ErrInvalid))
	}
	fsys, err := FromContext(ctx)
	if err != nil {
		return nil, t.error(op, err)
	}
	return fsys, nil
}

func (t Target) error(op string, err error) error {
	return &fs.PathError{Op: op, Path: t.path, Err: err}
}

// A partsReader reads files one after the other and holds one open at a time.
type partsReader struct {
	fsys FileSystem
	rest []string
	open Reader
}

func (r *partsReader) Read(p []byte) (int, error) {
	for {
		if r.open == nil {
			if len(r.rest) == 0 {
				return 0, io.EOF
			}
			file, err := r.fsys.Open(r.rest[0])
			if err != nil {
				return 0, err
			}
			r.open, r.rest = file, r.rest[1:]
		}
		n, err := r.open.Read(p)
		if n > 0 || err != io.EOF {
			if err == io.EOF {
				err = nil // the next call finds it again
			}
			return n, err
		}
		if err := r.closePart(); err != nil {
			return 0, err
		}
	}
}

func (r *partsReader) Close() error {
	r.rest = nil
	return r.closePart()
}

func (r *partsReader) closePart() error {
	if r.open == nil {
		return nil
	}
	part := r.open
	r.open = nil
	return part.Close()
}
