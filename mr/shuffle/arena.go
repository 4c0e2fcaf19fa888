package shuffle

import "slices"

// chunkBits is the size of a chunk as a power of two: 2 MiB, a huge page.
// A ref has 32 bits, so an arena has at most 2048 chunks, 4 GiB.
const (
	chunkBits = 21
	chunkSize = 1 << chunkBits
	maxChunks = 1 << (32 - chunkBits)
)

// A ref is the place of a record in an [arena]: chunk number and offset in it.
// Refs ascend in order of allocation, and so stand for the order of emission too.
type ref uint32

// noRef is the place of no record: of a record's at least two bytes, none is the last of an arena.
const noRef = ^ref(0)

// A budget is what is left of a number of bytes.
type budget struct{ limit, used int64 }

// take takes n bytes and reports whether they were there.
func (b *budget) take(n int64) bool {
	if n > b.limit-b.used {
		return false
	}
	b.used += n
	return true
}

// give returns n bytes.
func (b *budget) give(n int64) { b.used -= n }

// An arena allocates records in chunks and frees them all at once.
type arena struct {
	budget *budget
	chunks [][]byte
	spare  [][]byte // chunks to use again, all accounted for
	tail   []byte   // what is left of the last chunk
}

// alloc returns n bytes, which are not cleared, and reports whether the budget had room.
// A record larger than a chunk gets one of its own.
func (a *arena) alloc(n int) (ref, []byte, bool) {
	if n > len(a.tail) && !a.grow(n) {
		return 0, nil, false
	}
	chunk := len(a.chunks) - 1
	offset := len(a.chunks[chunk]) - len(a.tail)
	buf := a.tail[:n:n]
	a.tail = a.tail[n:]
	return ref(chunk<<chunkBits | offset), buf, true
}

// grow begins a chunk with at least n bytes.
func (a *arena) grow(n int) bool {
	if len(a.chunks) == maxChunks {
		return false
	}
	if last := len(a.spare) - 1; last >= 0 && n <= len(a.spare[last]) {
		a.push(a.spare[last])
		a.spare = a.spare[:last]
		return true
	}
	size := max(n, a.nextSize())
	for !a.budget.take(int64(size)) {
		if size == n && !a.drop() {
			return false
		}
		size = n
	}
	a.push(allocate(size))
	return true
}

// drop gives up a free chunk and reports whether there was one.
// The chunks of small records must not keep a large one out.
func (a *arena) drop() bool {
	last := len(a.spare) - 1
	if last < 0 {
		return false
	}
	a.budget.give(int64(len(a.spare[last])))
	free(a.spare[last])
	a.spare = slices.Delete(a.spare, last, last+1)
	return true
}

func (a *arena) push(chunk []byte) {
	a.chunks = append(a.chunks, chunk)
	a.tail = chunk
}

// nextSize returns the size of the next chunk: a 64th of the budget at first, so that
// small inputs take little memory, and then as much as there is, up to a full chunk.
func (a *arena) nextSize() int {
	first := a.budget.limit / 64
	for range a.chunks {
		if first *= 2; first >= chunkSize {
			break
		}
	}
	return int(max(minChunk, min(first, a.budget.limit/16, chunkSize)))
}

// minChunk is the size of the smallest chunk.
const minChunk = 512

// at returns the chunk from the place of a record on.
func (a *arena) at(r ref) []byte { return a.chunks[r>>chunkBits][r&(chunkSize-1):] }

// key returns the key of a record.
func (a *arena) key(r ref) []byte { return recordKey(a.at(r)) }

func (a *arena) prefix(r ref, depth int) uint64 { return keyPrefix(a.key(r)[depth:]) }

// size returns the bytes of the chunks in use.
func (a *arena) size() (n int64) {
	for _, chunk := range a.chunks {
		n += int64(len(chunk))
	}
	return n - int64(len(a.tail))
}

// reset frees all records. Full-sized chunks stay for use again.
func (a *arena) reset() {
	for _, chunk := range a.chunks {
		if len(chunk) <= chunkSize {
			a.spare = append(a.spare, chunk)
		} else {
			a.budget.give(int64(len(chunk)))
			free(chunk)
		}
	}
	clear(a.chunks)
	a.chunks, a.tail = a.chunks[:0], nil
}

// takeOver takes the memory of another arena with the same budget, whose records are freed.
func (a *arena) takeOver(other *arena) {
	other.reset()
	a.spare = append(a.spare, other.spare...)
	other.spare = nil
}

// close gives the memory back.
func (a *arena) close() {
	for _, chunk := range slices.Concat(a.chunks, a.spare) {
		free(chunk)
	}
	a.chunks, a.spare, a.tail = nil, nil, nil
}
