package e2e

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate"
)

// A shared is a server with its database, and what uses it.
type shared struct {
	program
	dir      string // of the test
	address  string
	server   *exec.Cmd
	database []string // flags
	flags    []string // of the server, beside those that it has always
}

// newShared starts a server of a program.
func newShared(t *testing.T, pkg string, serving ...string) *shared {
	t.Helper()
	s := &shared{program: build(t, pkg), dir: t.TempDir(), address: "127.0.0.1:0", flags: serving}
	s.database = []string{"--database", s.file()}
	s.env = append(s.env, "XDG_STATE_HOME="+filepath.Join(s.dir, "state"))
	t.Cleanup(func() { killAll(s.attempts()) }) // what outlives workers
	s.startServer(t)
	return s
}

// killAll kills processes.
func killAll(processes []int) {
	for _, process := range processes {
		_ = syscall.Kill(process, syscall.SIGKILL) // it may have ended
	}
}

// attempts returns the processes of keepers and tasks.
func (s *shared) attempts() []int { return s.processes("attempt", "keep") }

// processes returns those of the program with one of some words in their command line.
func (s *shared) processes(words ...string) (processes []int) {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		text, _ := os.ReadFile(file) // it may be gone
		line := strings.Split(string(text), "\x00")
		if line[0] == s.path && slices.ContainsFunc(line, func(word string) bool { return slices.Contains(words, word) }) {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
			processes = append(processes, pid)
		}
	}
	return processes
}

// file returns the path of the SQLite database.
func (s *shared) file() string { return filepath.Join(s.dir, "scheduler.db") }

var servingAt = regexp.MustCompile(`^serving at http://(\S+), `)

// startServer starts the server, where it was before if it was, and waits until it serves.
func (s *shared) startServer(t *testing.T) {
	t.Helper()
	s.server = s.command(t, append(append([]string{"server", "--listen", s.address}, s.database...), s.flags...)...)
	var errs bytes.Buffer
	s.server.Stderr = &errs
	stdout, err := s.server.StdoutPipe()
	require.NoError(t, err)
	s.start(t, s.server)
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err, "%s", &errs)
	match := servingAt.FindStringSubmatch(line)
	require.NotNil(t, match, line)
	s.address = match[1]
}

// start starts a process that is killed at the end of the test.
func (s *shared) start(t *testing.T, c *exec.Cmd) {
	t.Helper()
	require.NoError(t, c.Start())
	t.Cleanup(func() { killProcess(c) })
}

// killProcess kills a process as kill -9 does.
func killProcess(c *exec.Cmd) {
	_ = c.Process.Kill() // it may have ended
	_ = c.Wait()
}

func (s *shared) url() string { return "http://" + s.address }

// startWorker starts a worker with a folder of its own.
func (s *shared) startWorker(t *testing.T, name string) *exec.Cmd {
	t.Helper()
	c := s.command(t, "worker", "--server", s.url(), "--slots", "4", "--dir", filepath.Join(s.dir, name), "--runner", "local", "--root", s.dir)
	c.Stderr = os.Stderr
	s.start(t, c)
	return c
}

// arguments returns those of run for a task.
func (s *shared) arguments(task ...string) []string {
	return append(append([]string{"run"}, task...), "--server", s.url(), "--runner", "local", "--root", s.dir)
}

// background begins a run, and returns what waits for its end.
func (s *shared) background(t *testing.T, task ...string) (wait func() (stdout string, code int)) {
	t.Helper()
	c := s.command(t, s.arguments(task...)...)
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, os.Stderr
	s.start(t, c)
	return func() (string, int) {
		_ = c.Wait()
		return out.String(), c.ProcessState.ExitCode()
	}
}

// gate lets a task of the program gated do something.
func (s *shared) gate(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		require.NoError(t, os.WriteFile(filepath.Join(s.dir, name), nil, 0o666))
	}
}

// journal returns how often each line is in the journal of the program gated.
func (s *shared) journal() map[string]int {
	text, _ := os.ReadFile(filepath.Join(s.dir, "journal"))
	lines := map[string]int{}
	for line := range strings.Lines(string(text)) {
		lines[strings.TrimSpace(line)]++
	}
	return lines
}

// waitFor waits until the journal has lines.
func (s *shared) waitFor(t *testing.T, lines ...string) {
	t.Helper()
	require.Eventually(t, func() bool {
		journal := s.journal()
		for _, line := range lines {
			if journal[line] == 0 {
				return false
			}
		}
		return true
	}, 2*time.Minute, 20*time.Millisecond, "%v", lines)
}

const gated = "github.com/gomr/gomr/internal/e2e/gated"

// once are the lines of a journal in which three tasks have run once.
var once = map[string]int{"start 0": 1, "start 1": 1, "start 2": 1, "end 0": 1, "end 1": 1, "end 2": 1}

