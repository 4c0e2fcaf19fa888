package input

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"unsafe"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// record is what a reader says of a record.
type record struct {
	Offset int64
	Text   string
}

func readAll(t require.TestingT, r *LineReader) []record {
	var records []record
	for r.Next() {
		records = append(records, record{r.Offset(), string(r.Record())})
	}
	require.NoError(t, r.Err())
	require.False(t, r.Next(), "no record comes after the end")
	return records
}

// The endings of lines, and what is a record.
func TestLines(t *testing.T) {
	const bom = "\xEF\xBB\xBF"
	for _, test := range []struct {
		name, text string
		opts       LineOptions
		want       []record
	}{
		{"nothing", "", LineOptions{}, nil},
		{"one line", "a\n", LineOptions{}, []record{{0, "a"}}},
		{"no ending", "a", LineOptions{}, []record{{0, "a"}}},
		{"empty line", "\n", LineOptions{}, []record{{0, ""}}},
		{"LF, CR and CRLF", "a\nb\rc\r\nd", LineOptions{}, []record{{0, "a"}, {2, "b"}, {4, "c"}, {7, "d"}}},
		{"CR CRLF is two endings", "a\r\r\nb", LineOptions{}, []record{{0, "a"}, {2, ""}, {4, "b"}}},
		{"LF CR is two endings", "a\n\rb", LineOptions{}, []record{{0, "a"}, {2, ""}, {3, "b"}}},
		{"CR at the end", "a\r", LineOptions{}, []record{{0, "a"}}},
		{"byte order mark", bom + "a\nb", LineOptions{}, []record{{0, "a"}, {5, "b"}}},
		{"byte order mark later", "a\n" + bom + "b", LineOptions{}, []record{{0, "a"}, {2, bom + "b"}}},
		{"byte order mark twice", bom + bom + "\n", LineOptions{}, []record{{0, bom}}},
		{"byte order mark alone", bom, LineOptions{}, nil},
		{"byte order mark and an empty line", bom + "\n", LineOptions{}, []record{{0, ""}}},
		{"half a byte order mark", bom[:2], LineOptions{}, []record{{0, bom[:2]}}},
		{"not UTF-8", "\x00\n\xff\xfe\n", LineOptions{}, []record{{0, "\x00"}, {2, "\xff\xfe"}}},
		{"delimiter", "a\r\n||b|||c", LineOptions{Delimiter: []byte("||")}, []record{{0, "a\r\n"}, {5, "b"}, {8, "|c"}}},
		{"half a delimiter at the end", "a+|b+", LineOptions{Delimiter: []byte("+|")}, []record{{0, "a"}, {3, "b+"}}},
		{"byte order mark before a delimiter", bom + "a|b", LineOptions{Delimiter: []byte("|")}, []record{{0, "a"}, {5, "b"}}},
		{"the ending counts as length", "12345\n1234\n123456", LineOptions{MaxLength: 6}, []record{{6, "1234"}}},
		{"CRLF counts as two", "1234\r\n123\r\n", LineOptions{MaxLength: 6}, []record{{6, "123"}}},
		{"a byte order mark is no length", bom + "1234\n1\n", LineOptions{MaxLength: 6}, []record{{0, "1234"}, {8, "1"}}},
		{"all too long", "a\nb\n", LineOptions{MaxLength: 1}, nil},
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

// A record belongs to the split that holds the byte before it; the last byte of
// the ending before, to be exact.
func TestSplitOwnsRecord(t *testing.T) {
	const text = "ab\ncd\r\nef\n"
	for _, test := range []struct {
		start, end int64
		want       []record
	}{
		{0, 10, []record{{0, "ab"}, {3, "cd"}, {7, "ef"}}},
		{0, 1, []record{{0, "ab"}}},
		{0, 2, []record{{0, "ab"}}},
		{0, 3, []record{{0, "ab"}, {3, "cd"}}},
		{2, 3, []record{{3, "cd"}}},
		{3, 6, nil},
		{3, 7, []record{{7, "ef"}}},
		{5, 6, nil},
		{6, 7, []record{{7, "ef"}}},
		{7, 10, nil},
		{10, 10, nil},
	} {
		r := newLineReader(strings.NewReader(text[test.start:]), test.start, test.end, LineOptions{})
		require.Equal(t, test.want, readAll(t, r), "split from %d to %d", test.start, test.end)
	}
}

// slowLines finds the records of a file the obvious way: byte by byte, all in memory.
func slowLines(file, delimiter string) []record {
	const bom = "\xEF\xBB\xBF"
	if file == bom {
		return nil
	}
	var records []record
	for start := 0; start < len(file); {
		end, next := start, 0
		for ; next == 0; end++ {
			rest := file[end:]
			switch {
			case rest == "":
				next = end
			case delimiter != "" && strings.HasPrefix(rest, delimiter):
				next = end + len(delimiter)
			case delimiter != "":
			case strings.HasPrefix(rest, "\r\n"):
				next = end + 2
			case rest[0] == '\n' || rest[0] == '\r':
				next = end + 1
			}
		}
		text := file[start : end-1]
		if start == 0 {
			text = strings.TrimPrefix(text, bom)
		}
		records = append(records, record{int64(start), text})
		start = next
	}
	return records
}

// checkSplits reads a file split by split, and wants every record once.
func checkSplits(t require.TestingT, file string, cuts []int64, opts LineOptions) {
	var got []record
	bounds := append(append([]int64{0}, cuts...), int64(len(file)))
	for i := range len(bounds) - 1 {
		in := strings.NewReader(file[bounds[i]:])
		r := newLineReader(in, bounds[i], bounds[i+1], opts)
		got = append(got, readAll(t, r)...)
		require.NoError(t, r.Close())
	}
	require.Equal(t, slowLines(file, string(opts.Delimiter)), got, "file %q cut at %d, %+v", file, cuts, opts)
}

func TestEveryRecordOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		delimiter := rapid.SampledFrom([]string{"", "", "\n", "|", "+|", "ab|"}).Draw(t, "delimiter")
		pieces := rapid.SliceOf(rapid.SampledFrom([]string{"a", "b", "\n", "\r", "\r\n", "+", "|", "+|", "ab|", "\xEF\xBB\xBF", "a longer piece"}))
		file := strings.Join(pieces.Draw(t, "pieces"), "")
		checkSplits(t, file, drawCuts(t, len(file)), LineOptions{
			Delimiter:   []byte(delimiter),
			BufferSize:  rapid.IntRange(1, 9).Draw(t, "buffer"),
			KeepRecords: rapid.Bool().Draw(t, "keep"),
			Buffers:     rapid.SampledFrom([]*Buffers{nil, new(Buffers)}).Draw(t, "buffers"),
		})
	})
}

