package shuffle

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestFrameKeysCompareAsTheirParts(t *testing.T) {
	draw := func(t *rapid.T, name string) FrameKey {
		key := rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 'a', 0xfe, 0xff}), 0, 5).Draw(t, name)
		return FrameKey{key, rapid.Uint32Range(0, 300).Draw(t, name+" run"), rapid.Uint32().Draw(t, name+" block")}
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := draw(t, "a"), draw(t, "b")
		if rapid.Bool().Draw(t, "equal keys") {
			b.FirstKey = a.FirstKey
		}
		order := bytes.Compare(a.FirstKey, b.FirstKey)
		if order == 0 {
			order = bytes.Compare(binary.BigEndian.AppendUint32(nil, a.Run), binary.BigEndian.AppendUint32(nil, b.Run))
		}
		if order == 0 {
			order = bytes.Compare(binary.BigEndian.AppendUint32(nil, a.Block), binary.BigEndian.AppendUint32(nil, b.Block))
		}
		keyA := AppendFrameKey(nil, [2]byte{1, 2}, a.FirstKey, a.Run, a.Block)
		keyB := AppendFrameKey(nil, [2]byte{1, 2}, b.FirstKey, b.Run, b.Block)
		require.Equal(t, order, bytes.Compare(keyA, keyB))
		require.False(t, len(keyA) < len(keyB) && bytes.HasPrefix(keyB, keyA), "prefix-free")
		parsed, err := ParseFrameKey([]byte{}, keyA)
		require.NoError(t, err)
		require.Equal(t, a, parsed)
	})
}

func FuzzParseFrameKey(f *testing.F) {
	f.Add([]byte{})
	f.Add(AppendFrameKey(nil, [2]byte{}, []byte("k\x00\xff"), 1, 2))
	f.Add(AppendFrameKey(nil, [2]byte{}, nil, 1, 2)[:8])
	f.Fuzz(func(t *testing.T, key []byte) {
		parsed, err := ParseFrameKey(nil, key)
		if err == nil {
			require.Equal(t, key, AppendFrameKey(nil, [2]byte(key), parsed.FirstKey, parsed.Run, parsed.Block))
		}
	})
}

// hadoopPartition is BinaryPartitioner over two bytes: WritableComparator.hashBytes in int arithmetic.
func hadoopPartition(prefix [2]byte, partitions int) int {
	h := int32(1)
	for _, b := range prefix {
		h = 31*h + int32(int8(b))
	}
	return int(h&0x7fffffff) % partitions
}

func TestPartitionPrefix(t *testing.T) {
	for _, partitions := range []int{1, 2, 3, 4, 7, 100, 255, 256, 257, 1000, 4096, MaxHadoopPartitions} {
		for p := range partitions {
			prefix, err := PartitionPrefix(p, partitions)
			require.NoError(t, err)
			require.Equal(t, p, hadoopPartition(prefix, partitions))
		}
	}
	_, err := PartitionPrefix(5026, 5027)
	require.EqualError(t, err, "partition 5026 of 5027 is out of reach for the two bytes of Hadoop's BinaryPartitioner: use at most 5026 partitions")
	_, err = PartitionPrefix(4, 4)
	require.EqualError(t, err, "partition 4 of 4 does not exist")
	_, err = PartitionPrefix(-1, 4)
	require.Error(t, err)
}

// framesOf writes each run as frames with blocks of the size, and sorts them as Hadoop does.
func framesOf(runs [][]pair, size int, codec Codec) []Frame {
	var frames []Frame
	for run, pairs := range runs {
		w := BlockWriter{Codec: codec}
		block := uint32(0)
		err := w.Cut(pairsOf(sortPairs(pairs)), size, func(b Block) error {
			key := AppendFrameKey(nil, [2]byte{7, 8}, b.FirstKey, uint32(run), block)
			frames = append(frames, Frame{key, bytes.Clone(b.Bytes)})
			block++
			return nil
		})
		if err != nil {
			panic(err) // no error of emit
		}
	}
	slices.SortFunc(frames, func(a, b Frame) int { return bytes.Compare(a.Key, b.Key) })
	return frames
}

// nextFrame returns frames one by one, and overwrites each at the next call.
func nextFrame(frames []Frame) func() (Frame, bool, error) {
	var last Frame
	return func() (Frame, bool, error) {
		scribble(last.Key)
		scribble(last.Value)
		if len(frames) == 0 {
			return Frame{}, false, nil
		}
		last, frames = frames[0], frames[1:]
		return last, true, nil
	}
}

