package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/trigger"
)

// writeSchedule writes a file with one schedule of the program gated, which waits for data.
func (s *shared) writeSchedule(t *testing.T) string {
	t.Helper()
	file := filepath.Join(s.dir, "schedules.toml")
	require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, `
[[schedule]]
name  = "nightly"
time  = "R1/2026-01-01T03:00/P1D" # once, whenever the test is run
zone  = "Europe/Berlin"
start = 2026-01-01
task  = ["Gated", "--dir=%s", "--name={date}"]
poll  = "1s"
[[schedule.data]]
paths   = ["/in/{date}"]
success = true
`, s.dir), 0o666))
	return file
}

func (s *shared) nightly(t *testing.T) (status trigger.ScheduleStatus) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(s.run(t, "schedule", "show", "nightly", "--json", "--server", s.url())), &status))
	return status
}

// waitForState waits until the last label of the schedule is so far, and returns it.
func (s *shared) waitForState(t *testing.T, want trigger.State) (label string) {
	t.Helper()
	require.Eventually(t, func() bool {
		status := s.nightly(t)
		if len(status.Firings) == 0 {
			return false
		}
		label = status.Firings[0].Label
		return status.Firings[0].State == want
	}, 2*time.Minute, 100*time.Millisecond, want)
	return label
}

// TestScheduleOutlivesServer: a label that was missed fires, waits for its data and is run once, though the
// server is killed while it waits and while it runs.
func TestScheduleOutlivesServer(t *testing.T) {
	root := t.TempDir()
	s := newShared(t, gated, "--runner", "local", "--root", root)
	s.startWorker(t, "worker")
	file := s.writeSchedule(t)
	require.Contains(t, s.run(t, "schedule", "apply", file, "--dry-run", "--server", s.url()), "+ nightly\n1 added; nothing is changed")
	require.Contains(t, s.run(t, "schedule", "ls", "--server", s.url()), "none: ")
	require.Equal(t, "+ nightly\n1 added\n", s.run(t, "schedule", "apply", file, "--server", s.url()))
	require.Equal(t, "1 unchanged\n", s.run(t, "schedule", "apply", file, "--server", s.url()))
	const label = "2025-12-31"
	require.Equal(t, label, s.waitForState(t, trigger.Waiting))
	require.Regexp(t, `(?m)^nightly +R1/2026-01-01T03:00/P1D +Europe/Berlin +never +`+label+` +waiting \S+ +(nobody has looked yet|missing /in/`+label+`/_SUCCESS)$`,
		s.run(t, "schedule", "ls", "--server", s.url()))

	killProcess(s.server)
	require.NoError(t, os.MkdirAll(filepath.Join(root, "in", label), 0o777))
	require.NoError(t, os.WriteFile(filepath.Join(root, "in", label, "_SUCCESS"), nil, 0o666))
	s.startServer(t)
	s.waitFor(t, "start "+label)
	killProcess(s.server)
	s.startServer(t)
	s.gate(t, "open-"+label)
	require.Equal(t, label, s.waitForState(t, trigger.Done))
	require.Equal(t, map[string]int{"start " + label: 1, "end " + label: 1}, s.journal())

	require.Contains(t, s.run(t, "schedule", "run", "nightly", "--label", "2026-01-05", "--server", s.url()), "2026-01-05 is launched: ")
	s.waitFor(t, "start 2026-01-05")
	s.gate(t, "open-2026-01-05")
	require.Equal(t, "2026-01-05", s.waitForState(t, trigger.Done))
	s.run(t, "schedule", "pause", "nightly", "--note", "holidays", "--server", s.url())
	require.Contains(t, s.run(t, "schedule", "ls", "--server", s.url()), "paused by local")
	s.run(t, "schedule", "resume", "nightly", "--server", s.url())
	s.run(t, "schedule", "rm", "nightly", "--server", s.url())
	_, stderr, code := s.try(t, "schedule", "show", "nightly", "--server", s.url())
	require.Equal(t, orchestrate.ExitError, code)
	require.Contains(t, stderr, "there is no schedule nightly")
}
