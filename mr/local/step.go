package local

import (
	"context"
	"errors"
	"os"
	"sync/atomic"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/mr/input"
	"github.com/gomr/gomr/mr/sample"
	"github.com/gomr/gomr/mr/shuffle"
)

// A step is a step of a job while it runs.
type step struct {
	*run
	*mr.Step
	splits    []input.Split
	pieces    []piece       // of the splits, in their order
	batches   []batch       // of the pieces, in their order; each is mapped into one output
	buffers   input.Buffers // that pieces are read into, one after the other
	sideFiles sideFiles
	output    string // folder for the parts
	spills    string // folder of the operating system for spills

	outputs    []*shuffle.Output // by batch; set by its map, read after all maps
	keptMemory atomic.Int64      // bytes of outputs in memory

	ranges       *shuffle.Ranges        // where values are merged, unless there are too many parts
	rangeOutputs []*shuffle.RangeOutput // in the place of outputs

	reduced []int64 // records that were read, by reduce task; each is set by its own

	parts        []*part      // by split, where the map's output is the step's
	waitingBytes atomic.Int64 // bytes that wait to be written into parts
}

// execute runs all tasks of the step.
func (t *step) execute(ctx context.Context) (err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	tasks := pool{workers: t.options.Workers, ctx: ctx, cancel: cancel}
	if t.Reducers == 0 {
		t.prepareMapOnly()
		defer func() { err = errors.Join(err, t.closeParts()) }()
		return tasks.run(len(t.pieces), t.mapOnlyPiece)
	}
	if err := t.prepare(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.closeOutputs()) }()
	if err := tasks.run(len(t.batches), t.mapBatch); err != nil {
		return err
	}
	return tasks.run(t.Reducers, t.reduceTask)
}

// prepare makes what all tasks share: the cut points of a total order, and the
// place for spills.
func (t *step) prepare() error {
	if t.TotalOrder {
		cuts, err := sample.Cuts(t.Step, storage{t.options.Files}, t.splits, func(s input.Split) *mr.Env {
			return mr.NewEnv(mr.EnvConfig{Files: t.sideFiles, Input: s.File})
		})
		if err != nil {
			return err
		}
		t.Step = t.WithCuts(cuts)
	}
	t.pieces = wholeSplits(t.splits)
	if t.Divisible {
		t.pieces = cutSplits(t.splits, t.options.Workers)
	}
	t.batches = makeBatches(t.pieces, t.options.Workers)
	if t.NewMerge != nil {
		t.ranges = shuffle.NewRanges(t.Reducers, t.mapMemory(), totalLength(t.splits))
	}
	if t.ranges != nil {
		t.rangeOutputs = make([]*shuffle.RangeOutput, len(t.batches))
	} else {
		t.outputs = make([]*shuffle.Output, len(t.batches))
	}
	t.reduced = make([]int64, t.Reducers)
	t.spills = os.TempDir()
	if folder, ok := t.options.Files.(*hdfs.LocalFS); ok {
		// The disk of the output has room for the data; the folder for small
		// temporary files may not, and may be memory.
		t.spills = folder.OSPath(t.temp)
	}
	return nil
}

func (t *step) closeOutputs() error {
	var errs []error
	for _, o := range t.outputs {
		if o != nil {
			errs = append(errs, o.Close())
		}
	}
	for _, o := range t.rangeOutputs {
		if o != nil {
			errs = append(errs, o.Close())
		}
	}
	return errors.Join(errs...)
}

// prepareMapOnly cuts small pieces, since what they write may have to wait in memory.
func (t *step) prepareMapOnly() {
	t.pieces = wholeSplits(t.splits)
	if t.Divisible {
		t.pieces = cutEvenly(t.splits, t.options.Workers)
	}
	count := make([]int, len(t.splits))
	for _, p := range t.pieces {
		count[p.task]++
	}
	for i, n := range count {
		t.parts = append(t.parts, t.newPart(i, n))
	}
}

func (t *step) closeParts() error {
	var errs []error
	for _, p := range t.parts {
		errs = append(errs, p.close())
	}
	return errors.Join(errs...)
}

