//go:build unix

package worker

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/store"
)

// TestWorkerKilled: an attempt goes on when its worker is killed, and the next one takes it over.
func TestWorkerKilled(t *testing.T) {
	w := newWorld(t)
	file := w.file()
	fence := w.add(task("count", file))
	kill := w.work()
	w.begun(file)
	eventually(t, func() bool { return w.log(fence) != "" })
	kill()
	pid := w.signature(fence).Task
	w.run()
	w.await(t, func() bool { return len(w.holds) == 1 })
	assert.False(t, isGone(pid))
	require.NoError(t, touch(file))
	assert.Equal(t, store.Succeeded, w.end(t, fence).Outcome)
	w.drain()
	log := strings.SplitAfter(w.log(fence), "\n")
	require.Empty(t, log[len(log)-1])
	require.Greater(t, len(log), 11)
	for i, line := range log[:len(log)-1] {
		require.Equal(t, fmt.Sprintf("line %d\n", i), line)
	}
}

// TestEndWithoutWorker: an attempt ends while there is no worker, and the next one reports it.
func TestEndWithoutWorker(t *testing.T) {
	w := newWorld(t)
	file := w.file()
	fence := w.add(task("wait", file))
	kill := w.work()
	w.begun(file)
	kill()
	require.NoError(t, touch(file))
	eventually(t, func() bool { return exists(filepath.Join(attemptDir(w.options.Dir, fence), endFile)) })
	assert.Empty(t, w.ends)
	w.run()
	assert.Equal(t, store.Succeeded, w.end(t, fence).Outcome)
	assert.Equal(t, "begun\n", w.log(fence))
	w.drain()
}

// TestAdoptedIsStopped: the next worker can do with an attempt what the first could, and knows when it began.
func TestAdoptedIsStopped(t *testing.T) {
	for _, how := range []store.Outcome{store.Killed, store.Interrupted, store.TimedOut} {
		t.Run(string(how), func(t *testing.T) {
			w := newWorld(t)
			file := w.file()
			fence := w.add(task("wait", file))
			kill := w.work()
			w.begun(file)
			kill()
			path := filepath.Join(attemptDir(w.options.Dir, fence), assignmentFile)
			var begun record
			require.NoError(t, readJSON(path, &begun))
			assert.WithinDuration(t, time.Now(), begun.Started, limit)
			begun.Assignment.Task.Timeout = time.Hour
			if how == store.TimedOut {
				begun.Started = begun.Started.Add(-time.Hour)
			}
			require.NoError(t, writeJSON(path, begun))
			w.run()
			switch how {
			case store.Killed:
				w.do(func() { w.kill[fence] = "ann" })
			case store.Interrupted:
				w.stopNow()
			}
			assert.Equal(t, how, w.end(t, fence).Outcome)
			w.drain()
		})
	}
}

// TestStopSurvives: why an attempt was stopped is known to the next worker, which goes on with it.
func TestStopSurvives(t *testing.T) {
	w := newWorld(t)
	file := w.file()
	fence := w.add(task("wait", file))
	kill := w.work()
	w.begun(file)
	kill()
	reason := stop{Outcome: store.Killed, Error: "ann", Grace: limit}
	require.NoError(t, writeJSON(filepath.Join(attemptDir(w.options.Dir, fence), stopFile), reason))
	w.run()
	end := w.end(t, fence)
	assert.Equal(t, store.Killed, end.Outcome)
	assert.Equal(t, "ann", end.Error)
	w.drain()
}