// drawCuts draws where a file is cut. Each split but the first has a byte: an
// empty one would ask for a record of its neighbour.
func drawCuts(t *rapid.T, size int) []int64 {
	var cuts []int64
	for at := int64(0); at < int64(size); {
		at += rapid.Int64Range(1, 12).Draw(t, "split")
		if at < int64(size) {
			cuts = append(cuts, at)
		}
	}
	return cuts
}

func FuzzLines(f *testing.F) {
	f.Add([]byte("a\nb\r\nc\rd"), uint8(3), uint8(2), "")
	f.Add([]byte("\xEF\xBB\xBFa+|b"), uint8(1), uint8(1), "+|")
	f.Fuzz(func(t *testing.T, file []byte, split, buffer uint8, delimiter string) {
		if beginsWithin([]byte(delimiter)) { // where such a record belongs depends on where one starts to look
			return
		}
		var cuts []int64
		for at := int64(split) + 1; at < int64(len(file)); at += int64(split) + 1 {
			cuts = append(cuts, at)
		}
		for _, keep := range []bool{false, true} {
			checkSplits(t, string(file), cuts, LineOptions{Delimiter: []byte(delimiter), BufferSize: int(buffer), KeepRecords: keep})
		}
	})
}

// Kept records are never written again; their strings need no copy.
func TestKeptRecordsStay(t *testing.T) {
	var file strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&file, "%d %s\n", i, strings.Repeat("x", rand.IntN(50)))
	}
	for _, size := range []int{1, 7, 100, 4096} {
		r := NewLineReader(strings.NewReader(file.String()), LineOptions{KeepRecords: true, BufferSize: size})
		var kept []string
		for r.Next() {
			kept = append(kept, unsafe.String(unsafe.SliceData(r.Record()), len(r.Record())))
		}
		require.NoError(t, r.Err())
		require.Equal(t, file.String(), strings.Join(kept, "\n")+"\n")
	}
}

