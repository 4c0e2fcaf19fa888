package shuffle

import "encoding/binary"

// A stream is records in order of emission, in blocks of an arena. Where a record may have room for its value to grow,
// its size is before it, as a uvarint.
type stream struct {
	tail    []byte // what is left of the last block
	place   ref    // of tail
	growing bool   // records may have room
	size    int    // bytes of all blocks
	blocks  [][]byte
}

// newStreams returns empty streams.
func newStreams(n int, growing bool) []stream {
	streams := make([]stream, n)
	for i := range streams {
		streams[i].growing = growing
	}
	return streams
}

// The blocks of a stream are a quarter as large as all before them, between these bounds in bytes.
const (
	minStreamBlock = 512
	maxStreamBlock = 8 << 10
)

// add puts the record of a pair into the stream, and returns its place and size. The size is zero where the arena has no room.
func (s *stream) add(a *arena, key, value []byte) (place ref, size int) {
	if s.growing {
		return s.addGrowing(a, key, value)
	}
	size = recordSize(key, value)
	if size > len(s.tail) && !s.grow(a, size) {
		return noRef, 0
	}
	putRecord(s.tail, key, value)
	return s.take(size), size
}

// addGrowing is add for a record with room.
func (s *stream) addGrowing(a *arena, key, value []byte) (place ref, size int) {
	size = growingSize(key, value)
	buf, place := s.alloc(a, size)
	if buf == nil {
		return noRef, 0
	}
	putGrowing(buf, key, value)
	return place, size
}

// alloc returns size bytes for a record, and their place. It returns nil where the arena has no room.
func (s *stream) alloc(a *arena, size int) ([]byte, ref) {
	header := 0
	if s.growing {
		header = uvarintLen(size)
	}
	if header+size > len(s.tail) && !s.grow(a, header+size) {
		return nil, noRef
	}
	if s.growing {
		s.take(putUvarintWidth(s.tail, size, header))
	}
	buf := s.tail[:size:size]
	return buf, s.take(size)
}

// take takes the next n bytes, and returns their place.
func (s *stream) take(n int) ref {
	place := s.place
	s.tail = s.tail[n:]
	s.place += ref(n)
	return place
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
func (s *stream) pairs() *streamPairs {
	return &streamPairs{blocks: s.blocks, unused: len(s.tail), growing: s.growing}
}

// streamPairs are an [mr.Pairs].
type streamPairs struct {
	blocks     [][]byte // to come
	unused     int      // bytes at the end of the last of them
	growing    bool     // as in stream
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
	if p.growing {
		size, n := binary.Uvarint(p.block)
		p.record, p.block = p.block[n:n+int(size)], p.block[n+int(size):]
		p.key, p.value = parseRecord(p.record)
	} else {
		p.key, p.value = parseRecord(p.block)
		size := recordSize(p.key, p.value)
		p.record, p.block = p.block[:size], p.block[size:]
	}
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
