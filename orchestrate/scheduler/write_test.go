package scheduler

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/storetest"
)

// TestBugDoesNoHarm: a request that breaks the scheduler is not done, and what came with it neither.
func TestBugDoesNoHarm(t *testing.T) {
	s := open(t, storetest.NewMemory(), Config{})
	err := s.call(t.Context(), func(c *core) error {
		_, _ = c.submit(&Submission{Nodes: []Node{job("a")}})
		panic("no luck")
	})
	require.ErrorContains(t, err, "a bug in the scheduler, the request is not done: no luck")
	_, err = s.Explain(t.Context(), "a")
	require.ErrorIs(t, err, ErrUnknownTask)
	submit(t, s, job("a"))
}

// TestWriteFails: where the store fails, callers have the error, and nothing has changed.
func TestWriteFails(t *testing.T) {
	st := storetest.NewMemory()
	s := open(t, st, Config{})
	submit(t, s, job("a"))
	a := work(t, s)

	st.Fail(storetest.Always(storetest.ErrDiskFull))
	_, err := s.Submit(t.Context(), &Submission{Nodes: []Node{job("b")}})
	require.ErrorIs(t, err, storetest.ErrDiskFull)
	require.ErrorIs(t, s.End(t.Context(), &End{Fence: a.Fence, Outcome: store.Succeeded}), storetest.ErrDiskFull)
	require.ErrorIs(t, s.Pause(t.Context(), "ann"), storetest.ErrDiskFull)
	st.Fail(nil)

	_, err = s.Explain(t.Context(), "b")
	require.ErrorIs(t, err, ErrUnknownTask)
	succeed(t, s, a)
	submit(t, s, job("b"))
	require.Equal(t, "b", work(t, s).Task.ID)
}

// TestWriteFailsWhileClosing: what could not be written is forgotten then, too, though a request may
// come before the loop ends.
func TestWriteFailsWhileClosing(t *testing.T) {
	st := storetest.NewMemory()
	s := open(t, st, Config{})
	s.Close() // the test is the loop now
	step := func(nodes ...Node) error {
		r := &request{reply: make(chan error, 1), do: func(c *core) error {
			_, err := c.submit(&Submission{Nodes: nodes})
			return err
		}}
		s.step([]*request{r})
		s.land()
		return <-r.reply
	}
	st.Fail(storetest.Always(storetest.ErrDiskFull))
	require.ErrorIs(t, step(job("a")), storetest.ErrDiskFull)
	st.Fail(nil)
	require.ErrorContains(t, step(job("b", "a")), "b requires a, which is not known")
	require.NoError(t, step(job("a"), job("b", "a")))
	open(t, st, Config{})
}
