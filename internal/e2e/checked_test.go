package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/internal/top"
	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/store"
)

const checked = "github.com/gomr/gomr/internal/e2e/checked"

// text writes the text of a day.
func text(t *testing.T, root, day, words string) {
	t.Helper()
	dir := filepath.Join(root, "checked", "text")
	require.NoError(t, os.MkdirAll(dir, 0o777))
	require.NoError(t, os.WriteFile(filepath.Join(dir, day+".txt"), []byte(words+"\n"), 0o666))
}

// TestChecks: an output that a check rejects does not appear, stays to be looked at until the next run, and is
// accepted on request.
func TestChecks(t *testing.T) {
	p := build(t, checked)
	root := t.TempDir()
	p.env = append(p.env, "XDG_STATE_HOME="+filepath.Join(root, "state"))
	local := func(day string, more ...string) (stdout string, code int) {
		stdout, _, code = p.try(t, append([]string{"local", "Words", "--date", day, "--root", root}, more...)...)
		return stdout, code
	}
	output := func(day string) string { return filepath.Join(root, "checked", "words", day) }
	for day := 1; day <= 3; day++ {
		date := fmt.Sprintf("2014-06-%02d", day)
		text(t, root, date, "a b c d e f a a")
		stdout, code := local(date)
		require.Zero(t, code, stdout)
	}
	const day = "2014-06-04"
	kept := filepath.Join(root, "checked", "words", ".2014-06-04.gomr-rejected")
	for range 2 { // a rejected output is in nobody's way
		text(t, root, day, "a b a b")
		stdout, code := local(day)
		require.Equal(t, orchestrate.ExitFailed, code, stdout)
		require.Contains(t, stdout, "the output was rejected by a check: it has 2 rows, and RowsWithin(0.5, 2) wants at least 3, as the median of the last 3 is 6")
		require.Contains(t, stdout, "To accept it once: checked local --root="+root+" Words --date=2014-06-04 --accept-checks")
		require.Contains(t, stdout, "the rejected output is in /checked/words/.2014-06-04.gomr-rejected until the next run")
		require.NoDirExists(t, output(day))
		rejected, err := os.ReadFile(filepath.Join(kept, "part-00000"))
		require.NoError(t, err)
		require.Equal(t, "a\t2\nb\t2\n", string(rejected))
	}
	stdout, code := local(day, "--accept-checks")
	require.Zero(t, code, stdout)
	require.Contains(t, stdout, "Accepted in spite of a check: Words(date=2014-06-04) has 2 rows")
	require.DirExists(t, output(day))
	require.NoDirExists(t, kept)

	text(t, root, "2014-06-05", "a")
	stdout, code = local("2014-06-05", "--json")
	require.Equal(t, orchestrate.ExitFailed, code)
	var summary struct {
		Tasks []struct {
			ID   string            `json:"id"`
			Made *orchestrate.Size `json:"made"`
		} `json:"tasks"`
	}
	require.NoError(t, json.Unmarshal([]byte(stdout), &summary))
	require.Equal(t, &orchestrate.Size{Rows: 1, Bytes: 4}, summary.Tasks[1].Made)
}

// TestChecksOfAServer: a server knows how much tasks made before, who accepts an output, and when what is due will be done.
func TestChecksOfAServer(t *testing.T) {
	s := newShared(t, checked)
	s.startWorker(t, "worker")
	for day := 1; day <= 3; day++ {
		date := fmt.Sprintf("2014-06-%02d", day)
		text(t, s.dir, date, "a b c d e f")
		s.run(t, s.arguments("Words", "--date", date)...)
	}
	const day, id = "2999-06-04", "Words(date=2999-06-04)"
	text(t, s.dir, day, "a b")
	stdout, _, code := s.try(t, s.arguments("Report", "--date", day)...)
	require.Equal(t, orchestrate.ExitFailed, code)
	require.Contains(t, stdout, "it has 2 rows, and RowsWithin(0.5, 2) wants at least 3, as the median of the last 3 is 6")
	require.Contains(t, stdout, "checked accept 'Words(date=2999-06-04)' --server "+s.url())

	ask := func(answer any, verb ...string) {
		require.NoError(t, json.Unmarshal([]byte(s.run(t, append(verb, "--json", "--server", s.url())...)), answer))
	}
	var dues api.Dues
	ask(&dues, "due")
	require.Len(t, dues.Due, 1)
	require.Equal(t, []any{"Report(date=2999-06-04)", id, store.Failed}, []any{dues.Due[0].ID, dues.Due[0].Next, dues.Due[0].NextIs})
	require.Contains(t, s.run(t, "due", "--server", s.url()), "blocked")
	var f api.Forecast
	ask(&f, "forecast", "Report(date=2999-06-04)")
	require.Equal(t, id, f.Blocked)
	require.Contains(t, s.run(t, "forecast", "Report(date=2999-06-04)", "--server", s.url()), "It won't be done before somebody acts: "+id+" has failed.")
	var timeline api.Timeline
	ask(&timeline, "timeline", "Report(date=2999-06-04)")
	require.Equal(t, []any{id, id}, []any{timeline.Blocked, timeline.Path[len(timeline.Path)-1].ID})
	require.Contains(t, s.run(t, "timeline", "1", "--server", s.url()), "run 1 is done\nThe critical path takes ")
	var statistics api.Statistics
	ask(&statistics, "stats", "Words")
	require.Equal(t, 3, statistics.Families[0].Count)
	require.InDelta(t, 0.25, statistics.Families[0].FailureRate, 1e-9)
	require.Contains(t, s.run(t, "stats", "--server", s.url()), "25%")
	var snapshot top.Snapshot
	ask(&snapshot, "top")
	require.Equal(t, id, snapshot.Troubles[0].ID)
	require.Contains(t, s.run(t, "top", "--once", "--server", s.url()), "workers    1 alive, 0 of 4 slots")

	s.run(t, "accept", id, "--note", "a bank holiday", "--server", s.url())
	wait := s.background(t, "Report", "--date", day)
	stdout, code = wait()
	require.Zero(t, code, stdout)
	history := s.run(t, "history", id, "--json", "--server", s.url())
	require.Contains(t, history, `"accepted in spite of a check"`)
	require.Contains(t, history, `"output rows": "2"`)

	text(t, s.dir, "2999-06-05", "a")
	s.run(t, append(s.arguments("Words", "--date", "2999-06-05"), "--accept-checks")...)
}
