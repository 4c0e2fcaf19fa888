package streaming

import (
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/mr"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares a text with a golden file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

// testCommand is a step of three reduce tasks on a cluster that configures nothing.
func testCommand(t *testing.T, cluster hdfs.Properties, job, user map[string]string) *stepCommand {
	t.Helper()
	p, err := newProperties(cluster, job, user)
	require.NoError(t, err)
	return &stepCommand{
		jar:        "/opt/hadoop/hadoop-streaming.jar",
		name:       "WordCount(date_interval=2014-06)",
		tag:        outputTag("hdfs://nn:8020", "/data/text-count/2014-06"),
		step:       &mr.Step{Reducers: 3},
		binary:     shippedBinary{path: "/user/ann/.gomr/bin/0123/gomr", hash: "0123456789abcdef"},
		task:       TaskCommand{Family: "WordCount", Flags: []string{"--date-interval=2014-06", "--text=it's $HOME"}},
		files:      []string{"hdfs://nn:8020/user/ann/.gomr/bin/0123/gomr#gomr-01234567", "hdfs://nn:8020/data/stop.txt#stop"},
		inputs:     []string{"/data/text/2014-06-01.txt", "/data/text/2014-06-*.gz"},
		output:     "/data/text-count/.2014-06.gomr-RUN",
		properties: p,
	}
}

func TestArguments(t *testing.T) {
	tests := map[string]*stepCommand{
		"reduce": testCommand(t, nil, nil, nil),
		"maponly": func() *stepCommand {
			c := testCommand(t, nil, nil, nil)
			c.step = &mr.Step{}
			return c
		}(),
		"properties": testCommand(t,
			hdfs.Properties{"mapreduce.map.java.opts": "-Xmx300m", "mapreduce.map.memory.mb": "2048", "mapreduce.client.progressmonitor.pollinterval": "100"},
			map[string]string{"mapreduce.job.queuename": "day", "mapreduce.task.timeout": "1", "mapreduce.job.tags": "nightly"},
			map[string]string{"mapreduce.job.queuename": "night", "mapred.job.name": "mine", "mapreduce.map.output.compress": "true"}),
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			golden(t, "command/"+name+".golden", strings.Join(c.arguments(), "\n")+"\n")
		})
	}
}

func TestPropertiesThatAreRefused(t *testing.T) {
	cases := map[string]struct{ name, value, want string }{
		"empty":             {"mapreduce.job.queuename", "", "leave it out"},
		"no name":           {"", "x", "no name"},
		"blank in the name": {"a b", "x", "no name"},
		"control character": {"a.separator", "\x01", "control character"},
		"carriage return":   {"a", "x\r\ny", "control character"},
		"not UTF-8":         {"a", "\xff", "not UTF-8"},
		"reduce tasks":      {"mapreduce.job.reduces", "7", "use mr.Reducers"},
		"its old name":      {"mapred.reduce.tasks", "7", "use mr.Reducers"},
		"partitioner":       {"mapred.partitioner.class", "x.Y", "use mr.PartitionBy"},
		"framing":           {"stream.map.output", "text", "gomr sets it"},
		"exit codes":        {"stream.non.zero.exit.is.failure", "false", "must be seen"},
		"shipped files":     {"tmpfiles", "/x", "use mr.Files"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			for _, layers := range [][2]map[string]string{{{c.name: c.value}, nil}, {nil, {c.name: c.value}}} {
				_, err := newProperties(nil, layers[0], layers[1])
				var property *PropertyError
				require.ErrorAs(t, err, &property)
				require.Equal(t, c.name, property.Name)
				require.ErrorContains(t, err, c.want)
			}
		})
	}
	_, err := newProperties(nil, map[string]string{"a": "tab\tline\nö", "mapreduce.map.java.opts": "-Xmx1g -Dx='a b'"}, nil)
	require.NoError(t, err)
}

func TestPropertiesGoByTheirCurrentNames(t *testing.T) {
	p, err := newProperties(hdfs.Properties{"mapred.min.split.size": "7", "mapreduce.job.maps": "5"},
		map[string]string{"mapred.map.tasks": "9"}, map[string]string{"mapreduce.job.maps": "11"})
	require.NoError(t, err)
	require.Equal(t, 11, p.splitOptions().Maps)
	require.EqualValues(t, 7, p.splitOptions().MinSize)
}

