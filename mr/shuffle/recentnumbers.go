package shuffle

import (
	"encoding/binary"
	"fmt"
	"unsafe"
)

// recentNumbers are [recent] for values that are numbers. A slot has the number itself, and all of a short key,
// so that to merge most pairs is a look at one slot. A short key has no record before its slot is
// taken by another one; the record of a long key gets its number then.
type recentNumbers struct {
	merge  func(a, b int64) int64
	arena  *arena
	record recordMaker
	slots  []numberSlot // a power of two of them
	shift  int          // hash >> shift is the slot

	row     [rowLength]hashedKey
	touched uint32 // keeps the looks at slots from being optimized away
	// What a record is made of, and what another is given while it is made.
	key              [shortKey]byte
	varint, overhaul [binary.MaxVarintLen64]byte
}

// A numberSlot is empty where its tag is zero.
type numberSlot struct {
	prefix uint64 // see keyPrefix
	number int64
	ref    ref // of a long key
	tag    slotTag
}

const numberSlotSize = 24

// A slotTag tells keys apart, nearly: it has bits of the hash, and the length of a short key.
type slotTag uint32

const (
	shortKey = 8 // is the greatest length of a key that is all in its prefix

	tagLength  slotTag = 1<<4 - 1     // the key's length plus one, or tagLong
	tagLong    slotTag = shortKey + 2 // in the place of the length
	tagChanged slotTag = 1 << 4       // the record of a long key does not have the number yet
)

const (
	// rowLength is how many pairs are looked at together.
	rowLength = 64
	// inPlace is the bound of the varints that fit the room of every record, see valueRoom.
	inPlace = 1 << (7 * 4)
)

// newRecentNumbers returns a table that takes at most an eighth of the budget.
func newRecentNumbers(merge func(a, b int64) int64, a *arena, record recordMaker) *recentNumbers {
	n := recentSlots(a.budget, numberSlotSize, 8)
	return &recentNumbers{merge: merge, arena: a, record: record, slots: make([]numberSlot, n), shift: slotShift(n)}
}

// A hashedKey is where a key may be.
type hashedKey struct {
	prefix uint64
	slot   uint32
	tag    slotTag
}

func (t *recentNumbers) hash(key []byte) hashedKey {
	prefix, tag := keyPrefix(key), tagLong
	var hash uint64
	if n := len(key); n <= shortKey {
		hash, tag = hashShort(prefix, n), slotTag(n+1)
	} else {
		hash = hashKey(key)
	}
	return hashedKey{prefix: prefix, slot: uint32(hash >> t.shift), tag: tag | slotTag(hash)&^(tagLength|tagChanged)}
}

// add adds a pair whose value is a varint.
func (t *recentNumbers) add(key, value []byte) error {
	number, err := decodeNumber(key, value)
	if err != nil {
		return err
	}
	h := t.hash(key)
	return t.addHashed(key, &h, number)
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

// addRow adds up to rowLength pairs. It looks at the slots of all before it uses the first, so that the
// processor waits for all of them at the same time.
func (t *recentNumbers) addRow(keys []string, numbers []int64) error {
	row := t.row[:len(keys)]
	touched := slotTag(0)
	for i := range row {
		row[i] = t.hash(stringBytes(keys[i]))
		touched += t.slots[row[i].slot].tag
	}
	t.touched = uint32(touched)
	for i := range row {
		if err := t.addHashed(stringBytes(keys[i]), &row[i], numbers[i]); err != nil {
			return err
		}
	}
	return nil
}

// stringBytes returns the bytes of s, which must not be changed.
func stringBytes(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// bytesString returns b as a string, which is valid as long as b does not change.
func bytesString(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

func (t *recentNumbers) addHashed(key []byte, h *hashedKey, number int64) error {
	slot := &t.slots[h.slot]
	if slot.tag&^tagChanged == h.tag && slot.prefix == h.prefix && t.mergeInto(slot, key, number) {
		return nil
	}
	if err := t.displace(slot); err != nil {
		return err
	}
	place := noRef
	if len(key) > shortKey {
		var err error
		if place, err = t.record(key, t.encode(number)); err != nil || place == noRef {
			return err
		}
	}
	*slot = numberSlot{prefix: h.prefix, number: number, ref: place, tag: h.tag}
	return nil
}

// mergeInto merges a number into a slot whose prefix and tag are those of the key. It reports false
// where it is the slot of another key, or the record has no room.
func (t *recentNumbers) mergeInto(slot *numberSlot, key []byte, number int64) bool {
	if len(key) <= shortKey {
		slot.number = t.merge(slot.number, number)
		return true
	}
	record := t.arena.at(slot.ref)
	if _, same := recordValue(record, key); !same {
		return false
	}
	merged := t.merge(slot.number, number)
	if zigzag(slot.number)|zigzag(merged) < inPlace {
		slot.number = merged
		slot.tag |= tagChanged
		return true
	}
	t.settle(slot)
	if !replaceValue(record, t.encode(merged)) {
		return false
	}
	slot.number = merged
	return true
}

// zigzag returns the unsigned number that the varint of n encodes.
func zigzag(n int64) uint64 { return uint64(n<<1) ^ uint64(n>>63) }

// encode returns the varint of n, in memory for what records are made of.
func (t *recentNumbers) encode(n int64) []byte { return t.varint[:binary.PutVarint(t.varint[:], n)] }

// settle gives the record of a slot its number.
func (t *recentNumbers) settle(slot *numberSlot) {
	if slot.tag&tagChanged == 0 {
		return
	}
	slot.tag &^= tagChanged
	number := t.overhaul[:binary.PutVarint(t.overhaul[:], slot.number)]
	if !replaceValue(t.arena.at(slot.ref), number) {
		panic("a number that is in place does not fit its record")
	}
}

// displace empties a slot.
func (t *recentNumbers) displace(slot *numberSlot) error {
	t.settle(slot)
	n := slot.tag & tagLength
	slot.tag = 0
	if n == 0 || n == tagLong {
		return nil
	}
	binary.BigEndian.PutUint64(t.key[:], slot.prefix)
	_, err := t.record(t.key[:n-1], t.encode(slot.number))
	return err
}

func (t *recentNumbers) forget() {
	for i := range t.slots {
		if slot := &t.slots[i]; slot.tag&tagLength == tagLong {
			t.settle(slot)
			slot.tag = 0
		}
	}
}

func (t *recentNumbers) drain() error {
	for i := range t.slots {
		if err := t.displace(&t.slots[i]); err != nil {
			return err
		}
	}
	return nil
}
