package bzip2

import (
	"io"
	"math"
)

// A SplitReader reads the text of a part of a file: of the blocks whose marks begin there, and then
// on to the end of the file, since the last record of the part goes on behind it.
//
// A mark begins in the part that has its first byte, but the first block is always of the part that begins
// the file. Hadoop's BZip2Codec has it so too, but reads a block in two parts where it begins exactly at the end of a
// part without any, or is the first one and not in the part that begins the file. The latter
// is only where streams without a block come first: see [BeginsEmpty].
type SplitReader struct {
	reader
	start, end int64
	first      int64 // mark of the first block that was read, or -1
	text       int64 // bytes of text of blocks of the part
	passed     bool  // another part's block was read
}

// BeginsEmpty reports whether data begins with a stream that has no block. Where the first block of the file
// is can't be told then from elsewhere, so that the part that begins the file is all of it, and the others are not to be read.
func BeginsEmpty(data []byte) bool {
	return len(data) >= headerSize+6 && string(data[headerSize:headerSize+6]) == "\x17\x72\x45\x38\x50\x90"
}

// headerSize is the size of what is before the first block.
const headerSize = 4

// NewSplitReader returns a reader of the part from start to end. The first byte of in is the one at start.
func NewSplitReader(in io.ByteReader, start, end int64) *SplitReader {
	return &SplitReader{reader: reader{bits: bitReader{in: in}}, start: start, end: end, first: -1}
}

// Read reads from one block at a time. Where no block begins in the part there is no text.
func (r *SplitReader) Read(p []byte) (int, error) {
	if r.first < 0 && r.start > 0 && r.err == nil {
		r.err = r.findBlock()
	}
	n, err := r.reader.Read(p)
	if n == 0 || r.passed {
		return n, err
	}
	if r.passed = r.isBehind(); !r.passed {
		r.text += int64(n)
		return n, nil
	}
	if r.text == 0 {
		r.err = io.EOF
		return 0, io.EOF
	}
	return n, nil
}

// isBehind reports whether the block that is read is of a part behind this one.
func (r *SplitReader) isBehind() bool {
	if r.first < 0 {
		r.first = r.mark
		if r.start == 0 && r.mark > 8*headerSize { // see BeginsEmpty
			r.end = math.MaxInt64
		}
	}
	return r.start+r.mark/8 >= r.end && (r.start > 0 || r.mark > r.first)
}

// TextSize returns the size of the text of the part. It is not known before text behind it was read.
func (r *SplitReader) TextSize() (size int64, known bool) { return r.text, r.passed }

// findBlock reads up to the mark of a block, and the block. It returns [io.EOF] where there is none.
func (r *SplitReader) findBlock() error {
	for i := r.start; i <= headerSize; i++ {
		r.bits.read(8)
	}
	const bits = 48
	window := uint64(0)
	for n := 1; n < bits || window&(1<<bits-1) != blockMark; n++ {
		if window = window<<1 | uint64(r.bits.read(1)); r.bits.overrun() != nil {
			return r.bits.err // which is the end of the file
		}
	}
	r.mark = r.bits.position() - bits
	r.inStream, r.partly = true, true
	r.block.limit = maxBlock
	if err := r.readBlock(); r.bits.overrun() == nil {
		return err
	}
	r.block.left = 0
	return r.bits.overrun()
}
