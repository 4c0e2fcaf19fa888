package trash_test

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomr/gomr/hdfs/hdfstest"
	"github.com/gomr/gomr/orchestrate/trash"
)

func TestThereAndBack(t *testing.T) {
	y := newYard(t)
	tasks := y.standard(t)
	before := y.tree(t)
	e, err := clearAll(t, y.trash(new(hdfstest.Life)), tasks)
	require.NoError(t, err)
	require.Regexp(t, `^20140601-142301-[a-z0-9]{4}$`, e.Manifest.ID)
	require.Equal(t, []string{"/", "/cluster", "/cluster/data", "/machine", "/machine/out", "/machine/out/.gomr-trash", "/machine/out/.gomr-trash/" + e.Manifest.ID + "-2", "/machine/out/.gomr-trash/" + e.Manifest.ID + "-2/2014-06-01T10:00.csv", "/machine/out/other"},
		func() []string {
			names := slices.Sorted(maps.Keys(y.tree(t)))
			names[0] = "/"
			return names
		}())
	restored, err := undo(t, y.trash(new(hdfstest.Life)), e.Manifest.ID)
	require.NoError(t, err)
	var fates []trash.Fate
	for _, r := range restored {
		fates = append(fates, r.Fate)
	}
	require.Equal(t, []trash.Fate{trash.Back, trash.Back, trash.Back, trash.Gone}, fates)
	require.Equal(t, before, y.tree(t))
	_, err = undo(t, y.trash(new(hdfstest.Life)), e.Manifest.ID)
	require.ErrorIs(t, err, trash.ErrUnknown)
}

// TestRandomTrees moves random outputs of random trees, with a kill somewhere in each process.
func TestRandomTrees(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		y := newYard(t)
		names := rapid.SliceOfNDistinct(rapid.StringMatching(`[ab]{1,2}(/[abc]{1,2}){0,3}`), 1, 8, rapid.ID).Draw(rt, "files")
		for _, name := range names {
			for _, side := range []string{"cluster", "machine"} {
				full := filepath.Join(y.dir, side, name)
				if os.MkdirAll(filepath.Dir(full), 0o755) == nil { // else a file is in its way
					_ = os.WriteFile(full, []byte(name), fs.FileMode(rapid.SampledFrom([]int{0o600, 0o644, 0o755}).Draw(rt, "mode")))
				}
			}
		}
		var tasks []trash.Task
		for i, name := range rapid.SliceOfN(rapid.SampledFrom(names), 1, 5).Draw(rt, "outputs") {
			if rapid.Bool().Draw(rt, "folder") {
				name = path.Dir(name)
			}
			volume := rapid.SampledFrom([]string{"hdfs", "local"}).Draw(rt, "volume")
			if name == "." {
				name = names[0]
			}
			if volume == "hdfs" {
				name = "/" + name
			}
			tasks = append(tasks, trash.Task{ID: strconv.Itoa(i), Outputs: []trash.Output{y.output(volume, name)}})
		}
		before := y.tree(rt)
		l := &hdfstest.Life{DiesAt: rapid.IntRange(0, 60).Draw(rt, "dies"), After: rapid.Bool().Draw(rt, "after")}
		_, _ = clearAll(t, y.trash(l), tasks)
		for range 20 {
			ids := list(rt, y.trash(new(hdfstest.Life)))
			if len(ids) == 0 {
				break
			}
			_, _ = undo(t, y.trash(&hdfstest.Life{DiesAt: rapid.IntRange(0, 60).Draw(rt, "undo dies"), After: rapid.Bool().Draw(rt, "undo after")}), ids[0])
		}
		for _, id := range list(rt, y.trash(new(hdfstest.Life))) {
			_, err := undo(t, y.trash(new(hdfstest.Life)), id)
			require.NoError(rt, err)
		}
		require.Equal(rt, before, y.tree(rt))
	})
}

// TestANewOutput stays, unless it is moved to the trash itself.
func TestANewOutput(t *testing.T) {
	y := newYard(t)
	tr := y.trash(new(hdfstest.Life))
	tasks := y.standard(t)
	before := y.tree(t)
	e, err := clearAll(t, tr, tasks)
	require.NoError(t, err)
	y.write(t, "cluster/data/report.txt", "new")
	open, err := tr.Open(e.Manifest.ID)
	require.NoError(t, err)
	restored, err := open.Restore(t.Context())
	require.NoError(t, err)
	require.Equal(t, trash.Refused, restored[1].Fate)
	require.Equal(t, trash.Back, restored[0].Fate)
	require.ErrorContains(t, open.Forget(), "is still in the trash")
	require.Contains(t, y.tree(t)["/cluster/data/report.txt"], "new")

	conflicts, err := open.Conflicts()
	require.NoError(t, err)
	require.Equal(t, []trash.Task{{ID: "Count()", Outputs: []trash.Output{{Volume: "hdfs", Path: "/data/report.txt", Files: 1, Bytes: 3}}}}, conflicts)
	replaced, err := clearAll(t, tr, conflicts)
	require.NoError(t, err)
	_, err = undo(t, tr, e.Manifest.ID)
	require.NoError(t, err)
	require.Equal(t, before, y.tree(t))
	require.Equal(t, []string{replaced.Manifest.ID}, list(t, tr))
}

