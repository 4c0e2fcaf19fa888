package hdfstest

import (
	"io"
	"io/fs"
	"os"
	"path"
	"syscall"
	"testing"
	"time"

	"github.com/gomr/gomr/hdfs"
	"github.com/stretchr/testify/require"
)

// TestFileSystem checks that fsys keeps what [hdfs.FileSystem] promises. It works in the
// folder dir, which it makes and removes.
func TestFileSystem(t *testing.T, fsys hdfs.FileSystem, dir string) {
	t.Cleanup(func() { require.NoError(t, fsys.RemoveAll(dir)) })
	for name, test := range map[string]func(*testing.T, folder){
		"Names":          testNames,
		"Create":         testCreate,
		"CreateFaults":   testCreateFaults,
		"CreateRace":     testCreateRace,
		"Read":           testRead,
		"ReadAtParallel": testReadAtParallel,
		"Open":           testOpen,
		"Closed":         testClosed,
		"Stat":           testStat,
		"ReadDir":        testReadDir,
		"Mkdir":          testMkdir,
		"Rename":         testRename,
		"RenameExisting": testRenameExisting,
		"RenameFaults":   testRenameFaults,
		"RenameRace":     testRenameRace,
		"Remove":         testRemove,
		"Root":           testRoot,
		"Chmod":          testChmod,
	} {
		t.Run(name, func(t *testing.T) {
			f := folder{fsys, path.Join(dir, name)}
			require.NoError(t, fsys.RemoveAll(f.dir))
			require.NoError(t, fsys.MkdirAll(f.dir, 0o755))
			test(t, f)
		})
	}
}

// A folder is a test's own folder.
type folder struct {
	hdfs.FileSystem
	dir string
}

func (f folder) path(name string) string { return f.dir + "/" + name }

func (f folder) write(t *testing.T, name, content string) {
	t.Helper()
	w, err := f.Create(f.path(name))
	require.NoError(t, err)
	_, err = io.WriteString(w, content)
	require.NoError(t, err)
	require.NoError(t, w.Close())
}

func (f folder) read(t *testing.T, name string) string {
	t.Helper()
	r, err := f.Open(f.path(name))
	require.NoError(t, err)
	defer r.Close()
	content, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(content)
}

func (f folder) mkdir(t *testing.T, name string) {
	t.Helper()
	require.NoError(t, f.Mkdir(f.path(name), 0o755))
}

func (f folder) missing(t *testing.T, name string) {
	t.Helper()
	_, err := f.Stat(f.path(name))
	require.ErrorIs(t, err, fs.ErrNotExist)
}

// requirePathError checks the kind of an error and that it names the path.
func requirePathError(t *testing.T, err error, name string, kind error) {
	t.Helper()
	require.ErrorIs(t, err, kind)
	var pathError *fs.PathError
	require.ErrorAs(t, err, &pathError)
	require.Equal(t, name, pathError.Path)
	require.NotEmpty(t, pathError.Op)
}

// requireLinkError does the same for Rename.
func requireLinkError(t *testing.T, err error, oldname, newname string, kind error) {
	t.Helper()
	require.ErrorIs(t, err, kind)
	var linkError *os.LinkError
	require.ErrorAs(t, err, &linkError)
	require.Equal(t, []string{oldname, newname}, []string{linkError.Old, linkError.New})
}

// race runs do n times at once and returns the errors.
func race(n int, do func(i int) error) []error {
	start, results := make(chan struct{}), make(chan error, n)
	for i := range n {
		go func() {
			<-start
			results <- do(i)
		}()
	}
	close(start)
	errs := make([]error, n)
	for i := range errs {
		errs[i] = <-results
	}
	return errs
}

