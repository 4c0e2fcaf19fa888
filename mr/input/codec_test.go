package input

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

func encode(tb testing.TB, codec string, text []byte) []byte {
	tb.Helper()
	var file bytes.Buffer
	w, err := NewWriter(codec, &file)
	require.NoError(tb, err)
	_, err = w.Write(text)
	require.NoError(tb, err)
	require.NoError(tb, w.Close())
	return file.Bytes()
}

func decodeAll(tb testing.TB, codec string, file []byte) []byte {
	tb.Helper()
	r := NewReader(codec, "x", bytes.NewReader(file))
	defer r.Close()
	text, err := io.ReadAll(r)
	require.NoError(tb, err)
	return text
}

// variedText is text of about size bytes that compresses as text does.
func variedText(size int) []byte {
	words := rand.New(rand.NewPCG(1, 2))
	var text []byte
	for len(text) < size {
		text = fmt.Appendf(text, "%d the quick %x brown fox\n", words.IntN(1e6), words.IntN(1000))
	}
	return text
}

// writable are the codecs that NewWriter knows.
var writable = []string{Gzip, Deflate, Zstd, Snappy, Lz4, Bzip2}

func TestCodecOf(t *testing.T) {
	for name, want := range map[string]string{
		"/d/a.gz": Gzip, "/d/a.GZ": Gzip, "/d/a.txt.Bz2": Bzip2, "a.deflate": Deflate, "a.zst": Zstd,
		"a.snappy": Snappy, "a.lz4": Lz4, ".gz": Gzip, "a.txt": "", "a": "", "gz": "", "a.gz.txt": "", "a.zstd": "", "/a.gz/b": "", "": "",
	} {
		require.Equal(t, want, CodecOf(name), name)
	}
	require.Equal(t, ".snappy", Suffix(Snappy))
	require.Empty(t, Suffix("rot13"))
}

func TestRoundTrip(t *testing.T) {
	noise := make([]byte, 600_000)
	for i, random := 0, rand.NewPCG(3, 4); i < len(noise); i++ {
		noise[i] = byte(random.Uint64())
	}
	for _, codec := range writable {
		for name, text := range map[string][]byte{
			"nothing": {}, "one byte": {'a'}, "text": variedText(1 << 20), "zeros": make([]byte, 3<<20), "noise": noise,
			"one block of snappy": noise[:snappyBlock], "one block of lz4": noise[:lz4Block], "a block and a byte": noise[:lz4Block+1],
		} {
			got := decodeAll(t, codec, encode(t, codec, text))
			require.True(t, bytes.Equal(text, got), "%s of %s", codec, name)
		}
	}
	_, err := NewWriter("rar", io.Discard)
	require.ErrorContains(t, err, "bzip2")
}

func TestFilesOfRealTools(t *testing.T) {
	var want []byte
	for i := range 20000 {
		want = fmt.Appendln(want, i+1)
	}
	files, err := filepath.Glob("testdata/tools/*.[gbzd]*")
	require.NoError(t, err)
	require.Len(t, files, 8)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		require.True(t, bytes.Equal(want, decodeAll(t, CodecOf(file), data)), file)
	}
}

// encodedFiles returns a file of each codec whose text is one block, stream or frame.
func encodedFiles(t testing.TB) map[string][]byte {
	files := map[string][]byte{}
	for _, codec := range writable {
		files[codec] = encode(t, codec, variedText(3000))
	}
	var err error
	files[Bzip2], err = os.ReadFile("testdata/small.bz2")
	require.NoError(t, err)
	return files
}

// A file that is cut off is an error, wherever it is cut. What Hadoop takes for
// empty, we do too.
func TestTruncation(t *testing.T) {
	for codec, file := range encodedFiles(t) {
		for n := range file {
			r := NewReader(codec, "f", bytes.NewReader(file[:n]))
			_, err := io.Copy(io.Discard, r)
			if n == 0 && (codec == Bzip2 || codec == Snappy || codec == Lz4) {
				require.NoError(t, err)
				continue
			}
			var corrupt *CorruptError
			require.ErrorAs(t, err, &corrupt, "%s cut at %d of %d", codec, n, len(file))
			require.ErrorIs(t, err, io.ErrUnexpectedEOF, "%s cut at %d of %d", codec, n, len(file))
			require.LessOrEqual(t, corrupt.Offset, int64(n))
			require.NoError(t, r.Close())
		}
	}
}

