package backfill_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/backfill"
	"github.com/gomr/gomr/orchestrate/store/storetest"
)

func (w *world) health() backfill.Health {
	health, err := w.engine.Health(context.Background())
	require.NoError(w.t, err)
	return health
}

// TestHealth: what can't be moved on is told until it is, and what can't be read for as long as it is there.
func TestHealth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		settle()
		require.Equal(t, 0, w.health().Active)
		require.WithinDuration(t, time.Now(), w.health().Well, 6*time.Second, "the loop goes round though there is nothing to do")

		w.start(1, "a")
		settle()
		require.Equal(t, 1, w.health().Active)
		require.Empty(t, w.health().Stuck)

		w.work() // what it has done can't be written
		w.store.Fail(storetest.Always(storetest.ErrDiskFull))
		well := time.Now()
		settle()
		require.ErrorIs(t, w.health().Stuck[1], storetest.ErrDiskFull)
		require.False(t, w.health().Well.After(well))

		w.store.Fail(nil)
		settle()
		settle()
		require.Empty(t, w.health().Stuck)
		require.True(t, w.health().Well.After(well))
		require.Equal(t, 0, w.health().Active)

		require.Equal(t, 0, w.health().Unread)
		require.NoError(t, w.scheduler.Set(t.Context(), "backfill 1", "{"))
		w.close()
		w.open()
		require.Equal(t, 1, w.health().Unread)
	})
}
