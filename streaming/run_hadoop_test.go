//go:build hadoop

package streaming

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/mr"
)

// testjob is the path of the program in testdata/testjob; set by TestCluster.
var testjob string

// TestCluster runs jobs by a program of its own, which drives them and is shipped.
func TestCluster(t *testing.T) {
	t.Parallel()
	testjob = filepath.Join(t.TempDir(), "testjob")
	build := exec.Command("go", "build", "-o", testjob, "./testdata/testjob")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	for name, test := range map[string]func(*testing.T, sandbox){
		"counts words":                         countsWords,
		"map-only":                             mapOnly,
		"side files and cut points":            sideFilesAndCutPoints,
		"resumes after the last complete step": resumes,
		"refuses without starting a JVM":       refuses,
		"no HDFS":                              noHDFS,
		"ships the binary once":                shipsOnce,
		"interrupt kills the application":      interrupt,
		"interrupt before the submission":      interruptEarly,
		"next run kills what a dead run left":  killedDriver,
		"panic names the record":               panicNamesRecord,
		"reduce error names the key":           reduceErrorNamesKey,
		"early exit over small input":          earlyExitSmall,
		"early exit over large input":          earlyExitLarge,
		"early exit of a map-only task":        earlyExitMapOnly,
		"early exit of a reduce task":          earlyExitReduce,
		"crash of the runtime":                 runtimeCrash,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newSandbox(t))
		})
	}
}

// aReport is what testjob prints.
type aReport struct {
	Result   *Result    `json:"result"`
	Progress []Progress `json:"progress"`
	Error    string     `json:"error"`
	JobError *JobError  `json:"jobError"`
}

// A sandbox is a folder in HDFS that a test has for itself.
type sandbox struct {
	*hdfs.Client
	dir string
}

func newSandbox(t *testing.T) sandbox {
	t.Helper()
	require.NotEmpty(t, os.Getenv("HADOOP_CONF_DIR"), `no cluster: eval "$(scripts/hadoop env)"`)
	client, err := hdfs.Connect(hdfs.Config{})
	require.NoError(t, err)
	s := sandbox{client, "/gomr-test/" + newRunID()}
	t.Cleanup(func() {
		require.NoError(t, client.RemoveAll(s.dir))
		client.Close()
	})
	require.NoError(t, client.MkdirAll(s.dir, 0o755))
	return s
}

func (s sandbox) path(name string) string { return path.Join(s.dir, name) }

// write makes a file and returns its path.
func (s sandbox) write(t *testing.T, name, text string) string {
	t.Helper()
	require.NoError(t, s.MkdirAll(path.Dir(s.path(name)), 0o755))
	require.NoError(t, writeFile(s.Client, s.path(name), 0o644, strings.NewReader(text)))
	return s.path(name)
}

// parts returns the lines of each part of an output.
func (s sandbox) parts(t *testing.T, dir string) [][]string {
	t.Helper()
	entries, err := s.ReadDir(dir)
	require.NoError(t, err)
	var parts [][]string
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), "part-") {
			text, err := fs.ReadFile(openFS{s.Client}, path.Join(dir, entry.Name()))
			require.NoError(t, err)
			parts = append(parts, slices.Collect(strings.Lines(string(text))))
		}
	}
	return parts
}

// names returns what is in a folder.
func (s sandbox) names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := s.ReadDir(dir)
	require.NoError(t, err)
	names := make([]string, len(entries))
	for i, entry := range entries {
		names[i] = entry.Name()
	}
	return names
}

// openFS lets package fs read absolute paths.
type openFS struct{ *hdfs.Client }

func (o openFS) Open(name string) (fs.File, error) { return o.Client.Open(name) }

// A driver is a process that runs a job.
type driver struct {
	t       *testing.T
	command *exec.Cmd
	stdout  bytes.Buffer
	mu      sync.Mutex
	stderr  bytes.Buffer
}

// Write takes the stderr of the process.
func (d *driver) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.stderr.Write(p)
}

func (d *driver) log() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.stderr.String()
}

func start(t *testing.T, args ...string) *driver {
	t.Helper()
	d := &driver{t: t, command: exec.Command(testjob, append([]string{"run"}, args...)...)}
	d.command.Stdout, d.command.Stderr = &d.stdout, d
	require.NoError(t, d.command.Start())
	t.Cleanup(func() {
		_ = d.command.Process.Kill() // where the test has failed
		if t.Failed() {
			t.Log(d.log())
		}
	})
	return d
}

