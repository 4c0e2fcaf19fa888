package shuffle

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var codecs = []Codec{DefaultCodec, None, S2}

// blockOf returns pairs as one block.
func blockOf(codec Codec, pairs []pair) []byte {
	w := BlockWriter{Codec: codec}
	for _, p := range pairs {
		w.Append([]byte(p.key), []byte(p.value))
	}
	return w.Finish(nil)
}

func TestBlockRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := BlockWriter{Codec: rapid.SampledFrom(codecs).Draw(t, "codec")}
		var r BlockReader
		for range rapid.IntRange(1, 3).Draw(t, "blocks") {
			source := newPairSource(rapid.Uint64().Draw(t, "seed"), 20, rapid.SampledFrom([]int{0, 300}).Draw(t, "values"))
			pairs := sortPairs(source.take(rapid.IntRange(0, 50).Draw(t, "pairs")))
			for _, p := range pairs {
				w.Append([]byte(p.key), []byte(p.value))
			}
			require.Equal(t, len(pairs), w.Len())
			block := w.Finish([]byte("before"))[len("before"):]
			require.NoError(t, r.Reset(block))
			require.Equal(t, pairs, append([]pair{}, read(t, &r)...))
			require.NoError(t, r.Load(block))
			scribble(block)
			require.Equal(t, pairs, append([]pair{}, read(t, &r)...))
		}
	})
}

func TestBlockIsCompressedWhereThatPays(t *testing.T) {
	repeated := []pair{{"key", strings.Repeat("value ", 1000)}}
	zeros := []pair{{"key", strings.Repeat("\x00", 50<<20)}}
	tests := []struct {
		name  string
		codec Codec
		pairs []pair
		want  Codec
	}{
		{"compressible", S2, repeated, S2},
		{"compressible", DefaultCodec, repeated, S2},
		{"not asked for", None, repeated, None},
		{"short", S2, []pair{{"k", "v"}}, None},
		{"empty", S2, nil, None},
		{"more than a reader believes", S2, zeros, None},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			block := blockOf(test.codec, test.pairs)
			require.Equal(t, test.want, Codec(block[codecOffset]))
			var r BlockReader
			require.NoError(t, r.Reset(block))
			require.Len(t, read(t, &r), len(test.pairs))
		})
	}
}

func TestBrokenBlocks(t *testing.T) {
	block := blockOf(None, []pair{{"apple", "1"}, {"apricot", "2"}})
	change := func(edit func(b []byte) []byte) []byte { return edit([]byte(string(block))) }
	resealed := func(edit func(b []byte)) []byte {
		return change(func(b []byte) []byte { edit(b); sealBlock(b, Codec(b[codecOffset])); return b })
	}
	tests := []struct {
		name  string
		block []byte
		fault BlockFault
		want  string
	}{
		{"empty", nil, Truncated, "truncated block: it has 0 bytes, fewer than a header"},
		{"cut in its header", block[:10], Truncated, "truncated block: it has 10 bytes, fewer than a header"},
		{"cut in its body", block[:len(block)-3], Truncated, "truncated block: it has 15 of the 18 bytes of its body"},
		{"followed by more", append(change(func(b []byte) []byte { return b }), 0), Damaged, "damaged block: 1 bytes follow it"},
		{"of another version", change(func(b []byte) []byte { b[0] = 9; return b }), UnknownVersion,
			"unknown version block: it has version 9, and this program reads version 1: are all tasks of one build?"},
		{"of another codec", change(func(b []byte) []byte { b[1] = 77; return b }), UnknownCodec, "unknown codec block: it has codec 77"},
		{"with a flipped bit", change(func(b []byte) []byte { b[25] ^= 1; return b }), Damaged, "damaged block: its checksum is"},
		{"with too many pairs", resealed(func(b []byte) { b[pairsOffset] = 200 }), Damaged, "damaged block: it claims 200 pairs in 18 bytes"},
		{"with one pair more", resealed(func(b []byte) { b[pairsOffset]++ }), Damaged, "damaged block: a pair is longer than the block, 1 pairs before the end"},
		{"with one pair less", resealed(func(b []byte) { b[pairsOffset]-- }), Damaged, "damaged block: 9 bytes follow the last pair"},
		{"with a wrong length", resealed(func(b []byte) { b[lengthOffset]++ }), Damaged, "damaged block: it claims 19 bytes and stores 18"},
		{"with a long shared prefix", resealed(func(b []byte) { b[headerSize] = 1 }), Damaged, "damaged block: a pair is longer than the block, 2 pairs before the end"},
		{"that claims to have been huge", resealed(func(b []byte) {
			b[codecOffset] = byte(S2)
			binary.LittleEndian.PutUint32(b[lengthOffset:], 1<<31)
		}), Damaged, "damaged block: 18 stored bytes claim to be 2147483648"},
		{"not of its codec", resealed(func(b []byte) { b[codecOffset] = byte(S2) }), Damaged, "damaged block: s2"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var r BlockReader
			err := r.Reset(test.block)
			for r.Next() {
			}
			require.True(t, err != nil || r.Err() != nil)
			var blockErr *BlockError
			require.ErrorAs(t, r.Err(), &blockErr)
			require.Equal(t, test.fault, blockErr.Fault)
			require.Contains(t, blockErr.Error(), test.want)
			require.True(t, err == nil || errors.Is(r.Err(), err))
			require.False(t, r.Next())
		})
	}
}

