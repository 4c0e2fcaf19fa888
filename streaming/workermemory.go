package streaming

import (
	"cmp"
	"runtime/debug"
)

// Limits of the size of a block.
const (
	// Below 4 KiB the cost of a frame in the JVM, about that of one record, is seen,
	// and a block compresses badly.
	minBlock = 4 << 10
	// A block of 128 KiB is thousands of records, so a larger one saves nothing more,
	// and it is as large as the buffers of the pipes.
	maxBlock = 128 << 10
)

// blockSize returns the size in bytes of the blocks, before compression, of a step
// with so many map tasks and so much memory for each of its reduce tasks.
//
// A reduce task has about one block of each map task open, stored and
// decompressed; these fill at most half of its memory. So the size is a quarter
// of the memory, shared by the map tasks, within 4 KiB and 128 KiB. With 128 MiB
// it goes below the upper limit at 256 map tasks, and reaches the lower one at
// 8,192; from there on the memory is not kept.
func blockSize(maps int, memory int64) int64 {
	return min(max(memory/4/int64(max(maps, 1)), minBlock), maxBlock)
}

func (w *worker) memory() int64 { return cmp.Or(w.cmd.Memory, DefaultMemory) }

func (w *worker) blockSize() int {
	return int(blockSize(w.attempt.Maps, cmp.Or(w.cmd.ReduceMemory, w.memory())))
}

// limitMemory gives the Go runtime a limit to its memory, unless it has a lower one.
// The function that it returns undoes that.
//
// The buffer of a map task has half of the memory of the task, and the collector,
// which lets the heap double, keeps to the limit with the other half.
func limitMemory(limit int64) (undo func()) {
	before := debug.SetMemoryLimit(-1)
	if before <= limit {
		return func() {}
	}
	debug.SetMemoryLimit(limit)
	return func() { debug.SetMemoryLimit(before) }
}
