package e2e

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWhatUserCodePrintsIsNoData runs a task as Hadoop Streaming does.
func TestWhatUserCodePrintsIsNoData(t *testing.T) {
	noisy := build(t, "./noisy")
	noisy.env = append(os.Environ(),
		"mapreduce_task_attempt_id=attempt_1_0001_m_000000_0", "mapreduce_task_partition=0",
		"mapreduce_job_maps=1", "mapreduce_job_reduces=0",
		"mapreduce_map_input_file=hdfs://namenode/in", "mapreduce_map_input_start=0", "mapreduce_map_input_length=8")
	task := noisy.command(t, "hadoop-task", "map", "--step", "0", "Noisy")
	var stdout, stderr bytes.Buffer
	task.Stdin, task.Stdout, task.Stderr = strings.NewReader("cat\ndog\n"), &stdout, &stderr
	require.NoError(t, task.Run(), stderr.String())
	require.Equal(t, "cat\ndog\n", stdout.String())
	require.Contains(t, stderr.String(), "debug: cat\ndebug: dog\n")
}
