//go:build hadoop

package trash_test

import (
	"fmt"
	"io"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/orchestrate/trash"
)

// TestOnACluster: on HDFS an output goes to the trash in the user's home, and comes back with its permissions.
func TestOnACluster(t *testing.T) {
	require.NotEmpty(t, os.Getenv("HADOOP_CONF_DIR"), `start a cluster first: eval "$(scripts/hadoop env)"`)
	client, err := hdfs.Connect(hdfs.Config{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	dir := fmt.Sprintf("/gomr-trash-test-%d", os.Getpid())
	t.Cleanup(func() { require.NoError(t, client.RemoveAll(dir)) })
	require.NoError(t, client.MkdirAll(dir+"/count", 0o750))
	require.NoError(t, client.Chmod(dir+"/count", 0o750))
	for _, name := range []string{"part-00000", "_SUCCESS"} {
		w, err := client.Create(dir + "/count/" + name)
		require.NoError(t, err)
		_, err = io.WriteString(w, name)
		require.NoError(t, err)
		require.NoError(t, w.Close())
	}
	require.NoError(t, client.Chmod(dir+"/count/part-00000", 0o604))
	tr := &trash.Trash{Volumes: []trash.Volume{trash.Cluster(client, client.User())}}
	outputs := []trash.Output{{Volume: trash.ClusterName, Path: dir + "/count"}, {Volume: trash.ClusterName, Path: dir + "/never-made"}}
	e, err := clearAll(t, tr, []trash.Task{{ID: "Count()", Outputs: outputs}})
	require.NoError(t, err)
	_, err = client.Stat(dir + "/count")
	require.ErrorIs(t, err, os.ErrNotExist)
	home, err := client.Stat("/user/" + client.User() + "/.gomr-trash")
	require.NoError(t, err)
	require.Equal(t, "drwx------", home.Mode().String())
	require.Contains(t, list(t, tr), e.Manifest.ID)

	require.NoError(t, client.RemoveAll(dir), "with the folder that it was in")
	restored, err := undo(t, tr, e.Manifest.ID)
	require.NoError(t, err)
	require.Equal(t, trash.Back, restored[0].Fate)
	require.Equal(t, trash.Gone, restored[1].Fate)
	for name, mode := range map[string]string{"count": "drwxr-x---", "count/part-00000": "-rw----r--"} {
		info, err := client.Stat(dir + "/" + name)
		require.NoError(t, err)
		require.Equal(t, mode, info.Mode().String(), name)
	}

	e, err = clearAll(t, tr, []trash.Task{{ID: "Count()", Outputs: outputs[:1]}})
	require.NoError(t, err)
	w, err := client.Create(dir + "/count")
	require.NoError(t, err)
	require.NoError(t, w.Close())
	open, err := tr.Open(e.Manifest.ID)
	require.NoError(t, err)
	restored, err = open.Restore(t.Context())
	require.NoError(t, err)
	require.Equal(t, trash.Refused, restored[0].Fate, "a new one is not overwritten")
	require.NoError(t, open.Empty())
	require.NotContains(t, list(t, tr), e.Manifest.ID)
	tr.Now = func() time.Time { return time.Now().Add(48 * time.Hour) }
	require.NoError(t, tr.Tidy(trash.ClusterName))
}
