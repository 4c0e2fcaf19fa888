package streamjob

import (
	"bytes"
	"encoding/binary"
)

// A record is a pair in the memory of a sorter: the key at start, and the value behind it.
type record struct {
	prefix    uint64 // the first bytes of the key, as a number
	start     uint32
	key       uint32 // length of the key in bytes
	value     uint32 // length of the value in bytes
	partition uint32
}

// A sorter holds the pairs of a spill and orders them by partition and key.
type sorter struct {
	records []record
	memory  []byte
	order   func(a, b []byte) int // nil means that keys are compared as bytes
}

// add copies a pair to the end.
func (s *sorter) add(partition int, key, value []byte) {
	s.records = append(s.records, record{
		prefix:    keyPrefix(key),
		start:     uint32(len(s.memory)),
		key:       uint32(len(key)),
		value:     uint32(len(value)),
		partition: uint32(partition),
	})
	s.memory = append(append(s.memory, key...), value...)
}

// keyPrefix returns the first eight bytes of a key as a number that compares as they do.
func keyPrefix(key []byte) uint64 {
	if len(key) >= 8 {
		return binary.BigEndian.Uint64(key)
	}
	var short [8]byte
	copy(short[:], key)
	return binary.BigEndian.Uint64(short[:])
}

func (s *sorter) key(r *record) []byte { return s.memory[r.start : r.start+r.key : r.start+r.key] }

func (s *sorter) value(r *record) []byte {
	start := r.start + r.key
	return s.memory[start : start+r.value : start+r.value]
}

func (s *sorter) compare(i, j int) int {
	a, b := &s.records[i], &s.records[j]
	if a.partition != b.partition {
		return int(a.partition) - int(b.partition)
	}
	if s.order != nil {
		return s.order(s.key(a), s.key(b))
	}
	if a.prefix != b.prefix {
		if a.prefix < b.prefix {
			return -1
		}
		return 1
	}
	return bytes.Compare(s.key(a), s.key(b))
}

func (s *sorter) swap(i, j int) { s.records[i], s.records[j] = s.records[j], s.records[i] }

// sort orders the records. Hadoop's records of a spill lie in reverse before the sort,
// because their descriptions are written downwards; that shows in the order of equal ones.
func (s *sorter) sort() {
	for i, j := 0, len(s.records)-1; i < j; i, j = i+1, j-1 {
		s.swap(i, j)
	}
	quickSort(s, 0, len(s.records))
}

// A sortedPairs are some records of a sorter that was sorted. It is an mr.Pairs.
type sortedPairs struct {
	sorter       *sorter
	next, end    int
	key0, value0 []byte
}

func (p *sortedPairs) Next() bool {
	if p.next == p.end {
		return false
	}
	r := &p.sorter.records[p.next]
	p.key0, p.value0 = p.sorter.key(r), p.sorter.value(r)
	p.next++
	return true
}

func (p *sortedPairs) Key() []byte   { return p.key0 }
func (p *sortedPairs) Value() []byte { return p.value0 }
func (p *sortedPairs) Err() error    { return nil }
