package bzip2

import (
	"cmp"
	"slices"
)

// transform is the Burrows-Wheeler transform: the last bytes of all rotations of a block in
// their order, and the place of the block itself among them.
func transform(block []byte) (last []byte, origin int) {
	rotations := sortRotations(block)
	last = make([]byte, len(block))
	for i, r := range rotations {
		if r == 0 {
			origin = i
			r = int32(len(block))
		}
		last[i] = block[r-1]
	}
	return last, origin
}

// sortRotations sorts the rotations of a block by doubling: once they are in order by
// their first n bytes, the ranks n bytes further on give the order by twice as many.
func sortRotations(block []byte) []int32 {
	n := len(block)
	order := make([]int32, n)
	rank := make([]int32, n)
	next := make([]int32, n)
	for i, c := range block {
		order[i] = int32(i)
		rank[i] = int32(c)
	}
	for width := 0; ; width = max(1, 2*width) {
		second := func(r int32) int32 {
			if width == 0 {
				return 0
			}
			return rank[(int(r)+width)%n]
		}
		compare := func(a, b int32) int {
			if rank[a] != rank[b] {
				return cmp.Compare(rank[a], rank[b])
			}
			return cmp.Compare(second(a), second(b))
		}
		slices.SortFunc(order, compare)
		different := int32(0)
		for i, r := range order {
			if i > 0 && compare(order[i-1], r) != 0 {
				different++
			}
			next[r] = different
		}
		rank, next = next, rank
		if int(different) == n-1 || width >= n { // equal rotations stay as they are
			return order
		}
	}
}