func TestExpiry(t *testing.T) {
	y := newYard(t)
	tr := y.trash(new(hdfstest.Life))
	tasks := y.standard(t)
	finished, err := clearAll(t, tr, tasks[:1])
	require.NoError(t, err)
	interrupted, err := tr.Begin(&trash.Manifest{Tasks: tasks[1:]}, time.Hour)
	require.NoError(t, err)
	y.now = y.now.Add(time.Hour - time.Second)
	require.False(t, finished.Expired())
	y.now = y.now.Add(time.Second)
	require.True(t, finished.Expired())
	require.False(t, interrupted.Expired(), "nobody has seen that it is as it was meant to be")
}

// TestTwoAtOnce: of many who clear the same outputs each output goes with one, and all come back.
func TestTwoAtOnce(t *testing.T) {
	y := newYard(t)
	tasks := y.standard(t)
	before := y.tree(t)
	var wait sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wait.Go(func() {
			mine := []trash.Task{{ID: tasks[0].ID, Outputs: slices.Clone(tasks[0].Outputs)}, {ID: tasks[1].ID, Outputs: slices.Clone(tasks[1].Outputs)}}
			_, errs[i] = clearAll(t, y.trash(new(hdfstest.Life)), mine)
		})
	}
	wait.Wait()
	require.NoError(t, errors.Join(errs...))
	for _, id := range list(t, y.trash(new(hdfstest.Life))) {
		_, err := undo(t, y.trash(new(hdfstest.Life)), id)
		require.NoError(t, err)
	}
	require.Equal(t, before, y.tree(t))
}

// TestLock: two processes don't work on one entry.
func TestLock(t *testing.T) {
	y := newYard(t)
	tr := y.trash(new(hdfstest.Life))
	tr.LockDir = filepath.Join(y.dir, "state", "locks")
	e, err := tr.Begin(&trash.Manifest{Tasks: y.standard(t)}, time.Hour)
	require.NoError(t, err)
	var busy *trash.BusyError
	_, err = tr.Open(e.Manifest.ID)
	require.ErrorAs(t, err, &busy)
	require.Equal(t, os.Getpid(), busy.PID)
	require.NoError(t, e.Close())
	_, err = undo(t, tr, e.Manifest.ID)
	require.NoError(t, err)
}

// TestOtherDevice: what can't be moved by a rename is not moved, and nothing else is.
func TestOtherDevice(t *testing.T) {
	y := newYard(t)
	tasks := y.standard(t)
	mounted := filepath.Join(y.dir, "cluster", "mounted")
	require.NoError(t, os.Mkdir(mounted, 0o755))
	require.NoError(t, syscall.Mount("tmpfs", mounted, "tmpfs", 0, "size=1m"), "this test mounts a small file system: run it as root, as make test does in CI")
	t.Cleanup(func() { require.NoError(t, syscall.Unmount(mounted, 0)) })
	y.write(t, "cluster/mounted/x", "x")
	before := y.tree(t)
	tasks[0].Outputs = append(tasks[0].Outputs, y.output("hdfs", "/mounted/x"))
	_, err := clearAll(t, y.trash(new(hdfstest.Life)), tasks)
	require.ErrorIs(t, err, syscall.EXDEV)
	require.ErrorContains(t, err, "/mounted/x is on another device than the trash /user/ann/.gomr-trash")
	require.Equal(t, before, y.tree(t))
	require.Empty(t, list(t, y.trash(new(hdfstest.Life))))
}

// TestUnwritable: a folder in which nothing can be made or removed.
func TestUnwritable(t *testing.T) {
	y := newYard(t)
	tasks := y.standard(t)
	y.write(t, "cluster/user", "a file where the homes should be")
	before := y.tree(t)
	_, err := clearAll(t, y.trash(new(hdfstest.Life)), tasks)
	require.ErrorContains(t, err, "write the manifest of the trash")
	require.ErrorIs(t, err, syscall.ENOTDIR)
	require.Equal(t, before, y.tree(t))
}

// TestForeignManifest: of what another version wrote nothing is touched.
func TestForeignManifest(t *testing.T) {
	y := newYard(t)
	y.write(t, "cluster/user/ann/.gomr-trash/20140601-142301-x7k2/manifest.json", `{"version": 2}`)
	tr := y.trash(new(hdfstest.Life))
	_, err := tr.Open("20140601-142301-x7k2")
	require.ErrorContains(t, err, "version 2")
	_, err = tr.List("hdfs")
	require.ErrorContains(t, err, "version 2")
	for _, id := range []string{"", "..", "../x", "nobody", ".unmade-x"} {
		_, err := tr.Open(id)
		require.ErrorIs(t, err, trash.ErrUnknown, id)
	}
}
