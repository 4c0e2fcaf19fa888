// Package bzip2 reads bzip2 data, randomised blocks too, and writes it.
//
// Such blocks are why compress/bzip2 will not do: the bzip2 tool has not written
// them since 1999, but Hadoop's BZip2Codec does, for text that repeats itself.
//
// The format: a stream is "BZh", the block size in 100 kB as a digit, blocks, an
// end mark and a checksum; another stream may follow. A block is what run-length
// coding, the Burrows-Wheeler transform, move-to-front and Huffman coding leave
// of a block of text.
package bzip2

import (
	"errors"
	"fmt"
	"io"
)

const (
	blockMark = 0x314159265359
	endMark   = 0x177245385090

	// maxBlock is the most bytes of a block before run-length coding, of any stream.
	maxBlock = 900_000
)

// A FormatError tells what is wrong with the data.
type FormatError string

func (e FormatError) Error() string { return string(e) }

// NewReader returns the text of the bzip2 data in. Data that is cut off is
// [io.ErrUnexpectedEOF]; no data at all is an empty text.
func NewReader(in io.ByteReader) io.Reader {
	return &reader{bits: bitReader{in: in}}
}

type reader struct {
	bits     bitReader
	inStream bool
	partly   bool   // the stream was not read from its beginning
	checksum uint32 // of the blocks of the stream
	mark     int64  // how many bits are before the mark of the block
	block    block
	err      error
}

func (r *reader) Read(p []byte) (int, error) {
	n := 0
	for n == 0 && r.err == nil && len(p) > 0 {
		if n = r.block.read(p); n == 0 {
			r.err = r.next()
		}
	}
	if n > 0 {
		return n, nil
	}
	return 0, r.err
}

// next checks the block that was read, and decodes the one behind it.
func (r *reader) next() error {
	if err := r.block.check(); err != nil {
		return err
	}
	err := r.readHeader()
	if over := r.bits.overrun(); over != nil { // what was read is not the file's
		r.block.left = 0
		return over
	}
	return err
}

// readHeader reads up to the next text: ends and beginnings of streams, and a block.
func (r *reader) readHeader() error {
	if !r.inStream {
		return r.beginStream()
	}
	r.mark = r.bits.position()
	switch mark := uint64(r.bits.read(24))<<24 | uint64(r.bits.read(24)); mark {
	case blockMark:
		return r.readBlock()
	case endMark:
		if want := r.bits.read(32); want != r.checksum && !r.partly {
			return FormatError("the checksum of a stream is wrong")
		}
		r.bits.align()
		r.inStream, r.partly = false, false
		return nil
	}
	return FormatError("neither a block nor the end of the stream where one must be")
}

// readBlock reads what is behind the mark of a block.
func (r *reader) readBlock() error {
	err := r.block.decode(&r.bits)
	r.checksum = (r.checksum<<1 | r.checksum>>31) ^ r.block.want
	return err
}

func (r *reader) beginStream() error {
	if r.bits.atEnd() {
		if errors.Is(r.bits.err, io.EOF) {
			return io.EOF
		}
		return r.bits.err
	}
	if mark := r.bits.read(24); mark != 'B'<<16|'Z'<<8|'h' {
		return FormatError(`no "BZh" at the start of a stream`)
	}
	level := r.bits.read(8) - '0'
	if level < 1 || level > 9 {
		return FormatError(fmt.Sprintf("the block size is %d, not 1 to 9", int32(level)))
	}
	r.inStream, r.checksum = true, 0
	r.block.limit = int(level) * 100_000
	return nil
}
