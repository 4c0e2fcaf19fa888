//go:build hadoop

package e2e

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/mr/mrtest"
	"github.com/gomr/gomr/orchestrate"
)

// TestChecksOnHadoop: what a job on the cluster has counted is checked as here, and what is rejected stays in HDFS.
func TestChecksOnHadoop(t *testing.T) {
	p, cluster := build(t, checked), connect(t)
	t.Parallel() // a job waits for containers most of its time
	p.env = append(p.env, "XDG_STATE_HOME="+filepath.Join(t.TempDir(), "state"))
	require.NoError(t, cluster.RemoveAll("/checked"))
	put(t, cluster, map[string]string{"/checked/text/2014-06-01.txt": "a a a\n"})
	run := []string{"run", "Words", "--date", "2014-06-01"}
	stdout, _, code := p.try(t, run...)
	require.Equal(t, orchestrate.ExitFailed, code, stdout)
	require.Contains(t, stdout, "the output was rejected by a check: it has 1 row, and MinRows(2) wants at least 2")
	const kept = "/checked/words/.2014-06-01.gomr-rejected"
	require.Contains(t, stdout, "the rejected output is in "+kept+" until the next run")
	require.Equal(t, map[string]string{"part-00000": "a\t3\n"}, mrtest.ReadParts(t, cluster, kept))
	_, err := cluster.Stat("/checked/words/2014-06-01")
	require.Error(t, err, "nothing was committed")

	stdout = p.run(t, append(run, "--accept-checks")...)
	require.Contains(t, stdout, "Accepted in spite of a check")
	require.Equal(t, map[string]string{"part-00000": "a\t3\n"}, mrtest.ReadParts(t, cluster, "/checked/words/2014-06-01"))
	_, err = cluster.Stat(kept)
	require.Error(t, err, "the next run removes what was rejected")
}