// TestServerKilled kills the server while tasks run: they go on, and the run ends as it would have.
func TestServerKilled(t *testing.T) {
	s := newShared(t, gated)
	s.startWorker(t, "worker")
	wait := s.background(t, "All", "--dir", s.dir, "--count", "3")
	s.waitFor(t, "start 0", "start 1", "start 2")
	killProcess(s.server)
	s.gate(t, "open-0") // which can't commit before the server is there
	s.startServer(t)
	s.waitFor(t, "end 0")
	s.gate(t, "open-1", "open-2")
	stdout, code := wait()
	require.Zero(t, code, stdout)
	require.Equal(t, once, s.journal())
	require.Contains(t, stdout, "run 1: 4 done\n")
}

// TestWorkerKilled kills a worker while its tasks run: they go on, and the next worker has them.
func TestWorkerKilled(t *testing.T) {
	s := newShared(t, gated)
	worker := s.startWorker(t, "worker")
	wait := s.background(t, "All", "--dir", s.dir, "--count", "3")
	s.waitFor(t, "start 0", "start 1", "start 2")
	killProcess(worker)
	s.gate(t, "open-0")
	s.waitFor(t, "end 0")
	s.startWorker(t, "worker")
	s.gate(t, "open-1", "open-2")
	stdout, code := wait()
	require.Zero(t, code, stdout)
	require.Equal(t, once, s.journal())
}

// TestTwoWorkersAndTwoUsers: a task that two want runs once, wherever.
func TestTwoWorkersAndTwoUsers(t *testing.T) {
	s := newShared(t, gated)
	s.startWorker(t, "one")
	s.startWorker(t, "two")
	first := s.background(t, "All", "--dir", s.dir, "--count", "3")
	second := s.background(t, "All", "--dir", s.dir, "--count", "3")
	s.waitFor(t, "start 0", "start 1", "start 2")
	s.gate(t, "open-0", "open-1", "open-2")
	for _, wait := range []func() (string, int){first, second} {
		stdout, code := wait()
		require.Zero(t, code, stdout)
	}
	require.Equal(t, once, s.journal())
}

// TestAskedForWhileItRuns: a task that asks for another one goes on where it was.
func TestAskedForWhileItRuns(t *testing.T) {
	s := newShared(t, gated)
	s.startWorker(t, "worker")
	wait := s.background(t, "Gated", "--dir", s.dir, "--name", "0", "--asks", "1")
	s.waitFor(t, "start 0", "start 1")
	s.gate(t, "open-1", "open-0")
	stdout, code := wait()
	require.Zero(t, code, stdout)
	require.Equal(t, map[string]int{"start 0": 1, "start 1": 1, "end 0": 1, "end 1": 1}, s.journal())
}

// TestFailureIsTold: a run that fails says which task is to blame and why.
func TestFailureIsTold(t *testing.T) {
	s := newShared(t, gated)
	s.startWorker(t, "worker")
	s.gate(t, "open-0", "open-1", "fail-1")
	stdout, _, code := s.try(t, s.arguments("All", "--dir", s.dir, "--count", "2")...)
	require.Equal(t, orchestrate.ExitFailed, code, stdout)
	require.Contains(t, stdout, "name=1) is failed: no luck")
	require.NoError(t, os.Remove(filepath.Join(s.dir, "fail-1")))
	stdout, _, code = s.try(t, s.arguments("All", "--dir", s.dir, "--count", "2")...)
	require.Zero(t, code, "to submit it again is to try it again: %s", stdout)
}

// TestSharedJob runs a job by a server's worker, with the result of a run by itself.
func TestSharedJob(t *testing.T) {
	s := newShared(t, "github.com/gomr/gomr/examples/wordcount")
	s.startWorker(t, "worker")
	text := filepath.Join(s.dir, "data", "text")
	require.NoError(t, os.MkdirAll(text, 0o777))
	for _, day := range []string{"01", "02"} {
		require.NoError(t, os.WriteFile(filepath.Join(text, "2014-06-"+day+".txt"), []byte("the cat and the hat "+day+"\n"), 0o666))
	}
	task := []string{"WordCount", "--date-interval", "2014-06-01-2014-06-03"}
	s.run(t, s.arguments(task...)...)
	shared := readParts(t, filepath.Join(s.dir, "data", "text-count"))
	require.NotEmpty(t, shared)
	require.NoError(t, os.RemoveAll(filepath.Join(s.dir, "data", "text-count")))
	s.run(t, append([]string{"local", "--root", s.dir}, task...)...)
	require.Equal(t, readParts(t, filepath.Join(s.dir, "data", "text-count")), shared)
}

// readParts returns the content of the files below a folder, by name.
func readParts(t *testing.T, dir string) map[string]string {
	t.Helper()
	parts := map[string]string{}
	files, err := filepath.Glob(filepath.Join(dir, "*", "part-*"))
	require.NoError(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		parts[filepath.Base(file)] = string(text)
	}
	return parts
}

