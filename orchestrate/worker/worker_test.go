//go:build unix

package worker

import (
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// TestEnds has tasks end in all ways that are their own.
func TestEnds(t *testing.T) {
	w := newWorld(t)
	cases := []struct {
		args    string
		outcome store.Outcome
		exit    int
		err     string // a part of it
	}{
		{"ok", store.Succeeded, 0, ""},
		{"exit 7", store.Errored, 7, "exit status 7: last words"},
		{"result", store.Errored, 3, "no input"},
		{"junk {", store.Errored, 4, "exit status 4"},
		{`junk {"error":5,"details":[]}`, store.Errored, 4, "exit status 4"},
		{`junk {"error":"e","details":{"n":5}}`, store.Errored, 4, "e"},
		{"panic", store.Errored, 2, "exit status 2: panic: out of cheese"},
		{"signal 15", store.Errored, 143, "killed by SIGTERM (terminated)"},
		{"signal 9", store.Errored, 137, "killed by SIGKILL (killed): the machine may have been out of memory, the kernel's log tells"},
		{"absent", store.Errored, 0, "the task can't be started: fork/exec /nowhere/absent: no such file or directory"},
	}
	var fences []int64
	for _, c := range cases {
		fences = append(fences, w.add(task(strings.SplitN(c.args, " ", 2)...)))
	}
	w.run()
	for i, c := range cases {
		end := w.end(t, fences[i])
		assert.Equal(t, c.outcome, end.Outcome, c.args)
		assert.Equal(t, c.exit, end.Exit, c.args)
		assert.Equal(t, c.err, end.Error, c.args)
		assert.Equal(t, c.args == "result", end.Permanent, c.args)
	}
	assert.Equal(t, map[string]string{"fence": "1"}, w.end(t, 1).Details)
	assert.Equal(t, map[string]string{"a": "b"}, w.end(t, 3).Details)
	assert.Equal(t, map[string]string{"n": "5"}, w.end(t, 6).Details)
	assert.Equal(t, "hello\n", w.log(1))
	assert.Equal(t, "something\nlast words\n\n", w.log(2))
	w.drain()
	assert.LessOrEqual(t, w.most, w.options.Slots)
}

// TestSlots: a worker whose slots are taken asks for nothing, and asks again when one is free.
func TestSlots(t *testing.T) {
	w := newWorld(t)
	w.options.Slots = 2
	files := []string{w.file(), w.file(), w.file()}
	for _, file := range files {
		w.add(task("wait", file))
	}
	w.run()
	w.begun(files[0])
	w.begun(files[1])
	require.NoError(t, touch(files[0]))
	w.begun(files[2])
	assert.Equal(t, store.Succeeded, w.end(t, 1).Outcome)
	for _, file := range files {
		require.NoError(t, touch(file))
	}
	assert.Equal(t, store.Succeeded, w.end(t, 2).Outcome)
	assert.Equal(t, store.Succeeded, w.end(t, 3).Outcome)
	w.drain()
	assert.Equal(t, 2, w.most)
}

// TestTimeout: a task that takes too long is stopped, also one that doesn't listen.
func TestTimeout(t *testing.T) {
	for _, kind := range []string{"wait", "deaf", "polite"} {
		t.Run(kind, func(t *testing.T) {
			w := newWorld(t)
			w.options.Grace = 100 * time.Millisecond
			if kind != "deaf" {
				w.options.Grace = limit
			}
			a := task(kind, w.file())
			a.Task.Timeout = time.Second
			fence := w.add(a)
			w.run()
			end := w.end(t, fence)
			assert.Equal(t, store.TimedOut, end.Outcome)
			assert.Equal(t, "it took longer than 1s, which is the timeout of the task", end.Error)
			w.drain()
		})
	}
}

// TestKill: somebody wants the end of a task, and of what it has started.
func TestKill(t *testing.T) {
	w := newWorld(t)
	file := w.file()
	fence := w.add(task("child", file))
	w.run()
	w.begun(file)
	child := readPID(t, file+".pid")
	w.do(func() { w.kill[fence] = "ann wants it" })
	end := w.end(t, fence)
	assert.Equal(t, store.Killed, end.Outcome)
	assert.Equal(t, "ann wants it", end.Error)
	assert.Equal(t, 143, end.Exit)
	eventually(t, func() bool { return isGone(child) })
	w.drain()
}

func readPID(t *testing.T, path string) int {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	require.NoError(t, err)
	return pid
}

// TestOrphan: what a task leaves in its group ends with it.
func TestOrphan(t *testing.T) {
	w := newWorld(t)
	fence := w.add(task("orphan"))
	w.run()
	require.Equal(t, store.Succeeded, w.end(t, fence).Outcome)
	child, err := strconv.Atoi(strings.TrimSpace(w.log(fence)))
	require.NoError(t, err)
	eventually(t, func() bool { return isGone(child) })
	w.drain()
}

// TestGone: an attempt that the scheduler has given up ends soon, and is not reported.
func TestGone(t *testing.T) {
	w := newWorld(t)
	file := w.file()
	fence := w.add(task("deaf", file))
	w.run()
	w.begun(file)
	pid := w.signature(fence).Task
	w.do(func() { delete(w.given, fence) })
	eventually(t, func() bool { return !exists(attemptDir(w.options.Dir, fence)) })
	assert.True(t, isGone(pid))
	w.drain()
	assert.Empty(t, w.ends)
}

// TestFenced: an end that the scheduler refuses is dropped.
func TestFenced(t *testing.T) {
	w := newWorld(t)
	w.do(func() {
		w.failing = func(method string) error {
			if method == "end" {
				return &scheduler.FencedError{Fence: 1, Outcome: store.Lost}
			}
			return nil
		}
	})
	fence := w.add(task("ok"))
	w.run()
	eventually(t, func() bool { return w.log(fence) != "" })
	w.drain()
	assert.Empty(t, w.ends)
}

// TestDrain: a worker that is to end takes no more, and waits for what runs.
func TestDrain(t *testing.T) {
	w := newWorld(t)
	w.options.Slots = 1
	file := w.file()
	first := w.add(task("wait", file))
	w.add(task("ok"))
	w.run()
	w.begun(file)
	w.cancel()
	require.NoError(t, touch(file))
	require.NoError(t, <-w.ended)
	assert.Equal(t, store.Succeeded, w.end(t, first).Outcome)
	assert.Len(t, w.waiting, 1)
	w.requireNoAttempts()
}

// TestStop: a worker that is to end now stops its attempts.
func TestStop(t *testing.T) {
	w := newWorld(t)
	w.options.Grace = 200 * time.Millisecond
	files := []string{w.file(), w.file()}
	w.add(task("wait", files[0]))
	w.add(task("deaf", files[1]))
	w.run()
	w.begun(files[0])
	w.begun(files[1])
	w.stopNow()
	require.NoError(t, <-w.ended)
	for fence, exit := range map[int64]int{1: 143, 2: 137} {
		end := w.end(t, fence)
		assert.Equal(t, store.Interrupted, end.Outcome)
		assert.Equal(t, "its worker was stopped", end.Error)
		assert.Equal(t, exit, end.Exit)
	}
	w.requireNoAttempts()
}

// TestFrozenKeeper: a keeper that doesn't obey is killed, and its task with it.
func TestFrozenKeeper(t *testing.T) {
	w := newWorld(t)
	w.options.Grace, w.options.killMargin = 100*time.Millisecond, 100*time.Millisecond
	file := w.file()
	fence := w.add(task("child", file))
	w.run()
	w.begun(file)
	signed, child := w.signature(fence), readPID(t, file+".pid")
	require.NoError(t, syscall.Kill(signed.Keeper, syscall.SIGSTOP))
	w.stopNow()
	require.NoError(t, <-w.ended)
	assert.Equal(t, store.Interrupted, w.end(t, fence).Outcome)
	assert.True(t, isGone(signed.Task))
	assert.True(t, isGone(child))
	w.requireNoAttempts()
}

// TestNoWorkYet: a worker that is refused, or that has no work, asks again.
func TestNoWorkYet(t *testing.T) {
	w := newWorld(t)
	asks := 0
	w.do(func() {
		w.failing = func(method string) error {
			if method != "work" {
				return nil
			}
			switch asks++; asks {
			case 1:
				return &scheduler.InvalidError{Reason: "who is that?"}
			case 2, 3:
				return errNoWork
			}
			return nil
		}
	})
	fence := w.add(task("ok"))
	w.run()
	assert.Equal(t, store.Succeeded, w.end(t, fence).Outcome)
	w.drain()
	assert.GreaterOrEqual(t, asks, 4)
}

// TestUnfit: a worker that can't start processes takes the blame, not the task.
func TestUnfit(t *testing.T) {
	w := newWorld(t)
	w.options.Keeper = []string{"/nowhere/keeper"}
	fence := w.add(task("ok"))
	w.run()
	end := w.end(t, fence)
	assert.Equal(t, store.Interrupted, end.Outcome)
	assert.Contains(t, end.Error, "its worker can't start a process")
	w.drain()
}

// TestBrokenKeeper: what a keeper says that does nothing is the error.
func TestBrokenKeeper(t *testing.T) {
	w := newWorld(t)
	w.options.Keeper = []string{"/bin/sh", "-c", "echo this is no keeper >&2; exit 1"}
	fence := w.add(task("ok"))
	w.run()
	end := w.end(t, fence)
	assert.Equal(t, store.Errored, end.Outcome)
	assert.Equal(t, "its keeper has failed: this is no keeper", end.Error)
	w.drain()
}

// TestDetails: what a task tells while it runs goes with the beats.
func TestDetails(t *testing.T) {
	w := newWorld(t)
	file := w.file()
	fence := w.add(task("details", file))
	w.run()
	want := map[string]string{"progress": "0.5", "step": "reduce"}
	w.await(t, func() bool { return w.details[fence]["step"] == "reduce" })
	require.NoError(t, touch(file))
	assert.Equal(t, want, w.end(t, fence).Details)
	w.drain()
	assert.Equal(t, want, w.details[fence])
}

// TestTwoWorkers: a folder has one worker.
func TestTwoWorkers(t *testing.T) {
	w := newWorld(t)
	fence := w.add(task("ok"))
	w.run()
	w.end(t, fence)
	var used *InUseError
	require.ErrorAs(t, Run(t.Context(), w.options, w.server), &used)
	assert.Equal(t, os.Getpid(), used.PID)
	w.drain()
	w.run()
	w.drain()
}

// TestOptions wants to be told what a worker needs, and nothing else.
func TestOptions(t *testing.T) {
	full := testOptions("relative")
	for name, spoil := range map[string]func(*Options){
		"Options.Dir":      func(o *Options) { o.Dir = "" },
		"Options.Programs": func(o *Options) { o.Programs = nil },
		"Options.Command":  func(o *Options) { o.Command = nil },
		"Options.Keeper":   func(o *Options) { o.Keeper = nil },
		"in Options":       func(o *Options) { o.Slots = -1 },
	} {
		o := full
		spoil(&o)
		require.ErrorContains(t, Run(t.Context(), o, newServer()), name)
	}
	o, err := Options{Dir: "relative", Programs: full.Programs, Command: full.Command, Keeper: full.Keeper}.withDefaults()
	require.NoError(t, err)
	assert.True(t, filepath.IsAbs(o.Dir))
	assert.Positive(t, o.Slots)
	assert.NotEmpty(t, o.Host)
}

// TestIdentity: a worker that has no name makes one up and keeps it.
func TestIdentity(t *testing.T) {
	dir := t.TempDir()
	first, err := identify(dir, "host")
	require.NoError(t, err)
	second, err := identify(dir, "other")
	require.NoError(t, err)
	assert.Equal(t, first, second)
	assert.Contains(t, first, "host-")
}

// TestStopUnreachable: what a stopped worker can't tell, the next one does.
func TestStopUnreachable(t *testing.T) {
	w := newWorld(t)
	w.options.Grace, w.options.killMargin, w.options.reportTime = 100*time.Millisecond, time.Second, 100*time.Millisecond
	file := w.file()
	fence := w.add(task("wait", file))
	w.run()
	w.begun(file)
	w.fail(-1)
	w.stopNow()
	require.ErrorContains(t, <-w.ended, "could not be told the ends of 1 attempts")
	w.do(func() { w.failing = nil })
	w.run()
	assert.Equal(t, store.Interrupted, w.end(t, fence).Outcome)
	w.drain()
}

// TestMembers: the process of several tasks tells of each that it knows of.
func TestMembers(t *testing.T) {
	w := newWorld(t)
	a := task("junk", `{"error":"two failed","members":{"18":{"done":true},"19":{"error":"no input","permanent":true}}}`)
	a.Others = []scheduler.Member{{Fence: 18, Number: 1, Task: store.Spec{ID: "b"}}, {Fence: 19, Number: 1}, {Fence: 20, Number: 2}}
	fence := w.add(a)
	w.run()
	end := w.end(t, fence)
	require.Equal(t, store.Errored, end.Outcome)
	require.Equal(t, "two failed", end.Error)
	require.Equal(t, []scheduler.MemberEnd{
		{Fence: 18, Outcome: store.Succeeded},
		{Fence: 19, Outcome: store.Errored, Error: "no input", Permanent: true},
	}, end.Members)
	w.drain()
}

// TestReadAssignment: a process finds all that it is to do in the folder of its attempt.
func TestReadAssignment(t *testing.T) {
	dir := t.TempDir()
	_, err := ReadAssignment(dir)
	require.ErrorIs(t, err, fs.ErrNotExist)
	want := task("a")
	want.Others = []scheduler.Member{{Fence: 18, Number: 1, Task: store.Spec{ID: "b", Args: []string{"--x"}}}}
	require.NoError(t, writeJSON(filepath.Join(dir, assignmentFile), record{Assignment: want}))
	got, err := ReadAssignment(dir)
	require.NoError(t, err)
	require.Equal(t, want, got)
}
