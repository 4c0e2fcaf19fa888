package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/backfill"
	"github.com/gomr/gomr/orchestrate/client"
	"github.com/gomr/gomr/orchestrate/scheduler"
)

// backfill begins with the arguments of a backfill of gated tasks.
func (s *shared) backfill(args ...string) []string {
	return append([]string{"backfill", "start", "Gated", "--dir", s.dir, "--server", s.url(), "--runner", "local", "--root", s.dir}, args...)
}

// shown returns how far the first backfill is.
func (s *shared) shown(t *testing.T) api.BackfillDetails {
	t.Helper()
	var details api.BackfillDetails
	require.NoError(t, json.Unmarshal([]byte(s.run(t, "backfill", "show", "1", "--json", "--server", s.url())), &details))
	return details
}

// TestBackfillSurvives kills the server with -9 in the midst of a backfill, lets a label fail, pauses and resumes:
// each label runs once, two at a time.
func TestBackfillSurvives(t *testing.T) {
	s := newShared(t, gated)
	s.startWorker(t, "worker")
	ask := func(args ...string) string { return s.run(t, append(args, "--server", s.url())...) }

	dry := s.run(t, s.backfill("--labels", "0,1,2,3,4,5", "--dry-run")...)
	require.Regexp(t, `(?m)^  to run +6  0 1 2 3 4 5$`, dry)
	require.Contains(t, ask("backfill", "ls"), "none")

	start := s.backfill("--labels", "0,1,2,3,4,5", "--cap", "2", "--request", "nightly")
	for range 2 { // the second one is the same
		require.Equal(t, "backfill 1 of Gated --dir="+s.dir+" --name=0..5: 6 labels, at most 2 under way\n", s.run(t, start...))
	}
	s.waitFor(t, "start 0", "start 1")
	killProcess(s.server)
	s.gate(t, "open-0")
	s.startServer(t)
	s.waitFor(t, "end 0", "start 2")
	require.NotContains(t, s.journal(), "start 3", "two at a time")

	require.Contains(t, ask("backfill", "pause", "1"), "backfill 1 is paused: 1 done, 2 under way, 3 waiting\n")
	s.gate(t, "open-1", "fail-2", "open-2")
	require.Eventually(t, func() bool { return s.shown(t).Backfill.Running == 0 }, 2*time.Minute, 50*time.Millisecond)
	killProcess(s.server)
	s.startServer(t)
	require.Equal(t, "paused", string(s.shown(t).Backfill.State))
	require.NotContains(t, s.journal(), "start 3", "it is paused")

	ask("backfill", "resume", "1")
	s.waitFor(t, "start 3", "start 4")
	s.gate(t, "open-3", "open-4", "open-5")
	stdout, _, code := s.try(t, "backfill", "show", "1", "--watch", "--server", s.url())
	require.Equal(t, orchestrate.ExitFailed, code, stdout)
	require.Contains(t, stdout, "  6 labels: 5 done, 1 failed\n")
	require.Regexp(t, `(?m)^2 +failed .*no luck$`, stdout)
	for _, label := range []string{"0", "1", "2", "3", "4", "5"} {
		require.Equal(t, 1, s.journal()["start "+label], label)
	}

	dry = s.run(t, s.backfill("--labels", "0,1,2,3,4,5", "--failed", "--dry-run")...)
	require.Regexp(t, `(?m)^  complete +5\n  failed +1\n  under way +0\n  to run +1  2$`, dry)
	require.NoError(t, os.Remove(filepath.Join(s.dir, "fail-2")))
	s.run(t, s.backfill("--labels", "0,1,2,3,4,5", "--failed", "--watch")...)
	require.Equal(t, 2, s.journal()["start 2"])
	require.Contains(t, s.run(t, s.backfill("--labels", "0,1,2,3,4,5")...), "nothing to do")
	_, stderr, code := s.try(t, s.backfill("--labels", "0,1,2,3,4,5", "--all")...)
	require.Equal(t, orchestrate.ExitUsage, code)
	require.Contains(t, stderr, "nothing is changed, as nobody can be asked")
	require.Regexp(t, `(?m)^2 +ended .* 1 of 1 `, ask("backfill", "ls"))
}

