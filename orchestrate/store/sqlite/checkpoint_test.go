package sqlite_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/sqlite"
)

// The commits of this test are far from filling the log, so that none of them copies it.
func TestCheckpoint_BesideTheCommits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gomr.db")
	s, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	for key := int64(1); key <= 120; key++ {
		require.NoError(t, s.Write(t.Context(), &store.Batch{Tasks: []store.Task{{Key: key, Spec: store.Spec{ID: fmt.Sprint("task ", key)}}}}))
	}
	require.Eventually(t, func() bool {
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		return tasksIn(t, content) >= 50
	}, time.Minute, 10*time.Millisecond, "the database has what the log had, without the log")
}

// tasksIn returns how many tasks a database has without its log. It has none while a checkpoint writes it.
func tasksIn(t *testing.T, database []byte) int {
	t.Helper()
	path := filepath.Join(t.TempDir(), "copy.db")
	require.NoError(t, os.WriteFile(path, database, 0o600))
	s, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	if err != nil {
		return 0
	}
	live, err := s.Load(t.Context())
	require.NoError(t, s.Close())
	if err != nil {
		return 0
	}
	return len(live.Tasks)
}

// A log that begins anew again and again stays short, however much is written.
func TestCheckpoint_BoundsTheLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gomr.db")
	s, err := sqlite.Open(t.Context(), path, sqlite.Options{Synchronous: sqlite.Normal})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	for range 300 {
		require.NoError(t, s.Write(t.Context(), someTasks(300)))
	}
	log, err := os.Stat(path + "-wal")
	require.NoError(t, err)
	require.Less(t, log.Size(), int64(3*2000*4096), "300 batches of 300 tasks")
}
