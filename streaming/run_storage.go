package streaming

import (
	"io/fs"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/mr/input"
)

// A storage is the cluster's file system as package input reads it.
type storage struct{ hdfs.FileSystem }

// Open opens a file for reading.
func (s storage) Open(name string) (input.File, error) { return s.FileSystem.Open(name) }

// sideFiles are the side files of a step as its tasks see them, for a mapper that
// runs here to sample the input.
type sideFiles struct {
	fsys  hdfs.FileSystem
	files []mr.SideFile
}

// Open opens a side file by the name that tasks know it by.
func (s sideFiles) Open(name string) (fs.File, error) {
	for _, file := range s.files {
		if file.Name == name {
			return s.fsys.Open(file.Path)
		}
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// listOptions returns how Hadoop lists the input under these properties.
func (p properties) listOptions() input.ListOptions {
	const prefix = "mapreduce.input.fileinputformat.input.dir."
	return input.ListOptions{
		Recursive:     p.isTrue(prefix + "recursive"),
		IgnoreFolders: p.isTrue(prefix + "nonrecursive.ignore.subdirs"),
	}
}

// splitOptions returns how Hadoop cuts the input under these properties.
func (p properties) splitOptions() input.SplitOptions {
	return input.SplitOptions{
		Maps:    int(p.number("mapreduce.job.maps")),
		MinSize: p.number("mapreduce.input.fileinputformat.split.minsize"),
	}
}

// lineOptions returns what a record is under these properties.
func (p properties) lineOptions() input.LineOptions {
	return input.LineOptions{MaxLength: int(p.number("mapreduce.input.linerecordreader.line.maxlength"))}
}
