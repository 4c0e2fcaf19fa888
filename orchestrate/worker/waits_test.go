//go:build unix

package worker

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/store"
)

// TestTimeLeft: what an attempt waits for other tasks doesn't count.
func TestTimeLeft(t *testing.T) {
	start := time.Date(2014, 6, 1, 0, 0, 0, 0, time.UTC)
	after := func(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }
	a := &attempt{dir: t.TempDir(), record: record{Started: start, Assignment: task("a")}}
	_, limited := a.timeLeft(after(5))
	require.False(t, limited)
	a.record.Assignment.Task.Timeout = time.Minute
	for _, step := range []struct {
		line waitLine
		at   int
		left int // seconds
	}{
		{waitLine{}, 5, 55},
		{waitLine{From: after(10)}, 10, 50},
		{waitLine{}, 5000, 50},
		{waitLine{To: after(5000)}, 5000, 50},
		{waitLine{}, 5020, 30},
		{waitLine{From: after(5030)}, 9000, 20},
		{waitLine{From: after(5040)}, 9000, 20}, // by a goroutine that should not
		{waitLine{To: after(6000)}, 6030, -10},
	} {
		if step.line != (waitLine{}) {
			require.NoError(t, noteWait(a.dir, step.line))
		}
		left, limited := a.timeLeft(after(step.at))
		require.True(t, limited)
		require.Equal(t, time.Duration(step.left)*time.Second, left, "after %d s", step.at)
	}
	require.NoError(t, os.WriteFile(filepath.Join(a.dir, waitsFile), []byte("{\"from\":5}\nno object\n{\"half"), 0o600))
	left, _ := a.timeLeft(after(5))
	require.Equal(t, 55*time.Second, left)
}

// TestTimeoutStandsStill: a task that waits for others is not stopped, however long.
func TestTimeoutStandsStill(t *testing.T) {
	w := newWorld(t)
	file := w.file()
	a := task("await", file)
	a.Task.Timeout = 2 * time.Second
	started := time.Now()
	fence := w.add(a)
	w.run()
	w.begun(file)
	eventually(t, func() bool { return time.Since(started) > a.Task.Timeout+500*time.Millisecond })
	require.NoError(t, touch(file))
	require.Equal(t, store.Succeeded, w.end(t, fence).Outcome)
	w.drain()
}
