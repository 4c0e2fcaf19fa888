package input

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// The files in testdata/hadoop are what Hadoop's own classes made and read; its
// README tells how.

// vector is a line of a vector file with the lines that belong to it.
type vector struct {
	line   string
	fields []string
	wants  []string
}

// readVectors reads a vector file: a line that starts with one of heads begins a
// vector, all others belong to the one before.
func readVectors(t *testing.T, name string, heads ...string) []vector {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata/hadoop", name))
	require.NoError(t, err)
	var vectors []vector
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		head, _, _ := strings.Cut(line, " ")
		if !slices.Contains(heads, head) {
			last := &vectors[len(vectors)-1]
			last.wants = append(last.wants, line)
			continue
		}
		vectors = append(vectors, vector{line: line, fields: strings.Fields(line)})
	}
	require.NotEmpty(t, vectors)
	return vectors
}

// TestLinesAreHadoops reads every split with LineRecordReader's results in hand,
// with buffers of all kinds.
func TestLinesAreHadoops(t *testing.T) {
	files := map[string][]byte{}
	splits := 0
	for _, v := range readVectors(t, "lines.txt", "file", "split") {
		if v.fields[0] == "file" {
			files[v.fields[1]] = fromHex(t, strings.Join(v.fields[2:], ""))
			continue
		}
		splits++
		data, start, length := files[v.fields[1]], atoi(t, v.fields[2]), atoi(t, v.fields[3])
		opts := LineOptions{MaxLength: int(atoi(t, v.fields[5]))}
		if v.fields[4] != "-" {
			opts.Delimiter = fromHex(t, v.fields[4])
		}
		for _, size := range []int{0, 1, 3, 64} {
			opts.BufferSize = size
			opts.KeepRecords = size == 3
			r := newLineReader(bytes.NewReader(data[start:]), start, start+length, opts)
			var got []string
			for r.Next() {
				got = append(got, strings.TrimSpace(fmt.Sprintf("record %d %x", r.Offset(), r.Record())))
			}
			require.NoError(t, r.Err())
			require.Equal(t, v.wants, got, "file %q %s, buffer %d", data, v.line, size)
		}
	}
	require.Greater(t, splits, 2000)
}

func TestSplitsAreHadoops(t *testing.T) {
	for _, v := range readVectors(t, "splits.txt", "files") {
		var files []FileStatus
		var opts SplitOptions
		for i := 1; i < len(v.fields); i++ {
			if name, size, found := strings.Cut(v.fields[i], ":"); found {
				files = append(files, FileStatus{Name: name, Size: atoi(t, size)})
				continue
			}
			value := atoi(t, v.fields[i+1])
			switch v.fields[i] {
			case "maps":
				opts.Maps = max(int(value), 1) // Hadoop takes zero maps for one
			case "block":
				opts.BlockSize = value
			case "min":
				opts.MinSize = value
			}
			i++
		}
		var got []string
		for _, s := range MakeSplits(files, opts) {
			got = append(got, "split "+s.String())
		}
		require.Empty(t, cmp.Diff(v.wants, got), v.line)
	}
}

func TestListingIsHadoops(t *testing.T) {
	root := t.TempDir()
	for _, v := range readVectors(t, "globs.txt", "file", "input") {
		name := strings.SplitN(v.line, " ", 2)[1]
		if v.fields[0] == "file" {
			file := filepath.Join(root, name)
			require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o777))
			require.NoError(t, os.WriteFile(file, nil, 0o666))
			continue
		}
		files, err := List(Dir(root), []string{name}, ListOptions{})
		var got []string
		for _, file := range files {
			got = append(got, "match "+file.Name)
		}
		if err != nil {
			got = []string{"error " + strings.ReplaceAll(err.Error(), "\n", "; ")}
		}
		if len(v.wants) == 1 && strings.HasPrefix(v.wants[0], "error Illegal") {
			require.Error(t, err, name) // refused in our own words
			continue
		}
		for i, want := range v.wants {
			want = strings.ReplaceAll(want, "Input path does", "input path does")
			v.wants[i] = strings.ReplaceAll(want, "Input Pattern", "input pattern")
		}
		require.Empty(t, cmp.Diff(v.wants, got), name)
	}
}

func TestCodecsReadWhatHadoopWrote(t *testing.T) {
	for _, codec := range []string{Gzip, Deflate, Bzip2, Snappy, Lz4} {
		for name, want := range map[string][]byte{"text": hadoopText(), "whole": hadoopText(), "empty": {}} {
			file := filepath.Join("testdata/hadoop", name+Suffix(codec))
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			got, err := io.ReadAll(NewReader(codec, file, bufio.NewReader(bytes.NewReader(data))))
			require.NoError(t, err, file)
			require.True(t, bytes.Equal(want, got), file)
		}
	}
}

// hadoopText is the text of Generate.java.
func hadoopText() []byte {
	var text []byte
	for i := range 60000 {
		text = fmt.Appendf(text, "line %d\n", i%1000)
	}
	return text
}

func fromHex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	require.NoError(t, err)
	return b
}

func atoi(t *testing.T, s string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(s, 10, 64)
	require.NoError(t, err)
	return n
}