func TestCutKeepsBlocksSmall(t *testing.T) {
	const size = 1000
	pairs := sortPairs(newPairSource(1, 50, 300).take(500))
	pairs = append(pairs, pair{"\xff", strings.Repeat("large", size)}, pair{"\xff\xff", "last"})
	var w BlockWriter
	var got []pair
	err := w.Cut(pairsOf(pairs), size, func(block Block) error {
		var r BlockReader
		require.NoError(t, r.Reset(block.Bytes))
		in := read(t, &r)
		got = append(got, in...)
		require.Len(t, in, block.Pairs)
		require.Equal(t, in[0].key, string(block.FirstKey))
		if len(in) > 1 {
			h, err := parseBlock(block.Bytes)
			require.NoError(t, err)
			require.LessOrEqual(t, h.length, size)
		}
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, pairs, got)
}

func TestCutStopsAtErrors(t *testing.T) {
	full := errors.New("full")
	var w BlockWriter
	err := w.Cut(pairsOf([]pair{{"a", "1"}}), 1, func(Block) error { return full })
	require.ErrorIs(t, err, full)
	w = BlockWriter{}
	err = w.Cut(&failingPairs{err: full}, 1, func(Block) error { return nil })
	require.ErrorIs(t, err, full)
}

// failingPairs are some pairs and then an error.
type failingPairs struct {
	slicePairs
	err error
}

func (p *failingPairs) Err() error { return p.err }

// Arbitrary bytes are an error or pairs, and never more memory than the block accounts for.
func FuzzBlockReader(f *testing.F) {
	pairs := sortPairs(newPairSource(1, 20, 50).take(40))
	for _, codec := range codecs {
		f.Add(blockOf(codec, pairs), true)
		f.Add(blockOf(codec, nil), false)
	}
	f.Fuzz(func(t *testing.T, block []byte, seal bool) {
		if seal && len(block) >= headerSize {
			sealBlock(block, Codec(block[codecOffset])) // so that damage gets past the checksum
		}
		var r BlockReader
		err := r.Load(block)
		n := 0
		for r.Next() {
			n += len(r.Value())
		}
		if err != nil || r.Err() != nil {
			var blockErr *BlockError
			require.ErrorAs(t, r.Err(), &blockErr)
		}
		require.LessOrEqual(t, cap(r.raw), max(2<<20, 1025*len(block)))
		require.LessOrEqual(t, n, max(1<<20, 1025*len(block)))
	})
}

// Whatever goes into a block comes out.
func FuzzBlockRoundTrip(f *testing.F) {
	f.Add("a", "1", "ab", "2", uint8(0))
	f.Add("", "", "", "", uint8(2))
	f.Fuzz(func(t *testing.T, key1, value1, key2, value2 string, codec uint8) {
		pairs := sortPairs([]pair{{key1, value1}, {key2, value2}})
		var r BlockReader
		require.NoError(t, r.Reset(blockOf(Codec(codec%4), pairs)))
		require.Equal(t, pairs, read(t, &r))
	})
}
