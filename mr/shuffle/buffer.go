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
	budget  budget // of the store
	store   *store // nil when the buffer is finished or closed
	room    int64  // bytes that packed runs may take
	packed  []*packed
	file    *runFile
	runs    []*Run // of pairs before those in packed
	added   int64  // pairs since the store was empty
	err     error  // of a spill; the buffer is of no use after it
}

// errFinished is the error of a buffer that is used after its end.
var errFinished = errors.New("shuffle: the buffer is finished or closed")

// storeMemory is the size of a full-sized store in bytes. It fits the processor's last
// cache several times, so that sorting does not wait for memory.
const storeMemory = 8 << 20

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
	return b
}

// Add adds a pair. It copies what it keeps.
// After an error other than of the partition function, all calls return that error.
func (b *Buffer) Add(key, value []byte) error {
	if b.store == nil || len(key)+len(value) > MaxPair {
		return b.refuse(key, value)
	}
	ok, err := b.store.add(key, value)
	if err != nil {
		return err
	}
	if ok {
		b.added++
		return nil
	}
	return b.addToEmpty(key, value)
}

// refuse returns the error of a pair that can't be added.
func (b *Buffer) refuse(key, value []byte) error {
	if b.err != nil {
		return b.err
	}
	if b.store == nil {
		return errFinished
	}
	return fmt.Errorf("pair of %d bytes with key %.100q: a pair has at most %d bytes", len(key)+len(value), key, MaxPair)
}

// addToEmpty adds a pair that the store has no room for: it empties the store first.
func (b *Buffer) addToEmpty(key, value []byte) error {
	if err := b.empty(); err != nil {
		return b.fail(err)
	}
	b.added++
	if ok, err := b.store.add(key, value); ok || err != nil {
		return err
	}
	p, err := b.options.partition(key)
	if err != nil {
		return err
	}
	if err := b.addLarge(int(p), key, value); err != nil {
		return b.fail(err)
	}
	return nil
}

// addLarge puts a pair that is larger than the store into a run of its own.
func (b *Buffer) addLarge(p int, key, value []byte) error {
	b.countMerged(1)
	one := func(q int) mr.Pairs {
		if q != p {
			return noPairs{}
		}
		return &singlePair{key: key, value: value}
	}
	if size := int64(recordSize(key, value)); size <= b.room {
		return b.pack(size, one)
	}
	if err := b.spill(); err != nil {
		return err
	}
	return b.writeRun(one)
}

// fail frees everything and keeps the error.
func (b *Buffer) fail(err error) error {
	b.Close()
	b.err = err
	return err
}

// empty makes a sorted run of the pairs in the store: in memory where there is room, else on disk.
func (b *Buffer) empty() error {
	if len(b.store.entries) == 0 {
		return nil
	}
	pairs := b.store.split()
	sorted := func(p int) mr.Pairs { return b.options.combinedEntries(pairs.partition(p)) }
	defer b.store.reset()
	if b.store.arena.size() <= b.room {
		return b.pack(b.store.arena.size(), sorted)
	}
	if err := b.spill(); err != nil {
		return err
	}
	if err := b.writeRun(sorted); err != nil {
		return err
	}
	b.countMerged(b.runs[len(b.runs)-1].allPairs())
	return nil
}

// pack makes a run in memory of the pairs of each partition, which take about size bytes.
func (b *Buffer) pack(size int64, partition func(p int) mr.Pairs) error {
	run, err := pack(b.options.Partitions, size, partition)
	if err != nil {
		return err
	}
	b.packed = append(b.packed, run)
	b.room -= run.memory
	b.countMerged(run.pairs)
	return nil
}

// spill writes the runs in memory to one on disk.
func (b *Buffer) spill() error {
	if len(b.packed) == 0 {
		return nil
	}
	err := b.writeRun(func(p int) mr.Pairs {
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

// writeRun appends a run of the pairs of each partition to the file of spills.
func (b *Buffer) writeRun(partition func(p int) mr.Pairs) error {
	if b.file == nil {
		file, err := createRunFile(b.options.Dir)
		if err != nil {
			return fmt.Errorf("spill: %w", err)
		}
		b.file = file
	}
	b.file.retain()
	w := newRunWriter(b.file, b.options.runOptions())
	defer w.Close()
	for p := range b.options.Partitions {
		if err := w.Write(p, partition(p)); err != nil {
			return fmt.Errorf("spill: %w", err)
		}
	}
	b.runs = append(b.runs, w.Finish())
	return nil
}

// Finish sorts what is left and returns the output, which the caller closes.
// The buffer can only be closed afterwards.
func (b *Buffer) Finish() (*Output, error) {
	if b.store == nil {
		return nil, b.refuse(nil, nil)
	}
	err := b.empty()
	if err == nil && len(b.runs) > 0 {
		// All on disk, so that what is in memory can go.
		err = errors.Join(b.spill(), b.mergeRuns())
	}
	if err != nil {
		return nil, b.fail(err)
	}
	output := &Output{options: b.options, packed: b.packed, runs: b.runs}
	b.packed, b.runs = nil, nil
	b.Close()
	return output, nil
}

// mergeRuns merges runs until there are few enough to be read at one time.
func (b *Buffer) mergeRuns() error {
	return mergePasses(&b.runs, b.options.fanIn(), func(runs []*Run) (*Run, error) {
		group := Output{options: b.options, runs: runs}
		merged, err := group.WriteRun(b.options.Dir)
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
		b.store = nil
	}
	b.freePacked()
	for _, run := range b.runs {
		run.Close()
	}
	b.runs = nil
	if b.file != nil {
		b.file.release()
		b.file = nil
	}
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
