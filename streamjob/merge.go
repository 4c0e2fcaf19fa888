package streamjob

import (
	"bytes"
	"slices"

	"github.com/gomr/gomr/mr"
)

// A segment is the sorted pairs of one partition from one spill or map task.
type segment struct {
	pairs mr.Pairs
	size  int64 // bytes in Hadoop's file format, without its fixed end
	count int64 // number of pairs
}

// pairSize returns the bytes of a pair in Hadoop's file format, from the sizes of key and
// value when they are written.
func pairSize(key, value int) int64 {
	return int64(vintSize(key) + vintSize(value) + key + value)
}

// A cursor stands on a pair of a segment.
type cursor struct {
	prefix uint64
	key    []byte
	pairs  mr.Pairs
}

func (c *cursor) advance() bool {
	if !c.pairs.Next() {
		return false
	}
	c.key = c.pairs.Key()
	c.prefix = keyPrefix(c.key)
	return true
}

// A heapMerge merges sorted segments as Hadoop's Merger does, whose heap is
// org.apache.hadoop.util.PriorityQueue. Which of two equal keys comes first follows from the
// order of the segments and from each step of the heap.
type heapMerge struct {
	heap    []*cursor // from index 1 on
	order   func(a, b []byte) int
	started bool
	err     error
}

// newHeapMerge merges segments. Those without pairs take no part.
func newHeapMerge(segments []segment, order func(a, b []byte) int) (*heapMerge, error) {
	m := &heapMerge{heap: make([]*cursor, 1, len(segments)+1), order: order}
	for _, s := range segments {
		c := &cursor{pairs: s.pairs}
		if !c.advance() {
			if err := s.pairs.Err(); err != nil {
				return nil, err
			}
			continue
		}
		m.heap = append(m.heap, c)
		m.upHeap()
	}
	return m, nil
}

func (m *heapMerge) less(a, b *cursor) bool {
	if m.order != nil {
		return m.order(a.key, b.key) < 0
	}
	if a.prefix != b.prefix {
		return a.prefix < b.prefix
	}
	return bytes.Compare(a.key, b.key) < 0
}

func (m *heapMerge) upHeap() {
	i := len(m.heap) - 1
	node := m.heap[i]
	for j := i >> 1; j > 0 && m.less(node, m.heap[j]); j >>= 1 {
		m.heap[i] = m.heap[j]
		i = j
	}
	m.heap[i] = node
}

func (m *heapMerge) downHeap() {
	size := len(m.heap) - 1
	node := m.heap[1]
	i := 1
	for {
		child := i << 1
		if child+1 <= size && m.less(m.heap[child+1], m.heap[child]) {
			child++
		}
		if child > size || !m.less(m.heap[child], node) {
			break
		}
		m.heap[i] = m.heap[child]
		i = child
	}
	m.heap[i] = node
}

// Next advances to the next pair and reports whether there is one.
func (m *heapMerge) Next() bool {
	if m.err != nil || len(m.heap) < 2 {
		return false
	}
	if !m.started {
		m.started = true
		return true
	}
	top := m.heap[1]
	if !top.advance() {
		if m.err = top.pairs.Err(); m.err != nil {
			return false
		}
		last := len(m.heap) - 1
		m.heap[1] = m.heap[last]
		m.heap = m.heap[:last]
		if last == 1 {
			return false
		}
	}
	if len(m.heap) > 2 {
		m.downHeap()
	}
	return true
}

func (m *heapMerge) Key() []byte   { return m.heap[1].key }
func (m *heapMerge) Value() []byte { return m.heap[1].pairs.Value() }
func (m *heapMerge) Err() error    { return m.err }

// passFactor returns how many segments Hadoop merges in a pass: in the first one so many
// that all later ones can be full.
func passFactor(factor, pass, segments int) int {
	if pass > 1 || segments <= factor || factor == 1 {
		return factor
	}
	if rest := (segments - 1) % (factor - 1); rest != 0 {
		return rest + 1
	}
	return factor
}

// mergeSegments merges segments with at most factor of them at a time, through
// intermediate segments that keep makes. Segments must be sorted by size if there are more.
func mergeSegments(segments []segment, factor int, order func(a, b []byte) int, keep func(mr.Pairs) (segment, error)) (mr.Pairs, error) {
	segments = slices.Clone(segments)
	left := len(segments)
	for pass := 1; ; pass++ {
		take := passFactor(factor, pass, left)
		var chosen []segment
		for len(chosen) < take && len(segments) > 0 {
			next := segments[0]
			segments = segments[1:]
			if next.count == 0 { // empty ones are left out
				left--
				continue
			}
			chosen = append(chosen, next)
		}
		merged, err := newHeapMerge(chosen, order)
		if err != nil {
			return nil, err
		}
		if left <= take {
			return merged, nil
		}
		between, err := keep(merged)
		if err != nil {
			return nil, err
		}
		segments = slices.Insert(segments, insertionPoint(segments, between.size), between)
		left = len(segments)
	}
}

// insertionPoint finds the place of a size in sorted segments as Collections.binarySearch
// does: at the first equal one that the search meets.
func insertionPoint(segments []segment, size int64) int {
	low, high := 0, len(segments)-1
	for low <= high {
		middle := (low + high) >> 1
		switch at := segments[middle].size; {
		case at < size:
			low = middle + 1
		case at > size:
			high = middle - 1
		default:
			return middle
		}
	}
	return low
}

// compareSize orders segments by their size.
func compareSize(a, b segment) int {
	switch {
	case a.size < b.size:
		return -1
	case a.size > b.size:
		return 1
	}
	return 0
}
