package shuffle

import (
	"os"

	"github.com/gomr/gomr/mr"
)

// Options say how a [Buffer] partitions, combines, sorts and spills the pairs of a map task.
// The zero value is one partition with nothing combined.
type Options struct {
	// Partitions is the number of partitions, at most 65536. The default is 1.
	Partitions int

	// Partition returns the partition of a key, from 0 to Partitions-1.
	// It is called once for each pair, or where values are merged, for each that was not merged as it came.
	// The default puts every key into partition 0.
	Partition func(key []byte) int

	// NewMerge returns a function that appends the merge of two values of one key to dst, a before b.
	// It is associative, and its result shares no memory with a and b. The function is
	// for one goroutine: each reader of the [Output] has its own.
	// Nil keeps every pair.
	NewMerge func() func(dst, a, b []byte) []byte

	// MergeNumbers is NewMerge for values that are varints, as [encoding/binary.AppendVarint] writes them.
	// With both, such values are merged several times as fast, and those that come out may have more bytes than they need,
	// which [encoding/binary.Varint] reads as well. It is for any number of goroutines.
	MergeNumbers func(a, b int64) int64

	// Combine reads sorted pairs and emits sorted pairs of the same keys.
	// It may run any number of times, over any neighbouring pairs of a partition,
	// and in the goroutine that reads the [Output]. It does not run where there is NewMerge.
	// Nil means no combiner.
	Combine func(pairs mr.Pairs, emit mr.Collect) error

	// Memory is the budget in bytes for all memory of the buffer.
	// A pair that does not fit is held beside it, while it is written or read.
	// The default is 64 MiB; less than [MinMemory] is taken as MinMemory,
	// more than [MaxMemory] as MaxMemory.
	Memory int64

	// Keep is asked for the first runs of sorted pairs whether they may stay in memory, of about so many bytes, until
	// it says no. It is for outputs that are read by [MergeLimited], since there may be any number of runs.
	// Nil keeps the output in Memory where it has room, and has few runs on disk where not.
	Keep func(bytes int64) bool

	// Runs is the number of runs that are written to disk as soon as they are sorted. All others are collected
	// in Memory first, and merged when they are written. It is for pairs that nothing is merged of or combined:
	// a merge in the end takes less time than one beside it, as long as it has not too many runs to read.
	Runs int

	// Dir is the folder for spills. The default is [os.TempDir].
	Dir string

	// Codec compresses spills. The default is [DefaultCodec].
	Codec Codec

	// Counters count what the buffer does.
	Counters Counters
}

// The limits of a buffer's memory.
const (
	MinMemory = 32 << 10
	MaxMemory = 4 << 30
)

// Counters are the counters that a [Buffer] adds to. Each may be nil.
// They are brought up to date at each spill and at the end of each run of the combiner.
type Counters struct {
	CombineInput  *mr.Counter // pairs that went into a merge or Combine
	CombineOutput *mr.Counter // pairs that came out of them
	Spilled       *mr.Counter // pairs written to disk, each time they are written
	SpilledBytes  *mr.Counter // bytes written to disk
}

// count adds n to a counter that may be nil.
func count(c *mr.Counter, n int64) {
	if c != nil {
		c.Add(n)
	}
}

// withDefaults returns the options with the defaults filled in.
func (o Options) withDefaults() Options {
	o.Partitions = max(o.Partitions, 1)
	if o.Memory == 0 {
		o.Memory = 64 << 20
	}
	o.Memory = min(max(o.Memory, MinMemory), MaxMemory)
	if o.Dir == "" {
		o.Dir = os.TempDir()
	}
	return o
}

// blockSize returns the size of the blocks of spills.
func (o *Options) blockSize() int {
	return int(min(o.Memory/64, defaultBlockSize))
}

// fanIn returns how many runs are merged at one time.
// Each holds a block, stored and decompressed; half of the memory is for them.
func (o *Options) fanIn() int {
	return int(min(o.Memory/int64(4*o.blockSize()), defaultFanIn))
}

// combined returns pairs with those of equal keys merged or combined.
func (o *Options) combined(pairs mr.Pairs) mr.Pairs {
	switch {
	case o.NewMerge != nil:
		return MergeValues(pairs, o.NewMerge())
	case o.Combine != nil:
		return &combiner{source: pairs, options: o}
	}
	return pairs
}

// combinedEntries is combined for the pairs of a store.
func (o *Options) combinedEntries(pairs *entryPairs) mr.Pairs {
	if o.NewMerge != nil {
		return &mergedEntries{entries: pairs, merge: o.NewMerge()}
	}
	return o.combined(pairs)
}

// newRecent returns what merges the pairs of an arena as they come, or nil where nothing is merged.
// Slots for numbers are those of ranges, if there are any.
func (o *Options) newRecent(a *arena, record recordMaker, ranges *Ranges) recent {
	switch {
	case o.NewMerge == nil:
		return nil
	case o.MergeNumbers == nil:
		return newRecentKeys(o.NewMerge(), a, record)
	case ranges == nil:
		n := recentSlots(a.budget, numberSlotSize, numberSlotsPart, maxNumberSlots)
		return newRecentNumbers(o.MergeNumbers, a, record, make([]numberSlot, n))
	}
	n := recentSlots(a.budget, numberSlotSize, numberSlotsPart, ranges.slots)
	return newRecentNumbers(o.MergeNumbers, a, record, ranges.takeSlots(n))
}

// recordSize returns the size of the record of a pair.
func (o *Options) recordSize(key, value []byte) int {
	if o.isFinal() {
		return recordSize(key, value)
	}
	return growingSize(key, value)
}

// putRecord writes the record of a pair to dst.
func (o *Options) putRecord(dst, key, value []byte) {
	if o.isFinal() {
		putRecord(dst, key, value)
	} else {
		putGrowing(dst, key, value)
	}
}

// isFinal reports whether records have no room: nothing is merged into them, or the value of each has as many
// bytes from the beginning as it may take, see [recentNumbers].
func (o *Options) isFinal() bool { return o.NewMerge == nil || o.MergeNumbers != nil }

// runOptions returns the options of the runs that a buffer writes.
func (o *Options) runOptions() RunOptions {
	return RunOptions{Partitions: o.Partitions, Codec: o.Codec, BlockSize: o.blockSize(), Counters: o.Counters}
}
