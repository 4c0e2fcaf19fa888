package shuffle

import (
	"bytes"
	"slices"
)

// A packedMerger merges packed runs, a range of keys at a time: it collects the pairs of all runs that
// are in the range, and sorts them. A range is about as large as the processor's second cache, so
// that sorting is cheaper there than a tournament, which has a branch to mispredict for each
// doubling of the number of runs.
//
// The ends of the ranges are keys of the runs, taken at even distances from all of them together.
// A key that is the end of several ranges has too many pairs to be collected: they are read run by run.
type packedMerger struct {
	segments []segment
	limits   []rangeLimit // of the ranges to come, ascending
	arena    arena        // chunks of all segments
	window   entryPairs   // the present range
	entries  []entry      // memory of it
	scratch  []entry      // of the sort

	hot        []byte // the key to read run by run after the present range, or nil
	hotSegment int
	key, value []byte
	last       []byte
}

// A rangeLimit is the end of a range, a key that is not in it.
type rangeLimit struct {
	key []byte
	hot bool
}

// A segment is what is in one chunk of a packed run.
type segment struct {
	data  []byte // from the first record on
	marks []int  // offsets of records at even distances
	first ref    // of data
	pos   int    // offset of the next record
}

const (
	// markEvery is how many bytes of records are between two marks.
	markEvery = 4 << 10
	// marksOfRange makes a range of half a megabyte.
	marksOfRange = 128
	// minMergePacked is how many runs are merged so; a tournament of fewer is cheap.
	minMergePacked = 3
)

// mergePacked merges packed sources. It returns nil where there is more in them than refs can tell.
func mergePacked(sources []*packedPairs) *packedMerger {
	m := &packedMerger{}
	for _, source := range sources {
		for _, s := range source.segments() {
			if len(s.data) == 0 {
				continue
			}
			first := len(m.arena.chunks)
			if first+len(s.data)>>chunkBits >= maxChunks {
				return nil
			}
			s.first = ref(first << chunkBits)
			m.segments = append(m.segments, s)
			m.arena.chunks = append(m.arena.chunks, s.data)
			for rest := s.data; len(rest) > chunkSize; m.arena.chunks = append(m.arena.chunks, rest) {
				rest = rest[chunkSize:]
			}
		}
	}
	m.window.arena = &m.arena
	m.setLimits()
	return m
}

// setLimits chooses the ends of the ranges.
func (m *packedMerger) setLimits() {
	var keys [][]byte
	for _, s := range m.segments {
		for _, mark := range s.marks {
			keys = append(keys, recordKey(s.data[mark:]))
		}
	}
	slices.SortFunc(keys, bytes.Compare)
	for i := marksOfRange; i < len(keys); i += marksOfRange {
		if last := len(m.limits) - 1; last >= 0 && bytes.Equal(m.limits[last].key, keys[i]) {
			m.limits[last].hot = true
		} else {
			m.limits = append(m.limits, rangeLimit{key: keys[i]})
		}
	}
}

// Next advances to the next pair and reports whether there is one.
func (m *packedMerger) Next() bool {
	m.last = m.key
	for !m.window.Next() {
		if m.hot != nil {
			if m.nextHot() {
				return true
			}
			m.hot = nil
		}
		if !m.collect() {
			m.key, m.value = nil, nil
			return false
		}
	}
	m.key, m.value = m.window.key, m.window.value
	return true
}

// nextHot advances to the next pair of the hot key.
func (m *packedMerger) nextHot() bool {
	for ; m.hotSegment < len(m.segments); m.hotSegment++ {
		s := &m.segments[m.hotSegment]
		if s.pos == len(s.data) {
			continue
		}
		key, value := parseRecord(s.data[s.pos:])
		if bytes.Equal(key, m.hot) {
			s.pos += recordSize(key, value)
			m.key, m.value = key, value
			return true
		}
	}
	return false
}

// collect makes the next range, which may be empty. It returns false at the end.
func (m *packedMerger) collect() bool {
	m.entries = m.entries[:0]
	left := false
	limit := rangeLimit{}
	if len(m.limits) > 0 {
		limit, m.limits = m.limits[0], m.limits[1:]
	}
	for i := range m.segments {
		s := &m.segments[i]
		left = left || s.pos < len(s.data)
		m.entries = s.collect(m.entries, limit.key)
	}
	m.scratch = slices.Grow(m.scratch, len(m.entries))
	sortEntries(&m.arena, m.entries, m.scratch, 0)
	m.window = entryPairs{arena: &m.arena, entries: m.entries, key: m.window.key}
	if limit.hot {
		m.hot, m.hotSegment = limit.key, 0
	}
	return left
}

// collect appends entries for the records whose keys are less than limit, or for all if it is nil.
func (s *segment) collect(entries []entry, limit []byte) []entry {
	most := keyPrefix(limit)
	for s.pos < len(s.data) {
		key, value := parseRecord(s.data[s.pos:])
		prefix := keyPrefix(key)
		if limit != nil && prefix >= most && (prefix > most || bytes.Compare(key, limit) >= 0) {
			break
		}
		entries = append(entries, entry{prefix: prefix, ref: s.first + ref(s.pos), length: keyLength(key)})
		s.pos += recordSize(key, value)
	}
	return entries
}

func (m *packedMerger) repeats() bool { return bytes.Equal(m.key, m.last) }

// Key returns the key of the pair.
func (m *packedMerger) Key() []byte { return m.key }

// Value returns the value of the pair.
func (m *packedMerger) Value() []byte { return m.value }

// Err returns nil: memory has no errors.
func (m *packedMerger) Err() error { return nil }
