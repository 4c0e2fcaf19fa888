//go:build unix

package worker

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/sqlite"
)

// A schedulerAndStore is a Scheduler of the real parts.
type schedulerAndStore struct {
	*scheduler.Scheduler
	logs *store.Store
}

func (s schedulerAndStore) AppendLog(ctx context.Context, fence, offset int64, chunk []byte) error {
	return s.logs.AppendLog(ctx, fence, offset, chunk)
}

// TestScheduler runs a graph of processes for a real scheduler.
func TestScheduler(t *testing.T) {
	st, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "gomr.db"), sqlite.Options{Synchronous: sqlite.Normal})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, st.Close()) })
	s, err := scheduler.Open(t.Context(), st, scheduler.Config{})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	w := newWorld(t)
	w.runWith(schedulerAndStore{s, st})

	const tasks = 30
	var nodes []scheduler.Node
	for i := range tasks {
		node := scheduler.Node{Spec: store.Spec{ID: fmt.Sprint("task ", i), Family: "T", Program: "p", Args: []string{"ok"}}}
		if i >= 3 { // a stack of layers, each of whose tasks requires two of the one below
			node.Requires = []string{nodes[i/3*3-3+i%3].ID, nodes[i/3*3-3+(i+1)%3].ID}
		}
		nodes = append(nodes, node)
	}
	_, err = s.Submit(t.Context(), &scheduler.Submission{Nodes: nodes, Roots: []string{nodes[27].ID, nodes[28].ID, nodes[29].ID}})
	require.NoError(t, err)
	for _, n := range nodes {
		eventually(t, func() bool {
			explanation, err := s.Explain(t.Context(), n.ID)
			return err == nil && explanation.Task.State == store.Done
		})
	}
	w.drain()
	attempts, err := st.Attempts(t.Context(), store.AttemptQuery{})
	require.NoError(t, err)
	require.Len(t, attempts, tasks)
	for _, a := range attempts {
		assert.Equal(t, store.Succeeded, a.Outcome)
		assert.Equal(t, map[string]string{"fence": strconv.FormatInt(a.Fence, 10)}, a.Details)
		log, err := st.ReadLog(t.Context(), a.Fence, 0, 0)
		require.NoError(t, err)
		assert.Equal(t, "hello\n", string(log))
	}
}
