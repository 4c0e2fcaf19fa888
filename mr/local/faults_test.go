package local_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/mr/local"
	"github.com/gomr/gomr/mr/mrtest"
	"github.com/stretchr/testify/require"
)

var errInjected = errors.New("injected fault")

// A faultyFS fails one of its calls.
type faultyFS struct {
	hdfs.FileSystem
	calls  atomic.Int64
	failAt int64
}

func (f *faultyFS) call() error {
	if f.calls.Add(1) == f.failAt {
		return errInjected
	}
	return nil
}

func (f *faultyFS) Open(name string) (hdfs.Reader, error) {
	if err := f.call(); err != nil {
		return nil, err
	}
	r, err := f.FileSystem.Open(name)
	return faultyReader{r, f}, err
}

func (f *faultyFS) Create(name string) (hdfs.Writer, error) {
	if err := f.call(); err != nil {
		return nil, err
	}
	w, err := f.FileSystem.Create(name)
	return faultyWriter{w, f}, err
}

func (f *faultyFS) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := f.call(); err != nil {
		return nil, err
	}
	return f.FileSystem.ReadDir(name)
}

func (f *faultyFS) Rename(oldname, newname string) error {
	if err := f.call(); err != nil {
		return err
	}
	return f.FileSystem.Rename(oldname, newname)
}

type faultyReader struct {
	hdfs.Reader
	fs *faultyFS
}

func (r faultyReader) Read(p []byte) (int, error) {
	if err := r.fs.call(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}

type faultyWriter struct {
	hdfs.Writer
	fs *faultyFS
}

func (w faultyWriter) Write(p []byte) (int, error) {
	if err := w.fs.call(); err != nil {
		return 0, err
	}
	return w.Writer.Write(p)
}

func (w faultyWriter) Close() error {
	return errors.Join(w.fs.call(), w.Writer.Close())
}

func TestEachFaultOfTheFileSystemIsTheErrorOfTheJob(t *testing.T) {
	files := map[string]string{"/in/a": "the cat\n", "/in/b": "a dog\n"}
	for failAt := int64(1); ; failAt++ {
		require.Less(t, failAt, int64(1000))
		fsys := folder(t, files)
		faulty := &faultyFS{FileSystem: fsys, failAt: failAt}
		_, err := local.Run(t.Context(), words, local.Options{Files: faulty, Inputs: []string{"/in"}, Output: "/out"})
		if faulty.calls.Load() < failAt {
			require.NoError(t, err)
			return
		}
		if err == nil {
			// The fault came after the commit, in the clean-up.
			require.Equal(t, []string{"_SUCCESS", "part-00000", "part-00001"}, names(t, fsys, "/out"))
			continue
		}
		require.ErrorIs(t, err, errInjected, "call %d", failAt)
		require.Equal(t, []string{"in"}, names(t, fsys, "/"), "call %d", failAt)
	}
}

// smallDisk mounts a file system of a few bytes, which tests as root can do.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	folder := t.TempDir()
	require.NoError(t, syscall.Mount("tmpfs", folder, "tmpfs", 0, "size="+size), "this test mounts a small file system: run it as root, as make test does in CI")
	t.Cleanup(func() { require.NoError(t, syscall.Unmount(folder, 0)) })
	return folder
}

func TestAFullDiskIsAClearErrorAndLeavesNothing(t *testing.T) {
	for name, test := range map[string]struct {
		memory int64
		where  string
	}{
		"while spilling":      {1 << 20, "spill"},
		"while writing parts": {1 << 30, "part-"},
	} {
		t.Run(name, func(t *testing.T) {
			disk := hdfs.Local(smallDisk(t, "6m"))
			require.NoError(t, disk.Mkdir("/in", 0o777))
			var text strings.Builder
			for i := range 100000 {
				fmt.Fprintf(&text, "word%d-%x\n", i, i*i*i)
			}
			writeFile(t, disk, "/in/a", text.String())
			long := mr.MapReduce(mr.MapFunc(func(line string, emit mr.Emit[string, string]) error {
				emit(line, strings.Repeat(line, 4))
				return nil
			}), mr.ReduceFunc(mrtest.Identity[string, string]))
			_, err := local.Run(t.Context(), long, local.Options{Files: disk, Inputs: []string{"/in"}, Output: "/out", Memory: test.memory})
			require.ErrorIs(t, err, syscall.ENOSPC)
			require.ErrorContains(t, err, test.where)
			require.Equal(t, []string{"in"}, names(t, disk, "/"))
		})
	}
}

// TestKilledRun is run by itself in a process of its own, which is then killed.
func TestMainOfTheKilledProcess(t *testing.T) {
	root := os.Getenv("GOMR_TEST_KILLED_ROOT")
	if root == "" {
		return
	}
	forever := mr.MapMerge(mr.MapFunc(func(line string, emit mr.Emit[string, int]) error {
		emit(line, 1)
		if line == "last" {
			fmt.Println("working")
			select {}
		}
		return nil
	}), mr.Sum)
	_, err := local.Run(t.Context(), forever, local.Options{Files: hdfs.Local(root), Inputs: []string{"/in"}, Output: "/out", Workers: 1})
	require.NoError(t, err)
}

func TestTheRunAfterAKillCleansUp(t *testing.T) {
	fsys := folder(t, map[string]string{"/in/a": "first\nlast\n"})
	root := fsys.OSPath("/")
	killed := exec.Command(os.Args[0], "-test.run", "^TestMainOfTheKilledProcess$")
	killed.Env = append(os.Environ(), "GOMR_TEST_KILLED_ROOT="+root)
	stdout, err := killed.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, killed.Start())
	_, err = stdout.Read(make([]byte, 1))
	require.NoError(t, err)
	require.NoError(t, killed.Process.Kill())
	require.Error(t, killed.Wait())

	left := names(t, fsys, "/")
	require.Len(t, left, 2, "a hidden folder is left")
	require.True(t, strings.HasPrefix(left[0], ".out.gomr-"), left[0])

	_, err = local.Run(t.Context(), words, local.Options{Files: fsys, Inputs: []string{"/in"}, Output: "/out"})
	require.NoError(t, err)
	require.Equal(t, []string{"in", "out"}, names(t, fsys, "/"))
}

func TestARecordOf200MB(t *testing.T) {
	fsys := folder(t, nil)
	require.NoError(t, fsys.Mkdir("/in", 0o777))
	w, err := fsys.Create("/in/long")
	require.NoError(t, err)
	piece := []byte(strings.Repeat("x", 1<<20))
	for range 200 {
		_, err := w.Write(piece)
		require.NoError(t, err)
	}
	_, err = w.Write([]byte("\nshort\n"))
	require.NoError(t, errors.Join(err, w.Close()))

	byLength := mr.MapReduce(mr.MapFunc(func(line []byte, emit mr.Emit[int, []byte]) error {
		emit(len(line), line)
		return nil
	}), mr.ReduceFunc(mrtest.Identity[int, []byte]))
	start := time.Now()
	_, err = local.Run(t.Context(), byLength, local.Options{Files: fsys, Inputs: []string{"/in"}, Output: "/out", Memory: 64 << 20})
	require.NoError(t, err)
	info, err := fsys.Stat(path.Join("/out", "part-00000"))
	require.NoError(t, err)
	require.EqualValues(t, len("5\tshort\n")+len("209715200\t\n")+200<<20, info.Size())
	t.Logf("took %v", time.Since(start))
}
