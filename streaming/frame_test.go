package streaming

import (
	"bufio"
	"bytes"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomr/gomr/mr/shuffle"
)

func readFrames(in io.Reader) (frames []testFrame, err error) {
	r := frameReader{in: bufio.NewReader(in)}
	for {
		f, ok, err := r.next()
		if !ok {
			return frames, err
		}
		frames = append(frames, testFrame{bytes.Clone(f.Key), bytes.Clone(f.Value)})
	}
}

func TestFramesAreReadAsTheyWereWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.SliceOfN(rapid.Byte(), 0, 300)
		var want []testFrame
		for range rapid.IntRange(0, 20).Draw(t, "frames") {
			want = append(want, testFrame{part.Draw(t, "key"), part.Draw(t, "value")})
		}
		var out bytes.Buffer
		w := frameWriter{bufio.NewWriterSize(&out, 64)}
		for _, f := range want {
			if err := w.write(f.key, f.value); err != nil {
				t.Fatal(err)
			}
		}
		w.w.Flush()
		if !bytes.Equal(out.Bytes(), encodeFrames(want)) {
			t.Fatal("the stream is not that of Hadoop")
		}
		got, err := readFrames(&out)
		if err != nil || !bytes.Equal(encodeFrames(got), encodeFrames(want)) {
			t.Fatalf("got %d frames, want %d: %v", len(got), len(want), err)
		}
	})
}

func TestAStreamOfOtherThings(t *testing.T) {
	for in, want := range map[string]string{
		"\x00":                               "frame 1, key: it ends after 1 of 4 bytes",
		"\x00\x00\x00\x02a":                  "frame 1, key: it ends after 1 of 2 bytes",
		"\x00\x00\x00\x01a":                  "frame 1, value: it ends after 0 of 4 bytes",
		"\x00\x00\x00\x01a\x00\x00\x00\x02b": "frame 1, value: it ends after 1 of 2 bytes",
		"\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff": "frame 2, key: it ends after 2 of 4 bytes",
		"\xff\xff\xff\xff":                         "frame 1, key: negative length -1",
		"some text":                                "frame 1, key: it ends after 5 of 1936682341 bytes",
	} {
		_, err := readFrames(strings.NewReader(in))
		require.ErrorContains(t, err, want, "%q", in)
	}
}

func TestALengthThatIsNoneTakesLittleMemory(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := readFrames(strings.NewReader("\x7f\xff\xff\xff" + strings.Repeat("x", 1000)))
	runtime.ReadMemStats(&after)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(4*firstRead))
}

func FuzzFrameReader(f *testing.F) {
	f.Add([]byte{})
	f.Add(encodeFrames([]testFrame{{[]byte("key"), []byte("value")}, {nil, nil}}))
	f.Add([]byte("\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, in []byte) {
		frames, err := readFrames(bytes.NewReader(in))
		whole := encodeFrames(frames)
		require.True(t, bytes.HasPrefix(in, whole))
		require.Equal(t, len(whole) == len(in), err == nil, "the stream was not read to its end, and there is no error")
	})
}

func FuzzReduceInput(f *testing.F) {
	stream := encodeFrames(mapLines(f, TaskCommand{Family: "Lines"}, "a\nb\n", "c\n"))
	f.Add(stream)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, in []byte) {
		frames := &frameChecker{
			frames:    frameReader{in: bufio.NewReader(bytes.NewReader(in))},
			maps:      2,
			attemptID: new(attempt).mapAttempt,
		}
		pairs := shuffle.NewFrameMerger(frames.next)
		n := 0
		for pairs.Next() {
			n++
		}
		if pairs.Err() != nil {
			require.NotEmpty(t, frames.explain(pairs.Err()).Error())
			return
		}
		require.Len(t, frames.sent, 2)
		if bytes.Equal(in, stream) {
			require.Equal(t, 6, n)
		}
	})
}

func FuzzParseManifest(f *testing.F) {
	f.Add(manifest{Run: 1, Attempt: 2, Blocks: 3}.append(nil))
	f.Fuzz(func(t *testing.T, in []byte) {
		if m, err := parseManifest(in); err == nil {
			require.Equal(t, in, m.append(nil))
		}
	})
}
