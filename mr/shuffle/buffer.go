package shuffle

import (
	"errors"
	"fmt"
)

// A Buffer takes the pairs of a map task, merges or combines them, and sorts them:
// in memory as long as they fit in its budget, in spills on disk beyond that.
// It is used by one goroutine.
type Buffer struct {
	options Options
	budget  budget
	store   *store // nil when the buffer is finished or closed
	file    *runFile
	runs    []*Run
	added   int64 // pairs since the last spill
	err     error // of a spill; the buffer is of no use after it
}

// errFinished is the error of a buffer that is used after its end.
var errFinished = errors.New("shuffle: the buffer is finished or closed")

// NewBuffer returns an empty buffer, which the caller closes.
// Options that can't be are an error of Add and Finish.
func NewBuffer(options Options) *Buffer {
	b := &Buffer{options: options.withDefaults()}
	if options.Partitions > maxPartitions {
		b.err = fmt.Errorf("%d partitions: at most %d are possible", options.Partitions, maxPartitions)
		return b
	}
	// A spill needs three blocks: its body, the same compressed, and the output of a combiner.
	b.budget.limit = b.options.Memory - 3*int64(b.options.blockSize())
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
	b.added++
	if ok {
		return nil
	}
	return b.spillAndAdd(key, value)
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

// spillAndAdd adds a pair that the memory had no room for.
func (b *Buffer) spillAndAdd(key, value []byte) error {
	b.added--
	if err := b.spill(); err != nil {
		return b.fail(err)
	}
	b.added++
	if ok, err := b.store.add(key, value); ok || err != nil {
		return err
	}
	if err := b.spillPair(key, value); err != nil {
		return b.fail(err)
	}
	return nil
}

// fail frees everything and keeps the error.
func (b *Buffer) fail(err error) error {
	b.Close()
	b.err = err
	return err
}

// spill writes the pairs that are in memory to a run of their own.
func (b *Buffer) spill() error {
	pairs := b.store.split()
	if len(b.store.entries) == 0 {
		return nil
	}
	err := b.writeRun(func(w *RunWriter) error {
		for p := range b.options.Partitions {
			if err := w.Write(p, b.options.combined(pairs.partition(p))); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		b.countMerged(b.runs[len(b.runs)-1].allPairs())
	}
	b.store.reset()
	return err
}

// countMerged counts what merging made of the pairs since the last spill.
func (b *Buffer) countMerged(left int64) {
	if b.options.NewMerge != nil {
		count(b.options.Counters.CombineInput, b.added)
		count(b.options.Counters.CombineOutput, left)
	}
	b.added = 0
}

// spillPair writes a pair that is larger than the memory to a run of its own.
func (b *Buffer) spillPair(key, value []byte) error {
	p, err := b.options.partition(key)
	if err != nil {
		return err
	}
	b.countMerged(1)
	return b.writeRun(func(w *RunWriter) error {
		return w.Write(int(p), &singlePair{key: key, value: value})
	})
}

// writeRun appends a run to the file of spills.
func (b *Buffer) writeRun(write func(w *RunWriter) error) error {
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
	if err := write(w); err != nil {
		return fmt.Errorf("spill: %w", err)
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
	if len(b.runs) == 0 {
		output := &Output{options: b.options, pairs: b.store.split(), memory: b.budget.used}
		b.countMerged(int64(len(b.store.entries)))
		b.store = nil
		return output, nil
	}
	if err := b.spill(); err != nil {
		return nil, b.fail(err)
	}
	b.store.close()
	b.store = nil
	if err := b.mergeRuns(); err != nil {
		return nil, b.fail(err)
	}
	output := &Output{options: b.options, runs: b.runs}
	b.runs = nil
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
