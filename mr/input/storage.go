package input

import (
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// A Storage holds the input files. Names are absolute slash paths such as
// "/data/text/2014-06-01.txt". Errors follow [fs.ErrNotExist] and its like.
// Its methods may be called from any goroutine.
//
// [Dir] is the Storage of a local folder. A file system whose Open returns a
// type of its own needs one method around it:
//
//	type storage struct{ hdfs.FileSystem }
//
//	func (s storage) Open(name string) (input.File, error) { return s.FileSystem.Open(name) }
type Storage interface {
	// Open opens a file for reading.
	Open(name string) (File, error)

	// Stat describes a file or folder. Where the storage knows the block size
	// of a file, the result has a method BlockSize() int64, or a Sys with a
	// method GetBlocksize() uint64, as the file status of HDFS has;
	// [SplitOptions.BlockSize] counts for all other files.
	Stat(name string) (fs.FileInfo, error)

	// ReadDir lists a folder, in any order.
	ReadDir(name string) ([]fs.DirEntry, error)
}

// A File is an open input file. One goroutine uses it.
// A File that is an [io.Seeker] too is read through Read from the start of its
// split; any other one through ReadAt.
type File interface {
	io.Reader
	io.ReaderAt
	io.Closer
}

// Dir returns the local folder root as a Storage: the name "/data/x" is the
// file data/x below root. An empty root is the root of the operating system.
// No name leads out of root, but symbolic links are followed.
func Dir(root string) Storage {
	if root == "" {
		root = string(filepath.Separator)
	}
	return dir(root)
}

type dir string

func (d dir) local(name string) string {
	return filepath.Join(string(d), filepath.FromSlash(path.Clean("/"+name)))
}

func (d dir) Open(name string) (File, error) {
	file, err := os.Open(d.local(name))
	if err != nil {
		return nil, err
	}
	return file, nil
}

func (d dir) Stat(name string) (fs.FileInfo, error) { return os.Stat(d.local(name)) }

func (d dir) ReadDir(name string) ([]fs.DirEntry, error) { return os.ReadDir(d.local(name)) }
