package streamjob

import "math/bits"

// quickSort sorts the range [p, r) exactly as org.apache.hadoop.util.QuickSort does.
// Neither is stable: which of two equal records comes first follows from each comparison
// and swap, so that any other sort gives other bytes.
func quickSort(s *sorter, p, r int) {
	if r > p {
		quickSortTo(s, p, r, maxDepth(r-p))
	}
}

// maxDepth is the depth at which heapsort takes over.
func maxDepth(n int) int { return bits.Len32(uint32(n-1)) << 2 }

// insertionLimit is the least number of records that are not sorted by insertion.
const insertionLimit = 13

func quickSortTo(s *sorter, p, r, depth int) {
	for {
		if r-p < insertionLimit {
			insertionSort(s, p, r)
			return
		}
		if depth--; depth < 0 {
			heapSort(s, p, r)
			return
		}
		i, j := divide(s, p, r)
		if i-p < r-j { // the smaller part first, so that the stack stays small
			quickSortTo(s, p, i, depth)
			p = j
		} else {
			quickSortTo(s, j, r, depth)
			r = i
		}
	}
}

func insertionSort(s *sorter, p, r int) {
	for i := p; i < r; i++ {
		for j := i; j > p && s.compare(j-1, j) > 0; j-- {
			s.swap(j, j-1)
		}
	}
}

// fix swaps two records that are out of order.
func fix(s *sorter, p, r int) {
	if s.compare(p, r) > 0 {
		s.swap(p, r)
	}
}

// divide partitions the range around the median of three: records less than it are in
// [p, i), those equal to it in [i, j), greater ones in [j, r).
func divide(s *sorter, p, r int) (left, right int) {
	middle := int(uint(p+r) >> 1)
	fix(s, middle, p)
	fix(s, middle, r-1)
	fix(s, p, r-1)

	i, j := p, r
	ll, rr := p, r // equal records are collected at both ends
	for {
		for i++; i < j; i++ {
			order := s.compare(i, p)
			if order > 0 {
				break
			}
			if order == 0 {
				if ll++; ll != i {
					s.swap(ll, i)
				}
			}
		}
		for j--; j > i; j-- {
			order := s.compare(p, j)
			if order > 0 {
				break
			}
			if order == 0 {
				if rr--; rr != j {
					s.swap(rr, j)
				}
			}
		}
		if i >= j {
			break
		}
		s.swap(i, j)
	}
	j = i
	for ; ll >= p; ll-- { // equal records into the middle
		i--
		s.swap(ll, i)
	}
	for ; rr < r; rr++ {
		s.swap(rr, j)
		j++
	}
	return i, j
}

// heapSort is org.apache.hadoop.util.HeapSort.
func heapSort(s *sorter, p, r int) {
	n := r - p
	if n == 0 {
		return
	}
	for i := 1 << (bits.Len(uint(n)) - 1); i > 1; i >>= 1 {
		for j := i >> 1; j < i; j++ {
			downHeap(s, p-1, j, n+1)
		}
	}
	for i := r - 1; i > p; i-- {
		s.swap(p, i)
		downHeap(s, p-1, 1, i-p+1)
	}
}

// downHeap lets record i of the heap that begins behind base sink.
func downHeap(s *sorter, base, i, n int) {
	for child := i << 1; child < n; child = i << 1 {
		if child+1 < n && s.compare(base+child, base+child+1) < 0 {
			child++
		}
		if s.compare(base+i, base+child) >= 0 {
			return
		}
		s.swap(base+i, base+child)
		i = child
	}
}
