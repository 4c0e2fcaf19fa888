package shuffle

import (
	"bytes"
	"cmp"
	"math/bits"
	"slices"
)

const (
	// insertionCutoff is the length up to which entries are sorted by insertion;
	// from there on counting bytes is faster.
	insertionCutoff = 32
	// maxTieDepth bounds the recursion over keys with long common prefixes.
	maxTieDepth = 128
)

// sortKeys are the keys of entries.
type sortKeys interface {
	key(r ref) []byte
	// prefix returns the prefix of what follows depth bytes of a key, which is longer.
	prefix(r ref, depth int) uint64
}

// sortEntries sorts entries by key. Their keys are equal up to depth, and the prefixes must be those of what follows;
// they are not kept. Entries of equal keys keep their order, which is that of emission.
//
// It is a radix sort over the prefixes, which scatters entries to scratch, with room for as many, and back;
// entries with equal prefixes load the next eight bytes of their keys and are sorted again (Kärkkäinen and Rantala,
// "Engineering radix sort for strings", 2008). One that exchanges entries in place would need no scratch, but
// waits for each exchange before the next, and loses their order.
func sortEntries(k sortKeys, entries, scratch []entry, depth int) {
	sortPrefixes(entries, scratch, 56, true)
	sortTies(k, entries, scratch, depth+8)
}

// splitPartitions moves entries to their partitions, where they keep their order, and returns the bounds of them.
func splitPartitions(entries, scratch []entry, partitions int) (bounds []int) {
	scratch = scratch[:len(entries)]
	bounds = make([]int, partitions+1)
	for i := range entries {
		bounds[int(entries[i].partition)+1]++
	}
	for p := range partitions {
		bounds[p+1] += bounds[p]
	}
	if partitions == 1 {
		return bounds
	}
	next := slices.Clone(bounds[:partitions])
	for i := range entries {
		place := &next[entries[i].partition]
		scratch[*place] = entries[i]
		*place++
	}
	copy(entries, scratch)
	return bounds
}

// sortPrefixes sorts from by the bytes of its prefixes from shift down. The bytes above must be equal.
// What is sorted is in from again if back is true, and else in to, which has room for as many.
func sortPrefixes(from, to []entry, shift int, back bool) {
	if len(from) <= insertionCutoff {
		if back {
			to = from
		}
		insertPrefixes(to, from)
		return
	}
	var ends [256]uint32
	for i := range from {
		ends[byte(from[i].prefix>>shift)]++
	}
	if ends[byte(from[0].prefix>>shift)] == uint32(len(from)) {
		if differ := differingBits(from); differ > 0 {
			sortPrefixes(from, to, (bits.Len64(differ)-1)&^7, back)
		} else if !back {
			copy(to, from)
		}
		return
	}
	sum := uint32(0)
	for b, n := range ends {
		ends[b] = sum
		sum += n
	}
	to = to[:len(from)]
	for i := range from {
		place := &ends[byte(from[i].prefix>>shift)]
		to[*place] = from[i]
		*place++
	}
	if shift == 0 {
		if back {
			copy(from, to)
		}
		return
	}
	start := 0
	for _, end := range ends {
		if int(end) > start {
			sortPrefixes(to[start:end], from[start:end], shift-8, !back)
		}
		start = int(end)
	}
}

// differingBits returns the bits in which prefixes of entries differ.
func differingBits(entries []entry) (differ uint64) {
	for i := range entries {
		differ |= entries[i].prefix ^ entries[0].prefix
	}
	return differ
}

// insertPrefixes sorts a few entries by their prefixes into to, which may be the same memory.
func insertPrefixes(to, entries []entry) {
	to = to[:len(entries)]
	for i, e := range entries {
		j := i
		for ; j > 0 && to[j-1].prefix > e.prefix; j-- {
			to[j] = to[j-1]
		}
		to[j] = e
	}
}

// sortTies sorts entries that are sorted by prefixes within equal prefixes.
// The prefixes hold the bytes of the keys up to depth.
func sortTies(k sortKeys, entries, scratch []entry, depth int) {
	for start := 0; start < len(entries); {
		end := start + 1
		for end < len(entries) && entries[end].prefix == entries[start].prefix {
			end++
		}
		if end-start > 1 {
			sortTie(k, entries[start:end], scratch[start:end], depth)
		}
		start = end
	}
}

// sortTie sorts entries whose keys are equal up to depth when they are padded with zeros.
func sortTie(k sortKeys, entries, scratch []entry, depth int) {
	if depth >= maxTieDepth {
		slices.SortFunc(entries, func(x, y entry) int { return compareTie(k, &x, &y, depth) })
		return
	}
	ended := keepEnded(entries, scratch, depth)
	sortLengths(entries[:ended])
	rest := entries[ended:]
	if len(rest) < 2 {
		return
	}
	for i := range rest {
		rest[i].prefix = k.prefix(rest[i].ref, depth)
	}
	sortPrefixes(rest, scratch, 56, true)
	sortTies(k, rest, scratch, depth+8)
}

// keepEnded moves the entries whose keys have no bytes from depth on before the others and returns their number.
func keepEnded(entries, scratch []entry, depth int) int {
	ended, rest := 0, 0
	for i := range entries {
		if int(entries[i].length) > depth {
			scratch[rest] = entries[i]
			rest++
			continue
		}
		if rest > 0 {
			entries[ended] = entries[i]
		}
		ended++
	}
	copy(entries[ended:], scratch[:rest])
	return ended
}

// sortLengths sorts entries by length. What follows in the padded key is zeros, so the shorter one is the smaller.
func sortLengths(entries []entry) {
	byLength := func(x, y entry) int { return cmp.Or(cmp.Compare(x.length, y.length), cmp.Compare(x.ref, y.ref)) }
	if !slices.IsSortedFunc(entries, byLength) {
		slices.SortFunc(entries, byLength)
	}
}

// compareTie compares two entries as sortTie orders them.
func compareTie(k sortKeys, x, y *entry, depth int) int {
	var order int
	if min(int(x.length), int(y.length)) > depth {
		order = bytes.Compare(k.key(x.ref), k.key(y.ref))
	} else {
		order = cmp.Compare(x.length, y.length)
	}
	return cmp.Or(order, cmp.Compare(x.ref, y.ref))
}
