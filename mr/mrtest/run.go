package mrtest

import (
	"io"
	"iter"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/mr/local"
)

const output = "/output"

// Run runs a job over files, whose absolute paths and contents are given, and
// returns the lines of its parts, one part after the other.
// A job that fails ends the test.
func Run(t testing.TB, job mr.Job, files map[string]string) string {
	t.Helper()
	parts := RunParts(t, job, files)
	var all strings.Builder
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		all.WriteString(parts[name])
	}
	return all.String()
}

// RunParts is [Run] with each part by its name, such as part-00000.
func RunParts(t testing.TB, job mr.Job, files map[string]string) map[string]string {
	t.Helper()
	options := inputOptions(t, files)
	if _, err := local.Run(t.Context(), job, options); err != nil {
		t.Fatal(err)
	}
	return ReadParts(t, options.Files, output)
}

// inputOptions returns the options of a run over files, which it writes.
func inputOptions(t testing.TB, files map[string]string) local.Options {
	t.Helper()
	fsys := hdfs.Local(t.TempDir())
	for name, content := range files {
		write(t, fsys, name, content)
	}
	return local.Options{Files: fsys, Inputs: slices.Sorted(maps.Keys(files)), Output: output, Memory: testMemory}
}

// testMemory keeps tests that run side by side small.
const testMemory = 256 << 20

func write(t testing.TB, fsys hdfs.FileSystem, name, content string) {
	t.Helper()
	if err := fsys.MkdirAll(path.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	w, err := fsys.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// ReadParts returns the parts in the output folder of a job, by their names.
func ReadParts(t testing.TB, fsys hdfs.FileSystem, folder string) map[string]string {
	t.Helper()
	entries, err := fsys.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	parts := make(map[string]string)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "part-") {
			parts[e.Name()] = read(t, fsys, path.Join(folder, e.Name()))
		}
	}
	return parts
}

func read(t testing.TB, fsys hdfs.FileSystem, name string) string {
	t.Helper()
	r, err := fsys.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	content, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// Identity is a reducer function that emits each value with its key.
func Identity[K, V any](key K, values iter.Seq[V], emit mr.Emit[K, V]) error {
	for v := range values {
		emit(key, v)
	}
	return nil
}
