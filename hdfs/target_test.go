package hdfs_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/gomr/gomr/hdfs"
	"github.com/stretchr/testify/require"
)

func TestTargets(t *testing.T) {
	testTargets(t, hdfs.Local(t.TempDir()), "/data")
}

// testTargets runs the tests of targets and commits on one file system.
func testTargets(t *testing.T, fsys hdfs.FileSystem, dir string) {
	for name, test := range map[string]func(*testing.T, targetTest){
		"File":       testFileTarget,
		"Dir":        testDirTarget,
		"WrongKind":  testWrongKind,
		"Discarded":  testDiscardedWrites,
		"CreateRace": testTargetCreateRace,
		"Cancelled":  testCancelledCreate,
		"ExistsAll":  testExistsAll,
		"Commit":     testCommit,
		"CommitRace": testCommitRace,
		"CleanTemp":  testCleanTemp,
	} {
		t.Run(name, func(t *testing.T) {
			own := path.Join(dir, name)
			require.NoError(t, fsys.MkdirAll(own, 0o755))
			test(t, targetTest{fsys, own, hdfs.NewContext(context.Background(), fsys)})
		})
	}
}

// A targetTest is a test's file system, own folder and context.
type targetTest struct {
	hdfs.FileSystem
	dir string
	ctx context.Context
}

func (tt targetTest) file(name string) hdfs.Target   { return hdfs.File("%s/%s", tt.dir, name) }
func (tt targetTest) folder(name string) hdfs.Target { return hdfs.Dir("%s/%s", tt.dir, name) }

// fill makes a folder with empty-named content: each file holds its own name.
func (tt targetTest) fill(t *testing.T, dir string, names ...string) {
	t.Helper()
	require.NoError(t, tt.MkdirAll(dir, 0o755))
	for _, name := range names {
		require.NoError(t, writeFile(tt, path.Join(dir, name), name+"\n"))
	}
}

// names lists the names in the test's folder.
func (tt targetTest) names(t *testing.T) []string {
	t.Helper()
	entries, err := tt.ReadDir(tt.dir)
	require.NoError(t, err)
	names := []string{}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func (tt targetTest) requireExists(t *testing.T, want bool, target hdfs.Target) {
	t.Helper()
	exists, err := target.Exists(tt.ctx)
	require.NoError(t, err)
	require.Equal(t, want, exists, target.String())
	all, err := hdfs.ExistsAll(tt.ctx, []hdfs.Target{target})
	require.NoError(t, err)
	require.Equal(t, []bool{want}, all, target.String())
}

func writeFile(fsys hdfs.FileSystem, name, content string) error {
	w, err := fsys.Create(name)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, content)
	return errors.Join(err, w.Close())
}

func readAll(t *testing.T, r io.ReadCloser, err error) string {
	t.Helper()
	require.NoError(t, err)
	defer r.Close()
	content, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(content)
}

func testFileTarget(t *testing.T, tt targetTest) {
	target := tt.file("2014/06/01.txt")
	tt.requireExists(t, false, target)
	_, err := target.Open(tt.ctx)
	require.ErrorIs(t, err, fs.ErrNotExist)

	w, err := target.Create(tt.ctx)
	require.NoError(t, err)
	_, err = io.WriteString(w, "content")
	require.NoError(t, err)
	tt.requireExists(t, false, target)
	require.NoError(t, w.Close())
	tt.requireExists(t, true, target)
	require.NoError(t, w.Abort(), "after Close it does nothing")
	require.ErrorIs(t, w.Close(), fs.ErrClosed)

	r, err := target.Open(tt.ctx)
	require.Equal(t, "content", readAll(t, r, err))
	entries, err := tt.ReadDir(path.Dir(target.Path()))
	require.NoError(t, err)
	require.Len(t, entries, 1, "the hidden file is gone")
	_, err = target.Create(tt.ctx)
	require.ErrorIs(t, err, fs.ErrExist)
	_, err = target.Parts(tt.ctx)
	require.ErrorContains(t, err, "use hdfs.Dir")
}

