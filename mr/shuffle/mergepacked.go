package shuffle

import "bytes"

// A packedMerger merges packed runs, a range of keys at a time: it collects the pairs of all runs that
// are in the range, and sorts them. A range is as large as the processor's second cache, so
// that sorting is cheaper there than a tournament, which has a branch to mispredict for each
// doubling of the number of runs.
//
// A range ends where the first of the runs has had its share of it, so that it needs no
// knowledge of the keys. A key with so many values that a range would have nothing but
// some of them is not collected: its pairs are read run by run.
type packedMerger struct {
	segments []segment
	arena    arena      // chunks of all segments
	window   entryPairs // the present range
	entries  []entry    // memory of it

	hot        []byte // the key that is read run by run, or nil
	hotSegment int
	key, value []byte
	last       []byte
}

// A segment is what is in one chunk of a packed run.
type segment struct {
	data  []byte // from the first record on
	marks []int  // offsets of some records, ascending
	first ref    // of data
	pos   int    // offset of the next record
}

const (
	// rangeBytes is the size of a range.
	rangeBytes = 512 << 10
	// minMergePacked is how many runs are merged so; a tournament of fewer is cheap.
	minMergePacked = 3
	// markEvery is how many bytes of records are between two marks.
	markEvery = 4 << 10
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
	return m
}

// Next advances to the next pair and reports whether there is one.
func (m *packedMerger) Next() bool {
	m.last = m.key
	for {
		switch {
		case m.hot != nil:
			if m.nextHot() {
				return true
			}
			m.hot = nil
		case m.window.Next():
			m.key, m.value = m.window.key, m.window.value
			return true
		}
		if !m.collect() {
			m.key, m.value = nil, nil
			return false
		}
	}
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

// collect makes the next range, or finds that the next key is hot. It returns false at the end.
func (m *packedMerger) collect() bool {
	limit, bounded := m.limit()
	m.entries = m.entries[:0]
	left := false
	for i := range m.segments {
		m.entries = m.segments[i].collect(m.entries, limit, bounded)
		left = left || m.segments[i].pos < len(m.segments[i].data)
	}
	switch {
	case len(m.entries) > 0:
		sortEntries(&m.arena, m.entries)
		m.window = entryPairs{arena: &m.arena, entries: m.entries, key: m.window.key}
		return true
	case left: // so the least key is limit
		m.hot, m.hotSegment = limit, 0
		return true
	}
	return false
}

// limit returns the key at which the next range ends, if it does not go to the end.
func (m *packedMerger) limit() (key []byte, bounded bool) {
	share := max(rangeBytes/max(len(m.segments), 1), markEvery)
	for i := range m.segments {
		s := &m.segments[i]
		for len(s.marks) > 0 && s.marks[0] < s.pos+share {
			s.marks = s.marks[1:]
		}
		if len(s.marks) == 0 {
			continue
		}
		if k := recordKey(s.data[s.marks[0]:]); !bounded || bytes.Compare(k, key) < 0 {
			key, bounded = k, true
		}
	}
	return key, bounded
}

// collect appends entries for the records whose keys are less than limit.
func (s *segment) collect(entries []entry, limit []byte, bounded bool) []entry {
	most := keyPrefix(limit)
	for s.pos < len(s.data) {
		key, value := parseRecord(s.data[s.pos:])
		prefix := keyPrefix(key)
		if bounded && prefix >= most && (prefix > most || bytes.Compare(key, limit) >= 0) {
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
