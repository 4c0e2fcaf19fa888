package shuffle

import (
	"encoding/binary"
	"slices"
)

// A BlockReader reads the pairs of a block; it is an [mr.Pairs].
// Its zero value has no pairs. It is used by one goroutine. It uses its memory again for the next
// block, unless that is more than twice what the block needs.
type BlockReader struct {
	body  []byte // what is not read yet
	left  int    // pairs in it
	key   []byte
	value []byte
	again bool   // the pair has the key of the pair before
	raw   []byte // the decompressed body
	err   error
}

// Reset begins to read block, which must stay as it is until the last pair was read.
// A block that can't be read is a [*BlockError].
func (r *BlockReader) Reset(block []byte) error { return r.reset(block, false) }

// Load begins to read block as Reset does, but keeps what it needs of it.
func (r *BlockReader) Load(block []byte) error { return r.reset(block, true) }

func (r *BlockReader) reset(block []byte, keep bool) error {
	h, err := parseBlock(block)
	*r = BlockReader{key: emptiedFor(r.key, h.length), raw: emptiedFor(r.raw, h.length)}
	if err == nil {
		err = r.open(h, keep)
	}
	if err != nil {
		*r = BlockReader{err: err}
	}
	return err
}

// open makes the body ready to be read.
func (r *BlockReader) open(h blockHeader, keep bool) error {
	r.left = h.pairs
	switch {
	case h.codec != None:
		r.raw = slices.Grow(r.raw, h.length)[:h.length]
		if err := h.codec.decompress(r.raw, h.stored); err != nil {
			return blockError(Damaged, "%v", err)
		}
		r.body = r.raw
	case keep:
		r.raw = append(r.raw, h.stored...)
		r.body = r.raw
	default:
		r.body = h.stored
	}
	return nil
}

// Next advances to the next pair and reports whether there is one.
func (r *BlockReader) Next() bool {
	if r.left == 0 {
		return r.end()
	}
	body := r.body
	var shared, rest, size int
	if len(body) >= minPairSize && body[0]|body[1]|body[2] < 0x80 {
		shared, rest, size = int(body[0]), int(body[1]), int(body[2])
		body = body[minPairSize:]
	} else if shared, rest, size, body = pairLengths(body); body == nil {
		return r.damaged()
	}
	if shared > len(r.key) || rest > len(body) || size > len(body)-rest {
		return r.damaged()
	}
	r.again = rest == 0 && shared == len(r.key)
	r.key = append(r.key[:shared], body[:rest]...)
	r.value = body[rest : rest+size]
	r.body = body[rest+size:]
	r.left--
	return true
}

// pairLengths reads the lengths of a pair from the front of body.
// The body it returns is nil where they are cut short or out of range.
func pairLengths(body []byte) (shared, rest, size int, _ []byte) {
	var lengths [3]int
	for i := range lengths {
		v, n := binary.Uvarint(body)
		if n <= 0 || v > MaxPair {
			return 0, 0, 0, nil
		}
		lengths[i], body = int(v), body[n:]
	}
	return lengths[0], lengths[1], lengths[2], body
}

// end finishes the block after its last pair.
func (r *BlockReader) end() bool {
	if len(r.body) > 0 && r.err == nil {
		r.err = blockError(Damaged, "%d bytes follow the last pair", len(r.body))
	}
	r.body, r.value = nil, nil
	return false
}

func (r *BlockReader) damaged() bool {
	r.err = blockError(Damaged, "a pair is longer than the block, %d pairs before the end", r.left)
	r.left, r.body, r.value = 0, nil, nil
	return false
}

// repeats reports whether the pair has the key of the pair before it.
func (r *BlockReader) repeats() bool { return r.again }

// Key returns the key of the pair. The bytes are valid until Next.
func (r *BlockReader) Key() []byte { return r.key }

// Value returns the value of the pair. The bytes are valid until Next.
func (r *BlockReader) Value() []byte { return r.value }

// Err returns the error that ended the block, or nil at its end.
func (r *BlockReader) Err() error { return r.err }
