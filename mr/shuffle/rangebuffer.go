package shuffle

import "github.com/gomr/gomr/mr"

// A RangeBuffer takes the pairs of a map task, merges those whose keys come often, and puts the rest
// into a stream for each partition and range of keys. It sorts nothing: a [RangeReader] does, when all pairs of a range are
// together and are merged in the cache. It is used by one goroutine.
type RangeBuffer struct {
	options Options
	ranges  *Ranges
	cuts    *cuts // nil until they are chosen
	budget  budget
	arena   arena
	recent  recent         // nil when the buffer is finished or closed
	numbers *recentNumbers // recent, where values are numbers
	streams []stream       // by partition and range
	spills  spills         // before the streams, with as many partitions as there are streams
	size    int64          // bytes of records that have waited for cuts
	added   int64          // pairs
	left    int64          // records that were made of them
	err     error          // of a spill; the buffer is of no use after it
}

// sampleEvery is how many of the records that choose ranges there are for each key that is looked at.
const sampleEvery = 16

// NewRangeBuffer returns an empty buffer, which the caller closes. The options must have NewMerge, and
// the partitions and the memory that the ranges were made for.
func NewRangeBuffer(ranges *Ranges, options Options) *RangeBuffer {
	b := &RangeBuffer{options: options.withDefaults(), ranges: ranges, cuts: ranges.chosen()}
	b.budget.limit = b.options.Memory - 3*int64(b.options.blockSize()) // as in NewBuffer
	b.arena.budget = &b.budget
	b.recent = b.options.newRecent(&b.arena, b.record, ranges)
	b.numbers, _ = b.recent.(*recentNumbers)
	b.spills.options = &b.options
	b.empty()
	return b
}

// empty makes empty streams.
func (b *RangeBuffer) empty() {
	b.streams = newStreams(b.options.Partitions*b.cuts.ranges(), !b.options.isFinal())
}

// Add adds a pair. It copies what it keeps.
// After an error other than of the partition function, all calls return that error.
func (b *RangeBuffer) Add(key, value []byte) error {
	if b.recent == nil || len(key)+len(value) > MaxPair {
		return b.refuse(key, value)
	}
	b.added++
	return b.recent.add(key, value)
}

// AddNumbers adds pairs whose values are numbers, as Add does. The options must have MergeNumbers.
func (b *RangeBuffer) AddNumbers(keys []string, numbers []int64) error {
	if b.recent == nil {
		return b.refuse(nil, nil)
	}
	b.added += int64(len(keys))
	return b.numbers.addAll(keys, numbers)
}

// refuse returns the error of a pair that can't be added.
func (b *RangeBuffer) refuse(key, value []byte) error {
	switch {
	case b.err != nil:
		return b.err
	case b.recent == nil:
		return errFinished
	}
	return tooLarge(key, value)
}

// record makes a record of a pair. Where memory has no room for it, it spills what is there first.
func (b *RangeBuffer) record(key, value []byte) (ref, error) {
	p, err := b.options.partition(key)
	if err != nil {
		return noRef, err
	}
	if b.cuts == nil && b.size >= min(b.ranges.sample, b.budget.limit/4) {
		if err := b.choose(); err != nil {
			return noRef, b.fail(err)
		}
	}
	if place, ok := b.append(int(p), key, value); ok {
		return place, nil
	}
	if err := b.spill(); err != nil {
		return noRef, b.fail(err)
	}
	if place, ok := b.append(int(p), key, value); ok {
		return place, nil
	}
	if len(key)+len(value) > MaxPair {
		return noRef, tooLarge(key, value)
	}
	if err := b.spillLarge(int(p), key, value); err != nil {
		return noRef, b.fail(err)
	}
	return noRef, nil
}

// append puts the record of a pair into its stream.
func (b *RangeBuffer) append(p int, key, value []byte) (ref, bool) {
	place, size := b.streams[b.stream(p, key)].add(&b.arena, key, value)
	if size == 0 {
		return noRef, false
	}
	b.size += int64(size)
	b.left++
	return place, true
}