// A buffer is lent again when its reader is closed, and not before; what is kept, or has been copied
// to be kept, is in none.
func TestBuffersAreLentToOneReader(t *testing.T) {
	var buffers Buffers
	for _, opts := range []LineOptions{{}, {KeepRecords: true}, {Containing: []byte("a")}, {KeepRecords: true, Containing: []byte("a")}} {
		opts.Buffers = &buffers
		open := NewLineReader(strings.NewReader("a record"), opts)
		require.True(t, open.Next())
		for range 10 {
			other := NewLineReader(strings.NewReader("another a"), opts)
			require.True(t, other.Next())
			require.Equal(t, "another a", string(other.Record()))
			require.NoError(t, other.Close())
		}
		record := open.Record()
		require.Equal(t, "a record", string(record), "%+v", opts)
		require.NoError(t, open.Close())
		if opts.KeepRecords {
			for range 20 { // more than the buffers that are free
				require.True(t, NewLineReader(strings.NewReader("another"), LineOptions{Buffers: &buffers}).Next())
			}
			require.Equal(t, "a record", string(record), "%+v", opts)
		}
	}
}

// Appending to a record does not write into the next one.
func TestRecordHasNoRoom(t *testing.T) {
	r := NewLineReader(strings.NewReader("ab\ncd\r\nef"), LineOptions{})
	var got []string
	for r.Next() {
		_ = append(r.Record(), "XXXX"...)
		got = append(got, string(r.Record()))
	}
	require.Equal(t, []string{"ab", "cd", "ef"}, got)
}

func TestNextAllocatesNothing(t *testing.T) {
	for _, text := range []string{"a line of text\n", "with CR\r", "with both\r\n"} {
		r := NewLineReader(endless(text), LineOptions{})
		for range 100_000 { // until the buffer is there
			r.Next()
		}
		require.Zero(t, testing.AllocsPerRun(100_000, func() { r.Next() }), "%q", text)
	}
}

// endless returns a reader of text without end.
func endless(text string) io.Reader {
	text = strings.Repeat(text, 4096)
	at := 0
	return readerFunc(func(p []byte) (int, error) {
		n := copy(p, text[at:])
		at = (at + n) % len(text)
		return n, nil
	})
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// A record of 200 MB takes memory of that order, and what is too long takes none.
func TestLongRecord(t *testing.T) {
	const size = 200 << 20
	long := func() io.Reader {
		return io.MultiReader(strings.NewReader("first\n"), io.LimitReader(endless("x"), size), strings.NewReader("\nlast"))
	}
	for _, test := range []struct {
		name   string
		opts   LineOptions
		want   []int
		memory uint64
	}{
		{"reused", LineOptions{}, []int{5, size, 4}, 4 * size},
		{"kept", LineOptions{KeepRecords: true}, []int{5, size, 4}, 4 * size},
		{"too long", LineOptions{MaxLength: 1000}, []int{5, 4}, 4 << 20},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := allocated()
			r := NewLineReader(long(), test.opts)
			var got []int
			for r.Next() {
				got = append(got, len(r.Record()))
			}
			require.NoError(t, r.Err())
			require.Equal(t, test.want, got)
			require.Less(t, allocated()-before, test.memory)
		})
	}
}

func allocated() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.TotalAlloc
}

// An error of the storage ends the records; half a record is not handed out.
func TestReadError(t *testing.T) {
	broken := errors.New("the disk is gone")
	r := NewLineReader(io.MultiReader(strings.NewReader("a\nb"), iotest.ErrReader(broken)), LineOptions{})
	require.True(t, r.Next())
	require.Equal(t, "a", string(r.Record()))
	require.False(t, r.Next())
	require.ErrorIs(t, r.Err(), broken)

	r = NewLineReader(readerFunc(func([]byte) (int, error) { return 0, nil }), LineOptions{})
	require.False(t, r.Next())
	require.ErrorIs(t, r.Err(), io.ErrNoProgress)
}

// A reader of a split does not read the rest of the file.
func TestReadsLittleBehindTheSplit(t *testing.T) {
	in := bytes.NewReader(bytes.Repeat([]byte("a line of text\n"), 1<<20))
	size := in.Len()
	r := newLineReader(in, 0, 1<<20, LineOptions{})
	readAll(t, r)
	require.LessOrEqual(t, size-in.Len(), 1<<20+2*lookahead)
}
