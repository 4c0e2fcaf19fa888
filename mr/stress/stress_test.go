package stress_test

import (
	"io"
	"maps"
	"path"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/mr/local"
	"github.com/gomr/gomr/mr/stress"
)

// folder returns a file system with the files.
func folder(t testing.TB, files map[string]string) *hdfs.LocalFS {
	t.Helper()
	fsys := hdfs.Local(t.TempDir())
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

func plain(t testing.TB, j testJob) *stress.Baseline {
	t.Helper()
	b, err := stress.Plain(t.Context(), j.job(), local.Options{
		Files: folder(t, j.files), Inputs: slices.Sorted(maps.Keys(j.files)), Output: "/work", Memory: 64 << 20,
	})
	require.NoError(t, err)
	return b
}
