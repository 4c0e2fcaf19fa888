package shuffle

import (
	"fmt"
	"slices"

	"github.com/klauspost/compress/s2"
)

// A Codec says how the body of a block is compressed. The numbers are part of the block format.
type Codec uint8

// The codecs.
const (
	DefaultCodec Codec = iota // S2; never stored
	None                      // not compressed
	S2                        // S2 block format, github.com/klauspost/compress/s2
)

// String returns the name of the codec.
func (c Codec) String() string {
	switch c {
	case DefaultCodec:
		return "default"
	case None:
		return "none"
	case S2:
		return "s2"
	}
	return fmt.Sprintf("codec %d", uint8(c))
}

// compress appends body to dst, compressed where that saves at least an eighth,
// and returns the codec that it is stored with.
func (c Codec) compress(dst, body []byte) ([]byte, Codec) {
	start := len(dst)
	if c != None {
		dst = slices.Grow(dst, s2.MaxEncodedLen(len(body)))
		stored := s2.Encode(dst[start:cap(dst)], body)
		if pays(len(stored), len(body)) {
			return dst[:start+len(stored)], S2
		}
	}
	return append(dst, body...), None
}

// pays reports whether a body is worth being stored compressed,
// and whether a reader will believe the ratio.
func pays(stored, length int) bool {
	return stored <= length-length/8 && credible(stored, length)
}

// credible reports whether so many stored bytes may claim to be length bytes.
// It keeps a reader from allocating much memory on the word of a few damaged bytes.
func credible(stored, length int) bool {
	return length <= 1<<20 || length>>10 <= stored
}

// decompress fills dst with the body that is stored in src.
func (c Codec) decompress(dst, src []byte) error {
	if c == None {
		return nil // the body is used as it is
	}
	n, err := s2.DecodedLen(src)
	if err != nil {
		return err
	}
	if n != len(dst) {
		return fmt.Errorf("s2 body of %d bytes, not %d", n, len(dst))
	}
	_, err = s2.Decode(dst, src)
	return err
}
