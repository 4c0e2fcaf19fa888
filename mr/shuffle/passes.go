package shuffle

import (
	"slices"

	"github.com/gomr/gomr/mr"
)

// MergeOptions are the options of [MergeLimited]. The zero value works.
type MergeOptions struct {
	// FanIn is the number of sources that are read at one time. The default is 256.
	// Neighbouring runs in memory, as [Output.Sources] returns them, count as one.
	FanIn int
	// Merge merges the values of equal keys in intermediate runs, as in [Options].
	// Nil keeps every pair.
	Merge func(dst, a, b []byte) []byte
	// Dir is the folder for intermediate runs. The default is [os.TempDir].
	Dir string
	// Codec compresses intermediate runs. The default is [DefaultCodec].
	Codec Codec
	// Counters count what is written to disk.
	Counters Counters
}

// Merged are the pairs of [MergeLimited].
type Merged struct {
	mr.Pairs
	sources []source
}

// A source of a merge is given by the caller, or is an intermediate run.
type source struct {
	mr.Pairs
	run *Run // nil for one of the caller's
}

// Close removes the intermediate runs. It may be called more than once.
func (m *Merged) Close() error {
	for _, s := range m.sources {
		if s.run != nil {
			s.run.Close()
		}
	}
	return nil
}

// MergeLimited merges sorted sources as [Merge] does, and never reads more than FanIn of them at one time:
// where there are more, it first merges neighbours to intermediate runs on disk, as few as will do.
// Sources that take memory only while they are read, as those of [Run.Partition] do, are bounded so.
// The caller closes what it returns.
func MergeLimited(sources []mr.Pairs, options MergeOptions) (*Merged, error) {
	fanIn := options.FanIn
	if fanIn == 0 {
		fanIn = defaultFanIn
	}
	m := &Merged{}
	for _, pairs := range groupPacked(sources) {
		m.sources = append(m.sources, source{Pairs: pairs})
	}
	err := mergePasses(&m.sources, fanIn, func(group []source) (source, error) {
		run, err := options.mergeToRun(group)
		if err != nil {
			return source{}, err
		}
		(&Merged{sources: group}).Close()
		return source{Pairs: run.Partition(0), run: run}, nil
	})
	if err != nil {
		m.Close()
		return nil, err
	}
	m.Pairs = mergeSources(m.sources)
	return m, nil
}

// groupPacked makes one source of neighbouring packed runs: they take no memory while they are read.
func groupPacked(sources []mr.Pairs) (grouped []mr.Pairs) {
	for len(sources) > 0 {
		n := slices.IndexFunc(sources, func(pairs mr.Pairs) bool { _, ok := pairs.(*packedPairs); return !ok })
		switch {
		case n < 0:
			n = len(sources)
		case n == 0:
			n = 1
		}
		grouped = append(grouped, Merge(sources[:n]))
		sources = sources[n:]
	}
	return grouped
}

// mergeSources merges sources while they are read.
func mergeSources(sources []source) mr.Pairs {
	pairs := make([]mr.Pairs, len(sources))
	for i, s := range sources {
		pairs[i] = s.Pairs
	}
	return Merge(pairs)
}

// mergeToRun merges sources to a run with one partition.
func (o *MergeOptions) mergeToRun(sources []source) (*Run, error) {
	w, err := CreateRun(o.Dir, RunOptions{Codec: o.Codec, Counters: o.Counters})
	if err != nil {
		return nil, err
	}
	defer w.Close()
	pairs := mergeSources(sources)
	if o.Merge != nil {
		pairs = MergeValues(pairs, o.Merge)
	}
	if err := w.Write(0, pairs); err != nil {
		return nil, err
	}
	return w.Finish(), nil
}

// mergePasses merges neighbouring runs until there are at most fanIn of them.
// It merges as few as will do, in passes from left to right, and never more than fanIn at one time.
// Merge takes over the runs it is given, unless it fails; then they are still in runs.
func mergePasses[R any](runs *[]R, fanIn int, merge func([]R) (R, error)) error {
	fanIn = max(fanIn, 2)
	for next := 0; len(*runs) > fanIn; next++ {
		excess := len(*runs) - fanIn
		n := min(excess+1, fanIn)
		if next+n > len(*runs) {
			next = 0
		}
		merged, err := merge((*runs)[next : next+n])
		if err != nil {
			return err
		}
		(*runs)[next] = merged
		*runs = slices.Delete(*runs, next+1, next+n)
	}
	return nil
}
