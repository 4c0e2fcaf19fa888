package streamjob

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// A task is the one attempt at a map or reduce task. One goroutine runs it.
type task struct {
	ctx      context.Context
	job      *job
	isMap    bool
	index    int
	conf     *config // of the job, and what is set for the task
	counters *counters
	env      []string // of its commands, once it was asked for
	cleanups []func() error
}

// newTask makes a task. split is that of a map task.
func (j *job) newTask(ctx context.Context, isMap bool, index int, split *split) *task {
	t := &task{ctx: ctx, job: j, isMap: isMap, index: index, conf: j.conf.clone(), counters: &counters{limit: j.counterLimit}}
	kind := "r"
	if isMap {
		kind = "m"
	}
	id := fmt.Sprintf("task_%s_%s_%06d", j.idNumber(), kind, index)
	maps.Copy(t.conf.values, map[string]string{
		"mapreduce.job.id":            j.id,
		"mapreduce.task.id":           id,
		"mapreduce.task.attempt.id":   t.attempt(),
		"mapreduce.task.ismap":        strconv.FormatBool(isMap),
		"mapreduce.task.partition":    strconv.Itoa(index),
		"mapreduce.task.output.dir":   qualify(j.committer.attemptDir(t.attempt())),
		"mapreduce.cluster.local.dir": j.spillDir,
		"mapreduce.job.skiprecords":   "false",
		"mapreduce.job.user.name":     userName(),
	})
	if split != nil && split.chunks == nil {
		t.conf.values["mapreduce.map.input.file"] = qualify(split.File)
		t.conf.values["mapreduce.map.input.start"] = strconv.FormatInt(split.Start, 10)
		t.conf.values["mapreduce.map.input.length"] = strconv.FormatInt(split.Length, 10)
	}
	if !isMap {
		t.conf.values["mapreduce.jobtracker.address"] = "local"
	}
	return t
}

// attempt returns the id of the attempt.
func (t *task) attempt() string {
	kind := "r"
	if t.isMap {
		kind = "m"
	}
	return fmt.Sprintf("attempt_%s_%s_%06d_0", t.job.idNumber(), kind, t.index)
}

// later registers what is to be done when the task has ended.
func (t *task) later(cleanup func() error) { t.cleanups = append(t.cleanups, cleanup) }

// end does what was registered.
func (t *task) end() error {
	var errs []error
	for _, cleanup := range t.cleanups {
		errs = append(errs, cleanup())
	}
	t.cleanups = nil
	return errors.Join(errs...)
}

// A sink takes the pairs of a task that writes output.
type sink interface {
	write(key, value []byte) error
	close() error
}

// runMap runs a map task. Its result is nil where there are no reduce tasks.
func (t *task) runMap(split split) (*spill, error) {
	in, err := t.job.format.open(t, split)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	t.counters.reads = true
	t.counters.bytesRead += split.Length
	for _, id := range []counterID{mapInputRecords, mapOutputRecords, failedShuffles, mergedMapOutputs, spilledRecords} {
		t.counters.count(id, 0)
	}
	t.counters.count(splitRawBytes, split.describedSize())
	if t.job.reduces == 0 {
		return nil, t.mapToOutput(in)
	}
	t.counters.count(combineInputRecords, 0)
	t.counters.count(combineOutputRecords, 0)
	out, err := newMapOutput(t, split.Length)
	if err != nil {
		return nil, err
	}
	if err := t.mapRecords(in, out.collect, true); err != nil {
		return nil, errors.Join(err, closeSpills(out.spills))
	}
	return out.finish()
}

// mapToOutput runs a map task that writes output itself.
func (t *task) mapToOutput(in records) error {
	key, value := in.classes()
	if t.job.mapper.command != "" {
		key, value = t.job.mapOutput.key, t.job.mapOutput.value
	}
	out, err := t.openOutput(key, value)
	if err != nil {
		return err
	}
	err = t.mapRecords(in, func(key, value []byte) error {
		t.counters.count(mapOutputRecords, 1)
		return out.write(key, value)
	}, false)
	if closeErr := out.close(); err == nil {
		err = closeErr
	}
	return err
}

// mapRecords sends the records of a split through the mapper to out.
func (t *task) mapRecords(in records, out collect, checked bool) error {
	var n int64
	defer func() { t.counters.count(mapInputRecords, n) }()
	key, value := in.classes()
	if t.job.mapper.command == "" {
		if checked {
			out = t.checkMapped(key, value, out)
		}
		for in.Next() {
			n++
			if err := out(in.Key(), in.Value()); err != nil {
				return err
			}
		}
		return in.Err()
	}
	if checked {
		out = t.checkMapped(t.job.mapOutput.key, t.job.mapOutput.value, out)
	}
	return t.mapPipe(in, &n, out)
}

