package shuffle

import (
	"encoding/binary"
	"fmt"
	"unsafe"

	"github.com/gomr/gomr/mr/internal/prefetch"
)

// recentNumbers are [recent] for values that are numbers. The slot of a short key has all of it and its number,
// so that to merge most pairs is a look at one slot; it has no record before its slot is
// taken by another key. A long key is in a record, and so is its number, since that is looked at for the key anyway.
//
// The number of a record has one, four or ten bytes, perhaps more than its varint needs, and is merged as long as these are
// enough. Then the key has another record, with more.
type recentNumbers struct {
	merge  func(a, b int64) int64
	arena  *arena
	record recordMaker
	slots  []numberSlot // a power of two of them
	shift  int          // hash >> shift is the slot

	row    [rowLength]hashedKey
	key    [shortKey]byte
	varint [maxVarint]byte
}

// A numberSlot is empty where its tag is zero. Four of them are a cache line.
type numberSlot struct {
	// key is the prefix of a short key, see keyPrefix, or the place of a record.
	key    uint64
	number int32 // of a short key with no record
	tag    slotTag
}

const (
	numberSlotSize = 16
	// numberSlotsPart is the part of the budget that slots take at the most, as its divisor.
	numberSlotsPart = 8
	// maxNumberSlots are 2 MiB, more than the second cache has: since slots are loaded ahead, to let fewer records through
	// saves more than to have them near.
	maxNumberSlots = 128 << 10
)

// A slotTag tells what a slot has, and has bits of the key's hash.
type slotTag uint32

const (
	shortKey = 8 // is the greatest length of a key that is all in its prefix

	tagKind   slotTag = 1<<4 - 1     // length plus one of a short key with no record, or tagRecord
	tagLong   slotTag = shortKey + 2 // of a long key that is hashed; no slot has it
	tagRecord slotTag = shortKey + 3 // the key and the number are in a record
)

// rowLength is how many pairs wait for their slots together.
const rowLength = 64

// isSmall reports whether the varint of n has at most smallVarint bytes.
func isSmall(n int64) bool { return zigzag(n) < 1<<(7*smallVarint) }

// A number in a record has one byte, smallVarint or maxVarint of them.
const (
	smallVarint = 4
	maxVarint   = binary.MaxVarintLen64
)

// newRecentNumbers returns a table with some slots, a power of two, that are empty.
func newRecentNumbers(merge func(a, b int64) int64, a *arena, record recordMaker, slots []numberSlot) *recentNumbers {
	return &recentNumbers{merge: merge, arena: a, record: record, slots: slots, shift: slotShift(len(slots))}
}

// A hashedKey is where a key may be.
type hashedKey struct {
	prefix uint64
	slot   uint32
	tag    slotTag
}

func (t *recentNumbers) hash(key []byte) hashedKey {
	hash, prefix := hashKey(key)
	kind := slotTag(min(len(key)+1, int(tagLong)))
	return hashedKey{prefix: prefix, slot: uint32(hash >> (uint(t.shift) & 63)), tag: kind | slotTag(hash)&^tagKind}
}

// add adds a pair whose value is a varint.
func (t *recentNumbers) add(key, value []byte) error {
	number, err := decodeNumber(key, value)
	if err != nil {
		return err
	}
	return t.addRow([]string{bytesString(key)}, []int64{number})
}

// decodeNumber returns the number of the value of a key.
func decodeNumber(key, value []byte) (int64, error) {
	if len(value) == 1 && value[0] < 0x80 {
		return int64(value[0]>>1) ^ -int64(value[0]&1), nil
	}
	number, n := binary.Varint(value)
	if n <= 0 {
		return 0, fmt.Errorf("the value of key %.100q is no number: % .20x", key, value)
	}
	return number, nil
}

// addAll adds any number of pairs.
func (t *recentNumbers) addAll(keys []string, numbers []int64) error {
	for len(keys) > rowLength {
		if err := t.addRow(keys[:rowLength], numbers); err != nil {
			return err
		}
		keys, numbers = keys[rowLength:], numbers[rowLength:]
	}
	return t.addRow(keys, numbers)
}

