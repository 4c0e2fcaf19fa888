package shuffle

import (
	"fmt"

	"github.com/gomr/gomr/mr"
)

// An Output is the sorted output of a map task, in memory or in runs on disk.
// Its partitions may be read in several goroutines at the same time, and more than once.
type Output struct {
	options Options
	pairs   *splitPairs // nil where they are in runs
	memory  int64
	runs    []*Run // in order of emission
}

// Partition returns the pairs of a partition: sorted, and merged or combined as the options say.
// The values of a key come in the order of emission.
func (o *Output) Partition(p int) mr.Pairs {
	switch len(o.runs) {
	case 0:
		return o.options.combined(o.pairs.partition(p))
	case 1:
		return o.runs[0].Partition(p)
	}
	sources := make([]mr.Pairs, len(o.runs))
	for i, run := range o.runs {
		sources[i] = run.Partition(p)
	}
	return o.options.combined(Merge(sources))
}

// Memory returns the bytes of memory that the output holds between reads.
// It is zero for an output on disk.
func (o *Output) Memory() int64 { return o.memory }

// WriteRun writes the output to a single run in dir, which the caller closes.
// The output stays as it is; usually it is closed next, to free its memory.
func (o *Output) WriteRun(dir string) (*Run, error) {
	w, err := CreateRun(dir, o.options.runOptions())
	if err != nil {
		return nil, fmt.Errorf("write map output: %w", err)
	}
	defer w.Close()
	for p := range o.options.Partitions {
		if err := w.Write(p, o.Partition(p)); err != nil {
			return nil, fmt.Errorf("write map output: %w", err)
		}
	}
	return w.Finish(), nil
}

// Close frees the memory and removes the files. It may be called more than once.
// Nothing may be read from the output at that time or later.
func (o *Output) Close() error {
	if o.pairs != nil {
		o.pairs.store.close()
		o.pairs, o.memory = nil, 0
	}
	for _, run := range o.runs {
		run.Close()
	}
	o.runs = nil
	return nil
}
