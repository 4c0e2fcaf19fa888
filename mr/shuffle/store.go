package shuffle

import "fmt"

// A store holds the pairs of a [Buffer] that are in memory.
type store interface {
	// add keeps a copy of the pair and reports whether there was room for it.
	add(key, value []byte) (bool, error)
	// sort sorts the pairs. Until reset, pairs can't be added.
	sort() sorted
	// reset drops all pairs and keeps the memory for the next ones.
	reset()
}

// sorted are pairs in memory, sorted by partition, key and order of emission.
type sorted struct {
	arena   *arena
	entries []entry
	bounds  []int // partition p is entries[bounds[p]:bounds[p+1]]
}

// partition returns the pairs of a partition.
func (s *sorted) partition(p int) *entryPairs {
	return &entryPairs{arena: s.arena, entries: s.entries[s.bounds[p]:s.bounds[p+1]]}
}

// newStore returns the store that options ask for.
func newStore(options *Options, budget *budget) store {
	if options.Merge != nil {
		return newTable(options, budget)
	}
	return &list{options: options, budget: budget, arena: arena{budget: budget}}
}

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

// A list is a store that keeps every pair.
type list struct {
	options *Options
	budget  *budget
	arena   arena
	entries []entry
}

func (l *list) add(key, value []byte) (bool, error) {
	p, err := l.options.partition(key)
	if err != nil {
		return false, err
	}
	if len(l.entries) == cap(l.entries) && !l.grow() {
		return false, nil
	}
	ref, buf, ok := l.arena.alloc(recordSize(key, value))
	if !ok {
		return false, nil
	}
	putRecord(buf, key, value)
	l.entries = append(l.entries, entry{prefix: keyPrefix(key), ref: ref, partition: p, length: keyLength(key)})
	return true, nil
}

// grow makes room for more entries, as far as the budget allows.
func (l *list) grow() bool {
	old := cap(l.entries)
	for _, size := range [...]int{max(minEntries, 2*old), old + old/2, old + old/4} {
		if size > old && l.budget.take(int64(size)*entrySize) {
			l.budget.give(int64(old) * entrySize)
			entries := make([]entry, len(l.entries), size)
			copy(entries, l.entries)
			l.entries = entries
			return true
		}
	}
	return false
}

// minEntries is the number of entries to begin with.
const minEntries = 64

func (l *list) sort() sorted {
	bounds := sortEntries(&l.arena, l.entries, l.options.Partitions)
	return sorted{&l.arena, l.entries, bounds}
}

func (l *list) reset() {
	l.arena.reset()
	l.entries = l.entries[:0]
}
