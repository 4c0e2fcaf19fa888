//go:build hadoop

package e2e

import (
	"io"
	"path"
	"testing"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/mr/mrtest"
	"github.com/stretchr/testify/require"
)

// TestHadoopAndLocalGiveTheSameBytes runs the suite on both engines, as a user
// would: the same binary, run and local.
func TestHadoopAndLocalGiveTheSameBytes(t *testing.T) {
	binary := build(t, "./suite")
	t.Parallel() // a job waits for containers most of its time
	cluster := connect(t)
	root := t.TempDir()
	folder := hdfs.Local(root)
	mrtest.TestRunner(t, func(t *testing.T, c mrtest.Case) map[string]string {
		t.Parallel()
		output := "/out/" + c.Name
		for _, fsys := range []hdfs.FileSystem{cluster, folder} {
			require.NoError(t, fsys.RemoveAll(output))
			put(t, fsys, c.Files)
		}
		binary.run(t, "local", "Case", "--name", c.Name, "--root", root)
		binary.run(t, "run", "Case", "--name", c.Name)
		onHadoop := mrtest.ReadParts(t, cluster, output)
		require.Equal(t, mrtest.ReadParts(t, folder, output), onHadoop)
		return onHadoop
	})
}

// put writes files anew.
func put(t *testing.T, fsys hdfs.FileSystem, files map[string]string) {
	t.Helper()
	for name, content := range files {
		require.NoError(t, fsys.MkdirAll(path.Dir(name), 0o777))
		require.NoError(t, fsys.RemoveAll(name))
		w, err := fsys.Create(name)
		require.NoError(t, err)
		_, err = io.WriteString(w, content)
		require.NoError(t, err)
		require.NoError(t, w.Close())
	}
}