// addRow adds up to rowLength pairs. It begins to load the slots of all before it uses the first, so that the
// processor waits for all of them at the same time.
func (t *recentNumbers) addRow(keys []string, numbers []int64) error {
	row, slots := t.row[:len(keys)], t.slots
	for i, key := range keys {
		row[i] = t.hash(stringBytes(key))
		prefetch.Line(&slots[row[i].slot])
	}
	merge := t.merge
	for i, key := range keys {
		h, number := &row[i], numbers[i]
		slot := &slots[h.slot]
		var err error
		if slot.tag != h.tag || slot.key != h.prefix {
			err = t.addElsewhere(slot, stringBytes(key), h, number)
		} else if merged := merge(int64(slot.number), number); isSmall(merged) {
			slot.number = int32(merged)
		} else {
			slot.tag = 0
			err = t.take(slot, stringBytes(key), h, merged, 0)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// stringBytes returns the bytes of s, which must not be changed.
func stringBytes(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// bytesString returns b as a string, which is valid as long as b does not change.
func bytesString(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// addElsewhere adds a pair that its slot does not have as a short key with a number: to its record, or in the place of another.
func (t *recentNumbers) addElsewhere(slot *numberSlot, key []byte, h *hashedKey, number int64) error {
	width := 0
	if slot.tag == h.tag&^tagKind|tagRecord {
		if value, same := recordValue(t.arena.at(ref(slot.key)), key); same {
			if t.mergeInto(value, number) {
				return nil
			}
			width = len(value) + 1
		}
	}
	if err := t.displace(slot); err != nil {
		return err
	}
	return t.take(slot, key, h, number, width)
}

// take gives an empty slot to a pair. If that takes a record, its value has some bytes or more.
func (t *recentNumbers) take(slot *numberSlot, key []byte, h *hashedKey, number int64, width int) error {
	if len(key) <= shortKey && isSmall(number) {
		*slot = numberSlot{key: h.prefix, number: int32(number), tag: h.tag}
		return nil
	}
	place, err := t.record(key, t.encode(number, width))
	if err != nil || place == noRef {
		return err
	}
	*slot = numberSlot{key: uint64(place), tag: h.tag&^tagKind | tagRecord}
	return nil
}

// mergeInto merges a number into the value of a record. It reports false where the value has too few bytes.
func (t *recentNumbers) mergeInto(value []byte, number int64) bool {
	if len(value) == 1 {
		merged := t.merge(int64(value[0]>>1)^-int64(value[0]&1), number)
		if merged < -64 || 64 <= merged {
			return false
		}
		value[0] = byte(merged<<1 ^ merged>>63)
		return true
	}
	old, _ := binary.Varint(value)
	merged := zigzag(t.merge(old, number))
	if len(value) < maxVarint && merged>>(7*len(value)) != 0 {
		return false
	}
	putUvarintWidth(value, merged, len(value))
	return true
}

// encode returns the varint of n, of some bytes at least, in memory for what records are made of.
func (t *recentNumbers) encode(n int64, width int) []byte {
	width = max(width, uvarintLen(zigzag(n)))
	switch {
	case width > smallVarint:
		width = maxVarint
	case width > 1:
		width = smallVarint
	}
	putUvarintWidth(t.varint[:], zigzag(n), width)
	return t.varint[:width]
}

// zigzag returns n as varints encode it.
func zigzag(n int64) uint64 { return uint64(n<<1) ^ uint64(n>>63) }

// displace empties a slot.
func (t *recentNumbers) displace(slot *numberSlot) error {
	kind := slot.tag & tagKind
	slot.tag = 0
	if kind == 0 || kind == tagRecord {
		return nil
	}
	binary.BigEndian.PutUint64(t.key[:], slot.key)
	_, err := t.record(t.key[:kind-1], t.varint[:binary.PutVarint(t.varint[:], int64(slot.number))])
	return err
}

func (t *recentNumbers) forget() {
	for i := range t.slots {
		if t.slots[i].tag&tagKind == tagRecord {
			t.slots[i].tag = 0
		}
	}
}

func (t *recentNumbers) drain() error {
	for i := range t.slots {
		if t.slots[i].tag == 0 {
			continue // with no write, which the system would give memory for
		}
		if err := t.displace(&t.slots[i]); err != nil {
			return err
		}
	}
	return nil
}

func (t *recentNumbers) expect(n int) {
	t.slots = t.slots[:slotsFor(n, cap(t.slots))]
	t.shift = slotShift(len(t.slots))
}
