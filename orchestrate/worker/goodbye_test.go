//go:build unix

package worker

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/scheduler"
)

// A forgetful scheduler gives out attempts that get lost on the way.
type forgetful struct {
	*server

	asked chan struct{}
	mu    sync.Mutex
	last  scheduler.WorkerInfo
	beats []scheduler.Beat
}

func (f *forgetful) Work(ctx context.Context, _ *scheduler.Ask) (*scheduler.Assignment, error) {
	f.asked <- struct{}{}
	<-ctx.Done()
	return nil, context.Cause(ctx)
}

func (f *forgetful) Beat(_ context.Context, info scheduler.WorkerInfo, beats []scheduler.Beat) (scheduler.Pulse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last, f.beats = info, beats
	return scheduler.Pulse{}, nil
}

// TestGoodbye: a worker that is stopped while it asks for work says at last that it has nothing.
func TestGoodbye(t *testing.T) {
	w := newWorld(t)
	f := &forgetful{server: w.server, asked: make(chan struct{}, 1)}
	w.runWith(f)
	<-f.asked
	w.drain()
	f.mu.Lock()
	defer f.mu.Unlock()
	require.True(t, f.last.Draining)
	require.Empty(t, f.beats)
}
