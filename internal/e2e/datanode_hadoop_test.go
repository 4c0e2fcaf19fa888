//go:build hadoop

package e2e

import (
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// ownCluster says, in the environment, that a process has a cluster that it may break.
const ownCluster = "GOMR_TEST_OWN_CLUSTER"

// TestADataNodeThatDiesDuringARead starts a cluster of its own, for the next test
// kills a part of it.
func TestADataNodeThatDiesDuringARead(t *testing.T) {
	c := exec.CommandContext(t.Context(), "../../scripts/hadoop", "run", "--", os.Args[0], "-test.run", "^TestReadWithoutADataNode$", "-test.v")
	c.Env = append(os.Environ(), ownCluster+"=1")
	out, err := c.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), "PASS: TestReadWithoutADataNode")
}

// TestReadWithoutADataNode runs in the process that TestADataNodeThatDiesDuringARead starts.
func TestReadWithoutADataNode(t *testing.T) {
	if os.Getenv(ownCluster) == "" {
		return
	}
	content := make([]byte, 64<<20)
	random := rand.NewChaCha8([32]byte{1})
	_, err := random.Read(content)
	require.NoError(t, err)
	cluster := connect(t)
	const name = "/big"
	w, err := cluster.Create(name)
	require.NoError(t, err)
	_, err = w.Write(content)
	require.NoError(t, err)
	require.NoError(t, w.Close())

	r, err := cluster.Open(name)
	require.NoError(t, err)
	defer r.Close()
	head := make([]byte, 1<<20)
	_, err = io.ReadFull(r, head)
	require.NoError(t, err)
	kill(t, "datanode")
	rest, err := io.ReadAll(r)
	require.Error(t, err, "a read that ends early must not look like the end of the file: %d of %d bytes", len(head)+len(rest), len(content))
	require.ErrorContains(t, err, name)
	require.True(t, bytes.HasPrefix(content[len(head):], rest), "what was read before the error is right")

	up, err := exec.CommandContext(t.Context(), "../../scripts/hadoop", "up", "--dir", clusterDir()).CombinedOutput()
	require.NoError(t, err, "%s", up)
	var all []byte
	require.Eventually(t, func() bool {
		// The namenode may still name the datanode of before.
		again, err := cluster.Open(name)
		if err != nil {
			return false
		}
		defer again.Close()
		all, err = io.ReadAll(again)
		return err == nil
	}, waitLimit, pollEvery)
	require.True(t, bytes.Equal(content, all), "the file is whole when the datanode is back")
}

// clusterDir returns the folder of the test's cluster.
func clusterDir() string { return filepath.Dir(os.Getenv("HADOOP_CONF_DIR")) }

// kill kills a daemon of the test's cluster and waits until it is gone.
func kill(t *testing.T, daemon string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(clusterDir(), "pids", daemon))
	require.NoError(t, err)
	pid, err := strconv.Atoi(strings.TrimSpace(strings.Fields(string(text))[0]))
	require.NoError(t, err)
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	require.Eventually(t, func() bool { return syscall.Kill(pid, 0) != nil }, waitLimit, pollEvery)
}