// TestKeeperKilled: with its keeper a task ends, and what it has started. In the last case there is no
// worker that could notice.
func TestKeeperKilled(t *testing.T) {
	for _, name := range []string{"own", "adopted", "alone"} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			file := w.file()
			fence := w.add(task("child", file))
			if name != "own" {
				kill := w.work()
				w.begun(file)
				kill()
			}
			if name != "alone" {
				w.run()
			}
			w.begun(file)
			eventually(t, func() bool { // what the keeper has not read yet would end with it
				text, err := os.ReadFile(filepath.Join(attemptDir(w.options.Dir, fence), logFile))
				return err == nil && string(text) == "begun\n"
			})
			signed, child := w.signature(fence), readPID(t, file+".pid")
			require.NoError(t, syscall.Kill(signed.Keeper, syscall.SIGKILL))
			if name == "alone" {
				eventually(t, func() bool { return isGone(signed.Task) })
				w.run()
			}
			end := w.end(t, fence)
			assert.Equal(t, store.Errored, end.Outcome)
			assert.Equal(t, "its keeper was killed", end.Error)
			assert.Equal(t, "begun\n", w.log(fence))
			assert.True(t, isGone(signed.Task))
			assert.True(t, isGone(child))
			w.drain()
		})
	}
}

// TestKeeperStopped: a keeper that somebody else stops tells so.
func TestKeeperStopped(t *testing.T) {
	w := newWorld(t)
	file := w.file()
	fence := w.add(task("wait", file))
	w.run()
	w.begun(file)
	require.NoError(t, syscall.Kill(w.signature(fence).Keeper, syscall.SIGTERM))
	assert.Equal(t, store.Interrupted, w.end(t, fence).Outcome)
	w.drain()
}

// TestDamage: folders that are damaged don't break a worker.
func TestDamage(t *testing.T) {
	w := newWorld(t)
	folder := func(files map[string]string) (fence int64) {
		fence = w.add(task("ok"))
		w.do(func() { w.given[fence], w.waiting = w.waiting[0], w.waiting[1:] })
		dir := attemptDir(w.options.Dir, fence)
		require.NoError(t, os.MkdirAll(dir, 0o700))
		for name, text := range files {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
		}
		return fence
	}
	const signed = `{"keeper":999999999,"task":999999999}`
	cases := []struct {
		fence   int64
		outcome store.Outcome
		err     string
	}{
		{folder(nil), store.Interrupted, "its worker was killed before it began"},
		{folder(map[string]string{assignmentFile: "{}", logFile: ""}), store.Interrupted, "its worker was killed before it began"},
		{folder(map[string]string{assignmentFile: "{", lockFile: signed}), store.Errored, "what was to do can't be read"},
		{folder(map[string]string{assignmentFile: "{", lockFile: signed, endFile: "{}", logFile: "x"}), store.Succeeded, ""},
		{folder(map[string]string{assignmentFile: "{}", lockFile: signed, endFile: "{"}), store.Errored, "its end can't be read"},
		{folder(map[string]string{assignmentFile: "{}", lockFile: signed}), store.Errored, "its keeper was killed"},
	}
	require.NoError(t, os.MkdirAll(filepath.Join(attemptsDir(w.options.Dir), "no number"), 0o700))
	w.run()
	for _, c := range cases {
		end := w.end(t, c.fence)
		assert.Equal(t, c.outcome, end.Outcome, c.fence)
		assert.Contains(t, end.Error, c.err, c.fence)
	}
	assert.Equal(t, "x", w.log(4))
	w.cancel()
	require.NoError(t, <-w.ended)
}

// TestUnreadableWhileRunning: an attempt whose assignment can't be read goes on.
func TestUnreadableWhileRunning(t *testing.T) {
	w := newWorld(t)
	file := w.file()
	fence := w.add(task("wait", file))
	kill := w.work()
	w.begun(file)
	kill()
	require.NoError(t, os.WriteFile(filepath.Join(attemptDir(w.options.Dir, fence), assignmentFile), []byte("{"), 0o600))
	w.run()
	w.await(t, func() bool { return len(w.holds) == 1 })
	require.NoError(t, touch(file))
	assert.Equal(t, store.Succeeded, w.end(t, fence).Outcome)
	w.drain()
}

// TestLateKeeper: a keeper that comes when its attempt was given up starts nothing.
func TestLateKeeper(t *testing.T) {
	dir := t.TempDir()
	lock, err := takeLock(filepath.Join(dir, lockFile), os.O_CREATE)
	require.NoError(t, err)
	require.ErrorContains(t, Keep(t.Context(), dir), "was given up")
	lock.release()
	require.ErrorIs(t, Keep(t.Context(), dir), os.ErrNotExist)
}
