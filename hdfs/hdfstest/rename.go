package hdfstest

import (
	"io/fs"
	"testing"

	"github.com/stretchr/testify/require"
)

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
