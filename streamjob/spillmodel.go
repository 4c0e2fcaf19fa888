package streamjob

// A spillModel tells where Hadoop's MapOutputBuffer ends a spill. It has that buffer's
// positions and none of its bytes: the ring of L bytes in which records grow upwards
// from the equator, and their descriptions of 16 bytes downwards.
//
// In Hadoop a spill is written by a thread of its own, and how far that is decides when its
// room is free again. Here it is always done at once, which for records that are small
// against the ring makes no difference.
type spillModel struct {
	size, soft int // bytes of the ring, and the fill that starts a spill

	kvstart, kvend, kvindex  int // descriptions: first, last of the spill, next; as byte positions
	equator                  int
	bufstart, bufend         int
	bufmark, bufindex        int
	bufvoid                  int
	remaining                int // until the limits must be checked
	totalBytes, totalRecords int64
}

// metaSize is the size of a description.
const metaSize = 16

// What a record does to the buffer.
type spillAction int

const (
	spillNothing spillAction = iota
	spillBefore              // the records before it are a spill
	spillAlone               // it is a spill of its own, and so are those before it
)

func newSpillModel(megabytes int, percent float32) *spillModel {
	size := megabytes << 20
	m := &spillModel{size: size, soft: int(float32(size) * percent), bufvoid: size}
	m.setEquator(0)
	m.kvstart, m.kvend = m.kvindex, m.kvindex
	m.remaining = m.soft
	return m
}

// distance is how far up the ring it is from i to j.
func (m *spillModel) distance(i, j int) int { return ringDistance(i, j, m.size) }

func ringDistance(i, j, size int) int {
	if i <= j {
		return j - i
	}
	return size - i + j
}

func (m *spillModel) aligned(pos int) int {
	return (pos - pos%metaSize - metaSize + m.size) % m.size
}

func (m *spillModel) setEquator(pos int) {
	m.equator = pos
	m.kvindex = m.aligned(pos)
}

// resetSpill frees the room of a spill that was written.
func (m *spillModel) resetSpill() {
	m.bufstart, m.bufend = m.equator, m.equator
	m.kvstart = m.aligned(m.equator)
	m.kvend = m.kvstart
}

// spillDone reports whether there is the room of a spill to be freed.
func (m *spillModel) spillDone() bool {
	return (m.kvend+metaSize)%m.size != m.equator-m.equator%metaSize
}

// startSpill marks all records as spilled, and the spill as done.
func (m *spillModel) startSpill() {
	m.kvend = (m.kvindex + metaSize) % m.size
	m.bufend = m.bufmark
	// What the spill thread does at its end.
	if m.bufend < m.bufstart {
		m.bufvoid = m.size
	}
	m.kvstart = m.kvend
	m.bufstart = m.bufend
}

// collect takes a record whose key and value have these sizes when they are serialized,
// with their lengths in keyHead and valueHead single bytes in front.
func (m *spillModel) collect(keyHead, key, valueHead, value int) spillAction {
	action := spillNothing
	m.remaining -= metaSize
	if m.remaining <= 0 && m.checkLimits() {
		action = spillBefore
	}
	keyStart := m.bufindex
	writes := [...]int{keyHead, key, valueHead, value, 0}
	for i, n := range writes {
		if i == 2 && m.bufindex < keyStart { // the key wrapped around
			if !m.shiftKey(&action) {
				return spillAlone
			}
			keyStart = 0
		}
		if !m.write(n, i%2 == 0 && i < 4, &action) {
			return spillAlone
		}
	}
	m.bufmark = m.bufindex
	m.totalRecords++
	m.totalBytes += int64(ringDistance(keyStart, m.bufindex, m.bufvoid))
	m.kvindex = (m.kvindex - metaSize + m.size) % m.size
	return action
}

// checkLimits frees a spill's room or starts one, and reports whether it started one.
func (m *spillModel) checkLimits() bool {
	used := m.distance(m.kvindex, m.bufindex)
	switch {
	case m.spillDone():
		m.resetSpill()
		m.remaining = min(m.distance(m.bufindex, m.kvindex)-2*metaSize, m.soft-used) - metaSize
		return false
	case used < m.soft || m.kvindex == m.kvend:
		return false
	}
	kvindex := m.kvindex
	m.startSpill()
	average := int(m.totalBytes / m.totalRecords)
	free := m.distance(m.bufindex, kvindex)
	pos := (m.bufindex + max(2*metaSize-1, min(free/2, free/(metaSize+average)*metaSize))) % m.size
	m.setEquator(pos)
	m.bufmark, m.bufindex = pos, pos
	m.remaining = min(m.distance(m.bufend, pos), m.distance(pos, m.kvend), m.soft) - 2*metaSize
	return true
}

// write takes n bytes, one at a time where singly is set, and reports false where the
// record is larger than the ring.
func (m *spillModel) write(n int, singly bool, action *spillAction) bool {
	if singly {
		for range n {
			if !m.writeOnce(1, action) {
				return false
			}
		}
		return true
	}
	return m.writeOnce(n, action)
}

// writeOnce is MapOutputBuffer.Buffer.write.
func (m *spillModel) writeOnce(n int, action *spillAction) bool {
	m.remaining -= n
	for limited := m.remaining <= 0; limited; {
		toIndex := m.distance(m.bufindex, m.kvindex)
		toEnd := m.distance(m.bufindex, m.kvend)
		blocked := toEnd <= n || m.distance(m.bufend, m.kvindex) < 2*metaSize
		if toIndex <= toEnd {
			blocked = toIndex <= n+2*metaSize
		}
		if !blocked {
			break
		}
		if m.spillDone() {
			m.resetSpill()
			used := m.distance(m.kvindex, m.bufindex)
			m.remaining = min(toIndex-2*metaSize, m.soft-used) - n
			continue
		}
		if m.kvindex == m.kvend { // nothing to spill, and still no room
			m.setEquator(0)
			m.bufstart, m.bufend, m.bufindex = 0, 0, 0
			m.kvstart, m.kvend = m.kvindex, m.kvindex
			m.bufvoid = m.size
			return false
		}
		m.startSpill()
		m.setEquator(m.bufmark)
		*action = spillBefore
	}
	m.advance(n)
	return true
}

// alone counts a record that was a spill of its own.
func (m *spillModel) alone(size int) {
	m.totalRecords++
	m.totalBytes += int64(size)
}

func (m *spillModel) advance(n int) {
	if m.bufindex+n > m.bufvoid {
		n -= m.bufvoid - m.bufindex
		m.bufindex = 0
	}
	m.bufindex += n
}

// shiftKey moves a key that wrapped around to the start of the ring.
func (m *spillModel) shiftKey(action *spillAction) bool {
	head := m.bufvoid - m.bufmark
	m.bufvoid = m.bufmark
	room := min(m.distance(0, m.kvindex), m.distance(0, m.kvend))
	if m.bufindex+head < room {
		m.bufindex += head
		m.remaining -= m.size - m.bufvoid
		return true
	}
	tail := m.bufindex
	m.bufindex = 0
	return m.writeOnce(head, action) && m.writeOnce(tail, action)
}
