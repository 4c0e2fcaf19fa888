package scheduler

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/storetest"
)

func graphIDs(tasks []GraphTask) (ids []string) {
	for _, t := range tasks {
		ids = append(ids, t.ID)
	}
	return ids
}

func TestGraph(t *testing.T) {
	s := open(t, storetest.NewMemory(), Config{})
	first := submit(t, s, job("a"), job("b", "a"), job("c", "b"))
	submit(t, s, job("d", "b"), job("e", "d"))
	for _, test := range []struct {
		name  string
		query GraphQuery
		want  []string
	}{
		{"all", GraphQuery{}, []string{"a", "b", "c", "d", "e"}},
		{"a run", GraphQuery{Run: first.Run}, []string{"a", "b", "c"}},
		{"what a task requires", GraphQuery{Root: "e"}, []string{"a", "b", "d", "e"}},
		{"a task alone", GraphQuery{Around: "b"}, []string{"b"}},
		{"a step around", GraphQuery{Around: "b", Depth: 1}, []string{"a", "b", "c", "d"}},
		{"two steps around", GraphQuery{Around: "d", Depth: 2}, []string{"a", "b", "d", "e"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			tasks, err := s.Graph(t.Context(), test.query)
			require.NoError(t, err)
			require.Equal(t, test.want, graphIDs(tasks))
		})
	}
	_, err := s.Graph(t.Context(), GraphQuery{Root: "x"})
	require.ErrorIs(t, err, ErrUnknownTask)
	_, err = s.Graph(t.Context(), GraphQuery{Around: "x"})
	require.ErrorIs(t, err, ErrUnknownTask)
	_, err = s.Graph(t.Context(), GraphQuery{Run: 9})
	require.ErrorIs(t, err, ErrUnknownRun)
}

// TestGraph_Stuck: what waits for a task that has failed is stuck, and what has failed is not.
func TestGraph_Stuck(t *testing.T) {
	s := open(t, storetest.NewMemory(), Config{})
	a := job("a")
	a.Retry.Attempts = 1
	submit(t, s, a, job("b", "a"), job("c", "b"), job("other"))
	require.NoError(t, s.End(t.Context(), &End{Fence: work(t, s).Fence, Outcome: store.Errored}))
	tasks, err := s.Graph(t.Context(), GraphQuery{})
	require.NoError(t, err)
	var stuck []any
	for _, one := range tasks {
		stuck = append(stuck, one.State, one.Stuck)
	}
	require.Equal(t, []any{store.Failed, false, store.Pending, true, store.Pending, true, store.Pending, false}, stuck)
	require.Equal(t, []int64{1}, tasks[1].Requires)
}

// TestGraph_Awaited: what an attempt has asked for is required like the rest.
func TestGraph_Awaited(t *testing.T) {
	s := open(t, storetest.NewMemory(), Config{})
	submit(t, s, job("a"))
	running := work(t, s)
	submit(t, s, job("found out"))
	require.NoError(t, s.call(t.Context(), func(c *core) error { return c.suspend(running.Fence, []string{"found out"}, "") }))
	for _, query := range []GraphQuery{{Root: "a"}, {Around: "a", Depth: 1}, {Around: "found out", Depth: 1}} {
		tasks, err := s.Graph(t.Context(), query)
		require.NoError(t, err)
		require.Equal(t, []string{"a", "found out"}, graphIDs(tasks))
		require.Equal(t, []int64{2}, tasks[0].Requires)
	}
}

// TestGraph_Steps: a look at many tasks takes many turns, and one at too many is refused.
func TestGraph_Steps(t *testing.T) {
	s := open(t, storetest.NewMemory(), Config{})
	nodes := make([]Node, 3*openAtOnce)
	for i := range nodes {
		nodes[i] = job(fmt.Sprint("t", i))
		if i > 0 {
			nodes[i].Requires = []string{fmt.Sprint("t", i/2)}
		}
	}
	nodes[1].Requires = []string{"t0"}
	receipt := submit(t, s, nodes...)
	for _, query := range []GraphQuery{{}, {Run: receipt.Run}, {Around: "t0", Depth: 20}} {
		tasks, err := s.Graph(t.Context(), query)
		require.NoError(t, err)
		if query.Run == 0 {
			require.Len(t, tasks, len(nodes))
		}
	}

	many := make([]Node, MostInGraph)
	for i := range many {
		many[i] = job(fmt.Sprint("many", i), "t0")
	}
	submit(t, s, many...)
	for _, query := range []GraphQuery{{}, {Around: "t0", Depth: 1}} {
		_, err := s.Graph(t.Context(), query)
		require.ErrorContains(t, err, "the graph has more than 100000 tasks: ask for those of a run")
	}
}