// wait waits for the end of the process and returns its report.
func (d *driver) wait() aReport {
	d.t.Helper()
	require.NoError(d.t, d.command.Wait(), d.log())
	return d.report()
}

// report returns the report of a process that has ended.
func (d *driver) report() aReport {
	d.t.Helper()
	var r aReport
	require.NoError(d.t, json.Unmarshal(d.stdout.Bytes(), &r))
	return r
}

// waitFor waits until the process has logged a text.
func (d *driver) waitFor(text string) {
	d.t.Helper()
	require.Eventually(d.t, func() bool { return strings.Contains(d.log(), text) }, 3*time.Minute, 50*time.Millisecond, d.log())
}

// application waits until the process has submitted one and returns its id.
func (d *driver) application() string {
	d.t.Helper()
	d.waitFor("Application:application_")
	_, after, _ := strings.Cut(d.log(), "Application:application_")
	numbers, _, _ := strings.Cut(after, " ")
	return "application_" + numbers
}

// startedJVM tells whether the process has started the hadoop command.
func (d *driver) startedJVM() bool { return strings.Contains(d.log(), "starting the hadoop command") }

func runJob(t *testing.T, args ...string) (aReport, *driver) {
	t.Helper()
	d := start(t, args...)
	return d.wait(), d
}

func requireState(t *testing.T, application, state string) {
	t.Helper()
	cluster, err := Find(FindConfig{})
	require.NoError(t, err)
	app, err := cluster.yarn.application(t.Context(), application)
	require.NoError(t, err)
	require.Equal(t, state, app.State)
}

const fable = "the quick brown fox\njumps over the lazy dog\nthe end\n"

func countsWords(t *testing.T, s sandbox) {
	in, out := s.write(t, "in/fable.txt", fable), s.path("out")
	report, _ := runJob(t, "wordcount", out, in)
	require.Empty(t, report.Error)
	parts := s.parts(t, out)
	require.Len(t, parts, 3)
	require.ElementsMatch(t, []string{"the\t3\n", "quick\t1\n", "brown\t1\n", "fox\t1\n", "jumps\t1\n",
		"over\t1\n", "lazy\t1\n", "dog\t1\n", "end\t1\n"}, slices.Concat(parts...))
	for p, lines := range parts {
		require.True(t, slices.IsSorted(lines))
		for _, line := range lines {
			word, _, _ := strings.Cut(line, "\t")
			require.Equal(t, mr.HashPartition([]byte(word), 3), p, word)
		}
	}
	require.Equal(t, []string{"in", "out"}, s.names(t, s.dir), "nothing is left beside the output")

	counters := make(map[string]int64)
	for _, c := range report.Result.Counters {
		counters[c.Group+"/"+c.Name] = c.Value
	}
	require.EqualValues(t, 3, counters[mr.FrameworkGroup+"/"+mr.MapInputRecords])
	require.EqualValues(t, 11, counters[mr.FrameworkGroup+"/"+mr.MapOutputRecords], "of the tasks, not of their frames")
	require.EqualValues(t, 9, counters[mr.FrameworkGroup+"/"+mr.ReduceOutputRecords])
	require.Contains(t, counters, "Job Counters/Launched map tasks")

	last := report.Progress[len(report.Progress)-1]
	require.InDelta(t, 1, last.Map, 0)
	require.InDelta(t, 1, last.Reduce, 0)
	require.Equal(t, []string{last.Application}, report.Result.Applications)
	require.Contains(t, last.TrackingURL, last.Application)
	requireState(t, last.Application, stateFinished)
}

func mapOnly(t *testing.T, s sandbox) {
	report, _ := runJob(t, "lines", s.path("out"), s.write(t, "in.txt", fable))
	require.Empty(t, report.Error)
	require.ElementsMatch(t, slices.Collect(strings.Lines(fable)), slices.Concat(s.parts(t, s.path("out"))...))
}

