package streamjob_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/streamjob"
)

// TestInterrupt ends a job while its mapper and what that has started sleep.
func TestInterrupt(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	temp := t.TempDir()
	require.NoError(t, os.WriteFile("in", []byte("a\tb\n"), 0o644))
	const script = "#!/bin/sh\nsleep 1000 &\necho $! > pid.new; mv pid.new pid\nsleep 1000\n"
	require.NoError(t, os.WriteFile("sleeps.sh", []byte(script), 0o755))
	ctx, cancel := context.WithCancel(t.Context())
	code := make(chan int)
	var log bytes.Buffer
	go func() {
		code <- streamjob.Run(ctx, streamjob.Options{
			Args: []string{"-input", "in", "-output", "out", "-mapper", "./sleeps.sh"}, Stderr: &log, TempDir: temp,
		})
	}()
	var child int
	require.Eventually(t, func() bool {
		text, err := os.ReadFile("pid")
		if err != nil {
			return false
		}
		child, err = strconv.Atoi(strings.TrimSpace(string(text)))
		return err == nil
	}, time.Minute, 5*time.Millisecond)
	cancel()
	require.Equal(t, streamjob.ExitInterrupted, <-code, "%s", &log)
	require.Eventually(t, func() bool { return isGone(child) }, time.Minute, 5*time.Millisecond, "the grandchild lives")
	require.Equal(t, []string{"in", "pid", "sleeps.sh"}, names(t, dir))
	require.Empty(t, names(t, temp))
}

// isGone reports whether a process has ended, if only its entry is left.
func isGone(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return true
	}
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	return err != nil || strings.Contains(string(stat), ") Z ")
}

func names(t *testing.T, dir string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, entry := range entries {
		all = append(all, entry.Name())
	}
	return all
}

// TestFailureLeavesWhatHadoopLeaves wants the parts of tasks that were done, and nothing of ours.
func TestFailureLeavesWhatHadoopLeaves(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	temp := t.TempDir()
	require.NoError(t, os.WriteFile("in", []byte("a\nb\nc\n"), 0o644))
	code := streamjob.Run(t.Context(), streamjob.Options{TempDir: temp, Args: []string{
		"-D", "mapreduce.job.reduces=3", "-input", "in", "-output", "out", "-mapper", "cat",
		"-reducer", `sh -c 'cat >&2; test "$mapreduce_task_partition" != 1'`,
	}})
	require.Equal(t, streamjob.ExitFailed, code)
	require.Equal(t, []string{"part-00000", "part-00002"}, names(t, "out"))
	require.Equal(t, []string{"in", "out"}, names(t, dir))
	require.Empty(t, names(t, temp))
}

// TestBackground wants the code of a job that was submitted, and the output of one that ran.
func TestBackground(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("in", []byte("a\n"), 0o644))
	var log bytes.Buffer
	code := streamjob.Run(t.Context(), streamjob.Options{Stderr: &log, Args: []string{"-background", "-input", "in", "-output", "out", "-mapper", "cat"}})
	require.Equal(t, streamjob.ExitOK, code)
	require.Contains(t, log.String(), "streaming.StreamJob: Job is running in background.")
	require.Equal(t, []string{"_SUCCESS", "part-00000"}, names(t, "out"))
}