func testDirTarget(t *testing.T, tt targetTest) {
	target := tt.folder("2014-06")
	require.Equal(t, target.Path()+"/_SUCCESS", target.Marker())
	tt.requireExists(t, false, target)
	tt.fill(t, target.Path(), "part-00001", "part-00000", ".part-00000.crc", "_logs")
	tt.requireExists(t, false, target)
	_, err := target.Parts(tt.ctx)
	require.ErrorContains(t, err, "is not complete: it has no _SUCCESS")
	_, err = target.Open(tt.ctx)
	require.ErrorIs(t, err, fs.ErrNotExist)

	tt.fill(t, target.Path(), hdfs.Success)
	tt.requireExists(t, true, target)
	parts, err := target.Parts(tt.ctx)
	require.NoError(t, err)
	require.Equal(t, []string{target.Path() + "/part-00000", target.Path() + "/part-00001"}, parts)
	r, err := target.Open(tt.ctx)
	require.Equal(t, "part-00000\npart-00001\n", readAll(t, r, err))
	_, err = target.Create(tt.ctx)
	require.ErrorContains(t, err, "use CommitDir")
}

func testWrongKind(t *testing.T, tt targetTest) {
	tt.fill(t, tt.dir, "file")
	tt.fill(t, tt.dir+"/folder")
	for target, kind := range map[hdfs.Target]error{
		tt.folder("file"): syscall.ENOTDIR,
		tt.file("folder"): syscall.EISDIR,
	} {
		_, err := target.Exists(tt.ctx)
		require.ErrorIs(t, err, kind)
		require.ErrorContains(t, err, "is expected: use hdfs.")
		_, err = hdfs.ExistsAll(tt.ctx, []hdfs.Target{target, tt.file("other")})
		require.ErrorIs(t, err, kind)
	}
	tt.requireExists(t, false, tt.file("file/below"))
}

func testDiscardedWrites(t *testing.T, tt targetTest) {
	w, err := tt.file("x").Create(tt.ctx)
	require.NoError(t, err)
	_, err = io.WriteString(w, "half")
	require.NoError(t, err)
	require.NoError(t, w.Abort())
	require.NoError(t, w.Abort())
	_, err = w.Write([]byte("late"))
	require.ErrorIs(t, err, fs.ErrClosed)
	require.Empty(t, tt.names(t))
}

func testTargetCreateRace(t *testing.T, tt targetTest) {
	target := tt.file("x")
	var writers []*hdfs.AtomicWriter
	for range 8 {
		w, err := target.Create(tt.ctx)
		require.NoError(t, err)
		_, err = io.WriteString(w, "content")
		require.NoError(t, err)
		writers = append(writers, w)
	}
	requireOneWinner(t, len(writers), func(i int) error { return writers[i].Close() })
	r, err := target.Open(tt.ctx)
	require.Equal(t, "content", readAll(t, r, err))
	require.Equal(t, []string{"x"}, tt.names(t))
}

// requireOneWinner runs do n times at once: one succeeds, the others find the name taken.
func requireOneWinner(t *testing.T, n int, do func(i int) error) {
	t.Helper()
	errs := make([]error, n)
	var runners sync.WaitGroup
	for i := range n {
		runners.Go(func() { errs[i] = do(i) })
	}
	runners.Wait()
	winners := 0
	for _, err := range errs {
		if err == nil {
			winners++
			continue
		}
		require.ErrorIs(t, err, fs.ErrExist)
	}
	require.Equal(t, 1, winners)
}