func sideFilesAndCutPoints(t *testing.T, s sandbox) {
	in := s.write(t, "in.txt", strings.Repeat(fable, 100))
	report, _ := runJob(t, "-file", s.write(t, "stop words.txt", ""), "stopwords", s.path("out"), in)
	require.Contains(t, report.Error, `can't have ' '`)

	report, _ = runJob(t, "-file", s.write(t, "stop.txt", "the over end\n"), "stopwords", s.path("out"), in)
	require.Empty(t, report.Error)
	parts := s.parts(t, s.path("out"))
	require.Len(t, parts, 3)
	for _, lines := range parts {
		require.NotEmpty(t, lines, "ranges of keys of about the same size")
	}
	require.Equal(t, []string{"brown\t100\n", "dog\t100\n", "fox\t100\n", "jumps\t100\n", "lazy\t100\n", "quick\t100\n"},
		slices.Concat(parts...), "the parts in their order are sorted")
}

func resumes(t *testing.T, s sandbox) {
	in, out := s.write(t, "in.txt", fable), s.path("out")
	fewAttempts := []string{"-D", "mapreduce.map.maxattempts=1"}
	report, _ := runJob(t, append(fewAttempts, "failing-second", out, in)...)
	require.Equal(t, "the second step always fails", report.JobError.Cause.Message[strings.LastIndex(report.JobError.Cause.Message, ": ")+2:])
	require.Equal(t, 2, report.JobError.Step)
	require.Len(t, s.names(t, s.dir), 2, "the input and the first step's output")

	report, d := runJob(t, append(fewAttempts, "failing-second", out, in)...)
	require.Equal(t, 2, report.JobError.Step)
	require.Equal(t, 1, strings.Count(d.log(), "starting the hadoop command"))
	require.NotContains(t, d.log(), "Step:1")

	report, _ = runJob(t, "lengths", out, in)
	require.Empty(t, report.Error)
	require.Len(t, report.Result.Applications, 2, "another job's steps are no use")
	require.Equal(t, []string{"3\t6\n", "4\t2\n", "5\t3\n"}, slices.Concat(s.parts(t, out)...))
	require.Equal(t, []string{"in.txt", "out"}, s.names(t, s.dir))
}

func refuses(t *testing.T, s sandbox) {
	in := s.write(t, "in/fable.txt", fable)
	kept := s.write(t, "out/part-00000", "kept\n")
	cases := map[string]struct {
		args []string
		want string
	}{
		"output exists":     {[]string{"wordcount", s.path("out"), in}, "the output " + s.path("out") + " exists already"},
		"missing input":     {[]string{"wordcount", s.path("new"), s.path("nothing"), s.path("in/*.gz")}, s.path("nothing")},
		"missing pattern":   {[]string{"wordcount", s.path("new"), s.path("nothing"), s.path("in/*.gz")}, s.path("in/*.gz") + " matches 0 files"},
		"folder in folder":  {[]string{"wordcount", s.path("new"), s.dir}, "not a file"},
		"missing side file": {[]string{"-file", s.path("nothing"), "stopwords", s.path("new"), in}, s.path("nothing")},
		"empty property":    {[]string{"-D", "mapreduce.job.queuename=", "wordcount", s.path("new"), in}, "leave it out"},
		"no HDFS path":      {[]string{"wordcount", s.path("new"), "in.txt"}, "want an absolute path"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			report, d := runJob(t, c.args...)
			require.Contains(t, report.Error, c.want)
			require.False(t, d.startedJVM())
		})
	}
	text, err := fs.ReadFile(openFS{s.Client}, kept)
	require.NoError(t, err)
	require.Equal(t, "kept\n", string(text))
	require.Equal(t, []string{"in", "out"}, s.names(t, s.dir))
}

func noHDFS(t *testing.T, _ sandbox) {
	conf := t.TempDir()
	site := `<configuration><property><name>fs.defaultFS</name><value>hdfs://127.0.0.1:1</value></property></configuration>`
	require.NoError(t, os.WriteFile(filepath.Join(conf, "core-site.xml"), []byte(site), 0o644))
	command := exec.Command(testjob, "run", "wordcount", "/out", "/in")
	command.Env = append(os.Environ(), "HADOOP_CONF_DIR="+conf)
	started := time.Now()
	out, err := command.Output()
	require.NoError(t, err)
	require.Less(t, time.Since(started), 10*time.Second)
	require.Contains(t, string(out), "127.0.0.1:1")
	require.Contains(t, string(out), "connection refused")
}

