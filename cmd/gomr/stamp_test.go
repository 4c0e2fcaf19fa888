package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// newStampedProgram makes a program in the folder a/b, an hour old, and its stamp.
func newStampedProgram(t *testing.T) (root string, s *stamp) {
	t.Helper()
	root = t.TempDir()
	dir := filepath.Join(root, "a", "b")
	for name, content := range map[string]string{
		"a/go.mod": "module a", "a/b/main.go": "package main", "a/b/static/x.txt": "x", "a/b/notes.txt": "n", "wc": "binary",
	} {
		write(t, filepath.Join(root, name), content)
	}
	p := &program{dir: dir, packages: []goPackage{
		{Dir: "/usr/local/go/src/fmt", Standard: true},
		{Dir: dir, Name: "main", EmbedFiles: []string{"static/x.txt"}, Module: &goModule{Path: "a", GoMod: filepath.Join(root, "a", "go.mod")}},
	}}
	s = takeStamp(p)
	s.Binary = stateOf(filepath.Join(root, "wc"))
	return root, s
}

// write writes a file that looks an hour old, and a little newer each time.
func write(t *testing.T, name, content string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
	before := time.Now().Add(-time.Hour)
	require.NoError(t, os.WriteFile(name, []byte(content), 0o644))
	require.NoError(t, os.Chtimes(name, before, before))
}

func TestAStampIsFreshUntilSomethingChanges(t *testing.T) {
	for name, c := range map[string]struct {
		change func(t *testing.T, root string)
		fresh  bool
	}{
		"nothing":            {func(*testing.T, string) {}, true},
		"other file":         {func(t *testing.T, root string) { write(t, root+"/a/b/data.csv", "1") }, true},
		"new test":           {func(t *testing.T, root string) { write(t, root+"/a/b/main_test.go", "package main") }, true},
		"edit, same size":    {func(t *testing.T, root string) { write(t, root+"/a/b/main.go", "package mine") }, false},
		"new source":         {func(t *testing.T, root string) { write(t, root+"/a/b/new.go", "package main") }, false},
		"removed source":     {func(t *testing.T, root string) { require.NoError(t, os.Remove(root+"/a/b/main.go")) }, false},
		"edited embed":       {func(t *testing.T, root string) { write(t, root+"/a/b/static/x.txt", "y") }, false},
		"new embed":          {func(t *testing.T, root string) { write(t, root+"/a/b/static/y.txt", "y") }, false},
		"profile":            {func(t *testing.T, root string) { write(t, root+"/a/b/default.pgo", "x") }, false},
		"module":             {func(t *testing.T, root string) { write(t, root+"/a/go.mod", "module b") }, false},
		"new workspace":      {func(t *testing.T, root string) { write(t, root+"/go.work", "go 1.26") }, false},
		"variable of go":     {func(t *testing.T, _ string) { t.Setenv("GOEXPERIMENT", "simd") }, false},
		"variable of gomr":   {func(t *testing.T, _ string) { t.Setenv("GOMR_STREAMING_JAR", "x") }, true},
		"executable is gone": {func(t *testing.T, root string) { require.NoError(t, os.Remove(root+"/wc")) }, false},
		"executable is cut":  {func(t *testing.T, root string) { write(t, root+"/wc", "bin") }, false},
	} {
		t.Run(name, func(t *testing.T) {
			root, s := newStampedProgram(t)
			file := filepath.Join(root, "stamp.json")
			require.NoError(t, s.write(file))
			c.change(t, root)
			require.Equal(t, c.fresh, readStamp(file).isFresh())
		})
	}
}

func TestAStampTakenRightAfterAChangeIsNotTrusted(t *testing.T) {
	_, s := newStampedProgram(t)
	require.True(t, s.isFresh())
	s.Taken = time.Now().Add(-time.Hour).Add(clockStep / 2)
	require.False(t, s.isFresh(), "the file may have been changed again within the same step of its clock")
}

func TestADamagedStampIsNone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "stamp.json")
	require.Nil(t, readStamp(file))
	write(t, file, `{"Binary":`)
	require.Nil(t, readStamp(file))
}
