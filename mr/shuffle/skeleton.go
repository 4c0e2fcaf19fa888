package shuffle

import (
	"errors"

	"github.com/gomr/gomr/mr"
)

var errSkeleton = errors.New("shuffle: not there yet")

// A Codec says how the body of a block is compressed. The numbers are part of the block format.
type Codec uint8

// The codecs.
const (
	DefaultCodec Codec = iota // the one that measures best, see doc.go
	None                      // not compressed
	S2                        // S2, a faster Snappy
)

// A Buffer takes the pairs of a map task and sorts them, in memory as long as they fit.
// It is used by one goroutine.
type Buffer struct{}

// NewBuffer returns an empty buffer. The caller closes it.
func NewBuffer(options Options) *Buffer { return &Buffer{} }

// Add adds a pair. It copies what it keeps.
func (b *Buffer) Add(key, value []byte) error { return errSkeleton }

// Finish sorts what is left and returns the output, which the caller closes.
// The buffer can only be closed afterwards.
func (b *Buffer) Finish() (*Output, error) { return nil, errSkeleton }

// Close frees the memory and files of a buffer that was not finished.
// It may be called at any time and more than once.
func (b *Buffer) Close() error { return nil }

// An Output is the sorted output of a map task, in memory or on disk.
type Output struct{}

// Partition returns the sorted pairs of a partition.
// Partitions may be read at the same time in several goroutines, and more than once.
func (o *Output) Partition(p int) mr.Pairs { return nil }

// Memory returns the bytes of memory that the output holds.
func (o *Output) Memory() int64 { return 0 }

// WriteRun writes all partitions to one run in dir, which the caller closes. The output stays as it is.
func (o *Output) WriteRun(dir string) (*Run, error) { return nil, errSkeleton }

// Close frees the memory and files. It may be called more than once.
func (o *Output) Close() error { return nil }

// A Run is a file of sorted partitions, with the index of the partitions in memory.
// The file has no name any more where the system allows that, so it can't be left behind.
type Run struct{}

// Partition returns the sorted pairs of a partition. Many may be read at the same time.
func (r *Run) Partition(p int) mr.Pairs { return nil }

// Size returns the bytes on disk.
func (r *Run) Size() int64 { return 0 }

// Close removes the file.
func (r *Run) Close() error { return nil }

// Merge merges sorted sources. Pairs of equal keys come in the order of the sources.
func Merge(sources []mr.Pairs) mr.Pairs { return nil }

// MergeValues folds the values of equal keys.
func MergeValues(pairs mr.Pairs, merge func(dst, a, b []byte) []byte) mr.Pairs { return nil }

// MergeOptions bound what [MergeLimited] opens at one time.
type MergeOptions struct {
	FanIn int                           // sources read at one time; default 128
	Dir   string                        // folder for intermediate runs; default os.TempDir
	Merge func(dst, a, b []byte) []byte // folds values of equal keys on the way; nil: none
	Codec Codec
}

// Merged is a merge that may own intermediate runs.
type Merged struct {
	mr.Pairs
}

// Close removes the intermediate runs.
func (m *Merged) Close() error { return nil }

// MergeLimited merges any number of sources, in several passes over disk where there are more than FanIn.
func MergeLimited(sources []mr.Pairs, options MergeOptions) (*Merged, error) { return nil, errSkeleton }

// A BlockWriter builds blocks. Its zero value works.
type BlockWriter struct{ Codec Codec }

// Append adds a pair; keys must not descend.
func (w *BlockWriter) Append(key, value []byte) {}

// Size returns the uncompressed size of the block so far.
func (w *BlockWriter) Size() int { return 0 }

// Finish appends the block to dst and begins a new one.
func (w *BlockWriter) Finish(dst []byte) []byte { return dst }

// CutBlocks cuts pairs into blocks of about size bytes before compression and hands each to write
// with its first key. Both are valid until write returns.
func CutBlocks(pairs mr.Pairs, size int, codec Codec, write func(firstKey, block []byte) error) error {
	return errSkeleton
}

// A Frame is a block on its way through Hadoop.
type Frame struct {
	Key   []byte // see AppendFrameKey
	Value []byte // a block
}

// NewFrameMerger merges the frames of a reduce task, which next returns in the order of their keys.
// The bytes of a frame need to be valid only until the next call of next.
func NewFrameMerger(next func() (frame Frame, ok bool, err error)) mr.Pairs { return nil }

// AppendFrameKey appends the key of a frame to dst.
func AppendFrameKey(dst []byte, partitionPrefix [2]byte, firstKey []byte, run, block uint32) []byte {
	return dst
}

// PartitionPrefix returns the two bytes that Hadoop's BinaryPartitioner sends to the partition.
func PartitionPrefix(partition, partitions int) ([2]byte, error) { return [2]byte{}, errSkeleton }
