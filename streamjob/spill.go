package streamjob

import (
	"errors"

	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/mr/shuffle"
)

// A spill is sorted pairs of all partitions, in memory or in a run on disk.
type spill struct {
	sizes  []int64 // of the partitions in Hadoop's file format
	counts []int64 // pairs of the partitions

	pairs  *sorter // in memory
	starts []int   // first record of each partition, and one more

	run *shuffle.Run // on disk
}

// segment returns a partition for a merge.
func (s *spill) segment(partition int) segment {
	seg := segment{size: s.sizes[partition], count: s.counts[partition]}
	if s.run != nil {
		seg.pairs = s.run.Partition(partition)
	} else {
		seg.pairs = &sortedPairs{sorter: s.pairs, next: s.starts[partition], end: s.starts[partition+1]}
	}
	return seg
}

// memory returns the bytes that the spill holds.
func (s *spill) memory() int64 {
	if s.pairs == nil {
		return 0
	}
	const recordSize = 24
	return int64(cap(s.pairs.memory)) + recordSize*int64(cap(s.pairs.records))
}

// toDisk moves the pairs into a run.
func (s *spill) toDisk(dir string) error {
	if s.run != nil {
		return nil
	}
	w, err := shuffle.CreateRun(dir, shuffle.RunOptions{Partitions: len(s.sizes)})
	if err != nil {
		return err
	}
	defer w.Close()
	for p := range s.sizes {
		if err := w.Write(p, s.segment(p).pairs); err != nil {
			return err
		}
	}
	s.run, s.pairs, s.starts = w.Finish(), nil, nil
	return nil
}

func (s *spill) close() error {
	if s == nil || s.run == nil {
		return nil
	}
	return s.run.Close()
}

// sortedSpill makes a spill of records that are sorted by partition.
func (j *job) sortedSpill(pairs *sorter) *spill {
	s := &spill{pairs: pairs, sizes: make([]int64, j.reduces), counts: make([]int64, j.reduces), starts: make([]int, j.reduces+1)}
	for i := range pairs.records {
		r := &pairs.records[i]
		s.sizes[r.partition] += pairSize(j.mapKey.writtenSize(int(r.key)), j.mapValue.writtenSize(int(r.value)))
		s.counts[r.partition]++
	}
	for p, n := range s.counts {
		s.starts[p+1] = s.starts[p] + int(n)
	}
	return s
}

// writeSpill writes pairs of all partitions, which part returns, to a run.
func (j *job) writeSpill(part func(partition int) (mr.Pairs, error)) (*spill, error) {
	s := &spill{sizes: make([]int64, j.reduces), counts: make([]int64, j.reduces)}
	w, err := shuffle.CreateRun(j.spillDir, shuffle.RunOptions{Partitions: j.reduces})
	if err != nil {
		return nil, err
	}
	defer w.Close()
	for p := range j.reduces {
		pairs, err := part(p)
		if err != nil {
			return nil, err
		}
		measured := &measuredPairs{Pairs: pairs, job: j}
		if err := w.Write(p, measured); err != nil {
			return nil, err
		}
		s.sizes[p], s.counts[p] = measured.size, measured.count
	}
	s.run = w.Finish()
	return s, nil
}

// A measuredPairs counts pairs that pass.
type measuredPairs struct {
	mr.Pairs
	job         *job
	size, count int64
}

func (m *measuredPairs) Next() bool {
	if !m.Pairs.Next() {
		return false
	}
	m.size += pairSize(m.job.mapKey.writtenSize(len(m.Key())), m.job.mapValue.writtenSize(len(m.Value())))
	m.count++
	return true
}

// closeSpills closes many.
func closeSpills(spills []*spill) error {
	var errs []error
	for _, s := range spills {
		errs = append(errs, s.close())
	}
	return errors.Join(errs...)
}
