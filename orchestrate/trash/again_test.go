package trash_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/hdfs/hdfstest"
	"github.com/gomr/gomr/orchestrate/trash"
)

// TestMoveAgain: an entry that was left is moved on. What is new where an output was that is in the trash stays there.
func TestMoveAgain(t *testing.T) {
	y := newYard(t)
	tr := y.trash(new(hdfstest.Life))
	e, err := tr.Begin(&trash.Manifest{ID: "backfill-3-x7k2ab-2014-06-01", Tasks: y.standard(t)}, time.Hour)
	require.NoError(t, err)
	progress := func(want ...int) {
		t.Helper()
		moved, left, err := e.Progress()
		require.NoError(t, err)
		require.Equal(t, want, []int{moved, left})
	}
	progress(0, 3)
	require.NoError(t, os.MkdirAll(filepath.Join(y.dir, "cluster", filepath.Dir(e.Manifest.Outputs()[0].Trash)), 0o700))
	require.NoError(t, os.Rename(filepath.Join(y.dir, "cluster/data/count"), filepath.Join(y.dir, "cluster", e.Manifest.Outputs()[0].Trash)))
	y.write(t, "cluster/data/count/part-00000", "new")
	progress(1, 2)
	require.NoError(t, e.Close())
	e, err = tr.Open("backfill-3-x7k2ab-2014-06-01")
	require.NoError(t, err)
	for range 2 {
		require.NoError(t, e.Move(t.Context()))
		progress(3, 0)
	}
	require.Contains(t, y.tree(t)["/cluster/data/count/part-00000"], "new")
	require.NoError(t, e.Finish())
	require.NoError(t, e.Close())
	_, err = tr.Begin(&trash.Manifest{ID: "backfill-3-x7k2ab-2014-06-01", Tasks: []trash.Task{{Outputs: []trash.Output{y.output("hdfs", "/data/count")}}}}, time.Hour)
	require.ErrorIs(t, err, fs.ErrExist)
}

// TestBeginAgain makes an entry of an ID again that who made or removed it before was killed at.
func TestBeginAgain(t *testing.T) {
	for at := 1; ; at++ {
		y := newYard(t)
		tasks := y.standard(t)
		before := y.tree(t)
		begin := func(l *hdfstest.Life) (*trash.Entry, error) {
			return y.trash(l).Begin(&trash.Manifest{ID: "one", Tasks: tasks}, time.Hour)
		}
		l := &hdfstest.Life{DiesAt: at}
		if e, err := begin(l); err == nil {
			_ = e.Forget()
		}
		e, err := y.trash(new(hdfstest.Life)).Open("one")
		if errors.Is(err, trash.ErrUnknown) {
			e, err = begin(new(hdfstest.Life))
		}
		require.NoError(t, err, "killed at call %d", at)
		require.NoError(t, e.Move(t.Context()))
		_, err = undo(t, y.trash(new(hdfstest.Life)), "one")
		require.NoError(t, err)
		require.Equal(t, before, y.tree(t))
		if l.Calls() < at {
			return
		}
	}
}
