package e2e

import (
	"bytes"
	"context"
	"database/sql"
	"io"
	"math"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
	_ "modernc.org/sqlite" // the driver

	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/store/postgres/postgrestest"
)

// get asks the server, and returns the status and the answer.
func (s *shared) get(t *testing.T, path string) (status int, answer string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url()+path, nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(text)
}

// untilReady waits until the server says whether it is ready, and why.
func (s *shared) untilReady(t *testing.T, want int, says string) {
	t.Helper()
	require.Eventually(t, func() bool {
		status, answer := s.get(t, "/readyz")
		return status == want && strings.Contains(answer, says)
	}, 2*time.Minute, 50*time.Millisecond)
}

// goesOn runs three tasks, one of which ends before a fault, one during it, and one after it. The
// fault must be seen, and have no consequences.
func goesOn(t *testing.T, s *shared, fault, mend func(), says string) {
	t.Helper()
	s.startWorker(t, "worker")
	wait := s.background(t, "All", "--dir", s.dir, "--count", "3")
	s.waitFor(t, "start 0", "start 1", "start 2")
	s.gate(t, "open-0")
	s.waitFor(t, "end 0")
	fault()
	s.gate(t, "open-1")
	s.untilReady(t, http.StatusServiceUnavailable, says)
	status, _ := s.get(t, "/healthz")
	require.Equal(t, http.StatusOK, status)
	mend()
	s.untilReady(t, http.StatusOK, "ok")
	s.waitFor(t, "end 1")
	s.gate(t, "open-2")
	stdout, code := wait()
	require.Zero(t, code, stdout)
	require.Equal(t, once, s.journal())
	history := s.run(t, "history", "--server", s.url())
	require.Equal(t, 3, strings.Count(history, "succeeded"), history)
}

// TestDatabaseLocked: a program that keeps the database locked for longer than the server waits holds
// up the tasks, and no more.
func TestDatabaseLocked(t *testing.T) {
	s := newShared(t, gated)
	db, err := sql.Open("sqlite", s.file())
	require.NoError(t, err)
	defer db.Close()
	conn, err := db.Conn(t.Context())
	require.NoError(t, err)
	defer conn.Close()
	do := func(statement string) func() {
		return func() {
			_, err := conn.ExecContext(context.WithoutCancel(t.Context()), statement)
			require.NoError(t, err)
		}
	}
	do("PRAGMA busy_timeout = 60000")()
	goesOn(t, s, do("BEGIN IMMEDIATE"), do("ROLLBACK"), "the database is locked")
}

// TestDiskFull: a disk that takes no more holds up the tasks, and no more.
func TestDiskFull(t *testing.T) {
	s := newShared(t, gated)
	// The server may write to what there is of its files, and not beyond.
	most := func(size uint64) func() {
		return func() {
			limit := unix.Rlimit{Cur: size, Max: math.MaxUint64}
			require.NoError(t, unix.Prlimit(s.server.Process.Pid, unix.RLIMIT_FSIZE, &limit, nil))
		}
	}
	goesOn(t, s, most(1), most(math.MaxUint64), "nothing was done")
}

// TestPostgresRestarted: a database on a server that crashes and is started again holds up the
// tasks, and no more.
func TestPostgresRestarted(t *testing.T) {
	server := postgrestest.Start(t)
	s := &shared{program: build(t, gated), dir: t.TempDir(), address: "127.0.0.1:0", database: []string{"--postgres", server.Address()}}
	s.env = append(s.env, "XDG_STATE_HOME="+s.dir)
	s.startServer(t)
	goesOn(t, s, func() { server.Stop(t) }, func() { server.Start(t) }, "the database cannot be reached")
}

// TestDatabaseDamaged: what is damaged while a server runs is told where it is read, and a server
// that is started with it refuses, and changes nothing.
func TestDatabaseDamaged(t *testing.T) {
	s := newShared(t, gated)
	s.startWorker(t, "worker")
	const tasks = 300
	for i := range tasks {
		s.gate(t, "open-"+strconv.Itoa(i))
	}
	s.run(t, s.arguments("All", "--dir", s.dir, "--count", strconv.Itoa(tasks))...)
	require.NoError(t, s.server.Process.Signal(os.Interrupt))
	_ = s.server.Wait()
	sound, err := os.ReadFile(s.file())
	require.NoError(t, err)
	s.startServer(t)

	damaged := bytes.Clone(sound)
	for i := 3*4096 + 100; i < len(damaged); i++ {
		damaged[i] ^= byte(i)
	}
	require.NoError(t, os.WriteFile(s.file(), damaged, 0o666)) // in place, as a broken disk does
	_, stderr, code := s.try(t, "history", "--server", s.url(), "--limit", "10000")
	require.Equal(t, orchestrate.ExitError, code, stderr)
	require.Contains(t, stderr, "the database is damaged: move it away and restore a copy")
	status, _ := s.get(t, "/healthz")
	require.Equal(t, http.StatusOK, status)

	killProcess(s.server)
	before, err := os.ReadFile(s.file())
	require.NoError(t, err)
	require.True(t, bytes.Equal(damaged, before), "nothing is overwritten while it runs")
	_, stderr, code = s.try(t, "server", "--listen", "127.0.0.1:0", "--database", s.file())
	require.Equal(t, orchestrate.ExitError, code)
	require.Contains(t, stderr, s.file())
	require.Contains(t, stderr, "the database is damaged: move it away and restore a copy")
	after, err := os.ReadFile(s.file())
	require.NoError(t, err)
	require.True(t, bytes.Equal(damaged, after), "nothing is overwritten")
}
