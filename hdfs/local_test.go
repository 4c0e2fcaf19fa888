package hdfs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/hdfs/hdfstest"
	"github.com/stretchr/testify/require"
)

func TestLocal(t *testing.T) {
	hdfstest.TestFileSystem(t, hdfs.Local(filepath.Join(t.TempDir(), "not", "made", "yet")), "/suite")
}

func TestLocalWithoutKernelRename(t *testing.T) {
	hdfstest.TestFileSystem(t, hdfs.LocalByClaim(t.TempDir()), "/suite")
}

func TestLocalOSPathStaysInRoot(t *testing.T) {
	for name, want := range map[string]string{
		"/data/x":          "root/data/x",
		"/":                "root",
		"":                 "root",
		"x":                "root/x",
		"/../../etc":       "root/etc",
		"../x":             "root/x",
		"/a/../../../../b": "root/b",
	} {
		require.Equal(t, filepath.FromSlash(want), hdfs.Local("root").OSPath(name), name)
	}
}

func TestLocalErrorsShowThePathInTheFileSystem(t *testing.T) {
	local := hdfs.Local(t.TempDir())
	_, err := local.Stat("/data/x")
	require.EqualError(t, err, "stat /data/x: no such file or directory")
	require.EqualError(t, local.Rename("/a", "/b"), "rename /a /b: no such file or directory")
}

func TestLocalFollowsLinks(t *testing.T) {
	root, elsewhere := t.TempDir(), t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(elsewhere, "x"), []byte("12"), 0o644))
	require.NoError(t, os.Symlink(elsewhere, filepath.Join(root, "data")))
	require.NoError(t, os.Symlink("nowhere", filepath.Join(root, "dangling")))
	local := hdfs.Local(root)
	info, err := local.Stat("/data/x")
	require.NoError(t, err)
	require.EqualValues(t, 2, info.Size())
	entries, err := local.ReadDir("/")
	require.NoError(t, err)
	require.Len(t, entries, 1, "a link to nothing is left out")
	require.True(t, entries[0].IsDir())
}

func TestLocalUnwritableFolder(t *testing.T) {
	local := hdfs.Local(t.TempDir())
	require.NoError(t, local.MkdirAll("/data", 0o755))
	if os.Getuid() == 0 {
		// Nothing stops root's writes but a file where a folder should be.
		require.NoError(t, local.Remove("/data"))
		require.NoError(t, os.WriteFile(local.OSPath("/data"), nil, 0o644))
		_, err := local.Create("/data/x")
		require.ErrorIs(t, err, syscall.ENOTDIR)
		return
	}
	require.NoError(t, local.Chmod("/data", 0o555))
	_, err := local.Create("/data/x")
	require.ErrorIs(t, err, fs.ErrPermission)
}
