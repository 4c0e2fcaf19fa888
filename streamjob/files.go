package streamjob

import (
	"fmt"
	"os"
	"path"
	"strings"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/mr/input"
)

// A storage makes a file system readable for package input.
type storage struct{ hdfs.FileSystem }

// Open opens a file for reading.
func (s storage) Open(name string) (input.File, error) { return s.FileSystem.Open(name) }

// qualify returns the URI of a path of the local file system, as Hadoop writes it.
func qualify(name string) string {
	if scheme, _, ok := strings.Cut(name, ":"); ok && scheme != "file" && !strings.Contains(scheme, "/") {
		return name
	}
	return "file:" + pathOf(name)
}

// pathOf returns the absolute slash path of a URI or path, in which braces and
// wildcards stay as they are.
func pathOf(name string) string {
	name = localPath(name)
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	dir, err := os.Getwd()
	if err != nil {
		dir = "/"
	}
	return path.Join(dir, name)
}

// splitPaths splits an input at commas outside of braces, as FileInputFormat does.
func splitPaths(list string) []string {
	var names []string
	depth, start := 0, 0
	for i, c := range list {
		switch {
		case c == '{':
			depth++
		case c == '}':
			depth--
		case c == ',' && depth <= 0:
			names = append(names, list[start:i])
			start = i + 1
		}
	}
	return append(names, list[start:])
}

// openFiles connects to the file system of the job's paths. Without -fs that is this
// machine's.
func (j *job) openFiles() error {
	uri := j.conf.text("fs.defaultFS", "file:///")
	if scheme, _, ok := strings.Cut(uri, "://"); ok && scheme != "file" {
		return &submitError{text: fmt.Sprintf("No FileSystem for scheme %q: gomr streaming reads local files; for a cluster's files, use hadoop jar", scheme)}
	}
	for _, name := range append([]string{j.output}, j.inputs...) {
		if scheme, _, ok := strings.Cut(name, "://"); ok && scheme != "file" {
			return &submitError{text: fmt.Sprintf("No FileSystem for scheme %q: gomr streaming reads local files; for a cluster's files, use hadoop jar", scheme)}
		}
	}
	files := hdfs.Local("/")
	j.files = storage{files}
	final := pathOf(j.output)
	j.committer = &committer{
		files: files,
		final: final,
		temp:  hdfs.TempDir(final, j.idNumber()),
		mark:  j.conf.boolean("mapreduce.fileoutputcommitter.marksuccessfuljobs", true),
		late:  strings.TrimSpace(j.conf.text("mapreduce.fileoutputcommitter.algorithm.version", "2")) == "1",
	}
	return nil
}

// listInput lists the files of the job's inputs.
func (j *job) listInput() ([]input.FileStatus, error) {
	var names []string
	for _, list := range j.inputs {
		for _, name := range splitPaths(list) {
			if name == "" {
				return nil, &uncaughtError{illegalArgument, "Can not create a Path from an empty string"}
			}
			names = append(names, pathOf(name))
		}
	}
	options := input.ListOptions{
		Recursive:     j.conf.boolean("mapreduce.input.fileinputformat.input.dir.recursive", false),
		IgnoreFolders: j.conf.boolean("mapreduce.input.fileinputformat.input.dir.nonrecursive.ignore.subdirs", false),
	}
	files, err := input.List(j.files, names, options)
	if err != nil {
		return nil, inputError(err)
	}
	return files, nil
}