func testCancelledCreate(t *testing.T, tt targetTest) {
	ctx, cancel := context.WithCancelCause(tt.ctx)
	w, err := tt.file("x").Create(ctx)
	require.NoError(t, err)
	cause := errors.New("the run was stopped")
	cancel(cause)
	require.ErrorIs(t, w.Close(), cause)
	require.Empty(t, tt.names(t))
	_, err = tt.file("x").Exists(ctx)
	require.ErrorIs(t, err, cause)
}

func testExistsAll(t *testing.T, tt targetTest) {
	tt.fill(t, tt.dir, "a", "b")
	tt.fill(t, tt.dir+"/done", hdfs.Success)
	tt.fill(t, tt.dir+"/begun", "part-00000")
	counting := &countingFS{FileSystem: tt.FileSystem}
	exist, err := hdfs.ExistsAll(hdfs.NewContext(context.Background(), counting), []hdfs.Target{
		tt.file("a"), tt.folder("begun"), tt.file("c"), tt.folder("done"), tt.file("b"), tt.folder("missing"),
		tt.file("no/such/folder/x"), tt.file("no/such/folder/y"), tt.file("a"),
	})
	require.NoError(t, err)
	require.Equal(t, []bool{true, false, false, true, true, false, false, false, true}, exist)
	require.EqualValues(t, 2, counting.lists.Load(), "one listing per folder")
	require.EqualValues(t, 2, counting.stats.Load(), "one look into each folder that is there")

	exist, err = hdfs.ExistsAll(tt.ctx, nil)
	require.NoError(t, err)
	require.Empty(t, exist)
}

// A countingFS counts the calls that ask what exists.
type countingFS struct {
	hdfs.FileSystem
	lists, stats atomic.Int64
}

func (c *countingFS) ReadDir(name string) ([]fs.DirEntry, error) {
	c.lists.Add(1)
	return c.FileSystem.ReadDir(name)
}

func (c *countingFS) Stat(name string) (fs.FileInfo, error) {
	c.stats.Add(1)
	return c.FileSystem.Stat(name)
}

func TestTargetMistakes(t *testing.T) {
	ctx := hdfs.NewContext(context.Background(), hdfs.Local(t.TempDir()))
	for name, test := range map[string]struct {
		target hdfs.Target
		want   string
	}{
		"relative":         {hdfs.File("data/x"), "stat data/x: a path must be absolute, such as /data/x"},
		"empty":            {hdfs.Target{}, "stat : an empty target: make one with hdfs.File or hdfs.Dir"},
		"root":             {hdfs.Dir("/"), "stat /: the root folder can't be a target"},
		"dots":             {hdfs.File("/data/%s", "../x"), `stat /data/../x: a path may hold no ".", no "..", no colon and no NUL byte`},
		"missing argument": {newTarget("/data/%s"), "stat /data/%!s(MISSING): the format does not fit its arguments (write %% for a per cent sign)"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := test.target.Exists(ctx)
			require.EqualError(t, err, test.want)
			require.ErrorIs(t, err, fs.ErrInvalid)
			_, err = hdfs.ExistsAll(ctx, []hdfs.Target{hdfs.File("/x"), test.target})
			require.EqualError(t, err, test.want)
		})
	}
	_, err := hdfs.File("/x").Exists(context.Background())
	require.ErrorIs(t, err, hdfs.ErrNoFileSystem)
}

// newTarget hides a mistake in a format from go vet, which finds it before we do.
var newTarget = func(format string) hdfs.Target { return hdfs.File(format, []any{}...) }

func TestTargetsAreValues(t *testing.T) {
	require.Equal(t, hdfs.File("/data//%s/", "x"), hdfs.File("/data/x"))
	require.NotEqual(t, hdfs.File("/data/x"), hdfs.Dir("/data/x"))
	seen := map[hdfs.Target]bool{hdfs.Dir("/data/%d", 1): true}
	require.True(t, seen[hdfs.Dir("/data/1")])
	require.Equal(t, "/data/1/", hdfs.Dir("/data/1").String())
	require.Equal(t, "/data/1", hdfs.Dir("/data/1").Path())
	require.True(t, hdfs.Dir("/data/1").IsDir())
}

