// Package space finds the white space of a text, 64 bytes at a time, each of which becomes a bit:
//
//	spaces, wide := space.Find([]byte("a blank"))
//	// spaces is …11111111_10000010: the blank is bit 1, and what is behind the text counts as white space
package space

import "encoding/binary"

// Block is how many bytes Find looks at.
const Block = 64

// findInWords is Find, which looks at eight bytes at once.
func findInWords(b []byte) (spaces, wide uint64) {
	n := min(len(b), Block)
	i := 0
	for ; i+8 <= n; i += 8 {
		x := binary.LittleEndian.Uint64(b[i:])
		spaces |= highBits(ofWord(x)) << i
		wide |= highBits(x&highs) << i
	}
	for ; i < n; i++ {
		x := uint64(b[i])
		spaces |= ofWord(x) >> 7 << i
		wide |= x >> 7 << i
	}
	return spaces | behind(n), wide
}

// behind has the bits behind the first n, at most 64.
func behind(n int) uint64 { return ^uint64(0) << n }

const (
	ones  = 0x0101010101010101
	highs = 0x80 * ones
)

// ofWord has the high bits of those bytes of x that are a blank or from '\t' to '\r'.
func ofWord(x uint64) uint64 {
	// The high bit of a sum is set where the byte is at least what was taken from 0x80. There is no carry to the next one.
	low := x &^ highs
	blanks := (low + (0x80-' ')*ones) &^ (low + (0x80-' '-1)*ones)
	controls := (low + (0x80-'\t')*ones) &^ (low + (0x80-'\r'-1)*ones)
	return (blanks | controls) & highs &^ x
}

// highBits moves the high bits of all bytes of x, which has no others, together.
func highBits(x uint64) uint64 { return x * 0x0002040810204081 >> 56 }
