package shuffle

import (
	"github.com/gomr/gomr/mr"
)

// Options say how a [Buffer] partitions, combines, sorts and spills the pairs of a map task.
// The zero value is one partition with nothing combined.
type Options struct {
	// Partitions is the number of partitions. The default is 1.
	Partitions int

	// Partition returns the partition of a key, from 0 to Partitions-1.
	// It is called once for each pair, or with Merge once for each key between two spills.
	// The default puts every key into partition 0.
	Partition func(key []byte) int

	// Merge appends the merge of two values of one key to dst, a before b.
	// It is associative, and its result shares no memory with a and b.
	// Nil keeps every pair.
	Merge func(dst, a, b []byte) []byte

	// Combine reads sorted pairs and emits sorted pairs of the same keys.
	// It may run any number of times, over any neighbouring pairs of a partition,
	// and in the goroutine that reads the [Output]. It is not used together with Merge.
	// Nil means no combiner.
	Combine func(pairs mr.Pairs, emit mr.Collect) error

	// Memory is the budget in bytes for all memory of the buffer.
	// A pair that is larger is held once more while it is written.
	// The default is 64 MiB; less than [MinMemory] is taken as MinMemory,
	// more than [MaxMemory] as MaxMemory.
	Memory int64

	// Dir is the folder for spills. The default is [os.TempDir].
	Dir string

	// Codec compresses spills. The default is [DefaultCodec].
	Codec Codec

	// Counters count what the buffer does.
	Counters Counters
}

// The limits of a buffer's memory.
const (
	MinMemory = 16 << 10
	MaxMemory = 4 << 30
)

// Counters are the counters that a [Buffer] adds to. Each may be nil.
// They are brought up to date at each spill, and when an output was read to its end.
type Counters struct {
	CombineInput  *mr.Counter // pairs that went into Merge or Combine
	CombineOutput *mr.Counter // pairs that came out of it
	Spilled       *mr.Counter // pairs written to disk, each time they are written
	SpilledBytes  *mr.Counter // bytes written to disk
}
