package shuffle

import (
	"bytes"
	"cmp"
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

// sortEntries sorts entries of one partition by key and ref, which is the order of emission.
// Their keys are equal up to depth, and the prefixes must be those of what follows; they are not kept.
//
// It needs no memory beside the entries: an in-place radix sort (American flag sort)
// over the prefixes; entries with equal prefixes load the next
// eight bytes of their keys and are sorted again (Kärkkäinen and Rantala,
// "Engineering radix sort for strings", 2008).
func sortEntries(k sortKeys, entries []entry, depth int) {
	sortPrefixes(entries, 56)
	sortTies(k, entries, depth+8)
}

// splitPartitions moves entries to their partitions and returns the bounds of them.
func splitPartitions(entries []entry, partitions int) (bounds []int) {
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
	for p := range partitions {
		for next[p] < bounds[p+1] {
			e := entries[next[p]]
			for int(e.partition) != p {
				place := &next[e.partition]
				e, entries[*place] = entries[*place], e
				*place++
			}
			entries[next[p]] = e
			next[p]++
		}
	}
	return bounds
}

// sortPrefixes sorts entries by the bytes of their prefixes from shift down.
// The bytes above must be equal.
func sortPrefixes(entries []entry, shift int) {
	if len(entries) <= insertionCutoff {
		insertPrefixes(entries)
		return
	}
	var ends [256]int
	for i := range entries {
		ends[byte(entries[i].prefix>>shift)]++
	}
	if ends[byte(entries[0].prefix>>shift)] < len(entries) {
		splitBytes(entries, shift, &ends)
	} else {
		ends = [256]int{255: len(entries)}
	}
	if shift == 0 {
		return
	}
	start := 0
	for _, end := range ends {
		if end-start > 1 {
			sortPrefixes(entries[start:end], shift-8)
		}
		start = max(start, end)
	}
}

// insertPrefixes sorts a few entries by their prefixes.
func insertPrefixes(entries []entry) {
	for i := 1; i < len(entries); i++ {
		e := entries[i]
		j := i
		for ; j > 0 && entries[j-1].prefix > e.prefix; j-- {
			entries[j] = entries[j-1]
		}
		entries[j] = e
	}
}

// splitBytes moves entries to the places of their byte at shift.
// It takes the number of entries with each byte, and leaves where they end.
func splitBytes(entries []entry, shift int, counts *[256]int) {
	var next [256]int
	sum := 0
	for b, n := range counts {
		next[b] = sum
		sum += n
		counts[b] = sum
	}
	for b, end := range counts {
		for next[b] < end {
			e := entries[next[b]]
			for c := byte(e.prefix >> shift); int(c) != b; c = byte(e.prefix >> shift) {
				e, entries[next[c]] = entries[next[c]], e
				next[c]++
			}
			entries[next[b]] = e
			next[b]++
		}
	}
}

// sortTies sorts entries that are sorted by prefixes within equal prefixes.
// The prefixes hold the bytes of the keys up to depth.
func sortTies(k sortKeys, entries []entry, depth int) {
	for start := 0; start < len(entries); {
		end := start + 1
		for end < len(entries) && entries[end].prefix == entries[start].prefix {
			end++
		}
		if end-start > 1 {
			sortTie(k, entries[start:end], depth)
		}
		start = end
	}
}

// sortTie sorts entries whose keys are equal up to depth when they are padded with zeros.
func sortTie(k sortKeys, entries []entry, depth int) {
	if depth >= maxTieDepth {
		slices.SortFunc(entries, func(x, y entry) int { return compareTie(k, &x, &y, depth) })
		return
	}
	ended := 0
	for i := range entries {
		e := &entries[i]
		if int(e.length) > depth {
			e.prefix = k.prefix(e.ref, depth)
			continue
		}
		// What follows in the padded key is zeros, so the shorter one is the smaller.
		e.prefix = uint64(e.length)<<32 | uint64(e.ref)
		entries[i], entries[ended] = entries[ended], entries[i]
		ended++
	}
	sortPrefixes(entries[:ended], 40)
	sortPrefixes(entries[ended:], 56)
	sortTies(k, entries[ended:], depth+8)
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