// mapBatch maps some pieces into an output.
func (t *step) mapBatch(ctx context.Context, i int) error {
	env := t.newEnv(ctx, t.batches[i].first)
	defer func() { t.counters.Merge(env.Counters()) }()
	options := shuffle.Options{
		Partitions: t.Reducers,
		Partition:  t.NewPartition(),
		NewMerge:   t.NewMerge,
		Memory:     t.mapMemory(),
		Dir:        t.spills,
		Counters:   shuffleCounters(t.Step, env),
	}
	if t.Numbers != nil {
		options.MergeNumbers = t.Numbers.Merge
	}
	if t.Combine != nil {
		options.Combine = func(pairs mr.Pairs, emit mr.Collect) error { return t.Combine(env, pairs, emit) }
	}
	if t.ranges != nil {
		output, err := mapInto(ctx, t, i, shuffle.NewRangeBuffer(t.ranges, options))
		if t.rangeOutputs[i] = output; err != nil || t.hasRoom(output.Memory()) {
			return err
		}
		return output.Spill()
	}
	options.Keep = t.hasRoom
	if t.NewMerge == nil && t.Combine == nil {
		options.Runs = t.shareOfRuns(i)
	}
	output, err := mapInto(ctx, t, i, shuffle.NewBuffer(options))
	t.outputs[i] = output
	return err
}

// shareOfRuns returns how many of the runs that a reduce task merges at one time may be of a batch.
func (t *step) shareOfRuns(i int) int {
	length := int64(0)
	for _, p := range t.pieces[t.batches[i].first:t.batches[i].end] {
		length += p.Length
	}
	return 1 + int(int64(t.fanIn())*length/max(totalLength(t.splits), 1))
}

// mapMemory is the memory of the buffer of a map task in bytes.
func (t *step) mapMemory() int64 { return t.options.Memory / 2 / int64(t.options.Workers) }

// A pairBuffer takes the pairs of a map task, and has an output of type O in the end.
type pairBuffer[O any] interface {
	collector
	Finish() (O, error)
	Close() error
}

// mapInto maps the pieces of a batch into a buffer, and returns its output.
func mapInto[O any](ctx context.Context, t *step, i int, buffer pairBuffer[O]) (output O, err error) {
	defer func() { err = errors.Join(err, buffer.Close()) }()
	for p := t.batches[i].first; p < t.batches[i].end; p++ {
		if err := t.mapPiece(ctx, p, buffer); err != nil {
			return output, err
		}
	}
	return buffer.Finish()
}

// A collector takes what a map emits, encoded or as numbers.
type collector interface {
	Add(key, value []byte) error
	AddNumbers(keys []string, numbers []int64) error
}

// mapPiece maps a piece.
func (t *step) mapPiece(ctx context.Context, i int, to collector) error {
	env := t.newEnv(ctx, i)
	defer func() { t.counters.Merge(env.Counters()) }()
	return t.readPiece(ctx, env, i, func(records mr.Records) error {
		if t.Numbers != nil {
			return t.Numbers.RunMap(env, records, to.AddNumbers)
		}
		return t.RunMap(env, records, to.Add)
	})
}

// shuffleCounters returns the counters that a buffer adds to. A reducer-shaped
// combiner counts for itself.
func shuffleCounters(s *mr.Step, env *mr.Env) shuffle.Counters {
	c := shuffle.Counters{Spilled: env.Counter(mr.FrameworkGroup, mr.SpilledRecords)}
	if s.NewMerge != nil {
		c.CombineInput = env.Counter(mr.FrameworkGroup, mr.CombineInputRecords)
		c.CombineOutput = env.Counter(mr.FrameworkGroup, mr.CombineOutputRecords)
	}
	return c
}

// hasRoom reports whether an output, or a run of one, may stay in memory, which it takes so many bytes of.
func (t *step) hasRoom(memory int64) bool {
	if t.keptMemory.Add(memory) <= t.options.Memory/4 {
		return true
	}
	t.keptMemory.Add(-memory)
	return false
}