func TestFrameMergerEqualsStableSort(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pairs := drawPairs(t, 400)
		n := rapid.IntRange(1, 8).Draw(t, "runs")
		var runs [][]pair
		for i := range n {
			runs = append(runs, pairs[i*len(pairs)/n:(i+1)*len(pairs)/n])
		}
		size := rapid.SampledFrom([]int{1, 50, 500, 1 << 20}).Draw(t, "block size")
		merger := NewFrameMerger(nextFrame(framesOf(runs, size, rapid.SampledFrom(codecs).Draw(t, "codec"))))
		var got []pair
		for merger.Next() {
			got = append(got, pair{string(merger.Key()), string(merger.Value())})
			m := merger.(*frameMerger)
			require.LessOrEqual(t, len(m.open)+len(m.spare), n, "open blocks")
		}
		require.NoError(t, merger.Err())
		require.False(t, merger.Next())
		requireSame(t, orNil(sortPairs(pairs)), got)
	})
}

func TestFrameMergerErrors(t *testing.T) {
	frames := func() []Frame {
		return framesOf([][]pair{{{"a", "1"}, {"c", "2"}}, {{"b", "3"}, {"c", "4"}}}, 1, None)
	}
	tests := []struct {
		name string
		edit func(frames []Frame)
		want string
	}{
		{"damaged block", func(f []Frame) { f[1].Value[20] ^= 1 }, "output of map task 1, block 0: damaged block: its checksum is"},
		{"truncated block", func(f []Frame) { f[3].Value = f[3].Value[:5] }, "output of map task 1, block 1: truncated block: it has 5 bytes"},
		{"empty block", func(f []Frame) { f[0].Value = blockOf(None, nil) }, "output of map task 0, block 0: damaged block: its first key is not the frame's"},
		{"block of another frame", func(f []Frame) { f[2].Value = bytes.Clone(f[1].Value) }, "output of map task 0, block 1: damaged block: its first key is not the frame's"},
		{"broken key", func(f []Frame) { f[1].Key = []byte("zz") }, `frame with key "zz": not the key of a frame`},
		{"not sorted", func(f []Frame) { f[1], f[2] = f[2], f[1] }, "frames are not sorted"},
		{"twice", func(f []Frame) { f[1] = Frame{bytes.Clone(f[0].Key), bytes.Clone(f[0].Value)} }, "frames are not sorted"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			edited := frames()
			test.edit(edited)
			m := NewFrameMerger(nextFrame(edited))
			for m.Next() {
			}
			require.ErrorContains(t, m.Err(), test.want)
			require.False(t, m.Next())
		})
	}
	broken := errors.New("broken pipe")
	m := NewFrameMerger(func() (Frame, bool, error) { return Frame{}, false, broken })
	require.False(t, m.Next())
	require.ErrorIs(t, m.Err(), broken)
}

// A key with any number of values, from several runs, passes through in the memory of a block of each.
func TestFrameMergerHotKey(t *testing.T) {
	const runs, blocks, pairs = 3, 2000, 1000
	w := BlockWriter{Codec: S2}
	run, block := 0, -1
	key, value := []byte("hot"), make([]byte, 8)
	var frame Frame
	next := func() (Frame, bool, error) {
		if block++; block == blocks {
			run, block = run+1, 0
		}
		if run == runs {
			return Frame{}, false, nil
		}
		for i := range pairs {
			binary.BigEndian.PutUint64(value, uint64((run*blocks+block)*pairs+i))
			w.Append(key, value)
		}
		frame.Key = AppendFrameKey(frame.Key[:0], [2]byte{}, key, uint32(run), uint32(block))
		frame.Value = w.Finish(frame.Value[:0])
		return frame, true, nil
	}
	m := &frameMerger{next: next}
	n := uint64(0)
	for m.Next() {
		if binary.BigEndian.Uint64(m.Value()) != n || len(m.open)+len(m.spare) > 2 {
			require.Fail(t, "out of order or too much memory", "value %d, %d open blocks", n, len(m.open))
		}
		n++
	}
	require.NoError(t, m.Err())
	require.EqualValues(t, runs*blocks*pairs, n)
}

func ExampleAppendFrameKey() {
	prefix, _ := PartitionPrefix(2, 4)
	key := AppendFrameKey(nil, prefix, []byte("a\x00b"), 17, 3)
	fmt.Printf("%q\n", key[2:])
	parsed, _ := ParseFrameKey(nil, key)
	fmt.Printf("%q %d %d\n", parsed.FirstKey, parsed.Run, parsed.Block)
	// Output:
	// "a\x00\xffb\x00\x00\x00\x00\x00\x11\x00\x00\x00\x03"
	// "a\x00b" 17 3
}
