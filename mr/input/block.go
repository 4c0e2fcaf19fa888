package input

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/snappy"
	"github.com/pierrec/lz4/v4"
)

// maxChunk is the most bytes of one chunk, compressed or not. Hadoop writes
// chunks of 256 KiB unless io.compression.codec.*.buffersize says otherwise.
const maxChunk = 64 << 20

// A blockReader reads Hadoop's framing of raw blocks, which BlockCompressorStream
// writes; the package documentation has the format.
type blockReader struct {
	in     *bufio.Reader
	decode decodeFunc
	left   int          // how much of the block follows the chunk
	chunk  bytes.Buffer // compressed
	text   []byte       // decoded, all of the chunk
	unread []byte       // the part of text that was not read
}

// A decodeFunc decodes a raw block of not more than limit bytes, into dst where it fits.
type decodeFunc func(dst, src []byte, limit int) ([]byte, error)

func newBlockReader(in *bufio.Reader, decode decodeFunc) *blockReader {
	return &blockReader{in: in, decode: decode}
}

func (b *blockReader) Read(p []byte) (int, error) {
	for len(b.unread) == 0 && len(p) > 0 {
		if err := b.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, b.unread)
	b.unread = b.unread[n:]
	return n, nil
}

// next reads the header of a block, or a chunk of one. An empty block is what
// Hadoop writes for an empty file.
func (b *blockReader) next() error {
	if b.left == 0 {
		size, err := b.readLength()
		b.left = size
		return err
	}
	size, err := b.readLength()
	switch {
	case err != nil:
		return noEOF(err)
	case size == 0 || size > maxChunk:
		return fmt.Errorf("a chunk says it has %d bytes, not 1 to %d", size, maxChunk)
	}
	b.chunk.Reset()
	if _, err := io.CopyN(&b.chunk, b.in, int64(size)); err != nil {
		return noEOF(err)
	}
	b.text, err = b.decode(b.text, b.chunk.Bytes(), min(b.left, maxChunk))
	if err != nil {
		return err
	}
	b.unread = b.text
	b.left -= len(b.text)
	return nil
}

// readLength reads a big-endian length, which is a positive int in Java.
func (b *blockReader) readLength() (int, error) {
	var length [4]byte
	if _, err := io.ReadFull(b.in, length[:]); err != nil {
		return 0, err
	}
	n := int32(binary.BigEndian.Uint32(length[:]))
	if n < 0 {
		return 0, fmt.Errorf("negative length %d", n)
	}
	return int(n), nil
}

var errLongChunk = errors.New("a chunk has more bytes than its block says")

func decodeSnappy(dst, src []byte, limit int) ([]byte, error) {
	n, err := snappy.DecodedLen(src)
	if err != nil {
		return nil, err
	}
	if n > limit {
		return nil, errLongChunk
	}
	return snappy.Decode(dst[:cap(dst)], src)
}

func decodeLz4(dst, src []byte, limit int) ([]byte, error) {
	// A byte of LZ4 stands for 255 bytes at most.
	if size := min(limit, 255*len(src)); cap(dst) < size {
		dst = make([]byte, size)
	}
	n, err := lz4.UncompressBlock(src, dst[:min(limit, cap(dst))])
	if err != nil {
		return nil, err
	}
	return dst[:n], nil
}
