package seqfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// A Compression says what of a file is compressed.
type Compression int

// The forms of a file.
const (
	None   Compression = iota // nothing
	Record                    // each value on its own
	Block                     // many keys and values together
)

const (
	version   = 6
	syncSize  = 16
	syncFull  = 4 + syncSize // with the number in front
	syncEvery = 5 * 1024 * syncFull
)

// A Header says what a file holds.
type Header struct {
	KeyClass, ValueClass string // names of Java classes
	Compression          Compression
	CodecClass           string // name of the codec's Java class, where there is compression
	Metadata             []Entry
}

// An Entry is a pair of a file's metadata.
type Entry struct{ Name, Value string }

// A CorruptError says that a file is damaged or none of this format.
type CorruptError struct {
	Offset int64 // where it was seen
	Detail string
}

// Error says what is wrong.
func (e *CorruptError) Error() string {
	return fmt.Sprintf("sequence file is damaged near byte %d: %s", e.Offset, e.Detail)
}

// appendVInt appends a number as WritableUtils.writeVLong does.
func appendVInt(dst []byte, n int64) []byte {
	if n >= -112 && n <= 127 {
		return append(dst, byte(n))
	}
	first := int64(-112)
	if n < 0 {
		first, n = -120, ^n
	}
	size := 0
	for rest := n; rest != 0; rest >>= 8 {
		size++
	}
	dst = append(dst, byte(first-int64(size)))
	for i := size - 1; i >= 0; i-- {
		dst = append(dst, byte(n>>(8*i)))
	}
	return dst
}

var errVInt = errors.New("a number is cut off")

// readVInt reads a number that appendVInt wrote.
func readVInt(in io.ByteReader) (int64, error) {
	first, err := in.ReadByte()
	if err != nil {
		return 0, err
	}
	c := int64(int8(first))
	if c >= -112 {
		return c, nil
	}
	size, negative := -112-c, false
	if c < -120 {
		size, negative = -120-c, true
	}
	var n int64
	for range size {
		b, err := in.ReadByte()
		if err != nil {
			return 0, errVInt
		}
		n = n<<8 | int64(b)
	}
	if negative {
		n = ^n
	}
	return n, nil
}

func appendText(dst []byte, text string) []byte {
	return append(appendVInt(dst, int64(len(text))), text...)
}

// append appends the header and the sync marker.
func (h *Header) append(dst []byte, sync [syncSize]byte) []byte {
	dst = append(dst, 'S', 'E', 'Q', version)
	dst = appendText(appendText(dst, h.KeyClass), h.ValueClass)
	dst = append(dst, oneIf(h.Compression != None), oneIf(h.Compression == Block))
	if h.Compression != None {
		dst = appendText(dst, h.CodecClass)
	}
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(h.Metadata)))
	for _, entry := range h.Metadata {
		dst = appendText(appendText(dst, entry.Name), entry.Value)
	}
	return append(dst, sync[:]...)
}

func oneIf(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// maxLength is the most bytes that a length may claim.
const maxLength = math.MaxInt32
