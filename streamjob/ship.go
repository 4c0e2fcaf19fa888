package streamjob

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A shipment is a file or archive that commands find in their folder under a name.
type shipment struct {
	name, path string
	archive    bool
}

// shipments returns what the properties of -files, -archives and their older forms name.
func (j *job) shipments() []shipment {
	var all []shipment
	for _, list := range []struct {
		property string
		archive  bool
	}{
		{"tmpfiles", false}, {"mapreduce.job.cache.files", false}, {"tmpjars", false},
		{"tmparchives", true}, {"mapreduce.job.cache.archives", true},
	} {
		for uri := range strings.SplitSeq(j.conf.text(list.property, ""), ",") {
			if uri = strings.TrimSpace(uri); uri == "" {
				continue
			}
			path, name, _ := strings.Cut(uri, "#")
			path = absolute(path)
			if name == "" {
				name = filepath.Base(path)
			}
			all = append(all, shipment{name, path, list.archive})
		}
	}
	return all
}

// checkShipped refuses a file that is gone.
func (j *job) checkShipped() error {
	for _, s := range j.shipments() {
		if _, err := os.Stat(s.path); errors.Is(err, fs.ErrNotExist) {
			return &submitError{class: fileNotFound, text: fmt.Sprintf("File file:%s does not exist", s.path)}
		}
	}
	return nil
}

// setupFolders makes the folders for spills and for commands, and returns what removes them.
func (j *job) setupFolders() (cleanup func(), err error) {
	temp, err := os.MkdirTemp(j.options.TempDir, "gomr-streaming-")
	if err != nil {
		return nil, err
	}
	cleanup = func() { _ = os.RemoveAll(temp) } // what stays is in a folder for such things
	j.spillDir = temp
	if j.workDir, err = os.Getwd(); err == nil {
		if all := j.shipments(); len(all) > 0 {
			err = j.setupWork(temp, all)
		}
	}
	if err != nil {
		cleanup()
		return nil, err
	}
	return cleanup, nil
}

// setupWork makes the folder that commands start in: links to what is shipped, and, as
// Hadoop on one machine starts commands in the present folder, to all that is there.
func (j *job) setupWork(temp string, all []shipment) error {
	work := filepath.Join(temp, "work")
	if err := os.Mkdir(work, 0o777); err != nil {
		return err
	}
	for i, s := range all {
		target := s.path
		if s.archive {
			target = filepath.Join(temp, fmt.Sprintf("archive-%d", i))
			if err := unpack(s.path, target); err != nil {
				return fmt.Errorf("unpack %s: %w", s.path, err)
			}
		}
		if err := link(target, filepath.Join(work, filepath.FromSlash(s.name))); err != nil {
			return err
		}
	}
	entries, err := os.ReadDir(j.workDir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if err := link(filepath.Join(j.workDir, entry.Name()), filepath.Join(work, entry.Name())); err != nil {
			return err
		}
	}
	j.workDir = work
	return nil
}

// link makes a symbolic link. The first one of a name counts.
func link(target, name string) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	err := os.Symlink(target, name)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}
