package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate"
)

// beads begins with the arguments of a backfill of beads.
func (s *shared) beads(args ...string) []string {
	return append([]string{"backfill", "start", "Bead", "--dir", s.dir, "--server", s.url(), "--runner", "local", "--root", s.dir}, args...)
}

// content returns the text of an output.
func (s *shared) content(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(s.dir, "made", name))
	require.NoError(t, err)
	return string(text)
}

// strung starts a server of a program with a worker that has made a strand of some beads.
func strung(t *testing.T, count int) *shared {
	t.Helper()
	s := newShared(t, chained)
	s.startWorker(t, "worker")
	s.run(t, s.arguments("Strand", "--dir", s.dir, "--count", strconv.Itoa(count))...)
	return s
}

// TestBackfillAgain makes all labels again, with what depends on them.
func TestBackfillAgain(t *testing.T) {
	s := strung(t, 3)
	start := s.beads("--number", "0..2", "--all", "--downstream", "--cap", "1")
	dry := s.run(t, append(start, "--dry-run")...)
	require.Regexp(t, `(?m)^  complete +3\n  failed +0\n  under way +0\n  to run +3 +0 1 2\n  again +3 +of them: .*\n  downstream +1 +Strand\(`, dry)
	_, stderr, code := s.try(t, start...)
	require.Equal(t, orchestrate.ExitUsage, code)
	require.Contains(t, stderr, "nothing is changed, as nobody can be asked")
	require.Contains(t, s.ask(t, "backfill", "ls"), "none")

	stdout, stderr, code := s.try(t, append(start, "--yes", "--watch")...)
	require.Zero(t, code, "%s%s", stdout, stderr)
	require.Contains(t, stdout, "  made again: all labels, what depends on them\n  3 labels: 3 done\n")
	require.Equal(t, "bead-0 made 2 times\nbead-1 made 2 times\nbead-2 made 2 times\n", s.content(t, "strand-3"))
	journal := s.journal()
	for _, bead := range []string{"0", "1", "2"} {
		require.Equal(t, 2, journal["made bead-"+bead])
	}
	listed := s.run(t, s.at("trash", "ls")...)
	require.NotContains(t, listed, "interrupted")
	match := regexp.MustCompile(`(?m)^(backfill-1-\w+-0) .* cleared .* and 1 more +backfill 1 of Bead, 0$`).FindStringSubmatch(listed)
	require.NotNil(t, match, listed)
	entry := match[1]
	stdout, _, code = s.try(t, s.at("undo", entry)...)
	require.Equal(t, orchestrate.ExitFailed, code, stdout)
	require.Contains(t, stdout, "there is a new one")
	s.run(t, s.at("undo", entry, "--replace")...)
	require.Equal(t, "bead-0 made 1 times\n", s.content(t, "bead-0"))
	require.Equal(t, "bead-0 made 1 times\nbead-1 made 1 times\nbead-2 made 1 times\n", s.content(t, "strand-3"))
	require.Contains(t, s.ask(t, "ps"), "none")
}

// there returns which outputs are in their places.
func (s *shared) there(t *testing.T) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(s.dir, "made"))
	require.NoError(t, err)
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), ".") {
			names = append(names, entry.Name())
		}
	}
	return names
}

// TestBackfillAgainByTurns: outputs are away only when it is a label's turn. Between two labels, what depends on them is made
// again of what there is; and so it is when the backfill is cancelled.
func TestBackfillAgainByTurns(t *testing.T) {
	s := strung(t, 4)
	s.gate(t, "wait-bead-0", "wait-bead-1")
	s.run(t, s.beads("--number", "0..3", "--all", "--downstream", "--cap", "1", "--yes")...)
	require.Eventually(t, func() bool { return s.journal()["made bead-0"] == 2 }, time.Minute, 20*time.Millisecond)
	require.Equal(t, []string{"bead-1", "bead-2", "bead-3"}, s.there(t))
	require.Contains(t, s.ask(t, "backfill", "pause", "1"), "1 under way, 3 waiting")
	require.NoError(t, os.Remove(filepath.Join(s.dir, "wait-bead-0")))
	require.Eventually(t, func() bool { return s.shown(t).Backfill.Done == 1 }, time.Minute, 20*time.Millisecond)
	require.Equal(t, "bead-0 made 2 times\nbead-1 made 1 times\nbead-2 made 1 times\nbead-3 made 1 times\n", s.content(t, "strand-4"))

	s.ask(t, "backfill", "resume", "1")
	require.Eventually(t, func() bool { return s.journal()["made bead-1"] == 2 }, time.Minute, 20*time.Millisecond)
	require.Equal(t, []string{"bead-0", "bead-2", "bead-3"}, s.there(t))
	require.Contains(t, s.ask(t, "backfill", "cancel", "1"), "1 done, 1 under way, 2 left out")
	require.NoError(t, os.Remove(filepath.Join(s.dir, "wait-bead-1")))
	stdout, _, code := s.try(t, "backfill", "show", "1", "--watch", "--server", s.url())
	require.Equal(t, orchestrate.ExitFailed, code)
	require.Contains(t, stdout, "  4 labels: 2 done, 2 left out\n")
	require.Equal(t, "bead-0 made 2 times\nbead-1 made 2 times\nbead-2 made 1 times\nbead-3 made 1 times\n", s.content(t, "strand-4"))
	require.Equal(t, map[string]int{
		"made bead-0": 2, "made bead-1": 2, "made bead-2": 1, "made bead-3": 1, "made strand-4": 3,
	}, s.journal())
}