// TestVerbs looks at a server and steers it by the verbs of the command line.
func TestVerbs(t *testing.T) {
	s := newShared(t, gated)
	s.startWorker(t, "worker")
	ask := func(args ...string) string { return s.run(t, append(args, "--server", s.url())...) }
	id := func(name string) string { return "Gated(dir=" + s.dir + ", name=" + name + ")" }
	require.Contains(t, ask("ps"), "none")

	s.gate(t, "open-0", "fail-0")
	_, _, code := s.try(t, s.arguments("Gated", "--dir", s.dir, "--name", "0")...)
	require.Equal(t, orchestrate.ExitFailed, code)
	require.Regexp(t, `(?m)^failed +\S+ +`+regexp.QuoteMeta(id("0"))+` +no luck$`, ask("ps"))
	require.Contains(t, ask("logs", id("0")), "running 0\n")
	require.Contains(t, ask("logs", "--json", id("0")), `,"offset":0,"text":"running 0"}`+"\n")
	require.Equal(t, ask("logs", "--json", id("0")), ask("logs", "--json", "--follow", id("0")))
	require.Contains(t, ask("logs", "--follow", "Gated(name=0,dir="+s.dir+")"), "running 0\n", "as a person may write it")
	require.Regexp(t, `(?m)^1 .* failed .* no luck$`, ask("history", id("0")))
	ask("mark", id("0"), "done", "--note", "made by hand")
	require.Contains(t, ask("ps"), "none")
	require.Regexp(t, `(?m)^done +\S+ +Gated`, ask("ps", "--all"))

	wait := s.background(t, "Gated", "--dir", s.dir, "--name", "1")
	s.waitFor(t, "start 1")
	require.Regexp(t, `1 of 4 +github.com/gomr/gomr/internal/e2e/gated`, ask("workers"))
	ask("kill", id("1"))
	stdout, code := wait()
	require.Equal(t, orchestrate.ExitFailed, code)
	require.Contains(t, stdout, "killed by local")

	ask("pause")
	ask("forgive", id("1"))
	require.Regexp(t, `(?m)^pending `, ask("ps"))
	s.gate(t, "open-1")
	ask("unpause")
	s.waitFor(t, "end 1")

	for _, name := range []string{"3", "4"} {
		s.gate(t, "open-"+name, "fail-"+name)
		_, _, code := s.try(t, s.arguments("Gated", "--dir", s.dir, "--name", name)...)
		require.Equal(t, orchestrate.ExitFailed, code)
	}
	ask("pause", "--note", "so that they wait")
	require.Equal(t, id("3")+" starts again\n"+id("4")+" starts again\n", ask("forgive", id("3"), id("4"), "--note", "there is room"))
	stdout, stderr, code := s.try(t, "mark", id("3"), id("none"), id("4"), "done", "--json", "--server", s.url())
	require.Equal(t, orchestrate.ExitError, code)
	require.JSONEq(t, `{"change": "mark done", "task": "`+id("3")+`"}`, stdout, "what was done before is told")
	require.Contains(t, stderr, "(done before it: 1 of 3)")
	ask("mark", id("4"), "done")
	ask("unpause")

	require.Contains(t, ask("retry", "2"), "run 2 has no task that failed")
	s.gate(t, "open-2", "fail-2")
	_, _, code = s.try(t, s.arguments("Gated", "--dir", s.dir, "--name", "2", "--request", "second")...)
	require.Equal(t, orchestrate.ExitFailed, code)
	ask("pause")
	require.JSONEq(t, `{"run": 5, "forgiven": 1}`, ask("retry", "--request", "second", "--json"))
	require.Regexp(t, `(?m)^pending `, ask("ps"))
	require.Contains(t, ask("drain", "--timeout", "5m"), "no attempt runs")
	ask("unpause")

	require.JSONEq(t, `{"change": "limit 6", "resources": ["warehouse"]}`, ask("limit", "warehouse", "6", "--json"))
	require.Equal(t, "warehouse is paused; what runs goes on\n", ask("pause", "warehouse"))
	ask("unpause", "warehouse")
	for _, wrong := range [][]string{{"limit", "warehouse", "six"}, {"kill"}, {"retry"}, {"retry", "x"}, {"retry", "2", "--request", "a"}, {"drain", "--timeout", "soon"}, {"mark", id("1"), "good"}, {"mark", "done"}} {
		_, stderr, code := s.try(t, append(wrong, "--server", s.url())...)
		require.Equal(t, orchestrate.ExitUsage, code, stderr)
	}
	_, stderr, code = s.try(t, "logs", "Gated(name=7)", "--server", s.url())
	require.Equal(t, orchestrate.ExitError, code)
	require.Contains(t, stderr, "Gated(name=7): no such task was submitted")
}