func shipsOnce(t *testing.T, s sandbox) {
	local := filepath.Join(t.TempDir(), "program")
	require.NoError(t, os.WriteFile(local, []byte(newRunID()), 0o755))
	drivers := make(chan shippedBinary)
	for range 4 {
		go func() {
			shipped, err := shipBinary(s.Client, local)
			if err != nil {
				t.Error(err)
			}
			drivers <- shipped
		}()
	}
	shipped := <-drivers
	t.Cleanup(func() { require.NoError(t, s.RemoveAll(path.Dir(shipped.path))) })
	for range 3 {
		require.Equal(t, shipped, <-drivers)
	}
	require.Equal(t, []string{"gomr"}, s.names(t, path.Dir(shipped.path)), "no half of it is left")
	before, err := s.Stat(shipped.path)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o755), before.Mode().Perm())

	_, err = shipBinary(s.Client, local)
	require.NoError(t, err)
	after, err := s.Stat(shipped.path)
	require.NoError(t, err)
	require.Equal(t, before.ModTime(), after.ModTime())

	require.NoError(t, s.Remove(shipped.path))
	require.NoError(t, writeFile(s.Client, shipped.path, 0o644, strings.NewReader("cut off")))
	_, err = shipBinary(s.Client, local)
	require.NoError(t, err)
	mended, err := s.Stat(shipped.path)
	require.NoError(t, err)
	require.Equal(t, before.Size(), mended.Size())
}

func TestDiagnoseFindsTheClusterInOrder(t *testing.T) {
	t.Parallel()
	checks := Diagnose(t.Context(), FindConfig{})
	for _, check := range checks {
		require.True(t, check.OK, "%+v", check)
		require.NotEmpty(t, check.Detail, check.Name)
	}
	require.Len(t, checks, 9)
}

func signalAndWait(t *testing.T, d *driver, signal os.Signal) error {
	t.Helper()
	require.NoError(t, d.command.Process.Signal(signal))
	return d.command.Wait()
}

func interrupt(t *testing.T, s sandbox) {
	d := start(t, "slow", s.path("out"), s.write(t, "in.txt", strings.Repeat(fable, 100)))
	application := d.application()
	require.NoError(t, signalAndWait(t, d, os.Interrupt))
	report := d.report()
	require.Contains(t, report.Error, "interrupted, "+application+" killed")
	requireState(t, application, stateKilled)
	require.Equal(t, []string{"in.txt"}, s.names(t, s.dir))
}

func interruptEarly(t *testing.T, s sandbox) {
	d := start(t, "slow", s.path("out"), s.write(t, "in.txt", fable))
	d.waitFor("starting the hadoop command")
	require.NoError(t, signalAndWait(t, d, os.Interrupt))
	report := d.report()
	require.Contains(t, report.Error, "interrupted")
	cluster, err := Find(FindConfig{})
	require.NoError(t, err)
	live, err := cluster.liveApplications(t.Context(), outputTag(s.DefaultFS(), s.path("out")))
	require.NoError(t, err)
	require.Empty(t, live)
	require.Equal(t, []string{"in.txt"}, s.names(t, s.dir))
}

func killedDriver(t *testing.T, s sandbox) {
	in, out := s.write(t, "in.txt", fable), s.path("out")
	d := start(t, "slow", out, in)
	application := d.application()
	client := childOf(t, d.command.Process.Pid)
	require.Error(t, signalAndWait(t, d, syscall.SIGKILL))
	require.Eventually(t, func() bool { return errors.Is(syscall.Kill(client, 0), syscall.ESRCH) }, time.Minute, 50*time.Millisecond,
		"the hadoop command dies with the driver")

	report, second := runJob(t, "wordcount", out, in)
	require.Empty(t, report.Error)
	require.Contains(t, second.log(), "killing the application that an earlier run left behind")
	requireState(t, application, stateKilled)
	require.Len(t, slices.Concat(s.parts(t, out)...), 9)
	require.Equal(t, []string{"in.txt", "out"}, s.names(t, s.dir))
}

// childOf returns the process that a process has started.
func childOf(t *testing.T, pid int) int {
	t.Helper()
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	require.NoError(t, err)
	for _, list := range lists {
		var child int
		if text, _ := os.ReadFile(list); len(text) > 0 {
			_, err := fmt.Sscan(string(text), &child)
			require.NoError(t, err)
			return child
		}
	}
	t.Fatal("the driver has no child")
	return 0
}
