package local

import (
	"fmt"
	"io/fs"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/mr"
)

// sideFiles are the side files of a step by their names.
type sideFiles struct {
	files hdfs.FileSystem
	paths map[string]string
}

// openSideFiles makes sure that the side files are there.
func openSideFiles(files hdfs.FileSystem, list []mr.SideFile) (sideFiles, error) {
	paths := make(map[string]string, len(list))
	for _, f := range list {
		if _, err := files.Stat(f.Path); err != nil {
			return sideFiles{}, fmt.Errorf("side file %s: %w", f.Name, err)
		}
		if paths[f.Name] != "" {
			return sideFiles{}, fmt.Errorf("side files %s and %s have the same name: give one another name, as in mr.Files(%q)", paths[f.Name], f.Path, f.Path+"#other")
		}
		paths[f.Name] = f.Path
	}
	return sideFiles{files, paths}, nil
}

// Open implements [fs.FS].
func (s sideFiles) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	p, ok := s.paths[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return s.files.Open(p)
}