// mapPipe sends records through the mapper's command.
func (t *task) mapPipe(in records, n *int64, out collect) error {
	key, value := in.classes()
	writer := &inputWriter{id: t.job.mapInput, key: key, value: value, separator: t.job.mapInputSeparator, ignoreKey: t.job.ignoreKey}
	reader := &outputReader{id: t.job.mapOutput, separator: t.job.mapOutputSeparator, keyFields: t.job.mapKeyFields}
	p, err := t.startPipe(t.job.mapper.command, writer, reader)
	if err != nil {
		return err
	}
	p.maySkip = true
	p.listen(out, &reporter{task: t, counters: t.counters})
	skipping := false
	for in.Next() {
		*n++
		if skipping {
			continue
		}
		var k []byte
		if !writer.ignoreKey {
			k = in.Key()
		}
		err := p.write(k, in.Value())
		skipping = errors.Is(err, errSkipInput)
		if err != nil && !skipping {
			return err
		}
	}
	if err := in.Err(); err != nil {
		p.discard()
		return err
	}
	return p.finish()
}

// checkMapped refuses pairs whose classes are not those of map output, at the first one.
func (t *task) checkMapped(key, value *class, out collect) collect {
	switch {
	case key != t.job.mapKey:
		return func(_, _ []byte) error {
			return ioErrorf("Type mismatch in key from map: expected %s, received %s", t.job.mapKey.name, key.name)
		}
	case value != t.job.mapValue:
		return func(_, _ []byte) error {
			return ioErrorf("Type mismatch in value from map: expected %s, received %s", t.job.mapValue.name, value.name)
		}
	}
	return out
}

// runReduce runs a reduce task over the outputs of all map tasks.
func (t *task) runReduce(outputs []*spill) error {
	for _, id := range []counterID{
		combineInputRecords, combineOutputRecords, reduceInputGroups, reduceShuffleBytes, reduceInputRecords,
		reduceOutputRecords, spilledRecords, shuffledMaps, failedShuffles, mergedMapOutputs,
	} {
		t.counters.count(id, 0)
	}
	t.counters.reduces = true
	merged, err := t.mergeOutputs(outputs)
	if err != nil {
		return err
	}
	key, value := t.job.mapKey, t.job.mapValue
	if t.job.reducer.command != "" {
		key, value = t.job.reduceOutput.key, t.job.reduceOutput.value
	} else if t.job.reducer.class == aggregateClass {
		key, value = textClass, textClass
	}
	out, err := t.openOutput(key, value)
	if err != nil {
		return err
	}
	err = t.reduceTo(merged, out)
	if closeErr := out.close(); err == nil {
		err = closeErr
	}
	return err
}

// mergeOutputs merges what the map tasks have for this one: the smallest segment first.
func (t *task) mergeOutputs(outputs []*spill) (*heapMerge, error) {
	order, err := t.job.newOrder()
	if err != nil {
		return nil, err
	}
	var segments []segment
	for _, output := range outputs {
		s := output.segment(t.index)
		segments = append(segments, s)
		t.counters.count(reduceShuffleBytes, s.size+segmentEnd)
		t.counters.count(spilledRecords, s.count)
	}
	t.counters.count(shuffledMaps, int64(len(outputs)))
	t.counters.count(mergedMapOutputs, int64(len(outputs)))
	slices.SortStableFunc(segments, compareSize)
	return newHeapMerge(segments, order)
}

func (t *task) reduceTo(merged *heapMerge, out sink) error {
	groups := &groupCounter{Pairs: merged}
	if s := t.stress(); s != nil {
		groups.Pairs = newShuffledPairs(merged, s.random)
	}
	var read int64
	defer func() {
		t.counters.count(reduceInputRecords, read)
		t.counters.count(reduceInputGroups, groups.groups)
	}()
	counted := func(key, value []byte) error {
		t.counters.count(reduceOutputRecords, 1)
		return out.write(key, value)
	}
	if t.job.reducer.command == "" {
		return t.reduceInProcess(t.job.reducer, false, groups, &read, counted)
	}
	p, err := t.startPipe(t.job.reducer.command, t.reduceWriter(t.job.reduceInput), t.reduceReader())
	if err != nil {
		return err
	}
	return t.reducePipe(p, groups, &read, counted, t.counters)
}

// stress returns what --stress does to the task, or nil.
func (t *task) stress() *stressTask {
	if t.job.stress == nil {
		return nil
	}
	return &stressTask{t.job.stress.random(t.isMap, t.index)}
}

// setStatus takes what a command says of its progress. Nobody watches it here.
func (t *task) setStatus(string) {}
