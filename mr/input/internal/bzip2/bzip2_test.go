package bzip2

import (
	"bufio"
	"bytes"
	stdlib "compress/bzip2"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

func readFile(tb testing.TB, name string) []byte {
	tb.Helper()
	data, err := os.ReadFile("../../testdata/" + name)
	require.NoError(tb, err)
	return data
}

func read(data []byte) ([]byte, error) {
	return io.ReadAll(NewReader(bufio.NewReader(bytes.NewReader(data))))
}

// small and streams have no randomised block: the standard library knows their text.
func TestReadsWhatTheStandardLibraryReads(t *testing.T) {
	for _, name := range []string{"small.bz2", "tools/seq.bz2", "tools/streams.bz2"} {
		data := readFile(t, name)
		want, err := io.ReadAll(stdlib.NewReader(bytes.NewReader(data)))
		require.NoError(t, err)
		got, err := read(data)
		require.NoError(t, err)
		require.True(t, bytes.Equal(want, got), name)
	}
}

func TestRandomisedBlocks(t *testing.T) {
	data := readFile(t, "hadoop/text.bz2")
	_, err := io.ReadAll(stdlib.NewReader(bytes.NewReader(data)))
	require.ErrorContains(t, err, "randomized")
	got, err := read(data)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(got), "line 0\nline 1\nline 2\n"))
	require.True(t, strings.HasSuffix(string(got), "line 998\nline 999\n"))
}

func TestNoDataIsNoText(t *testing.T) {
	got, err := read(nil)
	require.NoError(t, err)
	require.Empty(t, got)
}

func TestErrors(t *testing.T) {
	small := readFile(t, "small.bz2")
	flip := func(i int) []byte {
		data := bytes.Clone(small)
		data[i] ^= 1
		return data
	}
	for name, data := range map[string][]byte{
		`no "BZh" at the start of a stream`:                           flip(0),
		"the block size is 0, not 1 to 9":                             append([]byte("BZh0"), small[4:]...),
		"neither a block nor the end of the stream where one must be": flip(4),
		"the checksum of a block is wrong":                            flip(10),
		"the checksum of a stream is wrong":                           flip(len(small) - 2),
	} {
		_, err := read(data)
		require.EqualError(t, err, name)
		var format FormatError
		require.ErrorAs(t, err, &format)
	}
	broken := errors.New("the disk is gone")
	in := io.MultiReader(bytes.NewReader(small[:200]), iotest.ErrReader(broken))
	_, err := io.ReadAll(NewReader(bufio.NewReader(in)))
	require.ErrorIs(t, err, broken)
}

// FuzzReader compares with the standard library, which refuses randomised blocks
// and an empty file, and no valid data else.
func FuzzReader(f *testing.F) {
	f.Add(readFile(f, "small.bz2"))
	f.Add(readFile(f, "hadoop/empty.bz2"))
	f.Fuzz(func(t *testing.T, data []byte) {
		want, wantErr := io.ReadAll(stdlib.NewReader(bytes.NewReader(data)))
		got, err := read(data)
		if wantErr == nil {
			require.NoError(t, err)
			require.True(t, bytes.Equal(want, got))
		}
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			var format FormatError
			require.ErrorAs(t, err, &format)
		}
	})
}

func BenchmarkReader(b *testing.B) {
	data := readFile(b, "tools/seq.bz2")
	text, err := read(data)
	require.NoError(b, err)
	for name, open := range map[string]func(io.Reader) io.Reader{
		"ours":    func(r io.Reader) io.Reader { return NewReader(bufio.NewReader(r)) },
		"library": stdlib.NewReader,
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				_, err := io.Copy(io.Discard, open(bytes.NewReader(data)))
				require.NoError(b, err)
			}
		})
	}
}
