package shuffle

import (
	"bytes"
	"slices"
	"sort"
	"sync"
)

// Ranges divide the keys of a step whose values are merged, so that the pairs of a range, from all map tasks, fit
// the processor's cache. The map tasks share them, each with a [RangeBuffer]: the first that has seen enough keys
// chooses where ranges end. They hand their slots on from one to the next, and the readers of what comes out
// the tables that they merge in. They are for any number of goroutines.
type Ranges struct {
	most   int   // ranges of a partition
	sample int64 // bytes of records that a map task chooses by
	slots  int   // that a map task has at the most

	mu     sync.Mutex
	cuts   *cuts          // nil until they are chosen
	free   [][]numberSlot // of buffers that are closed
	tables []*numberTable // of readers that are closed
}

const (
	// mostRanges is the number of ranges of all partitions together. A map task writes to all of them in turn,
	// so the first cache must have a line for each.
	mostRanges = 512
	// minRangeMemory is what each of them takes of a map task's memory at the least, in bytes.
	minRangeMemory = 8 << 10

	// minRangeSample and maxRangeSample are the bytes of records that choose ranges: the more, the more alike they are to
	// all of the input, but they are copied once more. A task that ends with less than the minimum chooses nothing.
	minRangeSample = 256 << 10
	maxRangeSample = 24 << 20
	// inputOfSample is how many bytes of input there are for each of them.
	inputOfSample = 50
	// inputOfRange is how many bytes of input there are for each range at the least, compressed or not. A range takes time
	// by itself, in each map task and to read.
	inputOfRange = 256 << 10
	// inputOfSlot is how many bytes of input there are for each slot at the least: less than a short word.
	inputOfSlot = 4
)

// NewRanges returns ranges for map tasks with some bytes of memory each, which read some bytes of input together, or
// zero where that is not known. It returns nil where memory is too little for as many partitions.
func NewRanges(partitions int, memory, input int64) *Ranges {
	partitions = max(partitions, 1)
	most := min(mostRanges, memory/minRangeMemory)
	if most < int64(partitions) {
		return nil
	}
	r := &Ranges{sample: maxRangeSample, slots: maxNumberSlots}
	if input > 0 {
		r.sample = min(max(input/inputOfSample, minRangeSample), maxRangeSample)
		r.slots = slotsFor(int(min(input/inputOfSlot, maxNumberSlots)), maxNumberSlots)
		most = min(most, input/inputOfRange)
	}
	r.most = max(int(most)/partitions, 1)
	return r
}

// chosen returns the cuts, or nil where nobody has chosen them.
func (r *Ranges) chosen() *cuts {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.cuts
}

// choose returns the cuts. If they were not chosen before, they part the keys evenly.
func (r *Ranges) choose(keys [][]byte) *cuts {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.cuts == nil {
		r.cuts = newCuts(keys, r.most)
	}
	return r.cuts
}

// takeTable returns a table for a reader.
func (r *Ranges) takeTable(merge func(a, b int64) int64, memory int64) *numberTable {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.free = nil // no map task is left
	last := len(r.tables) - 1
	if last < 0 {
		return newNumberTable(merge, memory)
	}
	t := r.tables[last]
	r.tables = r.tables[:last]
	t.merge, t.limit = merge, memory
	return t
}

// giveTable takes the table of a reader that is closed, so that the next one needs no new memory.
func (r *Ranges) giveTable(t *numberTable) {
	t.reset(0)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tables = append(r.tables, t)
}

// takeSlots returns n empty slots for a buffer.
func (r *Ranges) takeSlots(n int) []numberSlot {
	r.mu.Lock()
	defer r.mu.Unlock()
	last := len(r.free) - 1
	if last < 0 {
		return make([]numberSlot, n)
	}
	slots := r.free[last]
	r.free = r.free[:last]
	return slots
}

// giveSlots takes the slots of a buffer that is closed, so that the next one needs no new memory.
func (r *Ranges) giveSlots(slots []numberSlot) {
	clear(slots)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.free = append(r.free, slots)
}

// cuts are the least keys of all ranges but the first, ascending.
type cuts struct {
	prefixes []uint64 // see keyPrefix
	keys     [][]byte
	below    [1<<16 + 1]uint16 // by two bytes, how many of them begin with less: half of a search
}

// newCuts parts keys evenly into at most some ranges. It sorts the keys.
func newCuts(keys [][]byte, ranges int) *cuts {
	slices.SortFunc(keys, bytes.Compare)
	c := &cuts{}
	for i := 1; i < ranges && len(keys) > 0; i++ {
		key := keys[i*len(keys)/ranges]
		if last := len(c.keys) - 1; last >= 0 && bytes.Equal(c.keys[last], key) {
			continue
		}
		c.keys = append(c.keys, bytes.Clone(key))
		c.prefixes = append(c.prefixes, keyPrefix(key))
	}
	n := 0
	for first := range c.below {
		for n < len(c.prefixes) && int(c.prefixes[n]>>48) < first {
			n++
		}
		c.below[first] = uint16(n)
	}
	return c
}

// ranges returns the number of ranges. Without cuts there is one.
func (c *cuts) ranges() int {
	if c == nil {
		return 1
	}
	return len(c.keys) + 1
}

// find returns the range of a key.
func (c *cuts) find(key []byte) int {
	if c == nil {
		return 0
	}
	prefix := keyPrefix(key)
	// No prefix before low is greater than the key's, and all from low+n on are.
	low := int(c.below[prefix>>48])
	for n := int(c.below[prefix>>48+1]) - low; n > 0; {
		if half := n / 2; c.prefixes[low+half] <= prefix {
			low += half + 1
			n -= half + 1
		} else {
			n = half
		}
	}
	if low == 0 || c.prefixes[low-1] < prefix {
		return low
	}
	return sort.Search(low, func(i int) bool { return bytes.Compare(c.keys[i], key) > 0 })
}
