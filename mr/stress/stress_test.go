package stress_test

import (
	"io"
	"maps"
	"os"
	"path"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/mr/local"
	"github.com/gomr/gomr/mr/stress"
)

// memoryFolder is where Linux keeps files in memory: these tests make many small ones.
const memoryFolder = "/dev/shm"

// folder returns a file system with the files.
func folder(t testing.TB, files map[string]string) *hdfs.LocalFS {
	t.Helper()
	root, err := os.MkdirTemp(memoryFolder, "stress") //nolint:usetesting // T.TempDir is on a disk
	if err != nil {
		root = t.TempDir()
	}
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(root)) })
	fsys := hdfs.Local(root)
	for name, content := range files {
		require.NoError(t, fsys.MkdirAll(path.Dir(name), 0o777))
		w, err := fsys.Create(name)
		require.NoError(t, err)
		_, err = io.WriteString(w, content)
		require.NoError(t, err)
		require.NoError(t, w.Close())
	}
	return fsys
}

// A freshJob is made anew for each run, as a task's Job method is for each process.
type freshJob func() mr.Job

func (f freshJob) Steps() []*mr.Step { return f().Steps() }

// plain returns the baseline of a job.
func plain(t testing.TB, j testJob) *stress.Baseline {
	t.Helper()
	b, err := stress.Plain(t.Context(), freshJob(j.job), local.Options{
		Files: folder(t, j.files), Inputs: slices.Sorted(maps.Keys(j.files)), Output: "/work", Memory: 4 << 20,
	})
	require.NoError(t, err)
	return b
}