func TestContainersHoldTheJVMAndTheProgram(t *testing.T) {
	const mib = 1 << 20
	cases := map[string]struct {
		cluster hdfs.Properties
		user    map[string]string
		memory  int64
		total   int64 // asked for; 0 where it stays as it is
		opts    string
		budget  int64
	}{
		"nothing set": {total: 512 + 192 + 128, opts: "-Xmx512m", budget: 128},
		"the cluster sets the heap": {
			cluster: hdfs.Properties{"mapreduce.map.java.opts": "-Xmx300m -XX:+UseSerialGC", "mapreduce.map.memory.mb": "512"},
			total:   300 + 192 + 128, budget: 128},
		"the cluster's containers are large": {
			cluster: hdfs.Properties{"mapreduce.map.java.opts": "-Xmx1g", "mapreduce.map.memory.mb": "4096"},
			total:   4096, budget: 4096 - 1024 - 192},
		"so much and no more": {
			cluster: hdfs.Properties{"mapreduce.map.java.opts": "-Xmx1g", "mapreduce.map.memory.mb": "4096"},
			memory:  256 * mib, total: 4096, budget: 256},
		"the program needs much": {memory: 2000 * mib, total: 512 + 192 + 2000, opts: "-Xmx512m", budget: 2000},
		"more than the cluster gives": {
			cluster: hdfs.Properties{"yarn.scheduler.maximum-allocation-mb": "1024"},
			memory:  2000 * mib, total: 1024, opts: "-Xmx512m", budget: 1024 - 512 - 192},
		"the user sets the container": {
			user: map[string]string{"mapreduce.map.memory.mb": "1000"}, opts: "-Xmx512m", budget: 1000 - 512 - 192},
		"the user's container is too small": {
			user: map[string]string{"mapreduce.map.memory.mb": "600"}, opts: "-Xmx512m", budget: leastBudget},
		"options without a heap stay": {
			cluster: hdfs.Properties{"mapred.child.java.opts": "-Djava.net.preferIPv4Stack=true", "io.sort.mb": "400"},
			total:   656 + 192 + 128, opts: "-Djava.net.preferIPv4Stack=true -Xmx656m", budget: 128},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			command := testCommand(t, c.cluster, nil, c.user)
			command.task.Memory = c.memory
			box := command.container(MapTask)
			require.Equal(t, c.opts, box.own["mapreduce.map.java.opts"])
			want := ""
			if c.total > 0 {
				want = strconv.FormatInt(c.total, 10)
			}
			require.Equal(t, want, box.own["mapreduce.map.memory.mb"])
			require.Equal(t, c.budget, box.budget)
		})
	}
}

func TestHeapOf(t *testing.T) {
	for opts, want := range map[string]int64{
		"":                          0,
		"-server":                   0,
		"-Xmx200m":                  200,
		"-Xmx2G -server":            2048,
		"-Xmx524288k":               512,
		"-Xmx1073741824":            1024,
		"-Xmx100m -Xss1m -Xmx300M":  300,
		"-Xmx100m -Xmx300m":         300,
		"-XX:MaxHeap=-Xmx3m":        0,
		"-Xmx99999999999999999999m": 0,
	} {
		require.Equal(t, want, heapOf(opts), opts)
	}
}

func TestShippedPaths(t *testing.T) {
	require.NoError(t, checkShippedPath("/data/ref/stop-words_2.txt"))
	for _, path := range []string{"/a b", "/a,b", "/a#b", "/100%", "/ä", "/x*", "/x?y"} {
		require.ErrorContains(t, checkShippedPath(path), "rename it", path)
	}
}

func TestSubmissionsThatAreRefused(t *testing.T) {
	one := mr.MapOnly(mr.MapFunc(sameLine))
	two := mr.Then(mr.MapMerge(mr.MapFunc(func(line string, emit mr.Emit[string, int]) error { return nil }), mr.Sum),
		mr.MapMerge(mr.MapFunc(func(kv mr.KV[string, int], emit mr.Emit[string, int]) error { return nil }), mr.Sum))
	files := mr.MapOnly(mr.MapFunc(sameLine), mr.Files("/a/x", "/b/x"))
	in := []string{"/in"}
	cases := map[string]struct {
		submission Submission
		want       string
	}{
		"relative output":        {Submission{Job: one, Output: "out", Inputs: in}, `output "out"`},
		"root":                   {Submission{Job: one, Output: "/", Inputs: in}, `output "/"`},
		"no input":               {Submission{Job: one, Output: "/out"}, "no input"},
		"relative input":         {Submission{Job: one, Output: "/out", Inputs: []string{"in"}}, `input "in"`},
		"pattern between steps":  {Submission{Job: two, Output: "/out{a}", Inputs: in}, "second step"},
		"side files of one name": {Submission{Job: files, Output: "/out", Inputs: in}, "both to be named x"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) { require.ErrorContains(t, c.submission.check(), c.want) })
	}
	ok := Submission{Job: one, Output: "/out{a}/", Inputs: in}
	require.NoError(t, ok.check())
	require.Equal(t, "/out{a}", ok.Output)
}