// stream returns the index of the stream of a key.
func (b *RangeBuffer) stream(p int, key []byte) int { return p*b.cuts.ranges() + b.cuts.find(key) }

// fail frees everything and keeps the error.
func (b *RangeBuffer) fail(err error) error {
	b.Close()
	b.err = err
	return err
}

// choose chooses where ranges end, unless that is done, and puts all records into them.
func (b *RangeBuffer) choose() error {
	b.recent.forget()
	b.cuts = b.ranges.choose(sampleKeys(b.streams))
	divided := arena{budget: &b.budget}
	if streams, ok := divide(b.streams, b.cuts, &divided); ok {
		b.streams = streams
		divided.takeOver(&b.arena)
		b.arena = divided
		return nil
	}
	b.arena.takeOver(&divided)
	undivided := b.streams
	b.empty()
	return b.write(func(i int) mr.Pairs {
		n := b.cuts.ranges()
		return &pairsInRange{streamPairs: undivided[i/n].pairs(), cuts: b.cuts, number: i % n}
	})
}

// sampleKeys returns some keys of streams.
func sampleKeys(streams []stream) (keys [][]byte) {
	for p := range streams {
		pairs := streams[p].pairs()
		for i := 0; pairs.Next(); i++ {
			if i%sampleEvery == 0 {
				keys = append(keys, pairs.Key())
			}
		}
	}
	return keys
}

// divide divides the stream of each partition into ranges. It reports false where the arena
// has no room for all records a second time.
func divide(partitions []stream, cuts *cuts, a *arena) ([]stream, bool) {
	streams := newStreams(len(partitions)*cuts.ranges(), partitions[0].growing)
	for p := range partitions {
		pairs := partitions[p].pairs()
		for pairs.Next() {
			buf, _ := streams[p*cuts.ranges()+cuts.find(pairs.key)].alloc(a, len(pairs.record))
			if buf == nil {
				return nil, false
			}
			copy(buf, pairs.record)
		}
	}
	return streams, true
}

// spill writes all records to disk.
func (b *RangeBuffer) spill() error {
	if b.cuts == nil {
		if err := b.choose(); err != nil {
			return err
		}
	}
	b.recent.forget()
	return b.write(func(i int) mr.Pairs { return b.streams[i].pairs() })
}

// write writes the pairs of all streams to disk, and frees the memory.
func (b *RangeBuffer) write(pairs func(i int) mr.Pairs) error {
	err := b.spills.write(len(b.streams), pairs)
	b.empty()
	b.arena.reset()
	return err
}

// spillLarge writes a pair to disk that is larger than the memory.
func (b *RangeBuffer) spillLarge(p int, key, value []byte) error {
	b.left++
	its := b.stream(p, key)
	return b.spills.write(len(b.streams), func(i int) mr.Pairs {
		if i != its {
			return noPairs{}
		}
		return &singlePair{key: key, value: value}
	})
}

// Finish returns the output, which the caller closes. The buffer can only be closed afterwards.
func (b *RangeBuffer) Finish() (*RangeOutput, error) {
	if b.recent == nil {
		return nil, b.refuse(nil, nil)
	}
	if err := b.recent.drain(); err != nil {
		return nil, err
	}
	b.recent.forget()
	if b.cuts == nil && b.size >= minRangeSample {
		if err := b.choose(); err != nil {
			return nil, b.fail(err)
		}
	}
	count(b.options.Counters.CombineInput, b.added)
	count(b.options.Counters.CombineOutput, b.left)
	output := &RangeOutput{ranges: b.ranges, cuts: b.cuts, arena: b.arena, streams: b.streams, spills: b.spills}
	b.arena, b.spills = arena{}, spills{}
	b.Close()
	return output, nil
}

// Close frees the memory and files of a buffer. It does not touch a [RangeOutput].
// It may be called at any time and more than once.
func (b *RangeBuffer) Close() error {
	if b.numbers != nil {
		b.ranges.giveSlots(b.numbers.slots)
	}
	b.recent, b.numbers, b.streams = nil, nil, nil
	b.arena.close()
	b.spills.close()
	return nil
}
