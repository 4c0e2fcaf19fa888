package shuffle

import (
	"fmt"

	"github.com/gomr/gomr/mr"
)

const (
	// defaultBlockSize is the size of the blocks of runs in bytes.
	// Larger ones compress little better, and a merge holds one of each run.
	defaultBlockSize = 64 << 10
	// defaultFanIn is how many runs are merged at one time.
	defaultFanIn = 256
)

// A Run is a sequence of sorted pairs for each of some partitions, in a temporary file.
// The index of the partitions is in memory. The file is gone with the last of its runs;
// where the system allows it, it has no name from the beginning.
type Run struct {
	file   *runFile
	parts  []section
	closed bool
}

// A section is the place of a partition in a file.
type section struct {
	offset, end int64
	pairs       int64
}

// Partition returns the sorted pairs of a partition.
// Many may be read at the same time, each in one goroutine.
// It takes memory for a block from the first call of Next until the end.
func (r *Run) Partition(p int) mr.Pairs {
	return &runPairs{file: r.file, offset: r.parts[p].offset, end: r.parts[p].end}
}

// Pairs returns the number of pairs in a partition.
func (r *Run) Pairs(p int) int64 { return r.parts[p].pairs }

// allPairs returns the number of pairs in all partitions.
func (r *Run) allPairs() (n int64) {
	for p := range r.parts {
		n += r.Pairs(p)
	}
	return n
}

// Size returns the bytes of a partition on disk.
func (r *Run) Size(p int) int64 { return r.parts[p].end - r.parts[p].offset }

// Close gives the run up. It may be called more than once.
func (r *Run) Close() error {
	if !r.closed {
		r.closed = true
		r.file.release()
	}
	return nil
}

// RunOptions are the options of [CreateRun]. The zero value works.
type RunOptions struct {
	Partitions int      // number of partitions; the default is 1
	Codec      Codec    // compression; the default is DefaultCodec
	BlockSize  int      // bytes of a block before compression; the default is 64 KiB
	Counters   Counters // Spilled and SpilledBytes
}

// A RunWriter writes a [Run]. It is used by one goroutine.
type RunWriter struct {
	file    *runFile
	options RunOptions
	blocks  BlockWriter
	parts   []section
}

// CreateRun begins a run in a new temporary file in dir.
// The caller calls Finish or Close.
func CreateRun(dir string, options RunOptions) (*RunWriter, error) {
	file, err := createRunFile(dir)
	if err != nil {
		return nil, err
	}
	return newRunWriter(file, options), nil
}

// newRunWriter begins a run at the end of file.
func newRunWriter(file *runFile, options RunOptions) *RunWriter {
	options.Partitions = max(options.Partitions, 1)
	if options.BlockSize <= 0 {
		options.BlockSize = defaultBlockSize
	}
	w := &RunWriter{file: file, options: options, parts: make([]section, options.Partitions)}
	w.blocks.Codec = options.Codec
	return w
}

// Write writes sorted pairs as partition p. Each partition is written at most once.
func (w *RunWriter) Write(p int, pairs mr.Pairs) error {
	if w.parts[p].end != 0 {
		return fmt.Errorf("partition %d is written twice", p)
	}
	part := section{offset: w.file.size}
	err := w.blocks.Cut(pairs, w.options.BlockSize, func(block Block) error {
		part.pairs += int64(block.Pairs)
		return w.file.write(block.Bytes)
	})
	part.end = w.file.size
	w.parts[p] = part
	count(w.options.Counters.Spilled, part.pairs)
	count(w.options.Counters.SpilledBytes, part.end-part.offset)
	return err
}

// Finish returns the run, which the caller closes. The writer can't be used afterwards.
func (w *RunWriter) Finish() *Run {
	run := &Run{file: w.file, parts: w.parts}
	w.file = nil
	return run
}

// Close removes the run, unless it was finished. It may be called more than once.
func (w *RunWriter) Close() error {
	if w.file != nil {
		w.file.release()
		w.file = nil
	}
	return nil
}
