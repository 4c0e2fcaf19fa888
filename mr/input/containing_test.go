package input

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unsafe"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Which records hold a text.
func TestContaining(t *testing.T) {
	const bom = "\xEF\xBB\xBF"
	for _, test := range []struct {
		name, text string
		opts       LineOptions
		want       []record
	}{
		{"none", "a\nb\n", LineOptions{Containing: []byte("x")}, nil},
		{"nothing to read", "", LineOptions{Containing: []byte("x")}, nil},
		{"the middle one", "a\nbxb\nc\n", LineOptions{Containing: []byte("x")}, []record{{2, "bxb"}}},
		{"the last, without an ending", "a\nbxb", LineOptions{Containing: []byte("x")}, []record{{2, "bxb"}}},
		{"once, however often it is there", "xx\nx x\n", LineOptions{Containing: []byte("x")}, []record{{0, "xx"}, {3, "x x"}}},
		{"LF, CR and CRLF", "x\nx\rx\r\nb\rx", LineOptions{Containing: []byte("x")}, []record{{0, "x"}, {2, "x"}, {4, "x"}, {9, "x"}}},
		{"not over the end of a record", "ab\ncd\n", LineOptions{Containing: []byte("bc")}, nil},
		{"not an ending", "ab\ncd\n", LineOptions{Containing: []byte("b\nc")}, nil},
		{"no byte order mark", bom + "a\n" + bom + "b\n", LineOptions{Containing: []byte(bom)}, []record{{5, bom + "b"}}},
		{"after the byte order mark", bom + "ax\n", LineOptions{Containing: []byte("x")}, []record{{0, "ax"}}},
		{"delimiter", "ax||b\nx||c", LineOptions{Containing: []byte("\nx"), Delimiter: []byte("||")}, []record{{4, "b\nx"}}},
		{"partly in the delimiter", "a+|b|c", LineOptions{Containing: []byte("|b"), Delimiter: []byte("+|")}, nil},
		{"not what is too long", "x34567\nx\n", LineOptions{Containing: []byte("x"), MaxLength: 5}, []record{{7, "x"}}},
		{"every record holds nothing", "a\n\n", LineOptions{Containing: []byte{}}, []record{{0, "a"}, {2, ""}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for size := range 20 {
				test.opts.BufferSize = size
				for _, keep := range []bool{false, true} {
					test.opts.KeepRecords = keep
					r := NewLineReader(iotest.OneByteReader(strings.NewReader(test.text)), test.opts)
					require.Equal(t, test.want, readAll(t, r), "buffer of %d, keep %v", size, keep)
				}
			}
		})
	}
}

// A reader that leaves records out reads those that would be chosen from all of the split,
// with the same offsets, whatever ends records and wherever splits and blocks are cut.
func TestContainingIsFilteringAfterwards(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.SampledFrom([]string{"a", "b", "x", "xy", "\n", "\r", "\r\n", "+", "|", "+|", "||", "ab|", "\xEF\xBB\xBF", "a longer piece", "a longer piece"})
		file := strings.Join(rapid.SliceOf(piece).Draw(t, "pieces"), "")
		opts := LineOptions{
			Delimiter:   []byte(rapid.SampledFrom([]string{"", "", "", "\n", "|", "+|", "ab|", "||"}).Draw(t, "delimiter")),
			MaxLength:   rapid.SampledFrom([]int{0, 0, 0, 5}).Draw(t, "longest"),
			BufferSize:  rapid.IntRange(1, 40).Draw(t, "buffer"),
			KeepRecords: rapid.Bool().Draw(t, "keep"),
		}
		text := rapid.OneOf(piece, rapid.Just("yx"), rapid.Just("|a"), rapid.Just("b\na"), rapid.Just("longer")).Draw(t, "text")
		bounds := append(append([]int64{0}, drawCuts(t, len(file))...), int64(len(file)))
		for i := range len(bounds) - 1 {
			checkContaining(t, func(opts LineOptions) *LineReader {
				return newLineReader(strings.NewReader(file[bounds[i]:]), bounds[i], bounds[i+1], opts)
			}, opts, text)
		}
	})
}

// checkContaining compares the records that contain a text with those chosen from all.
func checkContaining(t require.TestingT, open func(opts LineOptions) *LineReader, opts LineOptions, text string) {
	want := readAll(t, open(opts))
	want = slices.DeleteFunc(want, func(r record) bool { return !strings.Contains(r.Text, text) })
	opts.Containing = []byte(text)
	got := readAll(t, open(opts))
	require.Len(t, got, len(want), "%q, %+v", text, opts)
	for i := range want {
		require.Equal(t, want[i], got[i], "%q, %+v", text, opts)
	}
}

