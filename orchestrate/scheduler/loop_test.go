package scheduler

import (
	"context"
	"strconv"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/storetest"
)

// A gatedStore is a store whose writes wait until the test lets them go on.
type gatedStore struct {
	*storetest.Memory

	gate chan error // an error is what the write returns
}

func (g *gatedStore) Write(ctx context.Context, b *store.Batch) error {
	select {
	case err := <-g.gate:
		if err != nil {
			return err
		}
	case <-ctx.Done():
		return ctx.Err()
	}
	return g.Memory.Write(ctx, b)
}

// later submits a task, and returns the error when there is a reply.
func later(t *testing.T, s *Scheduler, nodes ...Node) <-chan error {
	t.Helper()
	replied := make(chan error, 1)
	go func() {
		_, err := s.Submit(t.Context(), &Submission{Nodes: nodes})
		replied <- err
	}()
	synctest.Wait()
	return replied
}

// TestLooksLetRequestsPass: what changes the state waits for one look at most, however many there are.
func TestLooksLetRequestsPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, storetest.NewMemory(), Config{})
		var order []string // of what the loop does
		note := func(name string, hold <-chan struct{}) func(*core) error {
			return func(*core) error {
				order = append(order, name)
				<-hold
				return nil
			}
		}
		free := make(chan struct{})
		close(free)
		hold := make(chan struct{})
		errs := make(chan error, 101)
		go func() { errs <- s.look(t.Context(), note("look", hold)) }()
		synctest.Wait()
		for range 99 {
			go func() { errs <- s.look(t.Context(), note("look", free)) }()
		}
		synctest.Wait()
		go func() { errs <- s.call(t.Context(), note("request", free)) }()
		synctest.Wait()
		close(hold)
		for range cap(errs) {
			require.NoError(t, <-errs)
		}
		require.Equal(t, "request", order[1])
	})
}

// TestNothingIsToldBeforeItIsWritten: what is done while a batch is being written is built on it, and
// nobody hears of either before both are written.
func TestNothingIsToldBeforeItIsWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := &gatedStore{storetest.NewMemory(), make(chan error)}
		s := open(t, st, Config{})
		first := later(t, s, job("a"))
		second := later(t, s, job("b", "a"))
		look := make(chan error, 1)
		go func() {
			_, err := s.Explain(t.Context(), "b")
			look <- err
		}()
		synctest.Wait()
		require.Empty(t, first)
		st.gate <- nil
		require.NoError(t, <-first)
		synctest.Wait()
		require.Empty(t, second)
		require.Empty(t, look, "b is not written")
		st.gate <- nil
		require.NoError(t, <-second)
		require.NoError(t, <-look)
		s.Close()
	})
}

// TestLaterRequestsFailWithTheirGround: a batch that can't be written takes with it what was done on top of it.
func TestLaterRequestsFailWithTheirGround(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := &gatedStore{storetest.NewMemory(), make(chan error)}
		s := open(t, st, Config{})
		first := later(t, s, job("a"))
		second := later(t, s, job("b", "a"))
		st.gate <- storetest.ErrDiskFull
		require.ErrorIs(t, <-first, storetest.ErrDiskFull)
		require.ErrorIs(t, <-second, storetest.ErrDiskFull)

		again := later(t, s, job("b", "a"))
		require.ErrorContains(t, <-again, "b requires a, which is not known")
		third := later(t, s, job("a"), job("b", "a"))
		st.gate <- nil
		require.NoError(t, <-third)
		s.Close()
	})
}

// TestManyAtOnce: those that come while a batch is being written are more than the next one may have, and
// each gets its reply.
func TestManyAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := &gatedStore{storetest.NewMemory(), make(chan error)}
		s := open(t, st, Config{})
		first := later(t, s, job("first"))
		var replies []<-chan error
		for i := range 3 * mostInBatch {
			replies = append(replies, later(t, s, job(strconv.Itoa(i))))
		}
		close(st.gate)
		require.NoError(t, <-first)
		for _, reply := range replies {
			require.NoError(t, <-reply)
		}
		s.Close()
	})
}

// TestCloseWhileWriting: whoever waits gets an error, and what was written is there afterwards.
func TestCloseWhileWriting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := &gatedStore{storetest.NewMemory(), make(chan error)}
		s := open(t, st, Config{})
		first := later(t, s, job("a"))
		second := later(t, s, job("b", "a"))
		s.Close()
		require.ErrorIs(t, <-first, context.Canceled)
		require.Error(t, <-second)
	})
}
