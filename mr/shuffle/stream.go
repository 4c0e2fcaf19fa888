package shuffle

import "encoding/binary"

// A stream is records in order of emission, in blocks of an arena. The size of a record is before it, as a uvarint,
// since it has room for the value to grow.
type stream struct {
	tail   []byte // what is left of the last block
	place  ref    // of tail
	size   int    // bytes of all blocks
	blocks [][]byte
}

// The blocks of a stream are a quarter as large as all before them, between these bounds in bytes.
const (
	minStreamBlock = 512
	maxStreamBlock = 8 << 10
)

// alloc returns size bytes for a record, and its place. It returns nil where the arena has no room.
func (s *stream) alloc(a *arena, size int) ([]byte, ref) {
	header := uvarintLen(size)
	if header+size > len(s.tail) && !s.grow(a, header+size) {
		return nil, noRef
	}
	putUvarintWidth(s.tail, size, header)
	buf, place := s.tail[header:header+size:header+size], s.place+ref(header)
	s.tail = s.tail[header+size:]
	s.place += ref(header + size)
	return buf, place
}

// grow begins a block of at least n bytes, and reports whether the arena had room.
func (s *stream) grow(a *arena, n int) bool {
	size := max(n, min(max(s.size/4, minStreamBlock), maxStreamBlock))
	place, block, ok := a.alloc(size)
	if !ok && size > n {
		place, block, ok = a.alloc(n)
	}
	if !ok {
		return false
	}
	s.cut()
	s.blocks = append(s.blocks, block)
	s.tail, s.place = block, place
	s.size += len(block)
	return true
}

// cut gives up what is left of the last block.
func (s *stream) cut() {
	if last := len(s.blocks) - 1; last >= 0 {
		block := s.blocks[last]
		s.blocks[last] = block[:len(block)-len(s.tail)]
		s.tail = nil
	}
}

// pairs returns the pairs of the stream, to which nothing is added any more. They may be read in several goroutines.
func (s *stream) pairs() *streamPairs { return &streamPairs{blocks: s.blocks, unused: len(s.tail)} }

// streamPairs are an [mr.Pairs].
type streamPairs struct {
	blocks     [][]byte // to come
	unused     int      // bytes at the end of the last of them
	block      []byte   // what is left of the present one
	record     []byte   // the present one, with its room
	key, value []byte
}

func (p *streamPairs) Next() bool {
	for len(p.block) == 0 {
		if p.block = p.nextBlock(); p.block == nil {
			p.key, p.value = nil, nil
			return false
		}
	}
	size, n := binary.Uvarint(p.block)
	p.record, p.block = p.block[n:n+int(size)], p.block[n+int(size):]
	p.key, p.value = parseRecord(p.record)
	return true
}

// nextBlock returns the next block, or nil behind the last.
func (p *streamPairs) nextBlock() []byte {
	if len(p.blocks) == 0 {
		return nil
	}
	block := p.blocks[0]
	p.blocks = p.blocks[1:]
	if len(p.blocks) == 0 {
		block = block[:len(block)-p.unused]
	}
	return block
}

func (p *streamPairs) Key() []byte   { return p.key }
func (p *streamPairs) Value() []byte { return p.value }
func (p *streamPairs) Err() error    { return nil }

// pairsInRange are those of streamPairs that are in one range.
type pairsInRange struct {
	*streamPairs
	cuts   *cuts
	number int
}

func (p *pairsInRange) Next() bool {
	for p.streamPairs.Next() {
		if p.cuts.find(p.key) == p.number {
			return true
		}
	}
	return false
}