func testCommit(t *testing.T, tt targetTest) {
	final := tt.dir + "/out"
	temp := hdfs.TempDir(final, "run-1")
	tt.fill(t, temp, "part-00000")
	err := hdfs.CommitDir(tt, temp, final)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorContains(t, err, "the job did not complete")
	tt.requireExists(t, false, tt.folder("out"))

	tt.fill(t, temp, hdfs.Success)
	require.NoError(t, hdfs.CommitDir(tt, temp, final))
	tt.requireExists(t, true, tt.folder("out"))
	require.Equal(t, []string{"out"}, tt.names(t))

	tt.fill(t, temp, hdfs.Success)
	err = hdfs.CommitDir(tt, temp, final)
	require.ErrorIs(t, err, fs.ErrExist)
	require.ErrorContains(t, err, "remove it to replace it")
	require.ErrorIs(t, hdfs.CommitDir(tt, temp, tt.dir+"/missing/out"), fs.ErrNotExist)
}

func testCommitRace(t *testing.T, tt targetTest) {
	final := tt.dir + "/out"
	for i := range 8 {
		tt.fill(t, hdfs.TempDir(final, string(rune('a'+i))), hdfs.Success, "part-00000")
	}
	requireOneWinner(t, 8, func(i int) error {
		return hdfs.CommitDir(tt, hdfs.TempDir(final, string(rune('a'+i))), final)
	})
	tt.requireExists(t, true, tt.folder("out"))
	require.NoError(t, hdfs.CleanTemp(tt, final))
	require.Equal(t, []string{"out"}, tt.names(t))
}

func testCleanTemp(t *testing.T, tt targetTest) {
	tt.fill(t, hdfs.TempDir(tt.dir+"/out", "1"), "part-00000")
	tt.fill(t, hdfs.TempDir(tt.dir+"/out", "2"))
	require.NoError(t, writeFile(tt, hdfs.TempDir(tt.dir+"/out", "3"), "a file of Target.Create"))
	tt.fill(t, hdfs.TempDir(tt.dir+"/out.gomr-x", "1"))
	tt.fill(t, tt.dir, "out", ".out", ".outer")
	require.NoError(t, hdfs.CleanTemp(tt, tt.dir+"/out"))
	require.Equal(t, []string{".out", ".out.gomr-x.gomr-1", ".outer", "out"}, tt.names(t))
	require.NoError(t, hdfs.CleanTemp(tt, tt.dir+"/no/such/folder"))
}

func TestTempDir(t *testing.T) {
	require.Equal(t, "/data/.out.gomr-2014-06-01_a_b", hdfs.TempDir("/data/out/", "2014-06-01 a.b"))
}

// TestOnlyOnesInTheirFolders: of many targets that are each the only one in a folder, those whose folder is missing cost
// nothing but one listing above.
func TestOnlyOnesInTheirFolders(t *testing.T) {
	local := hdfs.Local(t.TempDir())
	counting := &countingFS{FileSystem: local}
	var targets []hdfs.Target
	var want []bool
	for i := range 40 {
		targets = append(targets, hdfs.File("/data/day-%d/text", i))
		want = append(want, i%10 == 0)
		if i%5 == 0 {
			require.NoError(t, local.MkdirAll(fmt.Sprintf("/data/day-%d", i), 0o777))
		}
		if i%10 == 0 {
			w, err := local.Create(targets[i].Path())
			require.NoError(t, err)
			require.NoError(t, w.Close())
		}
	}
	exist, err := hdfs.ExistsAll(hdfs.NewContext(t.Context(), counting), targets)
	require.NoError(t, err)
	require.Equal(t, want, exist)
	require.EqualValues(t, 1, counting.lists.Load())
	require.EqualValues(t, 8, counting.stats.Load())
}
