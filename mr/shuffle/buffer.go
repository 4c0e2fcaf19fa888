package shuffle

import (
	"errors"
	"fmt"

	"github.com/gomr/gomr/mr"
)

// A Buffer takes the pairs of a map task, merges or combines them, and sorts them:
// in memory as long as they fit in its budget, in spills on disk beyond that.
// It is used by one goroutine.
type Buffer struct {
	options Options
	budget  budget         // of the store
	store   *store         // nil when the buffer is finished or closed
	recent  recent         // nil where nothing is merged
	numbers *recentNumbers // recent, where values are numbers
	kept    []*packed      // runs that stay in memory, see Options.Keep
	spills  spills         // of the pairs behind those in kept
	packed  []*packed      // of the pairs behind those in spills
	room    int64          // bytes that packed may still take
	added   int64          // pairs since merged ones were counted
	err     error          // of a spill; the buffer is of no use after it
}

// errFinished is the error of a buffer that is used after its end.
var errFinished = errors.New("shuffle: the buffer is finished or closed")

// storeMemory is the size of a full-sized store in bytes, with what it needs to sort its entries. The stores of
// a few cores fit the processor's last cache, so that sorting does not wait for memory.
const storeMemory = 12 << 20

// NewBuffer returns an empty buffer, which the caller closes.
// Options that can't be are an error of Add and Finish.
func NewBuffer(options Options) *Buffer {
	b := &Buffer{options: options.withDefaults()}
	if options.Partitions > maxPartitions {
		b.err = fmt.Errorf("%d partitions: at most %d are possible", options.Partitions, maxPartitions)
		return b
	}
	// A spill needs three blocks: its body, the same compressed, and the output of a combiner.
	memory := b.options.Memory - 3*int64(b.options.blockSize())
	b.budget.limit = min(memory/2, storeMemory)
	b.room = memory - b.budget.limit
	b.store = newStore(&b.options, &b.budget)
	b.recent = b.options.newRecent(&b.store.arena, b.record, nil)
	b.numbers, _ = b.recent.(*recentNumbers)
	b.spills.options = &b.options
	return b
}

// Add adds a pair. It copies what it keeps.
// After an error other than of the partition function, all calls return that error.
func (b *Buffer) Add(key, value []byte) error {
	if b.store == nil || len(key)+len(value) > MaxPair {
		return b.refuse(key, value)
	}
	b.added++
	if b.recent != nil {
		return b.recent.add(key, value)
	}
	_, err := b.record(key, value)
	return err
}

// AddNumbers adds pairs whose values are numbers, as Add does. The options must have MergeNumbers.
func (b *Buffer) AddNumbers(keys []string, numbers []int64) error {
	if b.store == nil {
		return b.refuse(nil, nil)
	}
	b.added += int64(len(keys))
	return b.numbers.addAll(keys, numbers)
}

// refuse returns the error of a pair that can't be added.
func (b *Buffer) refuse(key, value []byte) error {
	if b.err != nil {
		return b.err
	}
	if b.store == nil {
		return errFinished
	}
	return tooLarge(key, value)
}

// tooLarge is the error of a pair that can't be added.
func tooLarge(key, value []byte) error {
	return fmt.Errorf("pair of %d bytes with key %.100q: a pair has at most %d bytes", len(key)+len(value), key, MaxPair)
}

// record makes a record of a pair. Where the store has no room for it, it empties the store first.
func (b *Buffer) record(key, value []byte) (ref, error) {
	place, ok, err := b.store.add(key, value)
	if ok || err != nil {
		return place, err
	}
	if err := b.empty(); err != nil {
		return noRef, b.fail(err)
	}
	if place, ok, err = b.store.add(key, value); ok || err != nil {
		return place, err
	}
	if len(key)+len(value) > MaxPair {
		return noRef, tooLarge(key, value)
	}
	p, err := b.options.partition(key)
	if err != nil {
		return noRef, err
	}
	if err := b.addLarge(int(p), key, value); err != nil {
		return noRef, b.fail(err)
	}
	return noRef, nil
}

// addLarge puts a pair that is larger than the store into a run of its own.
func (b *Buffer) addLarge(p int, key, value []byte) error {
	one := func(q int) mr.Pairs {
		if q != p {
			return noPairs{}
		}
		return &singlePair{key: key, value: value}
	}
	return b.addRun(int64(recordSize(key, value)), one)
}

// fail frees everything and keeps the error.
func (b *Buffer) fail(err error) error {
	b.Close()
	b.err = err
	return err
}

// empty makes a sorted run of the pairs in the store.
func (b *Buffer) empty() error {
	if len(b.store.entries) == 0 {
		return nil
	}
	if b.recent != nil {
		b.recent.forget()
	}
	pairs := b.store.split()
	sorted := func(p int) mr.Pairs { return b.options.combinedEntries(pairs.partition(p)) }
	defer b.store.reset()
	return b.addRun(b.store.arena.size(), sorted)
}

