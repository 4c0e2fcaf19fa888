package demo_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/internal/demo"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/sqlite"
)

// TestFill: a scheduler takes the week for its own, at any hour of a day.
func TestFill(t *testing.T) {
	for hour := range 24 {
		dir := t.TempDir()
		st, err := sqlite.Open(t.Context(), filepath.Join(dir, "scheduler.db"), sqlite.Options{Synchronous: sqlite.Normal})
		require.NoError(t, err)
		until := time.Date(2026, 3, 4, hour, 5, 0, 0, time.UTC)
		require.NoError(t, demo.Fill(t.Context(), st, demo.Week{Until: until, Program: "p", Root: dir}))
		s, err := scheduler.Open(t.Context(), st, scheduler.Config{})
		require.NoError(t, err)
		counts, err := s.Counts(t.Context())
		require.NoError(t, err)
		require.Greater(t, counts.States[store.Done], 300)
		page, err := s.Tasks(t.Context(), scheduler.TaskFilter{States: []store.State{store.Failed}, Limit: 100})
		require.NoError(t, err)
		require.NotEmpty(t, page.Tasks, "nothing for a person to mend at %v", until)
		for _, task := range page.Tasks {
			log, err := st.ReadLog(t.Context(), task.Fence, 0, 0)
			require.NoError(t, err)
			require.Contains(t, string(log), task.Error)
		}
		_, err = os.Stat(filepath.Join(dir, "shop", "report", "2026-03-01"))
		require.NoError(t, err)
		s.Close()
		require.NoError(t, st.Close())
	}
}
