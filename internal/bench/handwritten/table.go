package main

import (
	"math/bits"
	"slices"
	"unsafe"
)

// A table counts words. It is indexed by hash, with linear probing.
type table struct {
	index   []uint32 // position in entries plus one, by hash
	entries []entry
	skip    int // bits of the hash, from the top, that all entries share
	shift   int // hash << skip >> shift is the first place to look
}

// reset makes room for n entries.
func (t *table) reset(n, skip int) {
	size := bits.Len(uint(n))
	t.index = slices.Grow(t.index[:0], 1<<size)[:1<<size]
	clear(t.index)
	t.entries = t.entries[:0]
	t.skip, t.shift = skip, 32-size
}

func (t *table) add(e *entry) {
	mask := uint32(len(t.index) - 1)
	for i := e.hash << t.skip >> t.shift; ; i = (i + 1) & mask {
		at := t.index[i]
		if at == 0 {
			t.entries = append(t.entries, *e)
			t.index[i] = uint32(len(t.entries))
			return
		}
		if found := &t.entries[at-1]; found.is(e) {
			found.count += e.count
			return
		}
	}
}

// A plainCounter counts all words of one core in one table that grows: what one writes first.
type plainCounter struct{ table }

func (c *plainCounter) count(text []byte) {
	p := unsafe.Pointer(unsafe.SliceData(text))
	for i := 0; i < len(text); {
		if isSpace(text[i]) {
			i++
			continue
		}
		if 2*len(c.entries) >= len(c.index) {
			c.grow()
		}
		e := word(unsafe.Add(p, i))
		c.add(&e)
		i += e.word.len() + 1
	}
}

// grow makes the index four times as large.
func (c *plainCounter) grow() {
	old := c.entries
	c.entries = make([]entry, 0, 2*max(slots, len(old)))
	c.reset(4*max(slots, len(c.index))-1, 0)
	for i := range old {
		c.add(&old[i])
	}
}

// displace gives the words to the partitions of the second phase.
func (c *plainCounter) displace(to *counter) {
	for i := range c.entries {
		to.displace(&c.entries[i])
	}
	*c = plainCounter{}
}
