package shuffle

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// blockVersion is the version of the block format that is written, and the only one that is read.
const blockVersion = 1

// The layout of a header; all numbers are little-endian.
const (
	versionOffset  = 0
	codecOffset    = 1
	pairsOffset    = 2
	lengthOffset   = 6
	storedOffset   = 10
	checksumOffset = 14
	headerSize     = 18
)

// MaxPair is the largest size of a pair: key and value together, in bytes.
const MaxPair = 1 << 30

// keptBuffer is the largest buffer that is kept for the next block.
// One large pair must not hold its memory for the rest of a task.
const keptBuffer = 1 << 20

// smallBuffer is the largest buffer that is kept though the next block needs much less.
// It is the size of the smallest blocks that map tasks make, so short ones among them cost nothing.
const smallBuffer = 4 << 10

// castagnoli is the polynomial that processors have an instruction for.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// A BlockFault says what is wrong with a block.
type BlockFault string

// The faults of blocks.
const (
	Truncated      BlockFault = "truncated"       // it ends too early
	Damaged        BlockFault = "damaged"         // its bytes are not the ones that were written
	UnknownVersion BlockFault = "unknown version" // it was written by another version of this package
	UnknownCodec   BlockFault = "unknown codec"
)

// A BlockError is the error of a block that can't be read.
type BlockError struct {
	Fault  BlockFault
	Detail string
}

// Error says what is wrong, with the numbers.
func (e *BlockError) Error() string { return fmt.Sprintf("%s block: %s", e.Fault, e.Detail) }

func blockError(fault BlockFault, format string, args ...any) error {
	return &BlockError{Fault: fault, Detail: fmt.Sprintf(format, args...)}
}

// A blockHeader is the decoded header of a block.
type blockHeader struct {
	codec  Codec
	pairs  int
	length int    // bytes of the body before compression
	stored []byte // the body as it is stored
}

// parseBlock checks a block and returns its header.
func parseBlock(block []byte) (blockHeader, error) {
	var h blockHeader
	if len(block) < headerSize {
		return h, blockError(Truncated, "it has %d bytes, fewer than a header", len(block))
	}
	if v := block[versionOffset]; v != blockVersion {
		return h, blockError(UnknownVersion, "it has version %d, and this program reads version %d: are all tasks of one build?", v, blockVersion)
	}
	h.codec = Codec(block[codecOffset])
	if h.codec < None || h.codec > S2 {
		return h, blockError(UnknownCodec, "it has %s", h.codec)
	}
	h.pairs = int(binary.LittleEndian.Uint32(block[pairsOffset:]))
	h.length = int(binary.LittleEndian.Uint32(block[lengthOffset:]))
	h.stored = block[headerSize:]
	stored := int(binary.LittleEndian.Uint32(block[storedOffset:]))
	if len(h.stored) < stored {
		return h, blockError(Truncated, "it has %d of the %d bytes of its body", len(h.stored), stored)
	}
	if len(h.stored) > stored {
		return h, blockError(Damaged, "%d bytes follow it", len(h.stored)-stored)
	}
	want := binary.LittleEndian.Uint32(block[checksumOffset:])
	if got := checksum(block); got != want {
		return h, blockError(Damaged, "its checksum is %08x, and %08x was written", got, want)
	}
	return h, h.check()
}

// appendHeader appends a header which [sealBlock] completes.
func appendHeader(dst []byte, pairs, length int) []byte {
	dst = append(dst, blockVersion, 0)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(pairs))
	dst = binary.LittleEndian.AppendUint32(dst, uint32(length))
	return append(dst, 0, 0, 0, 0, 0, 0, 0, 0)
}

// sealBlock writes into the header of a block what is known when its body is there.
func sealBlock(block []byte, codec Codec) {
	block[codecOffset] = byte(codec)
	binary.LittleEndian.PutUint32(block[storedOffset:], uint32(len(block)-headerSize))
	binary.LittleEndian.PutUint32(block[checksumOffset:], checksum(block))
}

// check refuses lengths that no writer writes.
func (h *blockHeader) check() error {
	if h.codec == None && h.length != len(h.stored) {
		return blockError(Damaged, "it claims %d bytes and stores %d", h.length, len(h.stored))
	}
	if !credible(len(h.stored), h.length) {
		return blockError(Damaged, "%d stored bytes claim to be %d", len(h.stored), h.length)
	}
	if h.pairs > h.length/minPairSize {
		return blockError(Damaged, "it claims %d pairs in %d bytes", h.pairs, h.length)
	}
	return nil
}

// minPairSize is the size of an empty key and value in a body: three lengths.
const minPairSize = 3

// checksum returns the CRC-32C of a block without the checksum itself.
func checksum(block []byte) uint32 {
	sum := crc32.Update(0, castagnoli, block[:checksumOffset])
	return crc32.Update(sum, castagnoli, block[headerSize:])
}