// TestBackfillIsKilled ends a backfill with what is under way.
func TestBackfillIsKilled(t *testing.T) {
	s := newShared(t, gated)
	s.startWorker(t, "worker")
	s.run(t, s.backfill("--labels", "0,1,2", "--cap", "2")...)
	s.waitFor(t, "start 0", "start 1")
	s.run(t, "backfill", "cancel", "1", "--kill", "--server", s.url())
	stdout, _, code := s.try(t, "backfill", "show", "1", "--watch", "--server", s.url())
	require.Equal(t, orchestrate.ExitFailed, code)
	require.Contains(t, stdout, "  3 labels: 2 failed, 1 left out\n")
	require.Contains(t, stdout, "killed by local")
	require.NotContains(t, s.journal(), "start 2")
}

// TestSharedRange runs what is missing of a range by a server's worker.
func TestSharedRange(t *testing.T) {
	s := newShared(t, "github.com/gomr/gomr/examples/wordcount")
	s.startWorker(t, "worker")
	text := filepath.Join(s.dir, "data", "text")
	require.NoError(t, os.MkdirAll(text, 0o777))
	for _, day := range []string{"01", "02", "03"} {
		require.NoError(t, os.WriteFile(filepath.Join(text, "2014-06-"+day+".txt"), []byte("the cat\n"), 0o666))
	}
	stdout := s.run(t, s.arguments("RangeDaily", "--of", "WordCount", "--start", "2014-06-01", "--stop", "2014-06-03")...)
	require.Equal(t, "run 1: 5 done\n", stdout)
	stdout = s.run(t, s.arguments("RangeDaily", "--of", "WordCount", "--start", "2014-06-01", "--stop", "2014-06-04")...)
	require.Equal(t, "run 2: 3 done\n", stdout, "the day that was missing, its text and the range")
	ps := s.run(t, "ps", "--all", "--server", s.url())
	require.Equal(t, 2, strings.Count(ps, "RangeDaily(of=WordCount, start=2014-06-01, stop=2014-06-0"))
}

// TestBackfillSurvey has a worker tell which labels a backfill would run: what it says is what a dry run says, also where
// there is no answer.
func TestBackfillSurvey(t *testing.T) {
	s := newShared(t, gated)
	s.startWorker(t, "worker")
	s.gate(t, "open-0", "open-1", "fail-1")
	_, _, code := s.try(t, s.backfill("--labels", "0,1", "--watch")...)
	require.Equal(t, orchestrate.ExitFailed, code)

	remote, err := client.New(s.url(), client.Options{})
	require.NoError(t, err)
	defer remote.Close()
	task, err := remote.Tasks(t.Context(), scheduler.TaskFilter{Family: "Gated", Limit: 1})
	require.NoError(t, err)
	survey := func(asked api.NewSurvey) (status api.SurveyStatus) {
		t.Helper()
		asked.Program, asked.Family, asked.Flags = task.Tasks[0].Program, "Gated", []string{"--dir=" + s.dir}
		name, err := remote.StartSurvey(t.Context(), asked)
		require.NoError(t, err)
		require.Eventually(t, func() bool {
			status, err = remote.ShowSurvey(t.Context(), name)
			return err != nil || status.State != backfill.SurveyWaiting
		}, 2*time.Minute, 50*time.Millisecond)
		require.NoError(t, err)
		return status
	}
	for _, which := range []backfill.Which{backfill.WhichMissing, backfill.WhichFailed, backfill.WhichAll} {
		found := survey(api.NewSurvey{Labels: []string{"0", "1", "2"}, Which: which})
		require.Empty(t, found.Why)
		var want backfill.Survey
		require.NoError(t, json.Unmarshal([]byte(s.run(t, s.backfill("--labels", "0,1,2", "--"+string(which), "--dry-run", "--json")...)), &want))
		require.Equal(t, &want, found.Survey)
	}
	found := survey(api.NewSurvey{Labels: []string{"0"}, Param: "nonsense"})
	require.Equal(t, backfill.SurveyFailed, found.State)
	require.Contains(t, found.Why, "nonsense")
}