// TestBackfillAgainOnce: what depends on many labels runs once, as there is always one of them under way until the last.
func TestBackfillAgainOnce(t *testing.T) {
	s := strung(t, 4)
	s.gate(t, "wait-bead-0", "wait-bead-1", "wait-bead-2", "wait-bead-3")
	began := func(bead string) {
		t.Helper()
		require.Eventually(t, func() bool { return s.journal()["made bead-"+bead] == 2 }, time.Minute, 20*time.Millisecond)
	}
	open := func(bead string) { require.NoError(t, os.Remove(filepath.Join(s.dir, "wait-bead-"+bead))) }
	s.run(t, s.beads("--number", "0..3", "--all", "--downstream", "--cap", "2", "--yes")...)
	began("0")
	began("1")
	require.Equal(t, []string{"bead-2", "bead-3"}, s.there(t), "two at a time")
	open("0")
	began("2")
	require.Equal(t, []string{"bead-0", "bead-3"}, s.there(t), "two at a time")
	status := s.shown(t).Backfill
	// The strand belongs to the label that came first to take it away: to the first, which waits for it, or to the second.
	require.Equal(t, [3]int{1, 2, 1}, [3]int{status.Done + status.InDownstream, status.Running, status.Waiting})
	open("1")
	began("3")
	open("2")
	open("3")
	require.Contains(t, s.run(t, "backfill", "show", "1", "--watch", "--server", s.url()), "  4 labels: 4 done\n")
	require.Equal(t, 2, s.journal()["made strand-4"])
	require.Equal(t, "bead-0 made 2 times\nbead-1 made 2 times\nbead-2 made 2 times\nbead-3 made 2 times\n", s.content(t, "strand-4"))
}

// TestBackfillDownstreamOfMissing makes what is missing, and again what depends on it.
func TestBackfillDownstreamOfMissing(t *testing.T) {
	s := strung(t, 2)
	require.NoError(t, os.Remove(filepath.Join(s.dir, "made", "bead-1")))
	dry := s.run(t, s.beads("--number", "0..1", "--downstream", "--dry-run")...)
	require.Regexp(t, `(?m)^  to run +1 +1\n  again +0 .*\n  downstream +1 +Strand`, dry)
	s.run(t, s.beads("--number", "0..1", "--downstream", "--yes", "--watch")...)
	require.Equal(t, map[string]int{"made bead-0": 1, "made bead-1": 2, "made strand-2": 2}, s.journal())
	require.Equal(t, "bead-0 made 1 times\nbead-1 made 2 times\n", s.content(t, "strand-2"))
}

// TestBackfillAgainIsKilled kills the attempt that clears, its worker and the server where outputs are about to be moved and
// when they are: each label is made again once.
func TestBackfillAgainIsKilled(t *testing.T) {
	s := newShared(t, chained)
	h, address := s.newToll(t)
	work := func() *exec.Cmd {
		c := s.command(t, "worker", "--server", address, "--slots", "4", "--dir", filepath.Join(s.dir, "worker"), "--runner", "local", "--root", s.dir)
		s.start(t, c)
		return c
	}
	worker := work()
	s.run(t, s.arguments("Strand", "--dir", s.dir, "--count", "2")...)
	killAt := func(path string, after bool, killMore func()) (killed chan struct{}) {
		killed = make(chan struct{})
		h.set(path, after, func() {
			killAll(s.processes("launch"))
			killMore()
			close(killed)
		})
		return killed
	}
	wait := func(killed chan struct{}) {
		select {
		case <-killed:
		case <-time.After(time.Minute):
			require.Fail(t, "the launch did not come to that")
		}
	}

	killed := killAt("/hold", true, func() {})
	s.run(t, s.beads("--number", "0..1", "--all", "--downstream", "--cap", "1", "--yes")...)
	wait(killed)
	require.Equal(t, []string{"bead-0", "bead-1", "strand-2"}, s.there(t))
	require.Contains(t, s.run(t, s.at("trash", "ls")...), "interrupted")
	require.Contains(t, s.ask(t, s.at("why", "Bead(dir="+s.dir+", number=0)")...), "undo backfill-1-")
	killed = killAt("/release", false, func() {
		killProcess(worker)
		killProcess(s.server)
	})
	wait(killed)
	require.Equal(t, []string{"bead-1"}, s.there(t))
	s.startServer(t)
	work()
	stdout, _, code := s.try(t, "backfill", "show", "1", "--watch", "--server", s.url())
	require.Zero(t, code, stdout)
	require.Equal(t, 2, s.journal()["made bead-0"])
	require.Equal(t, 2, s.journal()["made bead-1"])
	require.Equal(t, "bead-0 made 2 times\nbead-1 made 2 times\n", s.content(t, "strand-2"))
	require.NotContains(t, s.run(t, s.at("trash", "ls")...), "interrupted")
	require.Contains(t, s.ask(t, "ps"), "none")
}
