//go:build hadoop

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/trigger"
)

// dataLabel is the one label of the schedules of dataCases.
const dataLabel = "2025-12-31"

// dataCases are schedules that wait for data below /scheduled, one for each kind of condition.
var dataCases = []struct {
	name, condition string
	almost          []string // is not the data, but nearly
	missing         string   // what is told then
	rest            []string // makes it the data
}{
	{
		"path", `paths = ["/scheduled/path/{date}.txt"]`,
		[]string{"path/2025-12-30.txt", "path/2025-12-31.txt.tmp"}, "missing /scheduled/path/2025-12-31.txt",
		[]string{"path/2025-12-31.txt"},
	},
	{
		"glob", `paths = ["/scheduled/glob/{date:2006/01/02}/*.gz", "/scheduled/glob/{date-1:2006/01/02}/*.gz"]`,
		[]string{"glob/2025/12/30/a.gz", "glob/2025/12/31/_a.gz", "glob/2025/12/31/.b.gz", "glob/2025/12/31/c.txt"},
		"missing /scheduled/glob/2025/12/31/*.gz",
		[]string{"glob/2025/12/31/a.gz"},
	},
	{
		"success", "paths = [\"/scheduled/success/{date}\"]\nsuccess = true",
		[]string{"success/2025-12-31/part-00000"}, "missing /scheduled/success/2025-12-31/_SUCCESS",
		[]string{"success/2025-12-31/_SUCCESS"},
	},
	{
		"some", "paths = [\"/scheduled/some/{date}/part-0000[0-3]\"]\nat_least = 3",
		[]string{"some/2025-12-31/part-00000", "some/2025-12-31/part-00001", "some/2025-12-31/part-00007"}, "2 of at least 3 there",
		[]string{"some/2025-12-31/part-00003"},
	},
}

// writeDataSchedules writes a file with the schedules of dataCases.
func (s *shared) writeDataSchedules(t *testing.T) string {
	t.Helper()
	var file strings.Builder
	for _, c := range dataCases {
		fmt.Fprintf(&file, `
[[schedule]]
name  = %q
time  = "R1/2026-01-01T03:00/P1D" # once, whenever the test is run
start = 2026-01-01
task  = ["Gated", "--dir=%s", "--name=%s"]
poll  = "1s"
[[schedule.data]]
%s
`, c.name, s.dir, c.name, c.condition)
	}
	path := filepath.Join(s.dir, "schedules.toml")
	require.NoError(t, os.WriteFile(path, []byte(file.String()), 0o666))
	return path
}

// dataFirings returns the one firing of each schedule of dataCases, by its name.
func (s *shared) dataFirings(t *testing.T) map[string]trigger.FiringStatus {
	t.Helper()
	firings := map[string]trigger.FiringStatus{}
	for _, c := range dataCases {
		var status trigger.ScheduleStatus
		require.NoError(t, json.Unmarshal([]byte(s.run(t, "schedule", "show", c.name, "--json", "--server", s.url())), &status))
		require.Len(t, status.Firings, 1)
		require.Equal(t, dataLabel, status.Firings[0].Label)
		firings[c.name] = status.Firings[0]
	}
	return firings
}

// TestScheduleWaitsForDataInHDFS: each kind of condition is met by its data, once, and by nothing that is nearly so.
func TestScheduleWaitsForDataInHDFS(t *testing.T) {
	cluster := connect(t)
	require.NoError(t, cluster.RemoveAll("/scheduled"))
	s := newShared(t, gated)
	s.startWorker(t, "worker")
	s.run(t, "schedule", "apply", s.writeDataSchedules(t), "--server", s.url())
	putEmpty := func(names []string) {
		for _, name := range names {
			put(t, cluster, map[string]string{"/scheduled/" + name: ""})
		}
	}
	for _, c := range dataCases {
		putEmpty(c.almost)
		s.gate(t, "open-"+c.name)
	}
	made := time.Now()
	require.Eventually(t, func() bool {
		for _, f := range s.dataFirings(t) {
			if f.State == trigger.Waiting && f.Seen.Before(made) {
				return false
			}
		}
		return true
	}, waitLimit, pollEvery)
	for _, c := range dataCases {
		f := s.dataFirings(t)[c.name]
		require.Equal(t, trigger.Waiting, f.State, c.name)
		require.Contains(t, f.Waits, c.missing, c.name)
	}
	require.Empty(t, s.journal())

	once := map[string]int{}
	for _, c := range dataCases {
		putEmpty(c.rest)
		once["start "+c.name], once["end "+c.name] = 1, 1
	}
	require.Eventually(t, func() bool {
		for _, f := range s.dataFirings(t) {
			if f.State != trigger.Done {
				return false
			}
		}
		return true
	}, waitLimit, pollEvery)
	require.Equal(t, once, s.journal())
}
