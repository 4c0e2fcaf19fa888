package input

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomr/gomr/mr"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var _ mr.Records = (*LineReader)(nil)

// An unseekable Storage opens files without Seek.
type unseekable struct{ Storage }

func (u unseekable) Open(name string) (File, error) {
	file, err := u.Storage.Open(name)
	return struct {
		io.Reader
		io.ReaderAt
		io.Closer
	}{file, file, file}, err
}

func TestOpenSplit(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(root, "f"), []byte("a\nbc\ndef\n"), 0o666))
	for _, s := range []Storage{Dir(root), unseekable{Dir(root)}} {
		var got []record
		for _, split := range MakeSplits([]FileStatus{{Name: "/f", Size: 9}}, SplitOptions{Maps: 3}) {
			r, err := OpenSplit(s, split, LineOptions{})
			require.NoError(t, err)
			got = append(got, readAll(t, r)...)
			require.NoError(t, r.Close())
		}
		require.ElementsMatch(t, []record{{0, "a"}, {2, "bc"}, {5, "def"}}, got)
	}
}

func TestOpenSplitOfCodec(t *testing.T) {
	root := t.TempDir()
	for _, codec := range writable {
		name := "/f" + Suffix(codec)
		data := encode(t, codec, []byte("a\r\nbc\n"))
		require.NoError(t, os.WriteFile(filepath.Join(root, name), data, 0o666))
		r, err := OpenSplit(Dir(root), Split{File: name, Length: int64(len(data))}, LineOptions{})
		require.NoError(t, err)
		require.Equal(t, []record{{0, "a"}, {3, "bc"}}, readAll(t, r), codec)
		require.NoError(t, r.Close())

		require.NoError(t, os.Truncate(filepath.Join(root, name), int64(len(data)-1)))
		r, err = OpenSplit(Dir(root), Split{File: name, Length: int64(len(data) - 1)}, LineOptions{})
		require.NoError(t, err)
		for r.Next() {
		}
		var corrupt *CorruptError
		require.ErrorAs(t, r.Err(), &corrupt)
		require.Equal(t, name, corrupt.File)
		require.NoError(t, r.Close())
	}
}

func TestOpenSplitErrors(t *testing.T) {
	_, err := OpenSplit(Dir(t.TempDir()), Split{File: "/f"}, LineOptions{})
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = OpenSplit(Dir(t.TempDir()), Split{File: "/f.gz", Start: 10, Length: 5}, LineOptions{})
	require.EqualError(t, err, "split /f.gz:10+5 starts inside of a gzip file: a compressed file is one split")
}

func TestDirStaysBelowRoot(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(root, "secret"), nil, 0o666))
	require.NoError(t, os.Mkdir(filepath.Join(root, "d"), 0o777))
	_, err := Dir(filepath.Join(root, "d")).Stat("/../secret")
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = Dir("").Stat(filepath.ToSlash(filepath.Join(root, "secret")))
	require.NoError(t, err)
}

// The splits of a bzip2 file have each record once, wherever blocks and splits end.
func TestBzip2SplitsHaveEachRecordOnce(t *testing.T) {
	root := t.TempDir()
	stream := func(text string) []byte { return encode(t, Bzip2, []byte(text)) }
	rapid.Check(t, func(t *rapid.T) {
		delimiter := rapid.SampledFrom([]string{"", "", "+|"}).Draw(t, "delimiter")
		piece := rapid.SampledFrom([]string{"a", "b", "\n", "\r", "\r\n", "+", "|", "+|", "a longer piece"})
		var text strings.Builder
		var file []byte
		for _, pieces := range rapid.SliceOfN(rapid.SliceOf(piece), 1, 6).Draw(t, "blocks") {
			block := strings.Join(pieces, "")
			text.WriteString(block)
			file = append(file, stream(block)...)
		}
		require.NoError(t, os.WriteFile(filepath.Join(root, "f.bz2"), file, 0o666))
		opts := LineOptions{Delimiter: []byte(delimiter), BufferSize: rapid.IntRange(1, 9).Draw(t, "buffer")}
		var got []string
		for start := 0; start < len(file); {
			length := rapid.IntRange(1, len(file)-start).Draw(t, "length")
			r, err := OpenSplit(Dir(root), Split{"/f.bz2", int64(start), int64(length)}, opts)
			require.NoError(t, err)
			for _, record := range readAll(t, r) {
				got = append(got, record.Text)
			}
			require.NoError(t, r.Close())
			start += length
		}
		var want []string
		for _, record := range slowLines(text.String(), delimiter) {
			want = append(want, record.Text)
		}
		require.Equal(t, want, got)
	})
}
