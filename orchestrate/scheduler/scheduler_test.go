package scheduler

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var me = WorkerInfo{ID: "me", Programs: []string{"p"}}

// job returns a node that a worker of program p can run.
func job(id string, requires ...string) Node {
	return Node{Spec: store.Spec{ID: id, Family: "T", Program: "p"}, Requires: requires}
}

func open(t *testing.T, st Store, config Config) *Scheduler {
	t.Helper()
	s, err := Open(t.Context(), st, config)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

func submit(t *testing.T, s *Scheduler, nodes ...Node) Receipt {
	t.Helper()
	receipt, err := s.Submit(t.Context(), &Submission{Nodes: nodes, Roots: []string{nodes[len(nodes)-1].ID}})
	require.NoError(t, err)
	return receipt
}

func work(t *testing.T, s *Scheduler, holds ...int64) *Assignment {
	t.Helper()
	got, err := s.Work(t.Context(), &Ask{Worker: me, Holds: holds})
	require.NoError(t, err)
	return got
}

func succeed(t *testing.T, s *Scheduler, a *Assignment) {
	t.Helper()
	require.NoError(t, s.End(t.Context(), &End{Fence: a.Fence, Outcome: store.Succeeded}))
}

// TestRequestTwice: a request that is made again changes nothing, before and after a restart.
func TestRequestTwice(t *testing.T) {
	st := storetest.NewMemory()
	s := open(t, st, Config{})
	submission := &Submission{Request: "nightly 2014-06-01", Nodes: []Node{job("a")}, Roots: []string{"a"}}
	first, err := s.Submit(t.Context(), submission)
	require.NoError(t, err)
	succeed(t, s, work(t, s))
	for range 2 {
		again, err := s.Submit(t.Context(), submission)
		require.NoError(t, err)
		require.Equal(t, first.Run, again.Run)
		explanation, err := s.Explain(t.Context(), "a")
		require.NoError(t, err)
		require.Equal(t, store.Done, explanation.Task.State)
		s.Close()
		s = open(t, st, Config{})
	}
}

// TestInvalid: what can't be is refused whole.
func TestInvalid(t *testing.T) {
	s := open(t, storetest.NewMemory(), Config{})
	submit(t, s, job("a"), job("b", "a"))
	for name, submission := range map[string]*Submission{
		"node 0 has no ID": {Nodes: []Node{{}}},
		"c requires d, which is not known and doesn't stand before it": {Nodes: []Node{job("x"), job("c", "d"), job("d")}},
		"the root x is not known":                                      {Nodes: []Node{job("y")}, Roots: []string{"x"}},
		"c: no program is named that can run it":                       {Nodes: []Node{{Spec: store.Spec{ID: "c"}}}},
		"tasks require each other: a -> b -> a":                        {Nodes: []Node{job("b", "a"), job("a", "b")}},
	} {
		_, err := s.Submit(t.Context(), submission)
		require.EqualError(t, err, name)
	}
	for _, id := range []string{"x", "y", "c", "d"} {
		_, err := s.Explain(t.Context(), id)
		require.ErrorIs(t, err, ErrUnknownTask, id)
	}
}

// TestClosed: requests end with the scheduler.
func TestClosed(t *testing.T) {
	s := open(t, storetest.NewMemory(), Config{})
	waits := make(chan error)
	go func() {
		_, err := s.Work(t.Context(), &Ask{Worker: me})
		waits <- err
	}()
	s.Close()
	require.ErrorIs(t, <-waits, ErrClosed)
	require.ErrorIs(t, s.Pause(t.Context(), "ann"), ErrClosed)
}
