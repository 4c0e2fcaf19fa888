package shuffle

import "math/bits"

// Recent merges pairs as they come. It knows the keys that came not long ago: a key that comes takes the slot
// of the one that was there, whose record stays where it is. The slots fit the
// processor's second cache, or are loaded before they are used, and the records of the keys that
// come often nearly fit it too; a table of all keys would miss the cache with each rare one.
// ("Early aggregation": Larson, "Grouping and Duplicate Elimination", 1997.)
type recent interface {
	// add merges a pair with the last one of its key, or makes a record of it.
	add(key, value []byte) error
	// forget forgets where records are.
	forget()
	// drain makes records of the pairs that have none.
	drain() error
	// expect says that about n keys are to come, after drain and forget: to look through slots that are
	// not used takes time too.
	expect(n int)
}

// recordMaker makes a record, and returns its place, or noRef where it can't be changed any more. It may forget other records before.
type recordMaker func(key, value []byte) (ref, error)

// recentKeys are [recent] for values of any kind, which are merged in their records.
type recentKeys struct {
	merge  func(dst, a, b []byte) []byte
	arena  *arena
	record recordMaker
	slots  []recentSlot // a power of two of them
	shift  int          // hash >> shift is the slot
	large  []byte       // memory for a merged value that is larger than small
	small  [64]byte
}

// A recentSlot is empty where its hash is zero.
type recentSlot struct {
	hash uint32
	ref  ref
}

const (
	recentSlotSize = 8
	minRecentSlots = 64
	maxRecentSlots = 32 << 10 // which the second cache has room for
)

// newRecentKeys returns a table that takes at most a 32nd of the budget.
func newRecentKeys(merge func(dst, a, b []byte) []byte, a *arena, record recordMaker) *recentKeys {
	n := recentSlots(a.budget, recentSlotSize, 32, maxRecentSlots)
	return &recentKeys{merge: merge, arena: a, record: record, slots: make([]recentSlot, n), shift: slotShift(n)}
}

// recentSlots takes from a budget what slots of some size need, and returns their number. They take at most a
// part of the budget, but for the least possible number.
func recentSlots(b *budget, size, part int64, most int) int {
	n := minRecentSlots
	for n < most && int64(2*n)*size <= b.limit/part {
		n *= 2
	}
	b.take(int64(n) * size)
	return n
}

// slotsFor returns how many of some slots are of use for n keys.
func slotsFor(n, slots int) int {
	return min(max(minRecentSlots, 1<<bits.Len(uint(n))), slots)
}

// slotShift returns the shift that makes one of n slots of a hash.
func slotShift(n int) int { return 64 - bits.TrailingZeros(uint(n)) }

func (t *recentKeys) add(key, value []byte) error {
	hash, _ := hashKey(key)
	slot, hash32 := &t.slots[hash>>t.shift], uint32(hash)|1
	if slot.hash == hash32 && t.mergeInto(t.arena.at(slot.ref), key, value) {
		return nil
	}
	place, err := t.record(key, value)
	if err != nil {
		return err
	}
	*slot = recentSlot{hash: hash32, ref: place}
	if place == noRef {
		*slot = recentSlot{}
	}
	return nil
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

func (t *recentKeys) forget() { clear(t.slots) }

func (t *recentKeys) drain() error { return nil }

func (t *recentKeys) expect(n int) {
	t.slots = t.slots[:slotsFor(n, cap(t.slots))]
	t.shift = slotShift(len(t.slots))
}