// Text that is larger than blocks, compressed or not.
func TestContainingInFiles(t *testing.T) {
	text := bytes.ReplaceAll(variedText(2<<20), []byte("7\n"), []byte("7\r\n"))
	for _, codec := range []string{"", Gzip, Zstd, Lz4} {
		file := writeFile(t, text)
		if codec != "" {
			file = writeFile(t, encode(t, codec, text))
		}
		for _, word := range []string{"77", "7", "not there", "\n"} {
			checkContaining(t, func(opts LineOptions) *LineReader {
				in, err := Dir("").Open(file)
				require.NoError(t, err)
				if codec == "" {
					return newLineReader(in, 0, int64(len(text)), opts)
				}
				return NewLineReader(NewReader(codec, file, in), opts)
			}, LineOptions{}, word)
		}
	}
}

// Records that are kept are copies, though blocks are used again.
func TestContainingKeepsRecords(t *testing.T) {
	text := strings.Repeat("no\nyes it is\n", 5000)
	r := NewLineReader(strings.NewReader(text), LineOptions{KeepRecords: true, Containing: []byte("yes"), BufferSize: 100})
	var kept []string
	for r.Next() {
		kept = append(kept, unsafe.String(unsafe.SliceData(r.Record()), len(r.Record())))
		_ = append(r.Record(), "XXXX"...)
	}
	require.NoError(t, r.Err())
	require.Equal(t, strings.Repeat("yes it is\n", 5000), strings.Join(kept, "\n")+"\n")
}

// Neither a long record nor a file without endings is searched again with each block.
func TestContainingInALongRecord(t *testing.T) {
	in := io.MultiReader(io.LimitReader(endless("x"), 64<<20), strings.NewReader("here\rlast\n"))
	r := NewLineReader(in, LineOptions{Containing: []byte("here")})
	require.True(t, r.Next())
	require.Len(t, r.Record(), 64<<20+len("here"))
	require.False(t, r.Next())
	require.NoError(t, r.Err())
}

func TestContainingEndsWithAnError(t *testing.T) {
	broken := errors.New("the disk is gone")
	r := NewLineReader(io.MultiReader(strings.NewReader("x\nb\nx"), iotest.ErrReader(broken)), LineOptions{Containing: []byte("x")})
	require.True(t, r.Next())
	require.False(t, r.Next())
	require.ErrorIs(t, r.Err(), broken)
}

// Where no record holds the text, a reader can be stopped all the same.
func TestContainingIsInterrupted(t *testing.T) {
	stopped := errors.New("stopped")
	blocks := 0
	r := NewLineReader(endless("a line\n"), LineOptions{Containing: []byte("x"), Interrupt: func() error {
		if blocks++; blocks > 3 {
			return stopped
		}
		return nil
	}})
	require.False(t, r.Next())
	require.Equal(t, stopped, r.Err())
}

func FuzzContaining(f *testing.F) {
	f.Add([]byte("a\nb\r\nc\rd"), uint8(3), uint8(2), "", "b")
	f.Add([]byte("\xEF\xBB\xBFa+|b"), uint8(1), uint8(1), "+|", "|b")
	f.Fuzz(func(t *testing.T, file []byte, split, buffer uint8, delimiter, text string) {
		opts := LineOptions{Delimiter: []byte(delimiter), BufferSize: int(buffer)}
		for start := int64(0); start < int64(len(file)); start += int64(split) + 1 {
			checkContaining(t, func(opts LineOptions) *LineReader {
				return newLineReader(bytes.NewReader(file[start:]), start, min(start+int64(split)+1, int64(len(file))), opts)
			}, opts, text)
		}
	})
}

// BenchmarkContaining looks for a text that one line in a thousand has.
func BenchmarkContaining(b *testing.B) {
	line := strings.Repeat("\tif (a && b) return count_of(x->lock);\n", 999) + "\tmutex_lock(&x->mutex);\n"
	file := writeFile(b, bytes.Repeat([]byte(line), 64<<20/len(line)))
	for _, keep := range []bool{false, true} {
		b.Run(map[bool]string{false: "borrow", true: "keep"}[keep], func(b *testing.B) {
			benchmarkLines(b, file, LineOptions{KeepRecords: keep, Containing: []byte("mutex_lock")})
		})
	}
}
