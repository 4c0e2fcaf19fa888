package streamjob

import (
	"fmt"
	"slices"

	"github.com/gomr/gomr/mr"
)

// A mapOutput takes the pairs of a map task, and makes the spills that Hadoop would make.
type mapOutput struct {
	task      *task
	partition partitioner // nil means one partition
	order     func(a, b []byte) int
	model     *spillModel
	pairs     *sorter
	spills    []*spill

	records, bytes int64
	stress         *stressTask
}

// newMapOutput makes an output for a map task that reads about expected bytes.
func newMapOutput(t *task, expected int64) (*mapOutput, error) {
	j := t.job
	if j.sortMegabytes&0x7ff != j.sortMegabytes {
		return nil, ioErrorf("Invalid \"mapreduce.task.io.sort.mb\": %d", j.sortMegabytes)
	}
	if j.spillPercent > 1 || j.spillPercent <= 0 {
		return nil, ioErrorf("Invalid \"mapreduce.map.sort.spill.percent\": %v", j.spillPercent)
	}
	m := &mapOutput{task: t, model: newSpillModel(j.sortMegabytes, j.spillPercent), stress: t.stress()}
	var err error
	if m.order, err = j.newOrder(); err != nil {
		return nil, err
	}
	if j.reduces > 1 {
		if m.partition, err = partitioners[j.partitioner](j); err != nil {
			return nil, err
		}
	}
	m.pairs = m.newSorter(min(expected+expected/16, int64(m.model.soft)))
	return m, nil
}

func (m *mapOutput) newSorter(expected int64) *sorter {
	return &sorter{order: m.order, memory: make([]byte, 0, expected)}
}

// newOrder returns the order of the keys of map output; nil means as bytes.
func (j *job) newOrder() (func(a, b []byte) int, error) {
	if j.comparator == "" {
		return j.mapKey.order, nil
	}
	return comparators[j.comparator](j)
}

// collect takes a pair. It copies what it keeps.
func (m *mapOutput) collect(key, value []byte) error {
	j := m.task.job
	partition := 0
	if m.partition != nil {
		var err error
		if partition, err = m.partition(key); err != nil {
			return err
		}
		if partition < 0 || partition >= j.reduces {
			return ioErrorf("Illegal partition for %s (%d)", j.mapKey.text(nil, key), partition)
		}
	}
	m.records++
	keySize, valueSize := j.mapKey.writtenSize(len(key)), j.mapValue.writtenSize(len(value))
	m.bytes += int64(keySize + valueSize)
	action := m.model.collect(keySize-len(key), len(key), valueSize-len(value), len(value))
	if action != spillNothing || m.stress != nil && m.stress.spills() {
		if err := m.spill(); err != nil {
			return err
		}
	}
	m.pairs.add(partition, key, value)
	if action == spillAlone {
		m.model.alone(int(pairSize(keySize, valueSize)))
		return m.keep(j.sortedSpill(m.pairs))
	}
	return nil
}

// spill makes a spill of the pairs so far, if there are any.
func (m *mapOutput) spill() error {
	if len(m.pairs.records) == 0 {
		return nil
	}
	m.pairs.sort()
	s := m.task.job.sortedSpill(m.pairs)
	for range m.combineRounds() {
		var err error
		if s, err = m.combineSpill(s); err != nil {
			return err
		}
	}
	return m.keep(s)
}

// combineRounds returns how often the combiner runs over a spill.
func (m *mapOutput) combineRounds() int {
	switch {
	case m.task.job.combiner == (stage{}):
		return 0
	case m.stress != nil:
		return m.stress.rounds()
	}
	return 1
}

// keep adds a spill, and moves the one before it to disk. Only the last one, which is most
// often the only one, may stay in memory.
func (m *mapOutput) keep(s *spill) error {
	m.task.counters.count(spilledRecords, sum(s.counts))
	if n := len(m.spills); n > 0 {
		if err := m.spills[n-1].toDisk(m.task.job.spillDir); err != nil {
			return err
		}
	}
	m.spills = append(m.spills, s)
	m.pairs = m.newSorter(min(int64(cap(m.pairs.memory)), int64(m.model.soft)))
	return nil
}

func sum(counts []int64) int64 {
	var n int64
	for _, c := range counts {
		n += c
	}
	return n
}

// combineSpill runs the combiner over each partition of a spill that has pairs. What it
// returns stays in the order in which it came.
func (m *mapOutput) combineSpill(s *spill) (*spill, error) {
	combined := &sorter{order: m.order}
	for p, n := range s.counts {
		if n == 0 {
			continue
		}
		err := m.task.combine(s.segment(p).pairs, func(key, value []byte) error {
			combined.add(p, key, value)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return m.task.job.sortedSpill(combined), nil
}

// finish makes the last spill and merges them all.
func (m *mapOutput) finish() (*spill, error) {
	if err := m.spill(); err != nil {
		return nil, err
	}
	m.pairs = nil
	j := m.task.job
	c := m.task.counters
	c.count(mapOutputRecords, m.records)
	c.count(mapOutputBytes, m.bytes)
	merged, err := m.merge()
	if err != nil {
		return nil, err
	}
	for _, size := range merged.sizes {
		c.count(mapOutputMaterializedBytes, size+segmentEnd)
	}
	c.count(spilledRecords, 0)
	return merged, j.hold(merged)
}

// segmentEnd is the size of the end of a segment: two bytes and a checksum.
const segmentEnd = 2 + 4

// merge merges the spills, where there are several.
func (m *mapOutput) merge() (*spill, error) {
	j := m.task.job
	switch len(m.spills) {
	case 0:
		return j.sortedSpill(&sorter{}), nil
	case 1:
		return m.spills[0], nil
	}
	defer func() { _ = closeSpills(m.spills) }() // they are temporary
	merged, err := j.writeSpill(m.mergePartition)
	if err != nil {
		return nil, err
	}
	m.task.counters.count(spilledRecords, sum(merged.counts))
	return merged, nil
}

// mergePartition merges the segments of a partition and runs the combiner over them, if
// there are enough spills.
func (m *mapOutput) mergePartition(partition int) (mr.Pairs, error) {
	j := m.task.job
	var segments []segment
	for _, s := range m.spills {
		segments = append(segments, s.segment(partition))
	}
	if len(segments) > j.sortFactor {
		slices.SortStableFunc(segments, compareSize)
	}
	pairs, err := mergeSegments(segments, j.sortFactor, m.order, func(pairs mr.Pairs) (segment, error) {
		return m.keepSegment(pairs)
	})
	if err != nil || j.combiner == (stage{}) || len(m.spills) < j.combineMinSpills {
		return pairs, err
	}
	combined := &sorter{}
	err = m.task.combine(pairs, func(key, value []byte) error {
		combined.add(0, key, value)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("merge: %w", err)
	}
	return &sortedPairs{sorter: combined, end: len(combined.records)}, nil
}

// keepSegment makes a segment of the pairs of an intermediate merge.
func (m *mapOutput) keepSegment(pairs mr.Pairs) (segment, error) {
	j := m.task.job
	s, err := j.writeSpill(func(p int) (mr.Pairs, error) {
		if p == 0 {
			return pairs, nil
		}
		return &sortedPairs{}, nil
	})
	if err != nil {
		return segment{}, err
	}
	m.task.counters.count(spilledRecords, s.counts[0])
	m.task.later(s.close)
	return s.segment(0), nil
}
