package shuffle

import (
	"encoding/binary"
	"errors"
	"math"
	"math/bits"

	"github.com/gomr/gomr/mr/internal/prefetch"
)

// A numberTable merges and sorts the pairs of a range whose values are numbers. Their keys stay where they are, in
// the streams of the map tasks: the table has a number for each, found by a hash table with linear probing, and an
// entry to sort it by in the end. None of these have pointers that the collector would follow.
type numberTable struct {
	merge func(a, b int64) int64
	limit int64 // of memory in bytes

	blocks  [][]byte    // of the streams
	slots   []tableSlot // a power of two of them
	shift   int         // hash >> shift is the slot to look at first
	numbers []keyNumber // one for each key, in the order of their first pairs
	entries []entry     // memory for them
	scratch []entry     // as many, for the sort

	row [rowLength]rowPair
}

// A tableSlot is empty where its index is zero.
type tableSlot struct {
	hash  uint32
	index uint32 // in numbers, plus one
}

// A keyNumber is a key and what its numbers are merged to.
type keyNumber struct {
	prefix uint64 // of the key, see keyPrefix
	second uint64 // prefix of what follows the first eight bytes
	number int64
	place  blockRef // of the key
	length uint32   // of the key
}

// A blockRef is a place in a block of a table: the number of the block, and an offset in it.
// A block of more than maxStreamBlock bytes is one record, so that all keys begin at a small offset.
type blockRef uint32

const (
	blockOffsetBits = 14
	maxBlocks       = 1 << (32 - blockOffsetBits)
)

// A rowPair is a pair whose slot is being loaded, but not used yet.
type rowPair struct {
	keyNumber
	hash uint32
}

const (
	minTableSlots = 1 << 8
	// keyNumberMemory is what a key takes in bytes, at the most: its number, and twice that while numbers are moved
	// to have room for more, some slots, and an entry with what its sort needs.
	keyNumberMemory = 128
)

// errTableFull is the error of a table that may take no more memory.
var errTableFull = errors.New("shuffle: the table of a range is full")

func newNumberTable(merge func(a, b int64) int64, memory int64) *numberTable {
	return &numberTable{merge: merge, limit: memory}
}

// reset empties the table, for about n keys to come.
func (t *numberTable) reset(n int) {
	clear(t.blocks)
	t.blocks, t.numbers = t.blocks[:0], t.numbers[:0]
	slots := minTableSlots
	for slots < n && t.mayHave(2*slots) {
		slots *= 2
	}
	if slots > cap(t.slots) {
		t.slots = make([]tableSlot, slots)
	} else {
		t.slots = t.slots[:slots]
		clear(t.slots)
	}
	t.shift = 32 - bits.TrailingZeros(uint(slots))
}

// free gives all memory up, until reset.
func (t *numberTable) free() {
	t.blocks, t.slots, t.numbers, t.entries, t.scratch = nil, nil, nil, nil, nil
}

// keysFor returns how many keys some slots are for: three quarters as many.
func keysFor(slots int) int { return slots / 4 * 3 }

// mayHave reports whether there is memory for all keys that some slots are for.
func (t *numberTable) mayHave(slots int) bool {
	return int64(keysFor(slots))*keyNumberMemory <= t.limit
}

// add adds the pairs of a stream, whose memory stays as it is until reset. It begins to load the slots of all pairs of a
// row before it uses the first, as [recentNumbers] does.
func (t *numberTable) add(stream *streamPairs) error {
	n := 0
	for block := stream.nextBlock(); block != nil; block = stream.nextBlock() {
		if len(t.blocks) == maxBlocks {
			return errTableFull
		}
		first := blockRef(len(t.blocks) << blockOffsetBits)
		t.blocks = append(t.blocks, block)
		for at := 0; at < len(block); n++ {
			if n == rowLength {
				if err := t.addRow(n); err != nil {
					return err
				}
				n = 0
			}
			p := &t.row[n]
			start, size, err := p.set(block[at:])
			if err != nil {
				return err
			}
			p.place = first + blockRef(at+start)
			prefetch.Line(&t.slots[p.hash>>t.shift])
			at += size
		}
	}
	return t.addRow(n)
}

// set sets all but the place to the pair of the record at the front of b. It returns where its key starts, and its size.
func (p *rowPair) set(b []byte) (start, size int, err error) {
	key, value := parseRecord(b)
	size = recordSize(key, value)
	start = size - len(key) - len(value)
	hash, prefix := hashKey(key)
	p.hash, p.prefix, p.second, p.length = uint32(hash>>32), prefix, 0, uint32(len(key))
	if len(key) > shortKey {
		p.second = keyPrefix(key[shortKey:])
	}
	p.number, err = decodeNumber(key, value)
	return start, size, err
}