// Where the format has a checksum, no flipped bit goes unseen.
func TestDamage(t *testing.T) {
	for _, codec := range []string{Gzip, Deflate, Zstd, Bzip2} {
		file := encodedFiles(t)[codec]
		text := decodeAll(t, codec, file)
		for i := range file {
			damaged := bytes.Clone(file)
			damaged[i] ^= 0x10
			got, err := io.ReadAll(NewReader(codec, "f", bytes.NewReader(damaged)))
			if err == nil { // a name or a time in the header
				require.True(t, bytes.Equal(text, got), "%s with a flipped bit at %d", codec, i)
				continue
			}
			var corrupt *CorruptError
			require.ErrorAs(t, err, &corrupt)
			require.Equal(t, codec, corrupt.Codec)
		}
	}
}

func TestCorruptErrorText(t *testing.T) {
	file := encodedFiles(t)[Gzip]
	_, err := io.ReadAll(NewReader(Gzip, "/data/x.gz", bytes.NewReader(file[:100])))
	require.EqualError(t, err, "/data/x.gz is cut off: its gzip data ends too early, at byte 100")
	_, err = io.ReadAll(NewReader(Snappy, "/data/x.snappy", strings.NewReader("just text, no codec")))
	require.EqualError(t, err, "/data/x.snappy is damaged: its snappy data is not valid near byte 8: a chunk says it has 544499064 bytes, not 1 to 67108864")
}

// An error of the storage is no damage.
func TestCodecPassesReadError(t *testing.T) {
	broken := errors.New("the disk is gone")
	for codec, file := range encodedFiles(t) {
		in := io.MultiReader(bytes.NewReader(file[:len(file)/2]), iotest.ErrReader(broken))
		_, err := io.ReadAll(NewReader(codec, "f", in))
		require.ErrorIs(t, err, broken, codec)
		var corrupt *CorruptError
		require.NotErrorAs(t, err, &corrupt, codec)
	}
}

// The lengths in Hadoop's framing are checked before memory is asked for.
func TestBlockLengths(t *testing.T) {
	u32 := func(lengths ...uint32) []byte {
		var b []byte
		for _, n := range lengths {
			b = binary.BigEndian.AppendUint32(b, n)
		}
		return b
	}
	for name, file := range map[string][]byte{
		"negative block":                    u32(1<<31, 5),
		"negative chunk":                    u32(5, 1<<31),
		"empty chunk":                       u32(5, 0),
		"chunk above the limit":             u32(1<<30, 1<<30),
		"chunk that is not there":           u32(1<<30, 1<<25),
		"chunk that promises 4 GB of text":  append(u32(1<<30, 6), 0xff, 0xff, 0xff, 0xff, 0x0f, 0),
		"chunk longer than its block says":  append(u32(1, 4), 2, 1<<2, 'a', 'b'),
		"chunk longer than its block (lz4)": append(u32(1, 3), 0x20, 'a', 'b'),
	} {
		for _, codec := range []string{Snappy, Lz4} {
			before := allocated()
			_, err := io.ReadAll(NewReader(codec, "f", bytes.NewReader(file)))
			var corrupt *CorruptError
			require.ErrorAs(t, err, &corrupt, "%s of %s", name, codec)
			require.Less(t, allocated()-before, uint64(1<<20), "%s of %s", name, codec)
		}
	}
}

// An empty block does not end the file: files may be put one behind the other.
func TestEmptyBlockInside(t *testing.T) {
	for _, codec := range []string{Snappy, Lz4} {
		file := slices.Concat(encode(t, codec, nil), encode(t, codec, []byte("a\n")), encode(t, codec, nil), encode(t, codec, []byte("b\n")))
		require.Equal(t, "a\nb\n", string(decodeAll(t, codec, file)))
	}
}

func FuzzCodecs(f *testing.F) {
	for _, file := range encodedFiles(f) {
		f.Add(file[:min(len(file), 2000)])
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		for codec := range suffixes {
			r := NewReader(codec, "f", bytes.NewReader(file))
			_, err := io.Copy(io.Discard, io.LimitReader(r, 8<<20))
			if err != nil {
				var corrupt *CorruptError
				require.ErrorAs(t, err, &corrupt)
			}
			require.NoError(t, r.Close())
		}
	})
}
