package input

import "sync"

// Buffers lends memory to readers that follow one another, so that the many splits of a
// job are read into the same few buffers, which stay in the processor's cache.
// The zero value has none yet. It may be used by many goroutines.
type Buffers struct{ free sync.Pool }

// borrow returns a buffer of at least size bytes, which hold anything.
func (b *Buffers) borrow(size int) []byte {
	if b != nil {
		if free, ok := b.free.Get().(*[]byte); ok && cap(*free) >= size {
			return (*free)[:cap(*free)]
		}
	}
	return make([]byte, size)
}

// giveBack takes a buffer that nobody uses any more, unless it has grown much beyond the usual size.
func (b *Buffers) giveBack(buffer []byte, usual int) {
	if b != nil && 0 < cap(buffer) && cap(buffer) <= 4*usual {
		b.free.Put(&buffer)
	}
}