// addRow adds the first n pairs of the row.
func (t *numberTable) addRow(n int) error {
	for len(t.numbers)+n > keysFor(len(t.slots)) {
		if !t.mayHave(2 * len(t.slots)) {
			return errTableFull
		}
		t.grow()
	}
	for i := range t.row[:n] {
		t.addPair(&t.row[i])
	}
	return nil
}

func (t *numberTable) addPair(p *rowPair) {
	mask := uint32(len(t.slots) - 1)
	for i := p.hash >> t.shift; ; i++ {
		slot := &t.slots[i&mask]
		if slot.index == 0 {
			t.numbers = append(t.numbers, p.keyNumber)
			*slot = tableSlot{p.hash, uint32(len(t.numbers))}
			return
		}
		if slot.hash != p.hash {
			continue
		}
		if n := &t.numbers[slot.index-1]; t.equalKeys(n, &p.keyNumber) {
			n.number = t.merge(n.number, p.number)
			return
		}
	}
}

func (t *numberTable) equalKeys(x, y *keyNumber) bool {
	return x.prefix == y.prefix && x.second == y.second && x.length == y.length &&
		(x.length <= 2*shortKey || string(t.keyOf(x)) == string(t.keyOf(y)))
}

// grow doubles the slots.
func (t *numberTable) grow() {
	old := t.slots
	t.slots = make([]tableSlot, 2*len(old))
	t.shift--
	mask := uint32(len(t.slots) - 1)
	for _, slot := range old {
		if slot.index == 0 {
			continue
		}
		i := slot.hash >> t.shift
		for t.slots[i].index != 0 {
			i = (i + 1) & mask
		}
		t.slots[i] = slot
	}
}

func (t *numberTable) keyOf(n *keyNumber) []byte {
	block := t.blocks[n.place>>blockOffsetBits]
	return block[n.place&(1<<blockOffsetBits-1):][:n.length:n.length]
}

// key and prefix are [sortKeys] by index in numbers.
func (t *numberTable) key(r ref) []byte { return t.keyOf(&t.numbers[r]) }

func (t *numberTable) prefix(r ref, depth int) uint64 {
	n := &t.numbers[r]
	if depth <= shortKey {
		return n.prefix<<(8*depth) | n.second>>(64-8*depth)
	}
	return keyPrefix(t.keyOf(n)[depth:])
}

// sorted returns the pairs in the order of their keys. They are valid until reset.
func (t *numberTable) sorted() *numberPairs {
	if n := len(t.numbers); n > cap(t.entries) {
		t.entries = make([]entry, n+n/8)
		t.scratch = make([]entry, n+n/8)
	}
	entries, depth := t.entries[:len(t.numbers)], t.common()
	for i := range entries {
		length := min(t.numbers[i].length, math.MaxUint16)
		entries[i] = entry{prefix: t.prefix(ref(i), depth), ref: ref(i), length: uint16(length)}
	}
	sortEntries(t, entries, t.scratch, depth)
	return &numberPairs{table: t, entries: entries}
}

// common returns how many of the first eight bytes are the same in all keys.
func (t *numberTable) common() int {
	differ, shortest := uint64(0), uint32(shortKey)
	for i := range t.numbers {
		n := &t.numbers[i]
		differ |= n.prefix ^ t.numbers[0].prefix
		shortest = min(shortest, n.length)
	}
	return min(bits.LeadingZeros64(differ)/8, int(shortest))
}

// numberPairs are the pairs of a table, an [mr.NumberPairs].
type numberPairs struct {
	table   *numberTable
	entries []entry // not read yet
	present *keyNumber
	varint  [binary.MaxVarintLen64]byte
}

func (p *numberPairs) Next() bool {
	if len(p.entries) == 0 {
		return false
	}
	if len(p.entries) > 2*readAhead { // the number first, since it has the place of the key
		prefetch.Line(&p.table.numbers[p.entries[2*readAhead].ref])
		prefetch.Bytes(p.table.key(p.entries[readAhead].ref))
	}
	p.present = &p.table.numbers[p.entries[0].ref]
	p.entries = p.entries[1:]
	return true
}

func (p *numberPairs) Key() []byte   { return p.table.keyOf(p.present) }
func (p *numberPairs) Value() []byte { return p.varint[:binary.PutVarint(p.varint[:], p.Number())] }
func (p *numberPairs) Number() int64 { return p.present.number }
func (p *numberPairs) Err() error    { return nil }
