package hdfs

import (
	"cmp"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"syscall"
)

// A FileSystem holds files and folders by absolute slash paths such as
// "/data/text/2014-06-01.txt". [Client] is one on a cluster, [LocalFS] one in a
// local folder; both pass the same suite, package hdfstest.
//
// Methods act like the functions of package os with the same name. Every error
// is a [*fs.PathError] or, from Rename, an [*os.LinkError], and works with
// [errors.Is] and [fs.ErrNotExist], [fs.ErrExist] and [fs.ErrPermission].
// Names that HDFS refuses are refused everywhere, with [fs.ErrInvalid]: a
// relative path, an element ".." or ".", a colon, a NUL byte.
//
// All methods may be called from any goroutine.
type FileSystem interface {
	// Open opens a file for reading. A folder is [syscall.EISDIR].
	Open(name string) (Reader, error)

	// Create makes a new file and opens it for writing. It fails with
	// [fs.ErrExist] where the name is taken, so of many who create the same
	// name exactly one succeeds. The folder must be there already.
	// Readers see the file at once, and grow; see [Target.Create] for a file
	// that is seen only when it is complete.
	Create(name string) (Writer, error)

	// Stat describes a file or folder.
	Stat(name string) (fs.FileInfo, error)

	// ReadDir lists a folder in the order of HDFS: by the bytes of the names,
	// compared as signed bytes, so that names outside ASCII come first.
	// Info of an entry is what the listing told: it costs no call and does not fail.
	ReadDir(name string) ([]fs.DirEntry, error)

	// Mkdir makes one folder, and fails with [fs.ErrExist] where the name is taken.
	// It is no lock: on a cluster two callers at the same moment can both
	// succeed. Use Create or Rename to claim a name.
	Mkdir(name string, perm fs.FileMode) error

	// MkdirAll makes a folder and the folders above it. A folder that exists is no error.
	MkdirAll(name string, perm fs.FileMode) error

	// Rename moves a file or folder in one step. It never overwrites: where
	// newname exists, also as an empty folder, it fails with [fs.ErrExist] and
	// changes nothing, even when many rename to the same name at once.
	// The folder of newname must exist.
	Rename(oldname, newname string) error

	// Remove removes a file or an empty folder.
	Remove(name string) error

	// RemoveAll removes a file, or a folder and all below it. A name that
	// does not exist is no error. The root can't be removed.
	RemoveAll(name string) error

	// Chmod sets the permission bits and the sticky bit.
	Chmod(name string, mode fs.FileMode) error
}

// A Reader is a file open for reading. Read and Seek share a position and are for one
// goroutine at a time; ReadAt may be called from many, does not move that
// position, and copies into the caller's bytes.
type Reader interface {
	fs.File
	io.ReaderAt
	io.Seeker
}

// A Writer writes a new file from its start. The file is complete only when
// Close returned nil. It is for one goroutine at a time.
type Writer interface {
	io.WriteCloser
}

var (
	errRelative = errorIs("a path must be absolute, such as /data/x", fs.ErrInvalid)
	errElement  = errorIs(`a path may hold no ".", no "..", no colon and no NUL byte`, fs.ErrInvalid)
	errRoot     = errorIs("the root folder can't be changed", fs.ErrInvalid)
)

// cleanName returns name without doubled and trailing slashes, or a
// [*fs.PathError] where no file system can hold it.
func cleanName(op, name string) (string, error) {
	if err := checkName(name); err != nil {
		return "", &fs.PathError{Op: op, Path: name, Err: err}
	}
	return path.Clean(name), nil
}

// cleanTarget is cleanName for what is made, moved or removed: the root can't be.
func cleanTarget(op, name string) (string, error) {
	name, err := cleanName(op, name)
	if err == nil && name == "/" {
		return "", &fs.PathError{Op: op, Path: name, Err: errRoot}
	}
	return name, err
}

func checkName(name string) error {
	if !strings.HasPrefix(name, "/") {
		return errRelative
	}
	for element := range strings.SplitSeq(name, "/") {
		if element == "." || element == ".." || strings.ContainsAny(element, ":\x00") {
			return errElement
		}
	}
	return nil
}

// sortEntries puts entries into the order of an HDFS listing.
func sortEntries(entries []fs.DirEntry) {
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return compareSigned(a.Name(), b.Name()) })
}

// compareSigned compares bytes as Java does, as signed numbers, the way
// org.apache.hadoop.hdfs.DFSUtilClient.compareBytes orders the children of a folder.
func compareSigned(a, b string) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return cmp.Compare(int8(a[i]), int8(b[i]))
		}
	}
	return cmp.Compare(len(a), len(b))
}

// isMissing tells that nothing has that name, whether the name itself is
// missing or something above it is a file.
func isMissing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// A kindError is a text that is also, for [errors.Is], one of the errors of io/fs.
type kindError struct {
	text string
	kind error
}

func errorIs(text string, kind error) error { return &kindError{text, kind} }

func (e *kindError) Error() string { return e.text }
func (e *kindError) Unwrap() error { return e.kind }
