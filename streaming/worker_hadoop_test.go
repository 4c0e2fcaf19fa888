//go:build hadoop

package streaming

import (
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/mr/mrtest"
)

// TestTheWorkerUnderHadoop runs cases of the suite by a bare hadoop command: what
// the pipes of the other tests say about Hadoop is true.
func TestTheWorkerUnderHadoop(t *testing.T) {
	t.Parallel()
	cluster, err := Find(FindConfig{})
	require.NoError(t, err)
	client, err := hdfs.Connect(hdfs.Config{})
	require.NoError(t, err)
	t.Cleanup(func() { client.Close() })
	binary := staticTestBinary(t)
	cases := make(map[string]mrtest.Case)
	for _, c := range mrtest.Cases() {
		cases[c.Name] = c
	}
	for _, name := range []string{"ValueOrder", "HotKey", "AnyBytes", "MapOnly", "EmptyInput"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, folder := cases[name], path.Join("/tmp", "gomr-worker-test", name)
			require.NoError(t, client.RemoveAll(folder))
			for file, content := range c.Files {
				require.NoError(t, client.MkdirAll(path.Dir(path.Join(folder, file)), 0o777))
				require.NoError(t, writeFile(client, path.Join(folder, file), 0o666, strings.NewReader(content)))
			}
			arguments := bareArguments(cluster.StreamingJar, binary, c, folder)
			out, err := exec.CommandContext(t.Context(), cluster.Hadoop, arguments...).CombinedOutput()
			require.NoError(t, err, "%s", out)
			parts := mrtest.ReadParts(t, client, path.Join(folder, "out"))
			c.Check(t, parts)
			require.Equal(t, mrtest.RunParts(t, c.Job, c.Files), parts, "the local engine has other parts")
		})
	}
}

// staticTestBinary builds this package's tests as a program that runs on every node.
func staticTestBinary(t *testing.T) string {
	name := filepath.Join(t.TempDir(), "worker-test")
	build := exec.Command("go", "test", "-c", "-o", name, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return name
}

func bareArguments(jar, binary string, c mrtest.Case, folder string) []string {
	reducers := c.Job.Steps()[0].Reducers
	cmd := TaskCommand{Kind: MapTask, Family: c.Name, Memory: 16 << 20}
	properties := map[string]string{
		"mapreduce.job.name":                                 "gomr worker test " + c.Name,
		"mapreduce.map.output.compress":                      "false",
		"stream.map.input.ignoreKey":                         "true",
		"stream.map.output":                                  "rawbytes",
		"stream.reduce.input":                                "rawbytes",
		"stream.reduce.output":                               "keyonlytext",
		"mapreduce.partition.binarypartitioner.left.offset":  "0",
		"mapreduce.partition.binarypartitioner.right.offset": "1",
	}
	if reducers == 0 {
		properties["stream.map.output"] = "keyonlytext"
	}
	args := []string{"jar", jar}
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		args = append(args, "-D", name+"="+properties[name])
	}
	args = append(args, "-files", binary+"#worker")
	for _, file := range c.Inputs() {
		args = append(args, "-input", path.Join(folder, file))
	}
	args = append(args, "-output", path.Join(folder, "out"), "-mapper", "./worker "+cmd.String())
	if reducers == 0 {
		return append(args, "-numReduceTasks", "0")
	}
	cmd.Kind = ReduceTask
	return append(args, "-reducer", "./worker "+cmd.String(),
		"-partitioner", "org.apache.hadoop.mapred.lib.BinaryPartitioner", "-numReduceTasks", strconv.Itoa(reducers))
}
