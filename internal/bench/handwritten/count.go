package main

import (
	"bytes"
	"math/bits"
	"unsafe"
)

// slots are as many as fit a second-level cache of a megabyte.
const slots = 1 << 15

// An entry is a word with its count. It is small and holds no pointer for the collector.
type entry struct {
	prefix uint64 // the first 8 bytes, as a number that sorts like them
	word   reference
	hash   uint32
	count  uint32
}

func (e *entry) is(other *entry) bool {
	if e.hash != other.hash || e.prefix != other.prefix || e.word.len() != other.word.len() {
		return false
	}
	return e.word.len() <= 8 || bytes.Equal(e.word.bytes()[8:], other.word.bytes()[8:])
}

// blockLength is the length of the blocks that hold displaced entries.
const blockLength = 1 << 10

// A counter is the first phase on one core.
type counter struct {
	table     [slots]entry
	displaced [partitions][][]entry
}

func newCounter() *counter { return new(counter) }

// count counts the words of a chunk.
func (c *counter) count(text []byte) {
	p := unsafe.Pointer(unsafe.SliceData(text))
	for i := 0; i < len(text); {
		if isSpace(text[i]) {
			i++
			continue
		}
		e := word(unsafe.Add(p, i))
		c.add(&e)
		i += e.word.len() + 1
	}
}

// Multipliers of wyhash: odd, with half of their bits set.
const (
	mix1 = 0xa0761d6478bd642f
	mix2 = 0xe7037ed1a0b428db
)

// word returns the entry of the word at p.
func word(p unsafe.Pointer) entry {
	x := load(p, 0)
	n := firstSpace(x)
	var h uint64
	if n < 8 {
		x &= 1<<(8*n) - 1
		h = x
	} else {
		n, h = long(p)
	}
	hi, lo := bits.Mul64(h^mix1, mix2^uint64(n))
	return entry{prefix: bits.ReverseBytes64(x), word: refer(p, n), hash: uint32(hi ^ lo), count: 1}
}

// add counts a word.
func (c *counter) add(e *entry) {
	slot := &c.table[e.hash%slots]
	switch {
	case slot.is(e):
		slot.count++
	case slot.count > 0:
		c.displace(slot)
		*slot = *e
	default:
		*slot = *e
	}
}

// long returns the length of a word that is not short, and the hash of its bytes.
func long(p unsafe.Pointer) (n int, h uint64) {
	for {
		x := load(p, n)
		end := firstSpace(x)
		if end < 8 {
			x &= 1<<(8*end) - 1
		}
		hi, lo := bits.Mul64(h^x^mix2, mix1)
		h = hi ^ lo
		n += end
		if end < 8 {
			return n, h
		}
	}
}

func (c *counter) displace(e *entry) {
	blocks := &c.displaced[e.hash>>(32-partitionBits)]
	last := len(*blocks) - 1
	if last < 0 || len((*blocks)[last]) == blockLength {
		*blocks = append(*blocks, make([]entry, 0, blockLength))
		last++
	}
	(*blocks)[last] = append((*blocks)[last], *e)
}

// flush displaces what is left in the table.
func (c *counter) flush() {
	for i := range c.table {
		if c.table[i].count > 0 {
			c.displace(&c.table[i])
		}
	}
}