// requireOneWinner checks that one succeeded and the others found the name taken.
func requireOneWinner(t *testing.T, errs []error) {
	t.Helper()
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

func testNames(t *testing.T, f folder) {
	for _, name := range []string{"", "relative", "./x", f.dir + "/../x", f.dir + "/./x", f.dir + "/a:b", f.dir + "/a\x00b"} {
		calls := map[string]func() error{
			"Open":      func() error { _, err := f.Open(name); return err },
			"Create":    func() error { _, err := f.Create(name); return err },
			"Stat":      func() error { _, err := f.Stat(name); return err },
			"ReadDir":   func() error { _, err := f.ReadDir(name); return err },
			"Mkdir":     func() error { return f.Mkdir(name, 0o755) },
			"MkdirAll":  func() error { return f.MkdirAll(name, 0o755) },
			"Remove":    func() error { return f.Remove(name) },
			"RemoveAll": func() error { return f.RemoveAll(name) },
			"Chmod":     func() error { return f.Chmod(name, 0o755) },
		}
		for call, do := range calls {
			t.Run(call+" "+name, func(t *testing.T) { requirePathError(t, do(), name, fs.ErrInvalid) })
		}
		requireLinkError(t, f.Rename(name, f.path("y")), name, f.path("y"), fs.ErrInvalid)
		requireLinkError(t, f.Rename(f.path("y"), name), f.path("y"), name, fs.ErrInvalid)
	}
	for _, name := range []string{"a b", "_x", ".x", "ä", "日本", "a=b,c", "%41", `back\slash`, "*?[]{}"} {
		f.write(t, name, name)
		require.Equal(t, name, f.read(t, name))
		info, err := f.Stat(f.dir + "//" + name + "/")
		if err == nil { // a slash behind a file's name may be refused, but not misread
			require.Equal(t, name, info.Name())
		}
	}
}

func testStat(t *testing.T, f folder) {
	f.write(t, "x", "12345")
	info, err := f.Stat(f.path("x"))
	require.NoError(t, err)
	require.Equal(t, "x", info.Name())
	require.EqualValues(t, 5, info.Size())
	require.True(t, info.Mode().IsRegular())
	require.WithinDuration(t, time.Now(), info.ModTime(), 10*time.Minute)

	info, err = f.Stat(f.dir)
	require.NoError(t, err)
	require.Equal(t, path.Base(f.dir), info.Name())
	require.True(t, info.IsDir())
	require.True(t, info.Mode().IsDir())

	_, err = f.Stat(f.path("missing"))
	requirePathError(t, err, f.path("missing"), fs.ErrNotExist)
	_, err = f.Stat(f.path("x/below-a-file"))
	require.Error(t, err)
}

func testReadDir(t *testing.T, f folder) {
	entries, err := f.ReadDir(f.dir)
	require.NoError(t, err)
	require.Empty(t, entries)

	for _, name := range []string{"b", "a", "B", "_x", ".x", "a-long", "ä", "日本", "10", "9"} {
		f.write(t, name, name)
	}
	f.mkdir(t, "aa")
	entries, err = f.ReadDir(f.dir)
	require.NoError(t, err)
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
		info, err := entry.Info()
		require.NoError(t, err)
		require.Equal(t, entry.IsDir(), info.IsDir())
		if !info.IsDir() {
			require.EqualValues(t, len(entry.Name()), info.Size())
		}
	}
	require.Equal(t, []string{"ä", "日本", ".x", "10", "9", "B", "_x", "a", "a-long", "aa", "b"}, names)

	_, err = f.ReadDir(f.path("missing"))
	requirePathError(t, err, f.path("missing"), fs.ErrNotExist)
	_, err = f.ReadDir(f.path("a"))
	requirePathError(t, err, f.path("a"), syscall.ENOTDIR)
}

func testMkdir(t *testing.T, f folder) {
	f.mkdir(t, "a")
	requirePathError(t, f.Mkdir(f.path("a"), 0o755), f.path("a"), fs.ErrExist)
	requirePathError(t, f.Mkdir(f.path("b/c"), 0o755), f.path("b/c"), fs.ErrNotExist)
	require.NoError(t, f.MkdirAll(f.path("b/c/d"), 0o755))
	require.NoError(t, f.MkdirAll(f.path("b/c/d"), 0o755), "it exists")
	require.NoError(t, f.MkdirAll("/", 0o755))

	f.write(t, "file", "")
	requirePathError(t, f.Mkdir(f.path("file"), 0o755), f.path("file"), fs.ErrExist)
	require.Error(t, f.MkdirAll(f.path("file"), 0o755))
	require.ErrorIs(t, f.MkdirAll(f.path("file/x"), 0o755), syscall.ENOTDIR)
}

func testRemove(t *testing.T, f folder) {
	f.make(t, "file", "file")
	f.make(t, "empty", "empty")
	f.make(t, "full", "full")
	requirePathError(t, f.Remove(f.path("full")), f.path("full"), syscall.ENOTEMPTY)
	requirePathError(t, f.Remove(f.path("missing")), f.path("missing"), fs.ErrNotExist)
	require.NoError(t, f.Remove(f.path("file")))
	require.NoError(t, f.Remove(f.path("empty")))
	f.missing(t, "file")
	f.missing(t, "empty")

	require.NoError(t, f.RemoveAll(f.path("full")))
	f.missing(t, "full")
	require.NoError(t, f.RemoveAll(f.path("full")), "it is gone already")
}

func testRoot(t *testing.T, f folder) {
	_, err := f.ReadDir("/")
	require.NoError(t, err)
	requirePathError(t, f.RemoveAll("/"), "/", fs.ErrInvalid)
	requirePathError(t, f.Remove("//"), "/", fs.ErrInvalid)
	require.ErrorIs(t, f.Rename("/", f.path("x")), fs.ErrInvalid)
	require.ErrorIs(t, f.Rename(f.dir, "/"), fs.ErrInvalid)
}

func testChmod(t *testing.T, f folder) {
	f.write(t, "x", "")
	for _, mode := range []fs.FileMode{0o500, 0o755, 0o640} {
		require.NoError(t, f.Chmod(f.path("x"), mode))
		info, err := f.Stat(f.path("x"))
		require.NoError(t, err)
		require.Equal(t, mode, info.Mode())
	}
	require.NoError(t, f.Chmod(f.dir, 0o777|fs.ModeSticky))
	info, err := f.Stat(f.dir)
	require.NoError(t, err)
	require.Equal(t, 0o777|fs.ModeDir|fs.ModeSticky, info.Mode())
	requirePathError(t, f.Chmod(f.path("missing"), 0o755), f.path("missing"), fs.ErrNotExist)
}
