package main

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strconv"
)

// An aggregator is the second phase on one core. Its memory is used again for the next partition.
type aggregator struct {
	table
	other []entry
	out   []byte
}

// lines counts the words of a partition and returns their lines, sorted.
func (a *aggregator) lines(p int, counters []*counter) []byte {
	a.aggregate(p, counters)
	a.sort()
	a.out = a.out[:0]
	for i := range a.entries {
		e := &a.entries[i]
		if n := e.word.len(); n <= 8 {
			var word [8]byte
			binary.BigEndian.PutUint64(word[:], e.prefix)
			a.out = append(a.out, word[:n]...)
		} else {
			a.out = append(a.out, e.word.bytes()...)
		}
		a.out = append(a.out, '\t')
		a.out = strconv.AppendUint(a.out, uint64(e.count), 10)
		a.out = append(a.out, '\n')
	}
	return a.out
}

func (a *aggregator) aggregate(p int, counters []*counter) {
	n := 0
	for _, c := range counters {
		if c != nil {
			n += len(c.displaced[p]) * blockLength
		}
	}
	a.reset(n, partitionBits)
	for _, c := range counters {
		if c == nil {
			continue
		}
		for _, block := range c.displaced[p] {
			for i := range block {
				a.add(&block[i])
			}
		}
		c.displaced[p] = nil
	}
}

// sort sorts by the prefixes, from their last byte to the first, and then what has one prefix.
func (a *aggregator) sort() {
	a.other = slices.Grow(a.other[:0], len(a.entries))[:len(a.entries)]
	var places [8][256]uint32
	for i := range a.entries {
		for b := range places {
			places[b][byte(a.entries[i].prefix>>(8*b))]++
		}
	}
	for b := range places {
		a.sortByte(8*b, &places[b])
	}
	for i := 0; i < len(a.entries); {
		j := i + 1
		for j < len(a.entries) && a.entries[j].prefix == a.entries[i].prefix {
			j++
		}
		if j > i+1 {
			slices.SortFunc(a.entries[i:j], compareWords)
		}
		i = j
	}
}

func compareWords(x, y entry) int { return bytes.Compare(x.word.bytes(), y.word.bytes()) }

func (a *aggregator) sortByte(shift int, places *[256]uint32) {
	sum := uint32(0)
	for i, n := range places {
		if int(n) == len(a.entries) {
			return
		}
		places[i] = sum
		sum += n
	}
	for i := range a.entries {
		place := &places[byte(a.entries[i].prefix>>shift)]
		a.other[*place] = a.entries[i]
		*place++
	}
	a.entries, a.other = a.other, a.entries
}
