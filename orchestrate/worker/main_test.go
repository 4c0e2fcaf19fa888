//go:build unix

package worker

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/rpc"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// TestMain makes three programs of the test binary: the keeper, the tasks and a worker that can be killed.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 {
		switch args := os.Args[2:]; os.Args[1] {
		case "keep":
			exit(Keep(context.Background(), args[0]))
		case "task":
			exit(taskMain(args[0], args[1:]))
		case "work":
			exit(workMain(args[0], args[1]))
		}
	}
	// Else each process of a test with the race detector waits for a second before it exits.
	os.Setenv("GORACE", os.Getenv("GORACE")+" atexit_sleep_ms=0")
	goleak.VerifyTestMain(m)
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// workMain is a worker whose scheduler is a server in the test.
func workMain(dir, address string) error {
	client, err := rpc.Dial("tcp", address)
	if err != nil {
		return err
	}
	return Run(context.Background(), testOptions(dir), &remote{client})
}

func testOptions(dir string) Options {
	return Options{
		Dir: dir, ID: "me", Programs: []string{"p"}, Slots: 4, Grace: time.Minute,
		Keeper: []string{os.Args[0], "keep"},
		Command: func(a *scheduler.Assignment, attemptDir string) (string, []string, []string) {
			if a.Task.Args[0] == "absent" {
				return "/nowhere/absent", nil, nil
			}
			return os.Args[0], append([]string{"task"}, a.Task.Args...), []string{"FENCE=" + strconv.FormatInt(a.Fence, 10)}
		},
	}
}

// taskMain is a task of the tests.
func taskMain(kind string, args []string) error {
	dir := os.Getenv(DirVariable)
	switch kind {
	case "ok":
		fmt.Println("hello")
		return WriteResult(dir, Result{Details: map[string]string{"fence": os.Getenv("FENCE")}})
	case "exit":
		fmt.Print("something\nlast words\n\n")
		code, _ := strconv.Atoi(args[0])
		os.Exit(code)
	case "result":
		if err := WriteResult(dir, Result{Error: "no input", Permanent: true, Details: map[string]string{"a": "b"}}); err != nil {
			return err
		}
		os.Exit(3)
	case "junk":
		if err := os.WriteFile(filepath.Join(dir, resultFile), []byte(args[0]), 0o600); err != nil {
			return err
		}
		os.Exit(4)
	case "panic":
		panic("out of cheese")
	case "signal":
		number, _ := strconv.Atoi(args[0])
		signal.Reset()
		_ = syscall.Kill(os.Getpid(), syscall.Signal(number))
		select {}
	case "wait":
		return begin(args[0])
	case "await": // other tasks, which is never over
		if _, err := BeginWait(dir); err != nil {
			return err
		}
		return begin(args[0])
	case "deaf": // to SIGTERM
		signal.Ignore(syscall.SIGTERM)
		return begin(args[0])
	case "polite": // exits with 0 when it is asked to end
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, syscall.SIGTERM)
		if err := touch(args[0] + ".begun"); err != nil {
			return err
		}
		<-signals
	case "child":
		child := exec.Command("sleep", "1000")
		if err := child.Start(); err != nil {
			return err
		}
		if err := os.WriteFile(args[0]+".pid", []byte(strconv.Itoa(child.Process.Pid)), 0o600); err != nil {
			return err
		}
		return begin(args[0])
	case "orphan": // leaves a process in its group, which has its output
		child := exec.Command("sleep", "1000")
		child.Stdout = os.Stdout
		if err := child.Start(); err != nil {
			return err
		}
		fmt.Println(child.Process.Pid)
	case "print":
		size, _ := strconv.Atoi(args[0])
		_, err := os.Stdout.WriteString(lines(size))
		return err
	case "count": // prints numbers until the file is there
		for i := 0; ; i++ {
			fmt.Println("line", i)
			if i == 10 {
				if err := touch(args[0] + ".begun"); err != nil {
					return err
				}
			}
			if i > 10 && exists(args[0]) {
				return nil
			}
			if i > 10 {
				time.Sleep(time.Millisecond)
			}
		}
	case "details":
		text := "{\"progress\": 0.5, \"step\": \"map\"}\nno object\n{\"step\": \"reduce\"}\n{\"half"
		if err := os.WriteFile(filepath.Join(dir, detailsFile), []byte(text), 0o600); err != nil {
			return err
		}
		return begin(args[0])
	}
	return nil
}

