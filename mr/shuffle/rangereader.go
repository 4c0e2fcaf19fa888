package shuffle

import (
	"github.com/gomr/gomr/mr"
)

// A RangeReader reads the pairs that all map tasks have for a partition, sorted and merged. It collects a range
// of keys at a time in a [Buffer], whose store they fit as a rule; a range that is larger is sorted and spilled as any pairs are.
// It is an [mr.Pairs], used by one goroutine.
type RangeReader struct {
	outputs   []*RangeOutput
	options   Options
	partition int
	next      int // range to collect
	ranges    int

	buffer *Buffer // of the present range, or nil
	output *Output // of the present range, where that is larger than the buffer's store
	pairs  mr.Pairs
	err    error
	row    numberRow
}

// ReadRanges returns the pairs of a partition of outputs, which are in the order of their map tasks and share their [Ranges].
// Options say how pairs are merged, and the memory for that. The caller closes the reader.
func ReadRanges(outputs []*RangeOutput, partition int, options Options) *RangeReader {
	r := &RangeReader{outputs: outputs, options: options, partition: partition, pairs: noPairs{}}
	r.options.Partitions, r.options.Partition = 1, nil
	if len(outputs) > 0 {
		r.ranges = outputs[0].ranges.chosen().ranges()
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
	}
	return r.err == nil
}

// collect makes pairs those of the next range.
func (r *RangeReader) collect() error {
	r.endRange()
	if r.buffer == nil {
		r.buffer = NewBuffer(r.options)
	}
	size := int64(0)
	for _, o := range r.outputs {
		size += o.size(r.partition, r.next)
	}
	r.buffer.recent.expect(int(size / recordBytes))
	for _, o := range r.outputs {
		for _, source := range o.sources(r.partition, r.next) {
			if err := r.add(source); err != nil {
				return err
			}
		}
	}
	r.next++
	return r.sort()
}

// recordBytes is the size of a small record in bytes.
const recordBytes = 16

// add adds all pairs of a source to the buffer.
func (r *RangeReader) add(source mr.Pairs) error {
	if stream, ok := source.(*streamPairs); ok && r.buffer.numbers != nil {
		return r.row.add(stream, r.buffer)
	}
	for source.Next() {
		if err := r.buffer.Add(source.Key(), source.Value()); err != nil {
			return err
		}
	}
	return source.Err()
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

// Err returns the error that ended the pairs, or nil at their end.
func (r *RangeReader) Err() error { return r.err }

// Close frees the memory and files of the reader, and leaves the outputs as they are. It may be called more than once.
func (r *RangeReader) Close() error {
	r.endRange()
	r.next = r.ranges
	if r.buffer != nil {
		r.buffer.Close()
		r.buffer = nil
	}
	return nil
}

// A numberRow is pairs that are added together.
type numberRow struct {
	keys    [rowLength]string // of memory that stays
	numbers [rowLength]int64
}

// add adds the pairs of a stream, whose memory stays as it is, to a buffer.
func (w *numberRow) add(stream *streamPairs, b *Buffer) (err error) {
	n := 0
	for stream.Next() {
		w.keys[n] = bytesString(stream.key)
		if w.numbers[n], err = decodeNumber(stream.key, stream.value); err != nil {
			return err
		}
		if n++; n == rowLength {
			if err := b.AddNumbers(w.keys[:], w.numbers[:]); err != nil {
				return err
			}
			n = 0
		}
	}
	return b.AddNumbers(w.keys[:n], w.numbers[:n])
}
