package shuffle

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/bits"

	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/mr/internal/overread"
	"github.com/gomr/gomr/mr/internal/prefetch"
)

// An entry stands for a record while it is sorted or looked up. It fits four to a cache line.
type entry struct {
	// prefix orders entries without a look at their keys, see keyPrefix.
	// While sorting it may hold other bytes of the key.
	prefix    uint64
	ref       ref
	partition uint16
	// length is that of the key, or the largest number where the key is longer.
	// With it, sorting needs no look at short keys at all: such a look is a cache miss.
	length uint16
}

func newEntry(key []byte, r ref, partition uint16) entry {
	return entry{prefix: keyPrefix(key), ref: r, partition: partition, length: keyLength(key)}
}

const (
	entrySize     = 16
	maxPartitions = 1 << 16
)

// keyLength returns the length of key for an entry.
func keyLength(key []byte) uint16 { return uint16(min(len(key), math.MaxUint16)) }

// keyPrefix returns the first eight bytes of key as a big-endian number, padded with zeros.
// Of two keys with different prefixes, the one with the smaller prefix is the smaller.
func keyPrefix(key []byte) uint64 {
	switch {
	case len(key) >= 8:
		return binary.BigEndian.Uint64(key)
	case overread.Allows(key, 8):
		return bits.ReverseBytes64(overread.Uint64(key, 0) & overread.Mask(len(key)))
	}
	var first [8]byte
	copy(first[:], key)
	return binary.BigEndian.Uint64(first[:])
}

// entryPairs are the pairs of sorted entries; they are an [mr.Pairs].
type entryPairs struct {
	arena   *arena
	entries []entry // not read yet
	last    []byte  // the key before
	key     []byte
	value   []byte
}

var _ mr.Pairs = (*entryPairs)(nil)

func (p *entryPairs) Next() bool {
	if len(p.entries) == 0 {
		p.key, p.value = nil, nil
		return false
	}
	if len(p.entries) > readAhead {
		prefetch.Line(&p.arena.at(p.entries[readAhead].ref)[0])
	}
	p.last = p.key
	p.key, p.value = parseRecord(p.arena.at(p.entries[0].ref))
	p.entries = p.entries[1:]
	return true
}

// readAhead is how many pairs before it is read the record of one begins to be loaded. Records lie anywhere in memory.
const readAhead = 32

func (p *entryPairs) repeats() bool { return bytes.Equal(p.key, p.last) }

func (p *entryPairs) Key() []byte   { return p.key }
func (p *entryPairs) Value() []byte { return p.value }
func (p *entryPairs) Err() error    { return nil }
