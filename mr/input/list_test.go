package input

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// tree makes a Storage of empty files, and of folders where a name ends with a slash.
func tree(t *testing.T, names ...string) Storage {
	t.Helper()
	root := t.TempDir()
	for _, name := range names {
		local := filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(local), 0o777))
		if strings.HasSuffix(name, "/") {
			require.NoError(t, os.MkdirAll(local, 0o777))
			continue
		}
		require.NoError(t, os.WriteFile(local, nil, 0o666))
	}
	return Dir(root)
}

func names(files []FileStatus) []string {
	var names []string
	for _, file := range files {
		names = append(names, file.Name)
	}
	return names
}

func TestList(t *testing.T) {
	s := tree(t, "/d/b", "/d/a", "/d/é", "/d/_SUCCESS", "/d/.b.crc", "/d/Z", "/empty/", "/hidden/_x",
		"/nested/f", "/nested/sub/g", "/nested/sub/_h", "/nested/sub/deep/i", "/nested/_logs/j", "/x/1,2", "/only/sub/")
	for _, test := range []struct {
		name   string
		inputs []string
		opts   ListOptions
		want   []string
	}{
		{"a file", []string{"/d/a"}, ListOptions{}, []string{"/d/a"}},
		{"relative to the root", []string{"d/a"}, ListOptions{}, []string{"/d/a"}},
		{"a folder, in signed bytes", []string{"/d"}, ListOptions{}, []string{"/d/é", "/d/Z", "/d/a", "/d/b"}},
		{"a pattern, in UTF-16", []string{"/d/*"}, ListOptions{}, []string{"/d/Z", "/d/a", "/d/b", "/d/é"}},
		{"inputs keep their order", []string{"/d/b", "/d/a"}, ListOptions{}, []string{"/d/b", "/d/a"}},
		{"commas", []string{"/d/b,/d/{a,Z}", "/d/b"}, ListOptions{}, []string{"/d/b", "/d/Z", "/d/a", "/d/b"}},
		{"no comma in a name", []string{"/x/{1,2}*,/x/*"}, ListOptions{}, []string{"/x/1,2", "/x/1,2"}},
		{"an empty folder", []string{"/empty"}, ListOptions{}, nil},
		{"only hidden files", []string{"/hidden"}, ListOptions{}, nil},
		{"recursive", []string{"/nested"}, ListOptions{Recursive: true}, []string{"/nested/f", "/nested/sub/deep/i", "/nested/sub/g"}},
		{"folders left out", []string{"/nested"}, ListOptions{IgnoreFolders: true}, []string{"/nested/f"}},
		{"recursive goes first", []string{"/only,/nested/sub/d*"}, ListOptions{Recursive: true, IgnoreFolders: true}, []string{"/nested/sub/deep/i"}},
		{"a matched folder is read, one level", []string{"/nested/sub/*"}, ListOptions{}, []string{"/nested/sub/deep/i", "/nested/sub/g"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			files, err := List(s, test.inputs, test.opts)
			require.NoError(t, err)
			require.Equal(t, test.want, names(files))
		})
	}
}

func TestListErrors(t *testing.T) {
	s := tree(t, "/d/a", "/d/_x", "/nested/sub/g")
	for _, test := range []struct {
		name    string
		inputs  []string
		want    string
		missing bool
	}{
		{"missing", []string{"/nope"}, "input path does not exist: /nope", true},
		{"no match", []string{"/d/n*"}, "input pattern /d/n* matches 0 files", true},
		{"hidden", []string{"/d/_x", "/d/_*"}, "input path does not exist: /d/_x\ninput pattern /d/_* matches 0 files", true},
		{"all missing ones are named", []string{"/no,/d/a", "/nope"}, "input path does not exist: /no\ninput path does not exist: /nope", true},
		{"below a file", []string{"/d/a/b"}, "input path does not exist: /d/a/b", true},
		{"no name", []string{"/d/a,"}, "an input has no name", false},
		{"bad class", []string{"/d/["}, `input pattern /d/[: unclosed "["`, false},
		{"bad braces", []string{"/d/{a"}, `input pattern /d/{a: unclosed "{"`, false},
		{"bad escape", []string{`/d/a\`}, `input pattern /d/a\: a backslash at its end escapes nothing`, false},
		{"folder", []string{"/nested"}, "input /nested/sub: not a file: it is a folder inside of an input; read it with the recursive option, or name the files by a pattern", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := List(s, test.inputs, ListOptions{})
			require.EqualError(t, err, test.want)
			require.Equal(t, test.missing, errors.Is(err, fs.ErrNotExist))
			var missing *MissingError
			require.Equal(t, test.missing, errors.As(err, &missing))
			require.Equal(t, test.name == "folder", errors.Is(err, ErrNotFile))
		})
	}
}

func TestListFollowsLinks(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(root, "file"), []byte("12345"), 0o666))
	require.NoError(t, os.Mkdir(filepath.Join(root, "d"), 0o777))
	require.NoError(t, os.Symlink("../file", filepath.Join(root, "d/link")))
	require.NoError(t, os.Symlink("nowhere", filepath.Join(root, "d/dangling")))
	files, err := List(Dir(root), []string{"/d"}, ListOptions{})
	require.NoError(t, err)
	require.Equal(t, []FileStatus{{Name: "/d/link", Size: 5}}, files)
}

// blocks is a Storage that tells block sizes, in the two ways there are.
type blocks struct{ Storage }

func (b blocks) Stat(name string) (fs.FileInfo, error) {
	info, err := b.Storage.Stat(name)
	if strings.HasSuffix(name, "sys") {
		return sysInfo{info}, err
	}
	return blockInfo{info}, err
}

type blockInfo struct{ fs.FileInfo }

func (blockInfo) BlockSize() int64 { return 1 << 20 }

type sysInfo struct{ fs.FileInfo }

func (sysInfo) Sys() any { return hdfsStatus{} }

type hdfsStatus struct{}

func (hdfsStatus) GetBlocksize() uint64 { return 2 << 20 }

func TestListAsksForBlockSize(t *testing.T) {
	files, err := List(blocks{tree(t, "/a", "/sys")}, []string{"/a,/sys"}, ListOptions{})
	require.NoError(t, err)
	require.Equal(t, []FileStatus{{Name: "/a", BlockSize: 1 << 20}, {Name: "/sys", BlockSize: 2 << 20}}, files)
}

func TestExpandBraces(t *testing.T) {
	for pattern, want := range map[string][]string{ // the examples of GlobExpander
		"{a/b}":             {"a/b"},
		"/}{a/b}":           {"/}a/b"},
		"p{a/b,c/d}s":       {"pa/bs", "pc/ds"},
		"{a/b,c/d,{e,f}}":   {"a/b", "c/d", "{e,f}"},
		"{a/b,c/d}{e,f}":    {"a/b{e,f}", "c/d{e,f}"},
		"{a,b}/{b,{c/d,e}}": {"{a,b}/b", "{a,b}/c/d", "{a,b}/e"},
		"{a,b}":             {"{a,b}"},
	} {
		got, err := expandBraces(pattern)
		require.NoError(t, err)
		require.Equal(t, want, got, pattern)
	}
}

func FuzzGlob(f *testing.F) {
	f.Add("/d/{a,b/[!c]}*?")
	f.Add(`\{`)
	s := Dir(f.TempDir())
	f.Fuzz(func(t *testing.T, pattern string) {
		_, _ = List(s, []string{pattern}, ListOptions{}) // no panic, no endless loop
	})
}
