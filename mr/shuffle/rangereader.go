package shuffle

import (
	"encoding/binary"
	"errors"

	"github.com/gomr/gomr/mr"
)

// A RangeReader reads the pairs that all map tasks have for a partition, sorted and merged. It collects a range
// of keys at a time: in a [Buffer], whose store they fit as a rule, and which sorts and spills a larger range as it does any pairs.
// Numbers that are in memory are merged where they are, in a table.
// It is an [mr.Pairs], and where the options have MergeNumbers an [mr.NumberPairs], used by one goroutine.
type RangeReader struct {
	outputs   []*RangeOutput
	options   Options
	partition int
	next      int // range to collect
	ranges    int

	table  *numberTable // where values are numbers
	buffer *Buffer      // of the present range, or nil
	output *Output      // of the present range, where that is larger than the buffer's store
	pairs  mr.Pairs
	err    error
}

// ReadRanges returns the pairs of a partition of outputs, which are in the order of their map tasks and share their [Ranges].
// Options say how pairs are merged, and the memory for that. The caller closes the reader.
func ReadRanges(outputs []*RangeOutput, partition int, options Options) *RangeReader {
	r := &RangeReader{outputs: outputs, options: options, partition: partition, pairs: noPairs{}}
	r.options.Partitions, r.options.Partition = 1, nil
	if len(outputs) == 0 {
		return r
	}
	shared := outputs[0].ranges
	r.ranges = shared.chosen().ranges()
	if options.MergeNumbers != nil {
		r.table = shared.takeTable(options.MergeNumbers, options.withDefaults().Memory)
	}
	return r
}

// Next advances to the next pair and reports whether there is one.
func (r *RangeReader) Next() bool {
	for r.err == nil && !r.pairs.Next() {
		if r.err = r.pairs.Err(); r.err != nil || r.next == r.ranges {
			r.pairs = noPairs{}
			return false
		}
		r.err = r.collect()
		r.next++
	}
	return r.err == nil
}

// collect makes pairs those of the next range.
func (r *RangeReader) collect() error {
	r.endRange()
	if r.table == nil {
		return r.collectInBuffer()
	}
	err := r.collectInTable()
	if errors.Is(err, errTableFull) {
		r.table.free()
		return r.collectInBuffer()
	}
	return err
}

// collectInTable returns errTableFull where the range is not all in memory, or there is too little for a table of it.
func (r *RangeReader) collectInTable() error {
	streams := make([]*streamPairs, 0, len(r.outputs))
	for _, source := range r.sources() {
		stream, ok := source.(*streamPairs)
		if !ok {
			return errTableFull
		}
		streams = append(streams, stream)
	}
	r.closeBuffer()
	r.table.reset(int(r.size() / (2 * recordBytes)))
	for _, stream := range streams {
		if err := r.table.add(stream); err != nil {
			return err
		}
	}
	r.pairs = r.table.sorted()
	return nil
}

func (r *RangeReader) collectInBuffer() error {
	if r.buffer == nil {
		r.buffer = NewBuffer(r.options)
	}
	r.buffer.recent.expect(int(r.size() / recordBytes))
	for _, source := range r.sources() {
		for source.Next() {
			if err := r.buffer.Add(source.Key(), source.Value()); err != nil {
				return err
			}
		}
		if err := source.Err(); err != nil {
			return err
		}
	}
	return r.sort()
}

// recordBytes is the size of a small record in bytes.
const recordBytes = 16

// sources returns the pairs of the next range, in order of emission.
func (r *RangeReader) sources() (sources []mr.Pairs) {
	for _, o := range r.outputs {
		sources = append(sources, o.sources(r.partition, r.next)...)
	}
	return sources
}

// size returns about how many bytes there are for the next range.
func (r *RangeReader) size() (n int64) {
	for _, o := range r.outputs {
		n += o.size(r.partition, r.next)
	}
	return n
}

// sort makes pairs those of the buffer.
func (r *RangeReader) sort() (err error) {
	if r.pairs, err = r.buffer.sorted(); r.pairs != nil || err != nil {
		return err
	}
	if r.output, err = r.buffer.Finish(); err != nil {
		return err
	}
	r.buffer = nil
	r.pairs = r.output.Partition(0)
	return nil
}

// endRange frees what the present range has taken, but for the buffer.
func (r *RangeReader) endRange() {
	r.pairs = noPairs{}
	if r.buffer != nil {
		r.buffer.reset()
	}
	if r.output != nil {
		r.output.Close()
		r.output = nil
	}
}

// Key returns the key of the pair. The bytes are valid until Next.
func (r *RangeReader) Key() []byte { return r.pairs.Key() }

// Value returns the merged value. The bytes are valid until Next.
func (r *RangeReader) Value() []byte { return r.pairs.Value() }

// Number returns the number that Value encodes, where the options have MergeNumbers.
func (r *RangeReader) Number() int64 {
	if numbers, ok := r.pairs.(*numberPairs); ok {
		return numbers.Number()
	}
	n, _ := binary.Varint(r.pairs.Value())
	return n
}

// Err returns the error that ended the pairs, or nil at their end.
func (r *RangeReader) Err() error { return r.err }

// Close frees the memory and files of the reader, and leaves the outputs as they are. It may be called more than once.
func (r *RangeReader) Close() error {
	r.endRange()
	r.closeBuffer()
	if r.table != nil {
		r.outputs[0].ranges.giveTable(r.table)
		r.table = nil
	}
	r.next = r.ranges
	return nil
}

func (r *RangeReader) closeBuffer() {
	if r.buffer != nil {
		r.buffer.Close()
		r.buffer = nil
	}
}
