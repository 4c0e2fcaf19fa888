package shuffle

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// A record is a pair in an [arena]:
//
//	key length    uvarint
//	value length  uvarint, perhaps with more bytes than it needs
//	key
//	value
//	room          for the value to grow in place, see valueRoom
//
// The spare bytes are there only where values are merged.

// recordSize returns the size of a record without room.
func recordSize(key, value []byte) int {
	return uvarintLen(len(key)) + uvarintLen(len(value)) + len(key) + len(value)
}

// putRecord writes a record without room to dst.
func putRecord(dst, key, value []byte) {
	if len(key) < 0x80 && len(value) < 0x80 {
		dst[0], dst[1] = byte(len(key)), byte(len(value))
		copy(dst[2:], key)
		if dst = dst[2+len(key):]; len(value) == 1 {
			dst[0] = value[0]
		} else {
			copy(dst, value)
		}
		return
	}
	n := binary.PutUvarint(dst, uint64(len(key)))
	n += binary.PutUvarint(dst[n:], uint64(len(value)))
	n += copy(dst[n:], key)
	copy(dst[n:], value)
}

// recordKey returns the key of the record at the front of b.
func recordKey(b []byte) []byte {
	key, _ := parseRecord(b)
	return key
}

// parseRecord returns the key and the value of the record at the front of b.
func parseRecord(b []byte) (key, value []byte) {
	if b[0]|b[1] >= 0x80 {
		return parseLongRecord(b)
	}
	end := 2 + int(b[0])
	return b[2:end:end], b[end:][:b[1]:b[1]]
}

// parseLongRecord is parseRecord for lengths of several bytes.
func parseLongRecord(b []byte) (key, value []byte) {
	keyLen, valueLen, start := recordLengths(b)
	end := start + keyLen
	return b[start:end:end], b[end:][:valueLen:valueLen]
}

// recordValue returns the value of the record at the front of b, if its key is key.
func recordValue(b, key []byte) (value []byte, ok bool) {
	if b[0]|b[1] >= 0x80 {
		k, value := parseLongRecord(b)
		return value, bytes.Equal(k, key)
	}
	end := 2 + int(b[0])
	return b[end:][:b[1]:b[1]], string(b[2:end]) == string(key)
}

// recordLengths returns the lengths of a record, and where its key starts.
func recordLengths(b []byte) (keyLen, valueLen, start int) {
	k, n := binary.Uvarint(b)
	v, m := binary.Uvarint(b[n:])
	return int(k), int(v), n + m
}

// growingSize returns the size of a record with room for its value to grow.
func growingSize(key, value []byte) int {
	room := valueRoom(len(value))
	return uvarintLen(len(key)) + uvarintLen(room) + len(key) + room
}

// putGrowing writes a record with room for its value to grow to dst.
func putGrowing(dst, key, value []byte) {
	if len(key) < 0x80 && len(value) <= 0x70 {
		putRecord(dst, key, value)
		return
	}
	n := binary.PutUvarint(dst, uint64(len(key)))
	n += putUvarintWidth(dst[n:], len(value), uvarintLen(valueRoom(len(value))))
	n += copy(dst[n:], key)
	copy(dst[n:], value)
}

// replaceValue writes value into the record at the front of b and reports whether it fits.
func replaceValue(b, value []byte) bool {
	keyLen, valueLen, start := recordLengths(b)
	width := start - uvarintLen(keyLen)
	if len(value) > valueRoom(valueLen) || uvarintLen(len(value)) > width {
		return false
	}
	putUvarintWidth(b[start-width:], len(value), width)
	copy(b[start+keyLen:], value)
	return true
}

// valueRoom returns how many bytes are set aside for a value of n bytes:
// at least 4, so that a counter has room to grow; then in four steps for each power of two,
// so that a value that grows by appending is copied a bounded number of times.
// It never descends, so a record always has the room that its present value implies.
func valueRoom(n int) int {
	if n <= 4 {
		return 4
	}
	step := 1 << max(0, bits.Len(uint(n-1))-3)
	return (n + step - 1) &^ (step - 1)
}

// uvarintLen returns the bytes of n as a uvarint.
func uvarintLen[N int | uint64](n N) int {
	if n < 0x80 {
		return 1
	}
	return (bits.Len64(uint64(n)) + 6) / 7
}

// putUvarintWidth writes n as a uvarint of exactly width bytes, and returns width.
func putUvarintWidth[N int | uint64](dst []byte, n N, width int) int {
	for i := range width - 1 {
		dst[i] = byte(n) | 0x80
		n >>= 7
	}
	dst[width-1] = byte(n)
	return width
}
