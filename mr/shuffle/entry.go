package shuffle

import (
	"encoding/binary"

	"github.com/gomr/gomr/mr"
)

// An entry stands for a record while it is sorted or looked up. It fits four to a cache line.
type entry struct {
	// prefix orders entries without a look at their keys, see keyPrefix.
	// In a hash table it is the hash of the key, and while sorting it may hold other bytes of it.
	prefix    uint64
	ref       ref
	partition uint32
}

const entrySize = 16

// keyPrefix returns the first eight bytes of key as a big-endian number, padded with zeros.
// Of two keys with different prefixes, the one with the smaller prefix is the smaller.
func keyPrefix(key []byte) uint64 {
	if len(key) >= 8 {
		return binary.BigEndian.Uint64(key)
	}
	var prefix uint64
	for i, c := range key {
		prefix |= uint64(c) << (56 - 8*i)
	}
	return prefix
}

// entryPairs are the pairs of sorted entries; they are an [mr.Pairs].
type entryPairs struct {
	arena   *arena
	entries []entry // not read yet
	key     []byte
	value   []byte
}

var _ mr.Pairs = (*entryPairs)(nil)

func (p *entryPairs) Next() bool {
	if len(p.entries) == 0 {
		p.key, p.value = nil, nil
		return false
	}
	p.key, p.value = parseRecord(p.arena.at(p.entries[0].ref))
	p.entries = p.entries[1:]
	return true
}

func (p *entryPairs) Key() []byte   { return p.key }
func (p *entryPairs) Value() []byte { return p.value }
func (p *entryPairs) Err() error    { return nil }
