package e2e

import (
	"os"
	"path/filepath"
	"strconv"
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
	start := s.beads("--number", "0..2", "--all", "--downstream", "--cap", "3")
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
	require.Regexp(t, `(?m)^backfill-1-\w+-0 .* cleared .* backfill 1 of Bead, 0$`, listed)
	require.NotContains(t, listed, "interrupted")
	require.NotContains(t, s.ask(t, "holds"), "clear")
	_ = time.Second
}