// addRun makes a run of the pairs of each partition, which take about size bytes: in memory where there is room, else on disk.
func (b *Buffer) addRun(size int64, pairs func(p int) mr.Pairs) error {
	switch written := len(b.spills.runs); {
	case b.options.Keep != nil && written == 0 && len(b.packed) == 0 && b.options.Keep(size):
		return b.pack(&b.kept, size, pairs)
	case written >= b.options.Runs && size <= b.room:
		err := b.pack(&b.packed, size, pairs)
		if err == nil {
			b.room -= b.packed[len(b.packed)-1].memory
		}
		return err
	}
	if err := b.spill(); err != nil {
		return err
	}
	if err := b.spills.write(b.options.Partitions, pairs); err != nil {
		return err
	}
	b.countMerged(b.spills.last().allPairs())
	return nil
}

// pack adds a run in memory to runs.
func (b *Buffer) pack(runs *[]*packed, size int64, pairs func(p int) mr.Pairs) error {
	run, err := pack(b.options.Partitions, size, pairs)
	if err != nil {
		return err
	}
	*runs = append(*runs, run)
	b.countMerged(run.pairs)
	return nil
}

// spill writes the packed runs to one on disk.
func (b *Buffer) spill() error {
	if len(b.packed) == 0 {
		return nil
	}
	err := b.spills.write(b.options.Partitions, func(p int) mr.Pairs {
		return b.options.combined(Merge(packedSources(b.packed, p)))
	})
	b.freePacked()
	return err
}

func (b *Buffer) freePacked() {
	for _, run := range b.packed {
		b.room += run.memory
		run.close()
	}
	b.packed = nil
}

// countMerged counts what merging made of the pairs that were added to the store.
func (b *Buffer) countMerged(left int64) {
	if b.options.NewMerge != nil {
		count(b.options.Counters.CombineInput, b.added)
		count(b.options.Counters.CombineOutput, left)
	}
	b.added = 0
}

// Finish sorts what is left and returns the output, which the caller closes.
// The buffer can only be closed afterwards.
func (b *Buffer) Finish() (*Output, error) {
	if b.store == nil {
		return nil, b.refuse(nil, nil)
	}
	err := b.drain()
	if err == nil {
		err = b.empty()
	}
	switch {
	case err != nil:
	case b.options.Keep != nil:
		err = b.spill()
	case len(b.spills.runs) > 0:
		// All on disk, so that what is in memory can go.
		err = errors.Join(b.spill(), b.mergeRuns())
	}
	if err != nil {
		return nil, b.fail(err)
	}
	output := &Output{options: b.options, packed: append(b.kept, b.packed...), runs: b.spills.take()}
	b.kept, b.packed = nil, nil
	b.Close()
	return output, nil
}

// drain makes records of all pairs.
func (b *Buffer) drain() error {
	if b.recent == nil {
		return nil
	}
	return b.recent.drain()
}

// sorted returns all pairs of the only partition, sorted and merged, if they are in the store; else it returns nil.
// They are valid until reset.
func (b *Buffer) sorted() (mr.Pairs, error) {
	if err := b.drain(); err != nil {
		return nil, err
	}
	if len(b.kept) > 0 || len(b.packed) > 0 || len(b.spills.runs) > 0 {
		return nil, nil
	}
	if b.recent != nil {
		b.recent.forget()
	}
	return b.options.combinedEntries(b.store.split().partition(0)), nil
}

// reset drops all pairs of a buffer whose pairs are all in the store, and keeps the memory for the next ones.
// After an error there is nothing to drop.
func (b *Buffer) reset() {
	if b.store != nil {
		b.store.reset()
	}
	b.added = 0
}

// mergeRuns merges runs until there are few enough to be read at one time.
func (b *Buffer) mergeRuns() error {
	return mergePasses(&b.spills.runs, b.options.fanIn(), func(runs []*Run) (*Run, error) {
		group := Output{options: b.options, runs: runs}
		merged, err := group.writeRun(b.options.Dir)
		if err != nil {
			return nil, err
		}
		for _, run := range runs {
			run.Close()
		}
		return merged, nil
	})
}

// Close frees the memory and files of a buffer. It does not touch an [Output].
// It may be called at any time and more than once.
func (b *Buffer) Close() error {
	if b.store != nil {
		b.store.close()
		b.store, b.recent, b.numbers = nil, nil, nil
	}
	for _, run := range b.kept {
		run.close()
	}
	b.kept = nil
	b.freePacked()
	b.spills.close()
	return nil
}

// singlePair is one pair as an [mr.Pairs].
type singlePair struct {
	key, value []byte
	read       bool
}

func (p *singlePair) Next() bool {
	first := !p.read
	p.read = true
	return first
}

func (p *singlePair) Key() []byte   { return p.key }
func (p *singlePair) Value() []byte { return p.value }
func (p *singlePair) Err() error    { return nil }

// noPairs is an [mr.Pairs] of none.
type noPairs struct{}

func (noPairs) Next() bool    { return false }
func (noPairs) Key() []byte   { return nil }
func (noPairs) Value() []byte { return nil }
func (noPairs) Err() error    { return nil }
