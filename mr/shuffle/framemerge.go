package shuffle

import (
	"bytes"
	"cmp"
	"fmt"

	"github.com/gomr/gomr/mr"
)

// A FrameError is the error of a frame that a reduce task can't use.
type FrameError struct {
	Run   uint32 // the index of the map task that wrote it
	Block uint32 // the number of the block in the map task's output for this partition
	Err   error  // often a [*BlockError]
}

// Error names the map task.
func (e *FrameError) Error() string {
	return fmt.Sprintf("output of map task %d, block %d: %v", e.Run, e.Block, e.Err)
}

// Unwrap returns Err.
func (e *FrameError) Unwrap() error { return e.Err }

// frameError returns the error of the block that has the place order among equal keys.
func frameError(order uint64, err error) error {
	return &FrameError{Run: uint32(order >> 32), Block: uint32(order), Err: err}
}

// NewFrameMerger merges the blocks of a reduce task's frames, which next returns in the order of their keys,
// and ok false at their end. The bytes of a frame need to be valid only until the next call of next.
//
// Pairs of equal keys come in the order of their runs, which is that of the map tasks,
// and within a run in the order they were written.
// A block is open from its first pair to its last, so at most one of each run is open.
func NewFrameMerger(next func() (frame Frame, ok bool, err error)) mr.Pairs {
	return &frameMerger{next: next}
}

// A frameMerger keeps the open blocks in a heap by their present pair.
type frameMerger struct {
	next func() (Frame, bool, error)
	err  error

	frame   Frame    // the next frame, not opened yet
	name    FrameKey // its key, parsed
	pending cursor   // its place in the order; ended after the last frame
	lastKey []byte   // the key of the frame, to check the order of the next one

	open    []*openBlock // a binary heap, least first
	spare   []*openBlock // closed ones, for their memory
	started bool
}

// An openBlock stands on a pair of a block.
type openBlock struct {
	cursor
	reader BlockReader
}

// Next advances to the next pair and reports whether there is one.
func (m *frameMerger) Next() bool {
	switch {
	case m.err != nil:
		return false
	case !m.started:
		m.started = true
		m.err = m.takeFrame()
	case len(m.open) > 0:
		m.err = m.advance()
	}
	// Every pair that is less than the next frame is less than all pairs that are still to come.
	for m.err == nil && (len(m.open) == 0 || m.pending.less(&m.open[0].cursor)) && !m.pending.ended {
		if m.err = m.openFrame(); m.err == nil {
			m.err = m.takeFrame()
		}
	}
	return m.err == nil && len(m.open) > 0
}

// takeFrame gets the next frame and finds its place in the order.
func (m *frameMerger) takeFrame() error {
	var ok bool
	var err error
	if m.frame, ok, err = m.next(); err != nil || !ok {
		m.pending = cursor{ended: true}
		return err
	}
	if bytes.Compare(m.frame.Key, m.lastKey) <= 0 {
		return fmt.Errorf("frames are not sorted: %.100q follows %.100q", m.frame.Key, m.lastKey)
	}
	m.lastKey = append(m.lastKey[:0], m.frame.Key...)
	if m.name, err = ParseFrameKey(m.name.FirstKey[:0], m.frame.Key); err != nil {
		return fmt.Errorf("frame with key %.100q: %w", m.frame.Key, err)
	}
	m.pending = cursor{
		key:    m.name.FirstKey,
		prefix: keyPrefix(m.name.FirstKey),
		order:  uint64(m.name.Run)<<32 | uint64(m.name.Block),
	}
	return nil
}

// openFrame puts the block of the frame into the heap.
func (m *frameMerger) openFrame() error {
	b := m.spareBlock()
	if err := b.reader.Load(m.frame.Value); err != nil {
		return frameError(m.pending.order, err)
	}
	b.cursor = cursor{pairs: &b.reader, order: m.pending.order}
	if !b.advance() || !bytes.Equal(b.key, m.name.FirstKey) {
		return frameError(m.pending.order, cmp.Or(b.reader.Err(), blockError(Damaged, "its first key is not the frame's")))
	}
	m.open = append(m.open, b)
	m.siftUp(len(m.open) - 1)
	return nil
}

func (m *frameMerger) spareBlock() *openBlock {
	last := len(m.spare) - 1
	if last < 0 {
		return new(openBlock)
	}
	b := m.spare[last]
	m.spare = m.spare[:last]
	return b
}

// advance moves the first block of the heap to its next pair.
func (m *frameMerger) advance() error {
	b := m.open[0]
	if b.advance() {
		if b.reader.repeats() {
			return nil
		}
	} else {
		if err := b.reader.Err(); err != nil {
			return frameError(b.order, err)
		}
		last := len(m.open) - 1
		m.open[0] = m.open[last]
		m.open = m.open[:last]
		m.spare = append(m.spare, b)
	}
	m.siftDown()
	return nil
}

// siftUp moves block i up to its place in the heap.
func (m *frameMerger) siftUp(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if !m.open[i].less(&m.open[parent].cursor) {
			return
		}
		m.open[i], m.open[parent] = m.open[parent], m.open[i]
		i = parent
	}
}

// siftDown moves the first block down to its place in the heap.
func (m *frameMerger) siftDown() {
	for i := 0; ; {
		child := 2*i + 1
		if child >= len(m.open) {
			return
		}
		if right := child + 1; right < len(m.open) && m.open[right].less(&m.open[child].cursor) {
			child = right
		}
		if !m.open[child].less(&m.open[i].cursor) {
			return
		}
		m.open[i], m.open[child] = m.open[child], m.open[i]
		i = child
	}
}

// Key returns the key of the pair. The bytes are valid until Next.
func (m *frameMerger) Key() []byte { return m.open[0].key }

// Value returns the value of the pair. The bytes are valid until Next.
func (m *frameMerger) Value() []byte { return m.open[0].reader.Value() }

// Err returns the error that ended the merge, or nil at its end.
func (m *frameMerger) Err() error { return m.err }
