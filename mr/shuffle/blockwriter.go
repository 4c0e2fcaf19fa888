package shuffle

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"github.com/gomr/gomr/mr"
)

// A BlockWriter builds blocks, one after the other. Its zero value works.
// It is used by one goroutine.
type BlockWriter struct {
	// Codec compresses the blocks.
	Codec Codec

	body     []byte
	last     []byte // key of the last pair
	pairs    int
	firstEnd int // the first key is body[firstEnd-firstLen : firstEnd]
	firstLen int

	block, firstKey []byte // memory of what Cut hands to write
}

// Append adds a pair to the block. It copies both.
// The keys of a block must not descend; that is the caller's to keep.
// A block with more than [MaxPair] bytes can't be read again.
func (w *BlockWriter) Append(key, value []byte) {
	shared := sharedPrefix(w.last, key)
	rest := key[shared:]
	body := w.body
	if len(value) < 0x80 && len(rest) < 0x80 && shared < 0x80 {
		body = append(body, byte(shared), byte(len(rest)), byte(len(value)))
	} else {
		body = binary.AppendUvarint(body, uint64(shared))
		body = binary.AppendUvarint(body, uint64(len(rest)))
		body = binary.AppendUvarint(body, uint64(len(value)))
	}
	body = append(body, rest...)
	if w.pairs == 0 {
		w.firstEnd, w.firstLen = len(body), len(key)
	}
	body = append(body, value...)
	w.body = body
	w.last = append(w.last[:shared], rest...)
	w.pairs++
}

// Len returns the number of pairs in the block so far.
func (w *BlockWriter) Len() int { return w.pairs }

// Size returns the bytes of the block so far, before compression and without the header.
func (w *BlockWriter) Size() int { return len(w.body) }

// FirstKey returns the first key of the block, which is valid until Finish.
func (w *BlockWriter) FirstKey() []byte { return w.body[w.firstEnd-w.firstLen : w.firstEnd] }

// Finish appends the block to dst and begins the next one.
func (w *BlockWriter) Finish(dst []byte) []byte {
	start := len(dst)
	dst = appendHeader(dst, w.pairs, len(w.body))
	dst, codec := w.Codec.compress(dst, w.body)
	sealBlock(dst[start:], codec)
	w.pairs = 0
	w.body = emptied(w.body)
	w.last = emptied(w.last)
	return dst
}

// emptied returns buf for use again, or nothing where it has grown for one large pair.
func emptied(buf []byte) []byte {
	if cap(buf) > keptBuffer {
		return nil
	}
	return buf[:0]
}

// emptiedFor returns buf for use again by a block of n bytes, or nothing where more than half of it
// would be idle. A merge has hundreds of readers, and each of them meets a large pair at some time:
// if it kept the memory of that one, all together would take many times what is read at once.
func emptiedFor(buf []byte, n int) []byte {
	if cap(buf) > smallBuffer && cap(buf)/2 > n {
		return nil
	}
	return emptied(buf)
}

// A Block is a finished block on its way out.
type Block struct {
	FirstKey []byte // the key of the first pair
	Bytes    []byte // the block
	Pairs    int    // number of pairs in it
}

// Cut cuts sorted pairs into blocks and hands each to write.
// The memory of a block is valid until write returns.
// No block is larger than size before compression, but for one that holds a single larger pair.
func (w *BlockWriter) Cut(pairs mr.Pairs, size int, write func(Block) error) error {
	for pairs.Next() {
		key, value := pairs.Key(), pairs.Value()
		pair := maxLengths + len(key) + len(value)
		if pair > MaxPair {
			return fmt.Errorf("pair of %d bytes with key %.100q: a pair has at most %d bytes", pair, key, MaxPair)
		}
		if w.pairs > 0 && len(w.body)+pair > size {
			if err := w.cut(write); err != nil {
				return err
			}
		}
		w.Append(key, value)
	}
	if err := pairs.Err(); err != nil {
		return err
	}
	if w.pairs == 0 {
		return nil
	}
	return w.cut(write)
}

// cut hands the block so far to write.
func (w *BlockWriter) cut(write func(Block) error) error {
	block := Block{Pairs: w.pairs, FirstKey: append(emptied(w.firstKey), w.FirstKey()...)}
	block.Bytes = w.Finish(emptied(w.block))
	w.firstKey, w.block = block.FirstKey, block.Bytes
	return write(block)
}

// maxLengths is the size of the three lengths of a pair of at most [MaxPair] bytes.
const maxLengths = 3 * 5

// sharedPrefix returns the length of the longest common prefix of a and b.
func sharedPrefix(a, b []byte) int {
	n := min(len(a), len(b))
	i := 0
	for ; i+8 <= n; i += 8 {
		x := binary.LittleEndian.Uint64(a[i:]) ^ binary.LittleEndian.Uint64(b[i:])
		if x != 0 {
			return i + bits.TrailingZeros64(x)/8
		}
	}
	for i < n && a[i] == b[i] {
		i++
	}
	return i
}
