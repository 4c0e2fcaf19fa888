package shuffle

import (
	"fmt"

	"github.com/gomr/gomr/mr"
)

// An Output is the sorted output of a map task, in runs that are all in memory or all on disk,
// or with [Options].Keep some of both.
// Its partitions may be read in several goroutines at the same time, and more than once.
type Output struct {
	options Options
	packed  []*packed // in order of emission
	runs    []*Run    // in order of emission, behind packed
}

// Sources returns the runs that hold the pairs of a partition, each sorted, in the order of emission:
// what [Merge] takes. Equal keys of several runs are not merged or combined yet.
func (o *Output) Sources(p int) []mr.Pairs {
	sources := packedSources(o.packed, p)
	for _, run := range o.runs {
		sources = append(sources, run.Partition(p))
	}
	return sources
}

// Partition returns the pairs of a partition: sorted, and merged or combined as the options say.
// The values of a key come in the order of emission.
func (o *Output) Partition(p int) mr.Pairs {
	sources := o.Sources(p)
	if len(sources) == 1 {
		return sources[0]
	}
	return o.options.combined(Merge(sources))
}

// writeRun writes the output to a single run in dir, which the caller closes.
// The output stays as it is.
func (o *Output) writeRun(dir string) (*Run, error) {
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
	for _, run := range o.packed {
		run.close()
	}
	for _, run := range o.runs {
		run.Close()
	}
	o.packed, o.runs = nil, nil
	return nil
}
