package notify

import (
	"context"
	"sync/atomic"

	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/storetest"
)

// A fragileStore neither writes nor tells events while it fails.
type fragileStore struct {
	*storetest.Memory

	failing atomic.Bool
}

func newStore() *fragileStore { return &fragileStore{Memory: storetest.NewMemory()} }

func (s *fragileStore) fail(failing bool) {
	s.failing.Store(failing)
	if failing {
		s.Fail(storetest.Always(storetest.ErrDiskFull))
	} else {
		s.Fail(nil)
	}
}

func (s *fragileStore) Events(ctx context.Context, q store.EventQuery) ([]store.Event, error) {
	if s.failing.Load() {
		return nil, storetest.ErrDiskFull
	}
	return s.Memory.Events(ctx, q)
}
