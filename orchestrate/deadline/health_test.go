package deadline

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A blind is a scheduler that does not tell which tasks have due times.
type blind struct {
	Scheduler

	asked  chan struct{}
	answer chan error
}

func (b *blind) DueTasks(context.Context) ([]int64, error) {
	b.asked <- struct{}{}
	return nil, <-b.answer
}

// TestHealth: that a look is under way, has failed, and has gone well again.
func TestHealth(t *testing.T) {
	w := newWorld(t)
	require.Equal(t, Health{}, w.engine.Health(), "nobody watches yet")
	w.submit(node("Load(1)", due), node("Load(2)", due, "Load(1)"), node("Load(3)", time.Time{}, "Load(1)"))
	w.look()
	health := w.engine.Health()
	require.Equal(t, 2, health.Tasks)
	require.WithinDuration(t, time.Now(), health.Well, time.Minute)

	b := &blind{w.scheduler, make(chan struct{}), make(chan error)}
	w.engine.options.Scheduler, w.engine.options.Every = b, time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); w.engine.Run(ctx) }()
	<-b.asked
	require.True(t, w.engine.Health().Running)
	require.False(t, w.engine.Health().Looking.IsZero())
	b.answer <- errors.New("it is blind")
	<-b.asked
	require.EqualError(t, w.engine.Health().Err, "it is blind")
	require.Equal(t, health.Well, w.engine.Health().Well, "it was well before")
	b.answer <- nil
	<-b.asked
	require.NoError(t, w.engine.Health().Err)
	require.True(t, w.engine.Health().Well.After(health.Well))
	b.answer <- nil
	cancel()
	go func() {
		for range b.asked { // a look that began before it ended
			b.answer <- nil
		}
	}()
	<-ended
	close(b.asked)
	require.False(t, w.engine.Health().Running)
}