// lines is a text of a size.
func lines(size int) string { return strings.Repeat("0123456789abcde\n", size/16+1)[:size] }

// begin tells that the task has begun, and waits for a file.
func begin(path string) error {
	fmt.Println("begun")
	if err := touch(path + ".begun"); err != nil {
		return err
	}
	for !exists(path) {
		time.Sleep(5 * time.Millisecond) // of a process of its own, which has no other way
	}
	return nil
}

func touch(path string) error { return os.WriteFile(path, nil, 0o600) }

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// limit is how long tests wait for what must come.
const limit = time.Minute

func eventually(t *testing.T, condition func() bool, what ...any) {
	t.Helper()
	require.Eventually(t, condition, limit, 5*time.Millisecond, what...)
}

// isGone reports whether a process has ended, if only its entry is left.
func isGone(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return true
	}
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	return err != nil || strings.Contains(string(stat), ") Z ")
}

// A world is a worker and its server.
type world struct {
	*server
	t       *testing.T
	options Options
	cancel  context.CancelFunc
	stop    chan struct{}
	ended   chan error
}

func newWorld(t *testing.T) *world {
	w := &world{server: newServer(), t: t, options: testOptions(t.TempDir())}
	w.options.Log = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
	return w
}

// run starts the worker in this process. It ends with the test.
func (w *world) run() {
	w.runWith(w.server)
}

func (w *world) runWith(s Scheduler) {
	ctx, cancel := context.WithCancel(context.Background())
	w.cancel, w.stop, w.ended = cancel, make(chan struct{}), make(chan error, 1)
	options, ended := w.options, w.ended
	options.Stop = w.stop
	over := make(chan struct{})
	go func() {
		defer close(over)
		ended <- Run(ctx, options, s)
	}()
	w.t.Cleanup(func() {
		w.stopNow() // of a test that has failed before
		cancel()
		<-over
	})
}

func (w *world) stopNow() {
	if !isClosed(w.stop) {
		close(w.stop)
	}
}

// drain has the worker take no more work, and waits for its end.
func (w *world) drain() {
	w.t.Helper()
	w.cancel()
	require.NoError(w.t, <-w.ended)
	w.requireNoAttempts()
}

func (w *world) requireNoAttempts() {
	w.t.Helper()
	entries, err := os.ReadDir(attemptsDir(w.options.Dir))
	require.NoError(w.t, err)
	require.Empty(w.t, entries)
}

// file returns the path of a file for a task.
func (w *world) file() string { return filepath.Join(w.t.TempDir(), "go") }

// begun waits until the task with a file has begun.
func (w *world) begun(file string) {
	w.t.Helper()
	eventually(w.t, func() bool { return exists(file + ".begun") }, "the task doesn't begin")
}

func (w *world) signature(fence int64) (s signature) {
	w.t.Helper()
	eventually(w.t, func() bool {
		s = readSignature[signature](filepath.Join(attemptDir(w.options.Dir, fence), lockFile))
		return s.Task != 0
	})
	return s
}

// work starts a worker in a process of its own, and returns how to kill it.
func (w *world) work() (kill func()) {
	w.t.Helper()
	cmd := exec.Command(os.Args[0], "work", w.options.Dir, w.listen(w.t))
	var log bytes.Buffer
	cmd.Stderr = &log
	require.NoError(w.t, cmd.Start())
	kill = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		w.t.Log(log.String())
	}
	w.t.Cleanup(kill)
	return kill
}

func task(args ...string) *scheduler.Assignment {
	return &scheduler.Assignment{Number: 1, Lease: 300 * time.Millisecond, Task: store.Spec{ID: strings.Join(args, " "), Program: "p", Args: args}}
}
