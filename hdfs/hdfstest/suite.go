package hdfstest

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
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

func testCreate(t *testing.T, f folder) {
	f.write(t, "empty", "")
	require.Empty(t, f.read(t, "empty"))
	f.write(t, "text", "one\ntwo\n")
	require.Equal(t, "one\ntwo\n", f.read(t, "text"))

	w, err := f.Create(f.path("many"))
	require.NoError(t, err)
	for range 10_000 {
		_, err = io.WriteString(w, "0123456789")
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	require.Equal(t, strings.Repeat("0123456789", 10_000), f.read(t, "many"))
}

func testCreateFaults(t *testing.T, f folder) {
	f.write(t, "file", "kept")
	f.mkdir(t, "folder")
	for _, test := range []struct {
		name string
		kind error
	}{
		{"file", fs.ErrExist},
		{"folder", fs.ErrExist},
		{"missing/x", fs.ErrNotExist},
		{"file/x", syscall.ENOTDIR},
	} {
		_, err := f.Create(f.path(test.name))
		requirePathError(t, err, f.path(test.name), test.kind)
	}
	require.Equal(t, "kept", f.read(t, "file"))
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

func testCreateRace(t *testing.T, f folder) {
	requireOneWinner(t, race(8, func(int) error {
		w, err := f.Create(f.path("x"))
		if err != nil {
			return err
		}
		return w.Close()
	}))
}

func testRead(t *testing.T, f folder) {
	f.write(t, "x", "0123456789")
	r, err := f.Open(f.path("x"))
	require.NoError(t, err)
	defer r.Close()
	info, err := r.Stat()
	require.NoError(t, err)
	require.EqualValues(t, 10, info.Size())

	buffer := make([]byte, 4)
	at := func(off int64) string {
		n, err := r.ReadAt(buffer, off)
		require.Equal(t, n < len(buffer), err == io.EOF, "%d bytes, error %v", n, err)
		return string(buffer[:n])
	}
	next := func() string {
		n, err := io.ReadFull(r, buffer)
		if n == len(buffer) {
			require.NoError(t, err)
		}
		return string(buffer[:n])
	}
	seek := func(offset int64, whence int) int64 {
		position, err := r.Seek(offset, whence)
		require.NoError(t, err)
		return position
	}
	require.Equal(t, "0123", next())
	require.Equal(t, "2345", at(2), "ReadAt")
	require.Equal(t, "4567", next(), "ReadAt does not move the position")
	require.Equal(t, "89", next())
	require.Equal(t, "", next(), "at the end")
	require.Equal(t, "89", at(8))
	require.Equal(t, "", at(10))
	require.Equal(t, "", at(1000), "behind the end")
	require.EqualValues(t, 7, seek(-3, io.SeekEnd))
	require.Equal(t, "789", next())
	require.EqualValues(t, 1, seek(1, io.SeekStart))
	require.EqualValues(t, 3, seek(2, io.SeekCurrent))
	require.Equal(t, "3456", next())
	require.EqualValues(t, 20, seek(20, io.SeekStart), "behind the end")
	require.Equal(t, "", next())
	_, err = r.Seek(-1, io.SeekStart)
	require.Error(t, err)
	_, err = r.ReadAt(buffer, -1)
	require.Error(t, err)
}

func testReadAtParallel(t *testing.T, f folder) {
	content := strings.Repeat("0123456789abcdef", 64<<10) // 1 MB
	f.write(t, "x", content)
	r, err := f.Open(f.path("x"))
	require.NoError(t, err)
	defer r.Close()
	for _, err := range race(8, func(i int) error {
		buffer := make([]byte, 1000)
		for off := i * 7919; off+len(buffer) < len(content); off += 131_071 {
			if _, err := r.ReadAt(buffer, int64(off)); err != nil {
				return err
			}
			if string(buffer) != content[off:off+len(buffer)] {
				return errors.New("other bytes than at the offset")
			}
		}
		return nil
	}) {
		require.NoError(t, err)
	}
}

func testOpen(t *testing.T, f folder) {
	_, err := f.Open(f.path("missing"))
	requirePathError(t, err, f.path("missing"), fs.ErrNotExist)
	_, err = f.Open(f.dir)
	requirePathError(t, err, f.dir, syscall.EISDIR)
}

func testClosed(t *testing.T, f folder) {
	f.write(t, "x", "x")
	r, err := f.Open(f.path("x"))
	require.NoError(t, err)
	require.NoError(t, r.Close())
	_, err = r.Read(make([]byte, 1))
	require.ErrorIs(t, err, fs.ErrClosed)
	require.ErrorIs(t, r.Close(), fs.ErrClosed)

	w, err := f.Create(f.path("y"))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	_, err = w.Write([]byte("late"))
	require.ErrorIs(t, err, fs.ErrClosed)
	require.ErrorIs(t, w.Close(), fs.ErrClosed)
	require.Empty(t, f.read(t, "y"))
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

func testRename(t *testing.T, f folder) {
	f.write(t, "file", "content")
	require.NoError(t, f.Rename(f.path("file"), f.path("renamed")))
	f.missing(t, "file")
	require.Equal(t, "content", f.read(t, "renamed"))

	f.mkdir(t, "folder")
	f.write(t, "folder/part-00000", "content")
	require.NoError(t, f.Rename(f.path("folder"), f.path("moved")))
	f.missing(t, "folder")
	require.Equal(t, "content", f.read(t, "moved/part-00000"))

	f.mkdir(t, "other")
	require.NoError(t, f.Rename(f.path("moved"), f.path("other/moved")), "to another folder")
	require.Equal(t, "content", f.read(t, "other/moved/part-00000"))
}

func testRenameExisting(t *testing.T, f folder) {
	for _, kind := range []string{"file", "empty", "full"} {
		for _, taken := range []string{"file", "empty", "full"} {
			t.Run(kind+" to "+taken, func(t *testing.T) {
				oldname, newname := kind+"-to-"+taken, taken+"-by-"+kind
				f.make(t, kind, oldname)
				f.make(t, taken, newname)
				err := f.Rename(f.path(oldname), f.path(newname))
				requireLinkError(t, err, f.path(oldname), f.path(newname), fs.ErrExist)
				f.check(t, kind, oldname)
				f.check(t, taken, newname)
			})
		}
	}
	f.write(t, "same", "x")
	require.ErrorIs(t, f.Rename(f.path("same"), f.path("same")), fs.ErrExist)
	require.Equal(t, "x", f.read(t, "same"))
}

// make makes a file, an empty or a full folder, whose content is its own name.
func (f folder) make(t *testing.T, kind, name string) {
	t.Helper()
	switch kind {
	case "file":
		f.write(t, name, name)
	case "empty":
		f.mkdir(t, name)
	case "full":
		f.mkdir(t, name)
		f.write(t, name+"/x", name)
	}
}

// check checks that it is still what make made.
func (f folder) check(t *testing.T, kind, name string) {
	t.Helper()
	switch kind {
	case "file":
		require.Equal(t, name, f.read(t, name))
	case "empty":
		entries, err := f.ReadDir(f.path(name))
		require.NoError(t, err)
		require.Empty(t, entries)
	case "full":
		require.Equal(t, name, f.read(t, name+"/x"))
	}
}

func testRenameFaults(t *testing.T, f folder) {
	f.write(t, "file", "x")
	f.mkdir(t, "folder")
	for _, test := range []struct {
		oldname, newname string
		kind             error
	}{
		{"missing", "new", fs.ErrNotExist},
		{"file", "missing/new", fs.ErrNotExist},
		{"file", "file2/../x", fs.ErrInvalid},
	} {
		err := f.Rename(f.path(test.oldname), f.path(test.newname))
		requireLinkError(t, err, f.path(test.oldname), f.path(test.newname), test.kind)
	}
	require.Error(t, f.Rename(f.path("folder"), f.path("folder/below")), "into itself")
	require.Error(t, f.Rename(f.path("folder"), f.path("file/x")), "below a file")
	require.Equal(t, "x", f.read(t, "file"))
	f.check(t, "empty", "folder")
}

func testRenameRace(t *testing.T, f folder) {
	for _, kind := range []string{"file", "empty", "full"} {
		for _, suffix := range []string{"-0", "-1", "-2", "-3", "-4", "-5", "-6", "-7"} {
			f.make(t, kind, kind+suffix)
		}
		requireOneWinner(t, race(8, func(i int) error {
			return f.Rename(f.path(kind+"-"+string(rune('0'+i))), f.path(kind))
		}))
		_, err := f.Stat(f.path(kind))
		require.NoError(t, err)
	}
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
