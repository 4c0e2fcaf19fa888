package input

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/gomr/gomr/mr/input/internal/bzip2"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// NewWriter returns a writer that compresses to w in a form that Hadoop and
// [NewReader] read. The data is complete when Close returned nil; Close leaves w
// open.
func NewWriter(codec string, w io.Writer) (io.WriteCloser, error) {
	switch codec {
	case Gzip:
		return gzip.NewWriter(w), nil
	case Deflate:
		return zlib.NewWriter(w), nil
	case Bzip2:
		return bzip2.NewWriter(w), nil
	case Zstd:
		return zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
	case Snappy:
		return newBlockWriter(w, snappyBlock, func(dst, src []byte) ([]byte, error) {
			return snappy.Encode(dst[:cap(dst)], src), nil
		}), nil
	case Lz4:
		return newBlockWriter(w, lz4Block, encodeLz4), nil
	}
	return nil, fmt.Errorf("no codec that writes is named %q: there are %s, %s, %s, %s, %s and %s", codec, Gzip, Deflate, Bzip2, Zstd, Snappy, Lz4)
}

// The sizes of blocks before compression are those of SnappyCodec and Lz4Codec:
// 256 KiB less the most that compression may add, so that a block fits the
// buffers of a reader in Java.
const (
	hadoopBuffer = 256 << 10
	snappyBlock  = hadoopBuffer - (hadoopBuffer/6 + 32)
	lz4Block     = hadoopBuffer - (hadoopBuffer/255 + 16)
)

// A blockWriter writes blocks of one chunk each in Hadoop's framing.
type blockWriter struct {
	w       io.Writer
	encode  func(dst, src []byte) ([]byte, error)
	block   []byte // not compressed yet; its capacity is the size of a block
	chunk   []byte
	written bool
	err     error
}

func newBlockWriter(w io.Writer, size int, encode func(dst, src []byte) ([]byte, error)) *blockWriter {
	return &blockWriter{w: w, encode: encode, block: make([]byte, 0, size)}
}

func (b *blockWriter) Write(p []byte) (int, error) {
	var n int
	for len(p) > 0 && b.err == nil {
		room := min(cap(b.block)-len(b.block), len(p))
		b.block = append(b.block, p[:room]...)
		p = p[room:]
		n += room
		if len(b.block) == cap(b.block) {
			b.flush()
		}
	}
	return n, b.err
}

// Close writes the last block. An empty file is one empty block, as in Hadoop.
func (b *blockWriter) Close() error {
	if b.err == nil && (len(b.block) > 0 || !b.written) {
		b.flush()
	}
	if b.err != nil {
		return b.err
	}
	b.err = io.ErrClosedPipe
	return nil
}

func (b *blockWriter) flush() {
	header := binary.BigEndian.AppendUint32(nil, uint32(len(b.block)))
	b.chunk = b.chunk[:0]
	if len(b.block) > 0 {
		if b.chunk, b.err = b.encode(b.chunk, b.block); b.err != nil {
			return
		}
		header = binary.BigEndian.AppendUint32(header, uint32(len(b.chunk)))
	}
	if _, b.err = b.w.Write(header); b.err == nil {
		_, b.err = b.w.Write(b.chunk)
	}
	b.block = b.block[:0]
	b.written = true
}

func encodeLz4(dst, src []byte) ([]byte, error) {
	if bound := lz4.CompressBlockBound(len(src)); cap(dst) < bound {
		dst = make([]byte, bound)
	}
	n, err := lz4.CompressBlock(src, dst[:cap(dst)], nil)
	return dst[:n], err
}
