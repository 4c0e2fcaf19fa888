package streamjob

import (
	"bytes"

	"github.com/gomr/gomr/mr"
)

// combine runs the job's combiner over sorted pairs. A command is started for each call.
func (t *task) combine(pairs mr.Pairs, out collect) error {
	counted := func(key, value []byte) error {
		t.counters.count(combineOutputRecords, 1)
		return out(key, value)
	}
	var read int64
	defer func() { t.counters.count(combineInputRecords, read) }()
	if t.job.combiner.command == "" {
		return t.reduceInProcess(t.job.combiner, true, pairs, &read, counted)
	}
	p, err := t.startPipe(t.job.combiner.command, t.reduceWriter(t.job.reduceInput), t.reduceReader())
	if err != nil {
		return err
	}
	return t.reducePipe(p, pairs, &read, t.job.checkCombined(counted), t.counters)
}

// checkCombined refuses the output of a combiner whose classes are not those of map output.
func (j *job) checkCombined(out collect) collect {
	key, value := j.reduceOutput.key, j.reduceOutput.value
	return func(k, v []byte) error {
		switch {
		case key != j.mapKey:
			return ioErrorf("wrong key class: class %s is not class %s", key.name, j.mapKey.name)
		case value != j.mapValue:
			return ioErrorf("wrong value class: class %s is not class %s", value.name, j.mapValue.name)
		}
		return out(k, v)
	}
}

// reducePipe feeds sorted pairs to a command that reduces, and waits for it. What a command
// without any input writes is not wanted, but its code counts.
func (t *task) reducePipe(p *pipe, pairs mr.Pairs, read *int64, out collect, c *counters) error {
	for pairs.Next() {
		if !p.listening {
			p.listen(out, &reporter{task: t, counters: c})
		}
		*read++
		if err := p.write(pairs.Key(), pairs.Value()); err != nil {
			return err
		}
	}
	if err := pairs.Err(); err != nil {
		p.discard()
		return err
	}
	return p.finish()
}

// reduceWriter returns what writes pairs of map output into a command that reduces.
func (t *task) reduceWriter(id *identifier) *inputWriter {
	return &inputWriter{id: id, key: t.job.mapKey, value: t.job.mapValue, separator: t.job.reduceInputSeparator}
}

func (t *task) reduceReader() *outputReader {
	return &outputReader{id: t.job.reduceOutput, separator: t.job.reduceOutputSeparator, keyFields: t.job.reduceKeyFields}
}

// reduceInProcess runs a class that is built in.
func (t *task) reduceInProcess(s stage, combines bool, pairs mr.Pairs, read *int64, out collect) error {
	if s.class == aggregateClass {
		return t.aggregate(pairs, combines, read, out)
	}
	for pairs.Next() {
		*read++
		if err := out(pairs.Key(), pairs.Value()); err != nil {
			return err
		}
	}
	return pairs.Err()
}

// A groupCounter counts the groups of equal keys that pass.
type groupCounter struct {
	mr.Pairs
	last   []byte
	groups int64
}

func (g *groupCounter) Next() bool {
	if !g.Pairs.Next() {
		return false
	}
	if key := g.Key(); g.groups == 0 || !bytes.Equal(g.last, key) {
		g.groups++
		g.last = append(g.last[:0], key...)
	}
	return true
}