// mapOnlyPiece maps a piece into the part of its split.
func (t *step) mapOnlyPiece(ctx context.Context, i int) error {
	env, piece := t.newEnv(ctx, i), t.pieces[i]
	defer func() { t.counters.Merge(env.Counters()) }()
	return t.parts[piece.task].write(ctx, piece.index, func(write mr.WriteRecord) error {
		return t.readPiece(ctx, env, i, func(records mr.Records) error { return t.RunMapOnly(env, records, write) })
	})
}

// readPiece opens the i-th piece and gives its records to read.
func (t *step) readPiece(ctx context.Context, env *mr.Env, i int, read func(records mr.Records) error) (err error) {
	piece := t.pieces[i]
	r, err := input.OpenSplit(storage{t.options.Files}, piece.Split, input.LineOptions{
		KeepRecords: !t.Borrows,
		Containing:  t.Containing,
		Interrupt:   ctx.Err,
		Buffers:     &t.buffers,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	records := &meteredRecords{LineReader: r, start: piece.Start, length: piece.Length, meter: t.progress}
	defer records.finish()
	number := piece.unknownRecord
	if len(t.Containing) > 0 {
		number = -1
	}
	env.SetPosition(func() mr.Position {
		return mr.Position{File: piece.File, Offset: r.Offset(), Record: number}
	})
	return read(records)
}

// reduceTask merges what the map tasks have for a partition and reduces it into a part.
func (t *step) reduceTask(ctx context.Context, p int) (err error) {
	merged, err := t.merged(p)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, merged.Close()) }()
	env := mr.NewEnv(mr.EnvConfig{Context: ctx, Files: t.sideFiles, Log: t.options.Log, Partition: p})
	defer func() {
		t.counters.Merge(env.Counters())
		t.reduced[p] = env.Counter(mr.FrameworkGroup, mr.ReduceInputRecords).Value()
	}()
	defer t.progress.reduced(1 / float64(t.Reducers))
	part := t.newPart(p, 1)
	defer func() { err = errors.Join(err, part.close()) }()
	return part.write(ctx, 0, func(write mr.WriteRecord) error { return t.RunReduce(env, merged, write) })
}

// A closingPairs is pairs that take memory or files until they are closed.
type closingPairs interface {
	mr.Pairs
	Close() error
}

// merged returns the pairs of a partition, sorted.
func (t *step) merged(p int) (closingPairs, error) {
	if t.ranges != nil {
		options := shuffle.Options{NewMerge: t.NewMerge, Memory: t.options.Memory / 4 / int64(t.options.Workers), Dir: t.spills}
		if t.Numbers != nil {
			options.MergeNumbers = t.Numbers.Merge
		}
		return shuffle.ReadRanges(t.rangeOutputs, p, options), nil
	}
	options := shuffle.MergeOptions{Dir: t.spills, FanIn: t.fanIn()}
	if t.NewMerge != nil {
		options.Merge = t.NewMerge()
	}
	return shuffle.MergeLimited(t.sources(p), options)
}

// sources returns what the map tasks have for a partition, in their order.
func (t *step) sources(p int) (sources []mr.Pairs) {
	for _, o := range t.outputs {
		sources = append(sources, o.Sources(p)...)
	}
	return sources
}

// mergeSource is the memory of one source of a merge in bytes: a block of a run,
// stored and decompressed.
const mergeSource = 128 << 10

// fanIn returns how many sources a reduce task merges at one time. All reduce
// tasks together have a quarter of the budget for it.
func (t *step) fanIn() int {
	n := t.options.Memory / 4 / int64(t.options.Workers) / mergeSource
	return int(min(max(n, 4), 256))
}

func (t *step) newEnv(ctx context.Context, i int) *mr.Env {
	piece := t.pieces[i]
	return mr.NewEnv(mr.EnvConfig{
		Context:   ctx,
		Files:     t.sideFiles,
		Log:       t.options.Log,
		Input:     piece.File,
		Partition: piece.task,
		Skipped:   piece.skipped,
	})
}
