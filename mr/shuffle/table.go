package shuffle

import (
	"bytes"
	"hash/maphash"
	"math/bits"
)

// A table is a store that merges the values of equal keys as they come.
// It is a hash table with linear probing, whose entries have the hash of their key
// for a prefix; it is zero where the slot is empty.
type table struct {
	options *Options
	budget  *budget
	arena   arena
	seed    maphash.Seed
	slots   []entry // a power of two of them
	shift   int     // hash >> shift is the first slot to look at
	used    int     // slots that are not empty
	merged  []byte  // memory for the result of a merge
}

func newTable(options *Options, budget *budget) *table {
	t := &table{options: options, budget: budget, arena: arena{budget: budget}, seed: maphash.MakeSeed()}
	budget.take(minEntries * entrySize)
	t.setSlots(make([]entry, minEntries))
	return t
}

func (t *table) setSlots(slots []entry) {
	t.slots = slots
	t.shift = 64 - bits.TrailingZeros(uint(len(slots)))
}

func (t *table) add(key, value []byte) (bool, error) {
	hash := maphash.Bytes(t.seed, key) | 1
	for i := hash >> t.shift; ; i = (i + 1) & uint64(len(t.slots)-1) {
		slot := &t.slots[i]
		if slot.prefix == hash {
			record := t.arena.at(slot.ref)
			if k, old := parseRecord(record); bytes.Equal(k, key) {
				return t.merge(slot, record, key, old, value), nil
			}
		}
		if slot.prefix == 0 {
			return t.insert(slot, hash, key, value)
		}
	}
}

// merge puts the merge of old and value into the record, or into a new one where it is too large.
func (t *table) merge(slot *entry, record, key, old, value []byte) bool {
	t.merged = t.options.Merge(emptied(t.merged), old, value)
	if replaceValue(record, t.merged) {
		return true
	}
	if len(key)+len(t.merged) > MaxPair {
		return false
	}
	ref, buf, ok := t.arena.alloc(growingSize(key, t.merged))
	if !ok {
		return false
	}
	putGrowing(buf, key, t.merged)
	slot.ref = ref
	return true
}

// insert puts a new key into an empty slot.
func (t *table) insert(slot *entry, hash uint64, key, value []byte) (bool, error) {
	if t.used >= len(t.slots)/4*3 {
		if !t.grow() {
			return false, nil
		}
		return t.add(key, value)
	}
	p, err := t.options.partition(key)
	if err != nil {
		return false, err
	}
	ref, buf, ok := t.arena.alloc(growingSize(key, value))
	if !ok {
		return false, nil
	}
	putGrowing(buf, key, value)
	*slot = entry{prefix: hash, ref: ref, partition: p, length: keyLength(key)}
	t.used++
	return true, nil
}

// grow doubles the slots, if the budget allows it.
func (t *table) grow() bool {
	old := t.slots
	if !t.budget.take(2 * int64(len(old)) * entrySize) {
		return false
	}
	t.setSlots(make([]entry, 2*len(old)))
	mask := uint64(len(t.slots) - 1)
	for _, e := range old {
		if e.prefix == 0 {
			continue
		}
		i := e.prefix >> t.shift
		for t.slots[i].prefix != 0 {
			i = (i + 1) & mask
		}
		t.slots[i] = e
	}
	t.budget.give(int64(len(old)) * entrySize)
	return true
}

// sort moves the entries to the front of the slots and sorts them there.
func (t *table) sort() sorted {
	entries := t.slots[:0]
	for _, e := range t.slots {
		if e.prefix != 0 {
			e.prefix = keyPrefix(recordKey(t.arena.at(e.ref)))
			entries = append(entries, e)
		}
	}
	bounds := sortEntries(&t.arena, entries, t.options.Partitions)
	return sorted{&t.arena, entries, bounds}
}

func (t *table) reset() {
	t.arena.reset()
	clear(t.slots)
	t.used = 0
}
