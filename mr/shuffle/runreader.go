package shuffle

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
)

// runPairs are the pairs of a section of a file; they are an [mr.Pairs].
// Each read fetches a block and the header of the next one, which tells its size.
type runPairs struct {
	file        *runFile
	offset, end int64
	buf         []byte // what was read of the file at offset
	size        int    // bytes of the present block in buf
	block       BlockReader
	err         error
}

// Next advances to the next pair and reports whether there is one.
func (r *runPairs) Next() bool {
	for !r.block.Next() {
		if err := r.block.Err(); err != nil {
			return r.fail(err)
		}
		if !r.nextBlock() {
			return false
		}
	}
	return true
}

// nextBlock begins to read the next block. At the end it frees the memory.
func (r *runPairs) nextBlock() bool {
	if r.err != nil {
		return false
	}
	r.offset += int64(r.size)
	r.buf, r.size = r.buf[:copy(r.buf, r.buf[r.size:])], 0
	if r.offset == r.end {
		r.buf, r.block = nil, BlockReader{}
		return false
	}
	if err := r.readBlock(); err != nil {
		return r.fail(err)
	}
	return true
}

// readBlock reads the block at offset.
func (r *runPairs) readBlock() error {
	if err := r.fill(headerSize); err != nil {
		return err
	}
	size := headerSize + int64(binary.LittleEndian.Uint32(r.buf[storedOffset:]))
	left := r.end - r.offset
	if size > left {
		return blockError(Damaged, "it claims %d bytes where %d are left", size, left)
	}
	need := int(min(size+headerSize, left))
	r.buf = append(emptiedFor(r.buf, need), r.buf...)
	if err := r.fill(need); err != nil {
		return err
	}
	r.size = int(size)
	return r.block.Reset(r.buf[:r.size])
}

// fill reads until buf holds n bytes.
func (r *runPairs) fill(n int) error {
	have := len(r.buf)
	if have >= n {
		return nil
	}
	r.buf = slices.Grow(r.buf, n-have)[:n]
	got, err := r.file.file.ReadAt(r.buf[have:], r.offset+int64(have))
	if got == n-have {
		return nil
	}
	if errors.Is(err, io.EOF) {
		return blockError(Truncated, "the file ends after %d of the %d bytes needed", have+got, n)
	}
	return err
}

func (r *runPairs) fail(err error) bool {
	if r.err == nil {
		r.err = fmt.Errorf("read run %s at byte %d: %w", r.file.file.Name(), r.offset, err)
	}
	r.buf, r.block = nil, BlockReader{}
	return false
}

func (r *runPairs) repeats() bool { return r.block.repeats() }

func (r *runPairs) Key() []byte   { return r.block.Key() }
func (r *runPairs) Value() []byte { return r.block.Value() }
func (r *runPairs) Err() error    { return r.err }
