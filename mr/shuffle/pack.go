package shuffle

import (
	"bytes"

	"github.com/gomr/gomr/mr"
)

// Packed is a run in memory: sorted pairs, one behind the other. They take less memory than while
// they were added and sorted, and are read from front to back, as the processor likes it.
type packed struct {
	chunks [][]byte
	parts  []packedPart
	pairs  int64
	memory int64
}

// A packedPart is the place of the pairs of a partition.
type packedPart struct {
	chunk, offset int // of the first one
	pairs         int
}

// minPackedChunk is the size of the smallest chunk in bytes.
const minPackedChunk = 4 << 10

// pack makes a run of the sorted pairs of each partition, which take about size bytes.
func pack(partitions int, size int64, partition func(p int) mr.Pairs) (*packed, error) {
	w := packer{packed: &packed{parts: make([]packedPart, partitions)}, size: int(size)}
	for p := range partitions {
		if err := w.write(p, partition(p)); err != nil {
			w.packed.close()
			return nil, err
		}
		w.packed.pairs += int64(w.packed.parts[p].pairs)
	}
	w.cut()
	return w.packed, nil
}

// packedSources returns the pairs that runs have for a partition.
func packedSources(runs []*packed, p int) []mr.Pairs {
	sources := make([]mr.Pairs, len(runs))
	for i, run := range runs {
		sources[i] = run.partition(p)
	}
	return sources
}

// A packer writes packed pairs.
type packer struct {
	packed *packed
	size   int    // of all records that are still to come, as far as is known
	tail   []byte // what is left of the last chunk
}

func (w *packer) write(p int, pairs mr.Pairs) error {
	part := &w.packed.parts[p]
	for pairs.Next() {
		key, value := pairs.Key(), pairs.Value()
		size := recordSize(key, value)
		if size > len(w.tail) {
			w.grow(size)
		}
		if part.pairs == 0 {
			part.chunk = len(w.packed.chunks) - 1
			part.offset = len(w.packed.chunks[part.chunk]) - len(w.tail)
		}
		part.pairs++
		putRecord(w.tail, key, value)
		w.tail = w.tail[size:]
	}
	return pairs.Err()
}

// grow begins a chunk of at least n bytes: of what is still to come, if that is known.
func (w *packer) grow(n int) {
	w.cut()
	chunk := allocate(max(n, w.size, minPackedChunk))
	w.size = len(chunk) / 4 // where it was not enough
	w.packed.memory += int64(cap(chunk))
	w.packed.chunks = append(w.packed.chunks, chunk)
	w.tail = chunk
}

// cut gives up what is left of the last chunk.
func (w *packer) cut() {
	last := len(w.packed.chunks) - 1
	if last < 0 {
		return
	}
	chunk := w.packed.chunks[last]
	w.packed.chunks[last] = shrink(chunk, len(chunk)-len(w.tail))
	w.packed.memory -= int64(cap(chunk) - cap(w.packed.chunks[last]))
	w.tail = nil
}

func (p *packed) close() {
	for _, chunk := range p.chunks {
		free(chunk)
	}
	p.chunks = nil
}

// partition returns the pairs of a partition.
func (p *packed) partition(i int) *packedPairs {
	part := p.parts[i]
	pairs := &packedPairs{left: part.pairs}
	if part.pairs > 0 {
		pairs.rest = p.chunks[part.chunk][part.offset:]
		pairs.chunks = p.chunks[part.chunk+1:]
	}
	return pairs
}

// packedPairs are an [mr.Pairs].
type packedPairs struct {
	rest       []byte   // of the present chunk
	chunks     [][]byte // behind it
	left       int      // pairs that were not read
	last       []byte   // the key before
	key, value []byte
}

func (p *packedPairs) Next() bool {
	if p.left == 0 {
		p.key, p.value = nil, nil
		return false
	}
	p.left--
	if len(p.rest) == 0 {
		p.rest, p.chunks = p.chunks[0], p.chunks[1:]
	}
	p.last = p.key
	start, keyLen, valueLen := 2, int(p.rest[0]), int(p.rest[1])
	if p.rest[0]|p.rest[1] >= 0x80 {
		keyLen, valueLen, start = recordLengths(p.rest)
	}
	valueStart := start + keyLen
	end := valueStart + valueLen
	p.key = p.rest[start:valueStart:valueStart]
	p.value = p.rest[valueStart:end:end]
	p.rest = p.rest[end:]
	return true
}

func (p *packedPairs) repeats() bool { return bytes.Equal(p.key, p.last) }

func (p *packedPairs) Key() []byte   { return p.key }
func (p *packedPairs) Value() []byte { return p.value }
func (p *packedPairs) Err() error    { return nil }
