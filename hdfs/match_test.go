package hdfs_test

import (
	"context"
	"errors"
	"io/fs"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/hdfs"
)

func TestCountMatches(t *testing.T) {
	tt := targetTest{hdfs.Local(t.TempDir()), "/data", context.Background()}
	tt.fill(t, "/data/2026-11-24", "part-0", "part-1", hdfs.Success)
	tt.fill(t, "/data/2026-11-25", "part-0", ".part-1.gomr-x", "_temporary")
	tt.fill(t, "/data/empty")
	tt.fill(t, "/logs", "a.gz", "b.gz", "c.txt")
	want := map[string]int{
		"/data/2026-11-24":          1,
		"/data/2026-11-24/":         1,
		"/data/2026-11-26":          0,
		"/data/2026-11-24/_SUCCESS": 1,
		"/data/2026-11-25/_SUCCESS": 0,
		"/data/*":                   3,
		"/data/2026-11-??":          2,
		"/data/*/part-*":            3,
		"/data/*/_SUCCESS":          1,
		"/data/2026-11-25/*":        1,
		"/data/2026-11-25/_*":       1,
		"/logs/*.gz":                2,
		"/logs/[ab].gz":             2,
		"/logs/a.gz/*":              0,
		"/none/*/x":                 0,
		"/logs/a.gz":                1,
		"/logs/none":                0,
		"/*":                        2,
	}
	var patterns []string
	for pattern := range want {
		patterns = append(patterns, pattern)
	}
	counting := &countingFS{FileSystem: tt.FileSystem}
	for i, c := range hdfs.CountMatches(hdfs.NewContext(t.Context(), counting), patterns) {
		require.NoError(t, c.Err, patterns[i])
		require.Equal(t, want[patterns[i]], c.N, patterns[i])
	}
	require.LessOrEqual(t, counting.lists.Load(), int64(8), "one listing of a folder")
	require.EqualValues(t, 5, counting.stats.Load(), "of paths that are alone in their folders")
}

// TestCountMatchesTellsErrors: of the pattern that has one, and of all where there is nothing to look at.
func TestCountMatchesTellsErrors(t *testing.T) {
	tt := targetTest{hdfs.Local(t.TempDir()), "/data", context.Background()}
	tt.fill(t, "/data", "a")
	broken := errors.New("connection refused")
	ctx := hdfs.NewContext(t.Context(), brokenFS{tt.FileSystem, "/broken", broken})
	counts := hdfs.CountMatches(ctx, []string{"/data/a", "/broken/*", "relative", "/data/[", "/broken"})
	require.Equal(t, hdfs.MatchCount{N: 1}, counts[0])
	require.ErrorIs(t, counts[1].Err, broken)
	require.ErrorIs(t, counts[2].Err, fs.ErrInvalid)
	require.ErrorContains(t, counts[3].Err, "syntax error")
	require.ErrorIs(t, counts[4].Err, broken)

	ended, cancel := context.WithCancel(ctx)
	cancel()
	for _, ctx := range []context.Context{ended, t.Context()} {
		require.Error(t, hdfs.CountMatches(ctx, []string{"/data/a"})[0].Err)
	}
}

// A brokenFS can't read a folder.
type brokenFS struct {
	hdfs.FileSystem
	dir string
	err error
}

func (b brokenFS) ReadDir(name string) ([]fs.DirEntry, error) {
	if name == b.dir {
		return nil, b.err
	}
	return b.FileSystem.ReadDir(name)
}

func (b brokenFS) Stat(name string) (fs.FileInfo, error) {
	if name == b.dir {
		return nil, b.err
	}
	return b.FileSystem.Stat(name)
}
