package trash_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/hdfs/hdfstest"
	"github.com/gomr/gomr/orchestrate/trash"
)

// TestKilledAnywhere kills a clear, and the undo after it, at each call of the file systems. Afterwards
// either nothing is moved or an undo brings all back.
func TestKilledAnywhere(t *testing.T) {
	for _, after := range []bool{false, true} {
		for at := 1; ; at++ {
			y := newYard(t)
			tasks := y.standard(t)
			before := y.tree(t)
			l := &hdfstest.Life{DiesAt: at, After: after}
			_, err := clearAll(t, y.trash(l), tasks)
			if l.Calls() < at {
				require.NoError(t, err)
				break
			}
			what := fmt.Sprintf("clear was killed at call %d, after it: %v", at, after)
			ids := list(t, y.trash(new(hdfstest.Life)))
			if len(ids) == 0 {
				require.Equal(t, before, y.tree(t), what)
				continue
			}
			for undoAt := 1; ; undoAt++ {
				l := &hdfstest.Life{DiesAt: undoAt, After: after}
				_, err := undo(t, y.trash(l), ids[0])
				if l.Calls() < undoAt || errors.Is(err, trash.ErrUnknown) {
					break
				}
			}
			require.Empty(t, list(t, y.trash(new(hdfstest.Life))), what)
			tr := y.trash(new(hdfstest.Life))
			y.now = time.Now().Add(48 * time.Hour)
			require.NoError(t, tr.Tidy("hdfs"))
			require.Equal(t, before, y.tree(t), what)
			left, err := os.ReadDir(filepath.Join(y.dir, "cluster/user/ann/.gomr-trash"))
			require.NoError(t, err)
			require.Empty(t, left, what)
		}
	}
}

// TestEachErrorMovesNothing: a clear that fails has moved everything back.
func TestEachErrorMovesNothing(t *testing.T) {
	for at := 1; ; at++ {
		y := newYard(t)
		tasks := y.standard(t)
		before := y.tree(t)
		l := &hdfstest.Life{DiesAt: at, Fails: true}
		e, err := clearAll(t, y.trash(l), tasks)
		if l.Calls() < at {
			return
		}
		if err == nil { // it was the removal of an empty folder
			continue
		}
		if ids := list(t, y.trash(new(hdfstest.Life))); len(ids) > 0 { // all was moved, and only the last mark is missing
			require.NotNil(t, e, "call %d: %v", at, err)
			_, err := undo(t, y.trash(new(hdfstest.Life)), ids[0])
			require.NoError(t, err)
		}
		require.Equal(t, before, y.tree(t), "call %d: %v", at, err)
	}
}

// TestEmptyKilledAnywhere: of an entry whose removal has begun nothing comes back, whole or in part.
func TestEmptyKilledAnywhere(t *testing.T) {
	for at := 1; ; at++ {
		y := newYard(t)
		e, err := clearAll(t, y.trash(new(hdfstest.Life)), y.standard(t))
		require.NoError(t, err)
		id := e.Manifest.ID
		l := &hdfstest.Life{DiesAt: at}
		open, err := y.trash(l).Open(id)
		if err == nil {
			err = open.Empty()
		}
		if l.Calls() < at {
			require.NoError(t, err)
			require.Empty(t, list(t, y.trash(new(hdfstest.Life))))
			return
		}
		restored, err := undo(t, y.trash(new(hdfstest.Life)), id)
		if err == nil {
			require.Equal(t, trash.Back, restored[0].Fate)
			require.Equal(t, trash.Back, restored[1].Fate)
			require.Equal(t, trash.Back, restored[2].Fate)
			continue
		}
		if errors.Is(err, trash.ErrEmptying) {
			open, err := y.trash(new(hdfstest.Life)).Open(id)
			require.NoError(t, err)
			require.True(t, open.Expired())
			require.NoError(t, open.Empty())
		} else {
			require.ErrorIs(t, err, trash.ErrUnknown)
		}
		require.Empty(t, list(t, y.trash(new(hdfstest.Life))))
	}
}
