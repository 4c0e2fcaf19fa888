package hdfs

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"syscall"
)

// A LocalFS is a [FileSystem] in a local folder: "/data/x" is the file data/x in
// its root. No name leads out of the root; a symbolic link that the user put
// below it is followed.
type LocalFS struct{ root string }

var _ FileSystem = (*LocalFS)(nil)

// Local returns the file system in the folder root, which need not exist yet.
func Local(root string) *LocalFS { return &LocalFS{root: root} }

// OSPath returns the path of name for package os. The name is taken as if it
// were absolute, so the result is always in the root.
func (l *LocalFS) OSPath(name string) string {
	return filepath.Join(l.root, filepath.FromSlash(path.Clean("/"+name)))
}

// Open opens a file for reading.
func (l *LocalFS) Open(name string) (Reader, error) {
	name, err := cleanName("open", name)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(l.OSPath(name))
	if err != nil {
		return nil, renamed("open", name, err)
	}
	info, err := file.Stat()
	if err == nil && info.IsDir() {
		err = syscall.EISDIR
	}
	if err != nil {
		file.Close()
		return nil, renamed("open", name, err)
	}
	return file, nil
}

// Create makes a new file and opens it for writing.
func (l *LocalFS) Create(name string) (Writer, error) {
	name, err := cleanTarget("create", name)
	if err != nil {
		return nil, err
	}
	if err := l.makeRoot(); err != nil {
		return nil, renamed("create", name, err)
	}
	file, err := os.OpenFile(l.OSPath(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return nil, renamed("create", name, err)
	}
	return file, nil
}

// Stat describes a file or folder.
func (l *LocalFS) Stat(name string) (fs.FileInfo, error) {
	name, err := cleanName("stat", name)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(l.OSPath(name))
	if err != nil {
		return nil, renamed("stat", name, err)
	}
	return info, nil
}

// ReadDir lists a folder in the order of HDFS.
func (l *LocalFS) ReadDir(name string) ([]fs.DirEntry, error) {
	name, err := cleanName("readdir", name)
	if err != nil {
		return nil, err
	}
	listed, err := os.ReadDir(l.OSPath(name))
	if err != nil {
		return nil, renamed("readdir", name, err)
	}
	entries := make([]fs.DirEntry, 0, len(listed))
	for _, entry := range listed {
		info, err := os.Stat(filepath.Join(l.OSPath(name), entry.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed since it was listed, or a link to nothing
		}
		if err != nil {
			return nil, renamed("readdir", path.Join(name, entry.Name()), err)
		}
		entries = append(entries, fs.FileInfoToDirEntry(info))
	}
	sortEntries(entries)
	return entries, nil
}

// names returns the names in a folder, in any order.
func (l *LocalFS) names(name string) ([]string, error) {
	name, err := cleanName("readdir", name)
	if err != nil {
		return nil, err
	}
	dir, err := os.Open(l.OSPath(name))
	if err != nil {
		return nil, renamed("readdir", name, err)
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	return names, renamed("readdir", name, err)
}

// Mkdir makes one folder.
func (l *LocalFS) Mkdir(name string, perm fs.FileMode) error {
	return l.change("mkdir", name, func(osPath string) error {
		if err := l.makeRoot(); err != nil {
			return err
		}
		return os.Mkdir(osPath, perm)
	})
}

// MkdirAll makes a folder and the folders above it.
func (l *LocalFS) MkdirAll(name string, perm fs.FileMode) error {
	name, err := cleanName("mkdir", name)
	if err != nil {
		return err
	}
	return renamed("mkdir", name, os.MkdirAll(l.OSPath(name), perm))
}

// Remove removes a file or an empty folder.
func (l *LocalFS) Remove(name string) error { return l.change("remove", name, os.Remove) }

// RemoveAll removes a file, or a folder and all below it.
func (l *LocalFS) RemoveAll(name string) error { return l.change("remove", name, os.RemoveAll) }

// Chmod sets the permission bits and the sticky bit.
func (l *LocalFS) Chmod(name string, mode fs.FileMode) error {
	return l.change("chmod", name, func(osPath string) error { return os.Chmod(osPath, mode) })
}

// Rename moves a file or folder and never overwrites. It is one system call on
// Linux; see moveByClaim for what stands in where the kernel or the file
// system below lacks it.
func (l *LocalFS) Rename(oldname, newname string) error {
	oldPath, err := cleanTarget("rename", oldname)
	if err != nil {
		return linkError(oldname, newname, err)
	}
	newPath, err := cleanTarget("rename", newname)
	if err != nil {
		return linkError(oldname, newname, err)
	}
	err = renameNoReplace(l.OSPath(oldPath), l.OSPath(newPath))
	return linkError(oldPath, newPath, err)
}

// makeRoot makes the root itself: on a cluster it is always there.
func (l *LocalFS) makeRoot() error { return os.MkdirAll(l.root, 0o777) }

func (l *LocalFS) change(op, name string, do func(osPath string) error) error {
	name, err := cleanTarget(op, name)
	if err != nil {
		return err
	}
	return renamed(op, name, do(l.OSPath(name)))
}

// renamed returns err as a [*fs.PathError] that shows the name in the file
// system instead of the path on this machine.
func renamed(op, name string, err error) error {
	if err == nil {
		return nil
	}
	return &fs.PathError{Op: op, Path: name, Err: cause(err)}
}

func linkError(oldname, newname string, err error) error {
	if err == nil {
		return nil
	}
	return &os.LinkError{Op: "rename", Old: oldname, New: newname, Err: cause(err)}
}

// cause returns what a [*fs.PathError] or an [*os.LinkError] wraps.
func cause(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return e.Err
	}
	return err
}
