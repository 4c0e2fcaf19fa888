package trash

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/gomr/gomr/hdfs"
)

// folderName is the name of folders with what was moved away. Hadoop leaves it out of a job's
// input, as it begins with a dot.
const folderName = ".gomr-trash"

// A Volume is a file system with outputs.
type Volume struct {
	Name  string // stands in manifests
	Files hdfs.FileSystem
	Home  string // absolute path of the folder of its entries

	// Beside says that outputs stay beside where they were and don't go to Home, which may be
	// on another device.
	Beside bool
}

// The names of the volumes.
const (
	ClusterName = "hdfs"
	MachineName = "local"
)

// Cluster returns the volume of HDFS, or of a folder that stands for it, with the trash in the home of a user.
func Cluster(files hdfs.FileSystem, user string) Volume {
	return Volume{Name: ClusterName, Files: files, Home: path.Join("/user", user, folderName)}
}

// Machine returns the volume of this machine's files, with the entries in a folder.
func Machine(home string) Volume {
	return Volume{Name: MachineName, Files: osFiles{}, Home: home, Beside: true}
}

// place returns where the output of that number goes. The folder that it is in is of the output's own.
func (v *Volume) place(id string, n int, output string) string {
	if v.Beside {
		return filepath.Join(filepath.Dir(output), folderName, id+"-"+strconv.Itoa(n), filepath.Base(output))
	}
	return path.Join(v.Home, id, strconv.Itoa(n), path.Base(output))
}

// move moves an output to its place in the trash. The folder around it may be removed by another process
// that finds it empty, so it is tried again.
func (v *Volume) move(o *Output) (err error) {
	const tries = 5
	for range tries {
		// The folder of one that is gone must not be made again for its place.
		if is, err := there(v.Files, o.Path); err != nil {
			return err
		} else if !is {
			return fs.ErrNotExist
		}
		if err = v.Files.MkdirAll(path.Dir(o.Trash), 0o700); err == nil {
			err = v.Files.Rename(o.Path, o.Trash)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	return err
}

// tidy removes the empty folders around a place in the trash.
func (v *Volume) tidy(place string) {
	own := filepath.Dir(place)
	_ = v.Files.Remove(own) // it may be gone
	if v.Beside {
		_ = v.Files.Remove(filepath.Dir(own)) // others may have something there
	}
}

// there tells whether something has a name.
func there(files hdfs.FileSystem, name string) (bool, error) {
	_, err := files.Stat(name)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return false, nil
	}
	return err == nil, err
}

// Measure returns how many files a name stands for, and how many bytes they have.
func Measure(files hdfs.FileSystem, name string) (count int, bytes int64, err error) {
	info, err := files.Stat(name)
	if err != nil {
		return 0, 0, err
	}
	if !info.IsDir() {
		return 1, info.Size(), nil
	}
	entries, err := files.ReadDir(name)
	if err != nil {
		return 0, 0, err
	}
	for _, entry := range entries {
		if entry.IsDir() {
			n, size, err := Measure(files, path.Join(name, entry.Name()))
			if err != nil {
				return 0, 0, err
			}
			count, bytes = count+n, bytes+size
			continue
		}
		info, err := entry.Info()
		if err != nil {
			return 0, 0, err
		}
		count, bytes = count+1, bytes+info.Size()
	}
	return count, bytes, nil
}

// osFiles are the files of this machine under all names that it has, which may have colons.
type osFiles struct{}

var _ hdfs.FileSystem = osFiles{}

func (osFiles) Open(name string) (hdfs.Reader, error) { return os.Open(name) }

func (osFiles) Create(name string) (hdfs.Writer, error) {
	return os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
}

// Stat describes a link itself, for that is what a rename moves.
func (osFiles) Stat(name string) (fs.FileInfo, error)      { return os.Lstat(name) }
func (osFiles) ReadDir(name string) ([]fs.DirEntry, error) { return os.ReadDir(name) }
func (osFiles) Mkdir(name string, perm fs.FileMode) error  { return os.Mkdir(name, perm) }
func (osFiles) MkdirAll(name string, p fs.FileMode) error  { return os.MkdirAll(name, p) }
func (osFiles) Remove(name string) error                   { return os.Remove(name) }
func (osFiles) RemoveAll(name string) error                { return os.RemoveAll(name) }
func (osFiles) Chmod(name string, mode fs.FileMode) error  { return os.Chmod(name, mode) }

func (osFiles) Rename(oldname, newname string) error {
	if err := hdfs.RenameFile(oldname, newname); err != nil {
		return &os.LinkError{Op: "rename", Old: oldname, New: newname, Err: err}
	}
	return nil
}
