package shuffle

import "fmt"

// A store holds the pairs of a [Buffer] that are in memory, in order of emission,
// and sorts them.
type store struct {
	options *Options
	budget  *budget
	arena   arena
	entries []entry
	scratch []entry // of the same capacity, for the sort
}

func newStore(options *Options, budget *budget) *store {
	return &store{options: options, budget: budget, arena: arena{budget: budget}}
}

// add keeps a copy of the pair, and returns its place and whether there was room for it.
func (s *store) add(key, value []byte) (ref, bool, error) {
	buf, place, err := s.alloc(key, s.options.recordSize(key, value))
	if buf == nil {
		return noRef, false, err
	}
	s.options.putRecord(buf, key, value)
	return place, true, nil
}

// alloc makes an entry for a record of size bytes. It returns nil where there is no room.
func (s *store) alloc(key []byte, size int) ([]byte, ref, error) {
	p, err := s.options.partition(key)
	if err != nil {
		return nil, 0, err
	}
	if len(s.entries) == cap(s.entries) && !s.grow() {
		return nil, 0, nil
	}
	ref, buf, ok := s.arena.alloc(size)
	if !ok {
		return nil, 0, nil
	}
	s.entries = append(s.entries, newEntry(key, ref, p))
	return buf, ref, nil
}

// grow makes room for more entries, as far as the budget allows.
func (s *store) grow() bool {
	old := cap(s.entries)
	for _, size := range [...]int{max(minEntries, 2*old), old + old/2, old + old/4} {
		if size > old && s.budget.take(2*int64(size)*entrySize) {
			s.budget.give(2 * int64(old) * entrySize)
			freeEntries(s.scratch)
			entries := append(allocateEntries(size), s.entries...)
			freeEntries(s.entries)
			s.entries, s.scratch = entries, allocateEntries(size)
			return true
		}
	}
	return false
}

// minEntries is the number of entries to begin with.
const minEntries = 64

// partition returns the partition of a key, and an error for one that does not exist.
func (o *Options) partition(key []byte) (uint16, error) {
	if o.Partition == nil {
		return 0, nil
	}
	p := o.Partition(key)
	if p < 0 || p >= o.Partitions {
		return 0, fmt.Errorf("partition function returned %d for key %.100q: want 0 to %d", p, key, o.Partitions-1)
	}
	return uint16(p), nil
}

// split ends the adding of pairs, until reset, and returns them by partition.
func (s *store) split() *splitPairs {
	return &splitPairs{store: s, bounds: splitPartitions(s.entries, s.scratch, s.options.Partitions)}
}

// reset drops all pairs and keeps the memory for the next ones.
func (s *store) reset() {
	s.arena.reset()
	s.entries = s.entries[:0]
}

// close gives the memory back.
func (s *store) close() {
	s.arena.close()
	freeEntries(s.entries)
	freeEntries(s.scratch)
	s.entries, s.scratch = nil, nil
}

// splitPairs are the pairs of a store by partition, each sorted when it is asked for.
type splitPairs struct {
	store  *store
	bounds []int // partition p is store.entries[bounds[p]:bounds[p+1]]
}

// partition returns the pairs of a partition, sorted by key and order of emission. It is asked for once.
func (s *splitPairs) partition(p int) *entryPairs {
	entries := s.store.entries[s.bounds[p]:s.bounds[p+1]]
	sortEntries(&s.store.arena, entries, s.store.scratch[s.bounds[p]:s.bounds[p+1]], 0)
	return &entryPairs{arena: &s.store.arena, entries: entries}
}
