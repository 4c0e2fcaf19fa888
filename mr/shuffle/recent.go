package shuffle

import "math/bits"

// recentKeys are the places of the records of keys that came not long ago, so that
// their values are merged as they come. It is direct-mapped: a key that comes takes the slot
// of the one that was there, whose record stays where it is. The slots fit the
// processor's second cache, and so, nearly, do the records of the keys that
// come often; a table of all keys would miss the cache with each rare one.
// ("Early aggregation": Larson, "Grouping and Duplicate Elimination", 1997.)
type recentKeys struct {
	merge func(dst, a, b []byte) []byte
	slots []recentSlot // a power of two of them
	shift int          // hash >> shift is the slot
	large []byte       // memory for a merged value that is larger than small
	small [64]byte
}

// A recentSlot is empty where its hash is zero.
type recentSlot struct {
	hash uint32
	ref  ref
}

const (
	recentSlotSize = 8
	minRecentSlots = 64
	maxRecentSlots = 32 << 10
)

// newRecentKeys returns a table that takes at most a 32nd of the budget.
func newRecentKeys(merge func(dst, a, b []byte) []byte, budget *budget) *recentKeys {
	n := minRecentSlots
	for n < maxRecentSlots && int64(2*n*recentSlotSize) <= budget.limit/32 {
		n *= 2
	}
	budget.take(int64(n) * recentSlotSize)
	return &recentKeys{merge: merge, slots: make([]recentSlot, n), shift: 64 - bits.TrailingZeros(uint(n))}
}

// slot returns the slot of a key, and the hash that it has where the key may be in it.
func (t *recentKeys) slot(key []byte) (*recentSlot, uint32) {
	hash := hashKey(key)
	return &t.slots[hash>>t.shift], uint32(hash) | 1
}

// mergeInto merges a value into the record at the front of b. It reports false
// where the record is of another key, or has no room.
func (t *recentKeys) mergeInto(b, key, value []byte) bool {
	old, ok := recordValue(b, key)
	if !ok {
		return false
	}
	merged := t.merge(t.scratch(len(old)+len(value)), old, value)
	if len(merged) == len(old) {
		copy(old, merged)
		return true
	}
	return replaceValue(b, merged)
}

// scratch returns empty memory for a value of about n bytes.
func (t *recentKeys) scratch(n int) []byte {
	if n <= len(t.small) {
		return t.small[:0]
	}
	if cap(t.large) < n || cap(t.large) > keptBuffer {
		t.large = make([]byte, 0, n)
	}
	return t.large[:0]
}

// reset forgets all keys.
func (t *recentKeys) reset() { clear(t.slots) }
