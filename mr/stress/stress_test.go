package stress_test

import (
	"context"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
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

// TestATaskThatIsLargerThanWhatIsKept has more records than are kept for another
// attempt, and more values of a key than are shuffled at one time.
func TestATaskThatIsLargerThanWhatIsKept(t *testing.T) {
	t.Parallel()
	files := map[string]string{"/in/a": strings.Repeat("hot 1\n", 40000)}
	for name, job := range map[string]func() mr.Job{
		"reduce":  func() mr.Job { return mr.MapReduce(splitWords(), sum()) },
		"combine": func() mr.Job { return mr.MapCombineReduce(splitWords(), sum(), sum()) },
		"merge":   func() mr.Job { return mr.MapMerge(splitWords(), mr.Sum) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := plain(t, testJob{name, files, job})
			for seed := range uint64(5) {
				require.NoError(t, b.Try(t.Context(), seed))
			}
			require.NoError(t, b.Close())
		})
	}
}

func TestErrorsThatAreNoDifference(t *testing.T) {
	t.Parallel()
	job := mr.MapReduce(splitWords(), sum())
	files := folder(t, words())
	_, err := stress.Plain(t.Context(), job, local.Options{Files: files, Inputs: []string{"/missing"}, Output: "/work"})
	require.ErrorIs(t, err, fs.ErrNotExist)

	b, err := stress.Plain(t.Context(), job, local.Options{Files: files, Inputs: []string{"/in"}, Output: "/work"})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, b.Try(ctx, 1), context.Canceled)
	require.NoError(t, b.Close())
	entries, err := files.ReadDir("/")
	require.NoError(t, err)
	require.Len(t, entries, 1, "the input alone is left")
}
