package hdfstest

import (
	"errors"
	"io"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

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
	require.Empty(t, next(), "at the end")
	require.Equal(t, "89", at(8))
	require.Empty(t, at(10))
	require.Empty(t, at(1000), "behind the end")
	require.EqualValues(t, 7, seek(-3, io.SeekEnd))
	require.Equal(t, "789", next())
	require.EqualValues(t, 1, seek(1, io.SeekStart))
	require.EqualValues(t, 3, seek(2, io.SeekCurrent))
	require.Equal(t, "3456", next())
	require.EqualValues(t, 20, seek(20, io.SeekStart), "behind the end")
	require.Empty(t, next())
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
