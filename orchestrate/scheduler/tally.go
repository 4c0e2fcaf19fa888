package scheduler

import (
	"context"

	"github.com/gomr/gomr/orchestrate/partition"
	"github.com/gomr/gomr/orchestrate/store"
)

// A tally is how many tasks of a partition are in which state, by rank; the last one is how many there are.
type tally [len(ranks) + 1]int32

// tallies are those of the partitions that have tasks. Each change of a state keeps them up to date, so that to count
// the tasks of some partitions looks at no task.
type tallies map[partition.Partition]*tally

// add counts n tasks of a rank more.
func (all tallies) add(p partition.Partition, rank int, n int32) {
	t := all[p]
	if t == nil {
		t = &tally{}
		all[p] = t
	}
	t[rank] += n
	if t[len(ranks)] += n; t[len(ranks)] == 0 {
		delete(all, p)
	}
}

// move counts a task of one rank as one of another.
func (all tallies) move(p partition.Partition, from, to int) {
	if t := all[p]; t != nil {
		t[from]--
		t[to]++
	}
}

// A PartitionRange is the partitions of a kind from one to another.
type PartitionRange struct{ First, Last partition.Partition }

// CountPartitions returns for each range how many tasks of its partitions are in which state, without states that have
// none. It looks at no task, and costs as much as there are partitions in the ranges.
func (s *Scheduler) CountPartitions(ctx context.Context, ranges []PartitionRange) ([]map[store.State]int, error) {
	var counts []map[store.State]int
	err := s.look(ctx, func(c *core) error {
		for _, r := range ranges {
			counts = append(counts, c.grid.tallies.count(r))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return counts, nil
}

func (all tallies) count(r PartitionRange) map[store.State]int {
	var sum tally
	for p := r.First; p.Number <= r.Last.Number; p.Number++ {
		if t := all[p]; t != nil {
			for rank, n := range t {
				sum[rank] += n
			}
		}
	}
	counts := map[store.State]int{}
	for rank, n := range sum[:len(ranks)] {
		if n != 0 {
			counts[ranks[rank]] = int(n)
		}
	}
	return counts
}
