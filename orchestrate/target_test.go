package orchestrate_test

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate"
)

func TestTargets(t *testing.T) {
	w := newWorld("a", "b")
	tests := map[string]struct {
		targets orchestrate.Targets
		exists  bool
	}{
		"all":    {orchestrate.Targets{file{w, "a"}, file{w, "b"}}, true},
		"some":   {orchestrate.Targets{file{w, "a"}, file{w, "c"}}, false},
		"none":   {nil, false},
		"nested": {orchestrate.Targets{orchestrate.Targets{file{w, "a"}}}, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			exists, err := test.targets.Exists(t.Context())
			require.NoError(t, err)
			require.Equal(t, test.exists, exists)
		})
	}
	require.Equal(t, "a, b", tests["all"].targets.String())
}

func TestLocalFile(t *testing.T) {
	folder := t.TempDir()
	target := orchestrate.LocalFile("%s/new/%s.txt", folder, "out")
	exists := func() bool {
		t.Helper()
		exists, err := target.Exists(t.Context())
		require.NoError(t, err)
		return exists
	}
	names := func() (names []string) {
		entries, err := os.ReadDir(filepath.Dir(target.Path()))
		require.NoError(t, err)
		for _, e := range entries {
			names = append(names, e.Name())
		}
		return names
	}

	w, err := target.Create(t.Context())
	require.NoError(t, err)
	_, err = io.WriteString(w, "half")
	require.NoError(t, err)
	require.False(t, exists(), "nothing is there before Close")
	require.NoError(t, w.Abort())
	require.False(t, exists())
	require.Empty(t, names())

	w, err = target.Create(t.Context())
	require.NoError(t, err)
	_, err = io.WriteString(w, "whole")
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, w.Abort(), "after Close it does nothing")
	require.ErrorIs(t, w.Close(), fs.ErrClosed)
	require.True(t, exists())
	require.Equal(t, []string{"out.txt"}, names())

	r, err := target.Open(t.Context())
	require.NoError(t, err)
	defer r.Close()
	text, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Equal(t, "whole", string(text))
}

func TestLocalFile_PathIsTakenAsItIs(t *testing.T) {
	require.Equal(t, "100%s", orchestrate.LocalFile("100%s").Path())
	require.Equal(t, "a/c", orchestrate.LocalFile("a//b/../%s", "c").String())
}

func TestLocalFile_Errors(t *testing.T) {
	below := orchestrate.LocalFile("/dev/null/file")
	_, err := below.Exists(t.Context())
	require.Error(t, err, "a file is no folder, which is not the same as a missing file")
	_, err = below.Create(t.Context())
	require.Error(t, err)
	_, err = orchestrate.LocalFile("/no/such/file").Open(t.Context())
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestLocalFile_AfterAFailedWriteNothingAppears(t *testing.T) {
	target := orchestrate.LocalFile("%s/out", t.TempDir())
	w, err := target.Create(t.Context())
	require.NoError(t, err)
	require.NoError(t, orchestrate.CloseFileOf(w))
	_, err = io.WriteString(w, "lost")
	require.Error(t, err)
	require.ErrorIs(t, w.Close(), fs.ErrClosed)
	exists, err := target.Exists(t.Context())
	require.NoError(t, err)
	require.False(t, exists)
}
