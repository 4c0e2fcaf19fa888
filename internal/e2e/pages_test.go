package e2e

import (
	"bufio"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate"
)

var pagesAt = regexp.MustCompile(`the pages of this run are at (http://\S+)`)

// TestRunWithPages: a run of one process whose tasks, and what became of them, are on pages as long as it lasts.
func TestRunWithPages(t *testing.T) {
	paged := build(t, "./paged")
	dir, temporary := t.TempDir(), t.TempDir()
	paged.env = append(os.Environ(), "TMPDIR="+temporary, "XDG_STATE_HOME="+t.TempDir())
	touch := func(name string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, nil, 0o666))
		return path
	}
	run := []string{"run", "Book", "--dir", dir, "--sheets", "a,b,c", "--runner", "local", "--ui"}

	failing := touch("fail-a")
	stdout, stderr, code := paged.try(t, run...)
	require.Equal(t, orchestrate.ExitFailed, code, stderr)
	require.Contains(t, stdout, "2 done, 1 failed, 1 pending", "what does not depend on it ran")
	require.NoError(t, os.Remove(failing))

	touch("wait-a")
	waiting := paged.command(t, run...)
	errs, err := waiting.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, waiting.Start())
	t.Cleanup(func() { killProcess(waiting) })
	lines := bufio.NewScanner(errs)
	require.True(t, lines.Scan())
	match := pagesAt.FindStringSubmatch(lines.Text())
	require.NotNil(t, match, lines.Text())
	require.Eventually(t, func() bool {
		response, err := http.Get(match[1] + "/plain/task?id=" + "Sheet(dir%3D" + dir + ",%20name%3Da)")
		require.NoError(t, err)
		defer response.Body.Close()
		return response.StatusCode == http.StatusOK
	}, time.Minute, 50*time.Millisecond)
	go func() {
		for lines.Scan() { // so that it can write
		}
	}()
	require.NoError(t, waiting.Process.Signal(syscall.SIGINT))
	require.Error(t, waiting.Wait())
	require.Equal(t, orchestrate.ExitInterrupted, waiting.ProcessState.ExitCode())
	left, err := os.ReadDir(temporary)
	require.NoError(t, err)
	require.Empty(t, left)
	s := &shared{program: paged}
	require.Empty(t, s.attempts(), "the attempt has ended too")

	require.NoError(t, os.Remove(filepath.Join(dir, "wait-a")))
	paged.run(t, run...)
	require.Contains(t, paged.run(t, run...), "4 done")
}
