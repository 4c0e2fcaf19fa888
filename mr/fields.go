package mr

import (
	"iter"
	"math/bits"
	"unicode"
	"unicode/utf8"

	"github.com/gomr/gomr/mr/internal/space"
)

// Fields returns the parts of s between white space, as [strings.FieldsSeq] does, in half of its time or less:
// it looks at 64 bytes at once. To split lines into words is much of what the mappers of texts and logs do.
//
//	for word := range mr.Fields(line) {
//		emit(word, 1)
//	}
func Fields(s string) iter.Seq[string] {
	return func(yield func(string) bool) {
		b := stringBytes(s)
		start := -1         // of a word that goes on behind the last block, or -1
		before := uint64(1) // whether a block has white space before it
		over := uint64(0)   // which of its first bytes end white space that began before it
		for at := 0; at < len(b); at += space.Block {
			spaces, wide := space.Find(b[at:])
			spaces |= over
			over = 0
			if wide != 0 {
				var found uint64
				found, over = wideSpaces(b[at:], wide)
				spaces |= found
			}
			behind := spaces<<1 | before
			before = spaces >> (space.Block - 1)
			starts, ends := behind&^spaces, spaces&^behind
			for ; ends != 0; ends &= ends - 1 {
				if start < 0 {
					start = at + bits.TrailingZeros64(starts)
					starts &= starts - 1
				}
				if !yield(s[start : at+bits.TrailingZeros64(ends)]) {
					return
				}
				start = -1
			}
			if starts != 0 {
				start = at + bits.TrailingZeros64(starts)
			}
		}
		if start >= 0 {
			yield(s[start:])
		}
	}
}

// wideSpaces returns which bytes of a block are white space that is not ASCII, and which behind it are the end of such.
// It begins at some of the bytes of wide.
func wideSpaces(b []byte, wide uint64) (found, over uint64) {
	for ; wide != 0; wide &= wide - 1 {
		i := bits.TrailingZeros64(wide)
		whole := uint64(1)<<wideSpace(b[i:]) - 1
		found |= whole << i
		over |= whole >> (space.Block - i)
	}
	return found, over
}

// wideSpace returns the width of white space at the front of b that is not ASCII, or 0.
func wideSpace(b []byte) int {
	switch b[0] {
	case 0xc2, 0xe1, 0xe2, 0xe3: // no other bytes begin white space
		if r, width := utf8.DecodeRune(b); unicode.IsSpace(r) {
			return width
		}
	}
	return 0
}
