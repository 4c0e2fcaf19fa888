package input

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkLines reads a file of 64 MiB that is in the page cache.
func BenchmarkLines(b *testing.B) {
	for _, length := range []int{10, 60, 500} {
		for ending, name := range map[string]string{"\n": "LF", "\r\n": "CRLF", "\r": "CR"} {
			if name != "LF" && length != 60 {
				continue
			}
			line := strings.Repeat("x", length-len(ending)) + ending
			file := writeFile(b, bytes.Repeat([]byte(line), 64<<20/length))
			for _, keep := range []bool{false, true} {
				b.Run(fmt.Sprintf("%s/%dB/keep=%v", name, length, keep), func(b *testing.B) {
					benchmarkLines(b, file, LineOptions{KeepRecords: keep})
				})
			}
		}
	}
}

func benchmarkLines(b *testing.B, file string, opts LineOptions) {
	info, err := os.Stat(file)
	require.NoError(b, err)
	b.SetBytes(info.Size())
	b.ReportAllocs()
	for b.Loop() {
		r, err := OpenSplit(Dir(""), Split{File: file, Length: info.Size()}, opts)
		require.NoError(b, err)
		sum := 0
		for r.Next() {
			sum += len(r.Record())
		}
		require.NoError(b, r.Err())
		require.NoError(b, r.Close())
	}
}

func writeFile(tb testing.TB, data []byte) string {
	tb.Helper()
	file := filepath.Join(tb.TempDir(), "input")
	require.NoError(tb, os.WriteFile(file, data, 0o666))
	return file
}

// BenchmarkCodecs decodes text whose lines differ.
func BenchmarkCodecs(b *testing.B) {
	for _, codec := range []string{Gzip, Deflate, Zstd, Snappy, Lz4} {
		b.Run(codec, func(b *testing.B) {
			text := variedText(16 << 20)
			file := encode(b, codec, text)
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				got := decodeAll(b, codec, file)
				require.Len(b, got, len(text))
			}
		})
	}
}
