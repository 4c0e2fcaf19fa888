package bzip2

import "io"

// A bitReader reads bits, the highest of a byte first. Behind the end of its
// input it reads zeros, and err says so.
type bitReader struct {
	in     io.ByteReader
	bits   uint64 // the lowest count bits are not read yet
	count  uint
	behind uint  // how many of them are behind the end
	loaded int64 // bytes
	err    error
}

// position returns how many bits were read.
func (b *bitReader) position() int64 { return 8*b.loaded - int64(b.count) }

// peek returns the next n bits, of which there are 32 at most.
func (b *bitReader) peek(n uint) uint32 {
	for b.count < n {
		b.load()
	}
	return uint32(b.bits >> (b.count - n) & (1<<n - 1))
}

// skip takes n bits that were peeked at.
func (b *bitReader) skip(n uint) { b.count -= n }

func (b *bitReader) read(n uint) uint32 {
	v := b.peek(n)
	b.count -= n
	return v
}

func (b *bitReader) load() {
	c, err := b.in.ReadByte()
	if err != nil {
		b.behind += 8
		if b.err == nil {
			b.err = err
		}
	}
	b.bits = b.bits<<8 | uint64(c)
	b.count += 8
	b.loaded++
}

// align leaves out the rest of a byte.
func (b *bitReader) align() { b.count -= b.count % 8 }

// atEnd reports whether no byte follows.
func (b *bitReader) atEnd() bool {
	b.peek(8)
	return b.count <= b.behind
}

// overrun returns the error that ended the input if bits behind it were read.
func (b *bitReader) overrun() error {
	switch {
	case b.count >= b.behind:
		return nil
	case b.err == io.EOF:
		return io.ErrUnexpectedEOF
	}
	return b.err
}
