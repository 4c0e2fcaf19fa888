package orchestrate_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate"
)

// lockFolderEnv makes the test binary a process that runs the task "held" until it is
// killed or its standard input ends.
const lockFolderEnv = "ORCHESTRATE_TEST_HOLD_LOCK_IN"

// holdLock reports whether this process was such a holder.
func holdLock() bool {
	folder := os.Getenv(lockFolderEnv)
	if folder == "" {
		return false
	}
	w := newWorld()
	held := w.with("held", settings{run: func(ctx context.Context, s step) error {
		fmt.Println("held")
		_, err := io.Copy(io.Discard, os.Stdin)
		w.make(s.Name)
		return err
	}})
	if _, err := orchestrate.Run(context.Background(), orchestrate.Config{LockDir: folder}, held); err != nil {
		fmt.Println(err)
	}
	return true
}

// startHolder starts a process that runs the task and returns when it does.
func startHolder(t *testing.T, folder string) (*exec.Cmd, io.Closer) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), lockFolderEnv+"="+folder)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	require.NoError(t, err)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "held\n", line)
	return cmd, stdin
}

func TestLock_OtherProcessRunsTheTask(t *testing.T) {
	folder := t.TempDir()
	before := time.Now().Add(-time.Second)
	holder, stdin := startHolder(t, folder)
	w := newWorld()
	held := w.task("held")
	after, other := w.task("after", held), w.task("other")

	summary, err := orchestrate.Run(t.Context(), orchestrate.Config{LockDir: folder}, after, other)

	var running *orchestrate.AlreadyRunningError
	require.ErrorAs(t, err, &running)
	require.Equal(t, holder.Process.Pid, running.Holder.PID)
	require.Equal(t, orchestrate.ID(held), running.Holder.Task)
	require.WithinRange(t, running.Holder.Started, before, time.Now())
	require.Equal(t, orchestrate.StatusAlreadyRunning, status(summary, held))
	require.Equal(t, orchestrate.StatusUpstreamRunning, status(summary, after))
	require.Equal(t, orchestrate.StatusDone, status(summary, other))
	require.Equal(t, orchestrate.ExitAlreadyRunning, summary.ExitCode())

	require.NoError(t, stdin.Close())
	require.NoError(t, holder.Wait())
	_, err = orchestrate.Run(t.Context(), orchestrate.Config{LockDir: folder}, after)
	require.NoError(t, err)
	require.Equal(t, []string{"other", "held", "after"}, w.ran())
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Empty(t, left, "lock files go with the locks")
}

func TestLock_KilledHolderFreesIt(t *testing.T) {
	folder := t.TempDir()
	holder, _ := startHolder(t, folder)
	require.NoError(t, holder.Process.Signal(syscall.SIGKILL))
	require.Error(t, holder.Wait())

	w := newWorld()
	_, err := orchestrate.Run(t.Context(), orchestrate.Config{LockDir: folder}, w.task("held"))

	require.NoError(t, err)
	require.Equal(t, []string{"held"}, w.ran())
}

func TestLock_OutputMadeSinceThePlanIsNotMadeAgain(t *testing.T) {
	w := newWorld()
	task := w.task("made elsewhere")
	plan, err := orchestrate.NewPlan(t.Context(), orchestrate.Config{LockDir: t.TempDir()}, task)
	require.NoError(t, err)
	w.make("made elsewhere")

	summary, err := plan.Run(t.Context())

	require.NoError(t, err)
	require.Equal(t, orchestrate.StatusComplete, status(summary, task))
	require.Empty(t, w.ran())
}

func TestLock_ManyRunsAtOnceRunTheTaskOnce(t *testing.T) {
	folder := t.TempDir()
	w := newWorld()
	task := w.task("once")
	const runs = 20
	done := make(chan *orchestrate.Summary, runs)
	for range runs {
		go func() {
			for {
				summary, _ := orchestrate.Run(context.Background(), orchestrate.Config{LockDir: folder}, task)
				if summary.ExitCode() != orchestrate.ExitAlreadyRunning {
					done <- summary
					return
				}
			}
		}()
	}
	for range runs {
		require.Equal(t, orchestrate.ExitComplete, (<-done).ExitCode())
	}
	require.Equal(t, []string{"once"}, w.ran())
}

func TestLock_FolderThatCannotBeMade(t *testing.T) {
	w := newWorld()
	task := w.task("a")
	summary, err := orchestrate.Run(t.Context(), orchestrate.Config{LockDir: "/dev/null/locks"}, task)
	require.ErrorContains(t, err, "lock the task")
	require.Equal(t, orchestrate.ExitFailed, summary.ExitCode())
}
