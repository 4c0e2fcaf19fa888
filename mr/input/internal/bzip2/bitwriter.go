package bzip2

import (
	"bufio"
	"cmp"
	"slices"
)

// A bitWriter writes bits, the highest first. It keeps its first error.
type bitWriter struct {
	out  *bufio.Writer
	bits uint64
	n    uint // of bits that are not written yet
	err  error
}

// write writes the lowest n bits of value, 56 at most.
func (b *bitWriter) write(value uint64, n uint) {
	b.bits = b.bits<<n | value
	for b.n += n; b.n >= 8; b.n -= 8 {
		if err := b.out.WriteByte(byte(b.bits >> (b.n - 8))); b.err == nil {
			b.err = err
		}
	}
}

// close writes what is left, and zeros up to the end of the byte.
func (b *bitWriter) close() error {
	if b.n > 0 {
		b.write(0, 8-b.n)
	}
	if err := b.out.Flush(); b.err == nil {
		b.err = err
	}
	return b.err
}

// writeUsed writes which bytes there are: which groups of sixteen, and then for each of
// those which of its bytes.
func (b *bitWriter) writeUsed(used [256]bool) {
	var groups uint64
	var parts []uint64
	for group := range 16 {
		var part uint64
		for i := range 16 {
			part <<= 1
			if used[group*16+i] {
				part |= 1
			}
		}
		groups <<= 1
		if part != 0 {
			groups |= 1
			parts = append(parts, part)
		}
	}
	b.write(groups, 16)
	for _, part := range parts {
		b.write(part, 16)
	}
}

// writeSymbols writes symbols with one code. The format wants two tables at least, so
// there are two that are equal, of which only the first is used.
func (b *bitWriter) writeSymbols(symbols []uint16) {
	const tables, group, first = 2, 50, 0
	lengths := codeLengths(symbols)
	b.write(tables, 3)
	selectors := (len(symbols) + group - 1) / group
	b.write(uint64(selectors), 15)
	for range selectors {
		b.write(first, 1)
	}
	for range tables {
		b.writeLengths(lengths)
	}
	codes := codesOf(lengths)
	for _, s := range symbols {
		b.write(uint64(codes[s]), uint(lengths[s]))
	}
}

// writeLengths writes the lengths of codes, each as the difference to the one before.
func (b *bitWriter) writeLengths(lengths []uint8) {
	now := lengths[0]
	b.write(uint64(now), 5)
	for _, length := range lengths {
		for ; now < length; now++ {
			b.write(0b10, 2)
		}
		for ; now > length; now-- {
			b.write(0b11, 2)
		}
		b.write(0, 1)
	}
}

// longestCode is the longest code that the bzip2 tool writes.
const longestCode = 17

// codeLengths returns the lengths of the codes of all symbols up to the last one, which is
// the largest. Where a code would be too long, counts are made more alike.
func codeLengths(symbols []uint16) []uint8 {
	counts := make([]int, symbols[len(symbols)-1]+1)
	for _, s := range symbols {
		counts[s]++
	}
	for i := range counts {
		counts[i] = max(counts[i], 1)
	}
	for {
		lengths := huffman(counts)
		if slices.Max(lengths) <= longestCode {
			return lengths
		}
		for i := range counts {
			counts[i] = counts[i]/2 + 1
		}
	}
}

// huffman returns the lengths of an optimal code for symbols with these counts.
func huffman(counts []int) []uint8 {
	type node struct{ count, left, right int } // left is -1 for a symbol, which is right
	nodes := make([]node, 0, 2*len(counts))
	open := make([]int, 0, len(counts))
	for s, n := range counts {
		nodes = append(nodes, node{n, -1, s})
		open = append(open, s)
	}
	for len(open) > 1 {
		slices.SortFunc(open, func(a, b int) int { return cmp.Compare(nodes[b].count, nodes[a].count) })
		a, b := open[len(open)-1], open[len(open)-2]
		open = append(open[:len(open)-2], len(nodes))
		nodes = append(nodes, node{nodes[a].count + nodes[b].count, a, b})
	}
	lengths := make([]uint8, len(counts))
	depth := make([]uint8, len(nodes))
	for i, n := range slices.Backward(nodes) {
		if n.left < 0 {
			lengths[n.right] = max(depth[i], 1)
		} else {
			depth[n.left], depth[n.right] = depth[i]+1, depth[i]+1
		}
	}
	return lengths
}

// codesOf returns the canonical codes: shorter ones first, equal ones by symbol.
func codesOf(lengths []uint8) []uint32 {
	codes := make([]uint32, len(lengths))
	var code uint32
	for length := uint8(1); length <= longestCode; length++ {
		for s, l := range lengths {
			if l == length {
				codes[s] = code
				code++
			}
		}
		code <<= 1
	}
	return codes
}
