package shuffle

import (
	"bytes"

	"github.com/gomr/gomr/mr"
)

// Packed is a run in memory: sorted pairs, one behind the other. They take less memory than while
// they were added and sorted, and are read from front to back, as the processor likes it.
type packed struct {
	chunks [][]byte
	marks  [][]int // by chunk: offsets of records, one in markEvery bytes
	parts  []packedPart
	pairs  int64
	keys   int64 // different ones, in all partitions
	memory int64
}

// A packedPart is the place of the pairs of a partition.
type packedPart struct {
	start, end packedPlace
	pairs      int
}

// A packedPlace is an offset in a chunk.
type packedPlace struct{ chunk, offset int }

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

	markAt int // the length of tail from which on a record is marked
}

func (w *packer) write(p int, pairs mr.Pairs) error {
	part := &w.packed.parts[p]
	repeater, _ := pairs.(repeater)
	for pairs.Next() {
		key, value := pairs.Key(), pairs.Value()
		size := recordSize(key, value)
		if size > len(w.tail) {
			w.grow(size)
		}
		if part.pairs == 0 {
			part.start = w.place()
		}
		if part.pairs == 0 || repeater == nil || !repeater.repeats() {
			w.packed.keys++
		}
		part.pairs++
		if len(w.tail) <= w.markAt {
			w.mark()
		}
		putRecord(w.tail, key, value)
		w.tail = w.tail[size:]
	}
	if part.pairs > 0 {
		part.end = w.place()
	}
	return pairs.Err()
}

// place returns where the next record begins, in a chunk that has room for it.
func (w *packer) place() packedPlace {
	last := len(w.packed.chunks) - 1
	return packedPlace{last, len(w.packed.chunks[last]) - len(w.tail)}
}

// mark notes where the next record begins.
func (w *packer) mark() {
	at := w.place()
	w.packed.marks[at.chunk] = append(w.packed.marks[at.chunk], at.offset)
	w.markAt = len(w.tail) - markEvery
}

// grow begins a chunk of at least n bytes: of what is still to come, if that is known.
func (w *packer) grow(n int) {
	w.cut()
	chunk := allocate(max(n, w.size, minPackedChunk))
	w.size = len(chunk) / 4 // where it was not enough
	w.packed.memory += int64(cap(chunk))
	w.packed.chunks = append(w.packed.chunks, chunk)
	w.packed.marks = append(w.packed.marks, nil)
	w.tail, w.markAt = chunk, len(chunk)
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
	return &packedPairs{run: p, part: part, at: part.start, left: part.pairs}
}

// segments returns the part of each chunk that the pairs are in. None of them must have been read.
func (p *packedPairs) segments() []segment {
	if p.left == 0 {
		return nil
	}
	var segments []segment
	for c := p.part.start.chunk; c <= p.part.end.chunk; c++ {
		start, end := 0, len(p.run.chunks[c])
		if c == p.part.start.chunk {
			start = p.part.start.offset
		}
		if c == p.part.end.chunk {
			end = p.part.end.offset
		}
		s := segment{data: p.run.chunks[c][start:end]}
		for _, mark := range p.run.marks[c] {
			if start <= mark && mark < end {
				s.marks = append(s.marks, mark-start)
			}
		}
		segments = append(segments, s)
	}
	return segments
}

// packedPairs are an [mr.Pairs].
type packedPairs struct {
	run        *packed
	part       packedPart
	at         packedPlace
	left       int    // pairs that were not read
	last       []byte // the key before
	key, value []byte
}

func (p *packedPairs) Next() bool {
	if p.left == 0 {
		p.key, p.value = nil, nil
		return false
	}
	p.left--
	if p.at.offset == len(p.run.chunks[p.at.chunk]) {
		p.at = packedPlace{p.at.chunk + 1, 0}
	}
	p.last = p.key
	p.key, p.value = parseRecord(p.run.chunks[p.at.chunk][p.at.offset:])
	p.at.offset += recordSize(p.key, p.value)
	return true
}

func (p *packedPairs) repeats() bool { return bytes.Equal(p.key, p.last) }

func (p *packedPairs) Key() []byte   { return p.key }
func (p *packedPairs) Value() []byte { return p.value }
func (p *packedPairs) Err() error    { return nil }
