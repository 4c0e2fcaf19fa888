package shuffle

import (
	"fmt"

	"github.com/gomr/gomr/mr"
)

// A RangeOutput is the output of a map task, by partition and range of keys, in order of emission.
// A [RangeReader] reads a partition; several may be read in several goroutines at the same time.
type RangeOutput struct {
	ranges  *Ranges
	cuts    *cuts // nil where the task ended with few records before they were chosen
	arena   arena
	streams []stream
	spills  spills // before the streams
}

// Memory returns the bytes of memory that the output holds.
func (o *RangeOutput) Memory() (n int64) {
	for _, chunks := range [][][]byte{o.arena.chunks, o.arena.spare} {
		for _, chunk := range chunks {
			n += int64(len(chunk))
		}
	}
	return n
}

// Spill writes what is in memory to disk, unless it is little. The output must not be read yet.
func (o *RangeOutput) Spill() error {
	if o.cuts == nil {
		return nil
	}
	if err := o.spills.write(len(o.streams), func(i int) mr.Pairs { return o.streams[i].pairs() }); err != nil {
		return fmt.Errorf("write map output: %w", err)
	}
	clear(o.streams)
	o.arena.close()
	return nil
}

// sources returns the pairs of a partition and range, in order of emission.
func (o *RangeOutput) sources(p, r int) []mr.Pairs {
	if cuts := o.ranges.chosen(); o.cuts == nil && cuts != nil {
		return []mr.Pairs{&pairsInRange{streamPairs: o.streams[p].pairs(), cuts: cuts, number: r}}
	}
	i := p*o.cuts.ranges() + r
	sources := make([]mr.Pairs, 0, len(o.spills.runs)+1)
	for _, run := range o.spills.runs {
		sources = append(sources, run.Partition(i))
	}
	return append(sources, o.streams[i].pairs())
}

// size returns about how many bytes there are for a partition and range.
func (o *RangeOutput) size(p, r int) (n int64) {
	if o.cuts == nil {
		return int64(o.streams[p].size)
	}
	i := p*o.cuts.ranges() + r
	for _, run := range o.spills.runs {
		n += 2 * run.Size(i) // compressed
	}
	return n + int64(o.streams[i].size)
}

// Close frees the memory and removes the files. It may be called more than once.
// Nothing may be read from the output at that time or later.
func (o *RangeOutput) Close() error {
	o.streams = nil
	o.arena.close()
	o.spills.close()
	return nil
}
