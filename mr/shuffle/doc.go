// Package shuffle is what stands between the Emit of a map task and the values of a reduce task:
// it takes encoded pairs, merges or combines them, sorts them by partition and key,
// and merges sorted pairs again. Both engines are built on it: the local one keeps
// map outputs in memory or in files, the one on Hadoop sends them as blocks.
//
// Keys are compared as bytes. The values of a key have a defined order everywhere:
// by the index of the map task, and for one task by emission.
//
// # The map side
//
// A [Buffer] takes the pairs of a map task:
//
//	buffer := shuffle.NewBuffer(shuffle.Options{
//		Partitions: step.Reducers,
//		Partition:  step.Partition,
//		NewMerge:   step.NewMerge,
//		Memory:     64 << 20,
//		Dir:        dir,
//	})
//	defer buffer.Close()
//	if err := step.RunMap(env, records, buffer.Add); err != nil {
//		return err
//	}
//	output, err := buffer.Finish()
//	if err != nil {
//		return err
//	}
//	defer output.Close()
//	for p := range step.Reducers {
//		pairs := output.Partition(p) // sorted
//		…
//	}
//
// Pairs go into a store: records in chunks, and an entry of each that is sorted. Where values are merged, a
// table of recent keys merges those of keys that come often; the store keeps the rest as it comes,
// since a table of all keys would miss the processor's cache with each rare one. Where values are numbers too
// ([Options.MergeNumbers]), [Buffer.AddNumbers] takes them as such, and the slots of that table have them.
// A store is 12 MiB at most. When it is full, its entries are sorted while the cache has them, equal
// keys are merged or combined, and the pairs are packed: one behind the other, in a run in memory.
// When memory has no room for one more run, all of them are merged to one on disk, partition by partition.
// At the end the runs are merged while they are read; where there are more of them on disk than memory
// to read them, neighbours are merged first.
//
// An engine that has all map tasks in one process can do with less work. [Options.Keep] lets it share out memory for
// packed runs among them. With [Options.Runs] a store whose pairs have no room is written as it is sorted, not packed and merged with
// others before: that is a quarter of a large sort, and leaves more runs to [MergeLimited].
//
// [Options.Memory] bounds the sum of: the store, with old and new entries while it grows, packed runs,
// three blocks while a run is written, and two blocks of each run while they are merged.
// Beside it there are: the index of runs, 48 bytes for each partition and run; and one pair,
// where a single one is larger than a block. Memory of 64 KiB and more comes from the system and
// goes back to it, and is not seen by Go's collector.
//
// [Output.Partition] gives the pairs to stream, and [BlockWriter.Cut] cuts them into blocks.
//
// # Ranges of keys
//
// Where values are merged, and the map tasks are in one process, sorting can wait until all pairs of a key are
// together. A [RangeBuffer] has the same table of recent keys, and puts what that lets through, not sorted, into a stream
// for each partition and range of keys. [Ranges] are where they end, chosen by the first map task with enough
// records and shared by all. [ReadRanges] reads a partition: for each range in turn it puts the pairs of all tasks into
// a buffer, whose store they fit as a rule, and sorts what is left of them once. Where values are numbers and all are in memory,
// pairs stay where the map tasks have put them, and there is a table of their keys and numbers instead.
//
//	ranges := shuffle.NewRanges(step.Reducers, options.Memory, inputBytes) // nil for too many partitions
//	buffer := shuffle.NewRangeBuffer(ranges, options)                      // for each map task
//	…
//	outputs[task], err = buffer.Finish()
//	…
//	pairs := shuffle.ReadRanges(outputs, p, options) // when all tasks are done
//	defer pairs.Close()
//
// Values are still merged in the order of the map tasks and of emission. A range that is larger than the store is
// packed and spilled as any pairs are, so bad ranges cost time and no memory: those of an input whose keys
// ascend are no worse than sorting it all.
//
// A stream is records in blocks of 512 bytes to 8 KiB, each with its size before it where its value may grow. When the memory of a map task is full, all of its
// streams are written to disk as a run with a partition for each stream, not sorted within it.
//
// # The reduce side
//
// [Merge] merges sorted pairs of any kind: with a tournament, or, where they are packed runs whose keys
// seldom repeat, by collecting and sorting a range of keys at a time, as large as the cache. [MergeLimited] any number of them
// in passes, and [MergeValues] merges the values of equal keys. [NewFrameMerger] merges blocks that
// come one by one in the order of their first keys, as Hadoop hands them to a reducer.
//
// # Blocks
//
// A block is sorted pairs with a header. Numbers are little-endian:
//
//	+---------+-------+-------+--------+--------+----------+- - - - - -+
//	| version | codec | pairs | length | stored | checksum |   body    |
//	| 1       | 1     | 4     | 4      | 4      | 4        | stored    |
//	+---------+-------+-------+--------+--------+----------+- - - - - -+
//
//	version   1
//	codec     of the body: 1 none, 2 S2 (its block format, with no frame)
//	pairs     number of pairs
//	length    bytes of the body when it is decompressed
//	stored    bytes of the body that follow
//	checksum  CRC-32C (Castagnoli) of all other bytes of the block
//
// The body is a pair behind the other. A pair stores what its key does not share with
// the key before it; the first one shares nothing:
//
//	+---------+---------+---------+- - - - - -+- - - -+
//	| shared  | rest    | size    | key bytes | value |
//	| uvarint | uvarint | uvarint | rest      | size  |
//	+---------+---------+---------+- - - - - -+- - - -+
//
// A body is stored compressed only where that saves an eighth. No body of more than 1 MiB is
// stored in less than a 1024th of its length, and a reader refuses one that claims to be:
// so damaged lengths can't make it allocate much.
//
// # Runs
//
// A run is a stretch of a file: the blocks of partition 0, then those of partition 1, and so on,
// without anything between them. The header of a block tells where the next one begins.
// All spills of a buffer are in one file. The index of the partitions, their offset, end and number
// of pairs, is in memory, for the file does not outlive its process: it has no name in its folder
// from the moment it is open.
//
// # Frames
//
// A frame is how a block travels through Hadoop, which partitions and sorts frames by their keys
// and knows nothing of what is in them. The value of a frame is the block. Its key is:
//
//	+----+----+- - - - - - - - - - -+------+------+-----------+-----------+
//	| b0 | b1 | first key, escaped  | 0x00 | 0x00 | run       | block     |
//	|    |    |                     |      |      | 4, big-e. | 4, big-e. |
//	+----+----+- - - - - - - - - - -+------+------+-----------+-----------+
//
//	b0, b1     two bytes whose hash is the partition, see PartitionPrefix
//	first key  of the block, with each byte 0x00 as 0x00 0xff
//	run        index of the map task
//	block      number of the block among those of the map task for this partition
//
// Escaped and ended so, no first key is a prefix of another, and they compare as the keys do.
// A reducer takes its frames in that order. Before it takes one, it hands out every pair that is less
// than the frame's (first key, run, block); those still to come are not. A run's next block
// begins where its last one ended, so at most one block of each run is open,
// and the memory is that of as many blocks as there are map tasks, whatever the keys are. A block of one
// large pair is open alone, and its memory is given up when the next block needs less than half of it.
//
// # Measured
//
// On words of a text, 64 KiB blocks and one busy core of an AMD EPYC: S2 writes a block in 15 ns more
// for each pair than no codec and stores 41% of the bytes, and is read at the speed of none.
// LZ4 took about the same time for 45%, so S2 is what there is.
package shuffle
