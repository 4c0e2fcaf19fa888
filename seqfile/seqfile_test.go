package seqfile_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/seqfile"
)

// A pair is what a file holds.
type pair struct{ key, value string }

func writePairs(t testing.TB, compression seqfile.Compression, pairs []pair) []byte {
	t.Helper()
	header := seqfile.Header{KeyClass: "k.Class", ValueClass: "v.Class", Compression: compression, Metadata: []seqfile.Entry{{Name: "a", Value: "b"}}}
	if compression != seqfile.None {
		header.CodecClass = "org.apache.hadoop.io.compress.DefaultCodec"
	}
	var file bytes.Buffer
	w, err := seqfile.NewWriter(&file, header, seqfile.WriterOptions{Sync: [16]byte{1, 2, 3}, BlockSize: 10_000})
	require.NoError(t, err)
	for _, p := range pairs {
		require.NoError(t, w.Append([]byte(p.key), []byte(p.value)))
	}
	require.NoError(t, w.Close())
	return file.Bytes()
}

func somePairs(n int) (pairs []pair) {
	for i := range n {
		pairs = append(pairs, pair{fmt.Sprint("key", i), fmt.Sprint("value of ", i, strings.Repeat("x", i%50))})
	}
	return pairs
}

func TestRoundTrip(t *testing.T) {
	for _, compression := range []seqfile.Compression{seqfile.None, seqfile.Record, seqfile.Block} {
		t.Run(fmt.Sprint(compression), func(t *testing.T) {
			for _, n := range []int{0, 1, 5000} {
				pairs := somePairs(n)
				file := writePairs(t, compression, pairs)
				r, err := seqfile.NewReader(bytes.NewReader(file), int64(len(file)))
				require.NoError(t, err)
				require.Equal(t, "k.Class", r.Header().KeyClass)
				require.Equal(t, []seqfile.Entry{{Name: "a", Value: "b"}}, r.Header().Metadata)
				var got []pair
				for r.Next() {
					got = append(got, pair{string(r.Key()), string(r.Value())})
				}
				require.NoError(t, r.Err())
				require.Equal(t, pairs, got)
			}
		})
	}
}

// TestSplits wants each pair in exactly one split, wherever a file is cut.
func TestSplits(t *testing.T) {
	for _, compression := range []seqfile.Compression{seqfile.None, seqfile.Record, seqfile.Block} {
		pairs := somePairs(4000)
		file := writePairs(t, compression, pairs)
		for _, size := range []int{7777, 33_333, 200_000} {
			var got []pair
			for start := 0; start < len(file); start += size {
				got = append(got, readSplit(t, file, int64(start), int64(min(start+size, len(file))))...)
			}
			require.Equal(t, pairs, got, "%v, splits of %d bytes", compression, size)
		}
	}
}

// readSplit reads a split as Hadoop's SequenceFileRecordReader does.
func readSplit(t *testing.T, file []byte, start, end int64) (pairs []pair) {
	t.Helper()
	r, err := seqfile.NewReader(bytes.NewReader(file), int64(len(file)))
	require.NoError(t, err)
	if start > r.Offset() {
		require.NoError(t, r.Sync(start))
	}
	if r.Offset() >= end {
		return nil
	}
	for {
		before := r.Offset()
		if !r.Next() || before >= end && r.SyncSeen() {
			require.NoError(t, r.Err())
			return pairs
		}
		pairs = append(pairs, pair{string(r.Key()), string(r.Value())})
	}
}

func TestDamage(t *testing.T) {
	file := writePairs(t, seqfile.Record, somePairs(10))
	for _, cut := range []int{0, 3, 10, 60, len(file) - 1} {
		r, err := seqfile.NewReader(bytes.NewReader(file[:cut]), int64(cut))
		if err == nil {
			for r.Next() {
			}
			err = r.Err()
		}
		var corrupt *seqfile.CorruptError
		require.ErrorAs(t, err, &corrupt, "cut at %d", cut)
	}
}

// FuzzReader wants errors of damaged files, and no more than that.
func FuzzReader(f *testing.F) {
	for _, compression := range []seqfile.Compression{seqfile.None, seqfile.Record, seqfile.Block} {
		f.Add(writePairs(f, compression, somePairs(3)))
	}
	f.Fuzz(func(_ *testing.T, file []byte) {
		r, err := seqfile.NewReader(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			return
		}
		for range 1000 {
			if !r.Next() {
				break
			}
		}
	})
}
