package mr

import (
	"encoding/binary"
	"unsafe"
)

// A badPair is a pair that can't be encoded: the fault of the record it was made
// of, unlike a fault of what stands behind the emit.
type badPair struct{ err error }

func (e *badPair) Error() string { return e.err.Error() }
func (e *badPair) Unwrap() error { return e.err }

// A shuffleSink encodes pairs for the shuffle. Pairs are copied into it so that
// the codecs can reach them by pointer without an allocation for each.
type shuffleSink[K, V any] struct {
	keyCodec, valueCodec codec
	collect              Collect
	counter              *Counter

	key                    K
	value                  V
	keyBuffer, valueBuffer []byte
	varint                 [binary.MaxVarintLen64]byte
	count, flushed         int64
	err                    error
}

func newShuffleSink[K, V any](env *Env, keys, values codec, counter string, collect Collect) *shuffleSink[K, V] {
	return &shuffleSink[K, V]{keyCodec: keys, valueCodec: values, collect: collect, counter: env.Counter(FrameworkGroup, counter)}
}

// emitter returns what encodes a pair. A method would do, but as a value it is called by way of another function, for each pair.
func (s *shuffleSink[K, V]) emitter() Emit[K, V] {
	return func(key K, value V) {
		if s.err != nil {
			return
		}
		// What most jobs emit needs no call through a pointer, and its parameters stay in registers.
		var encodedKey, encodedValue []byte
		if s.keyCodec.view {
			encodedKey = bytesAt(unsafe.Pointer(&key))
		} else {
			encodedKey = s.encodeKey(key)
		}
		switch {
		case s.valueCodec.varint:
			encodedValue = s.varint[:binary.PutVarint(s.varint[:], *(*int64)(unsafe.Pointer(&value)))]
		case s.valueCodec.view:
			encodedValue = bytesAt(unsafe.Pointer(&value))
		default:
			encodedValue = s.encodeValue(value)
		}
		if s.err != nil {
			return
		}
		s.err = s.collect(encodedKey, encodedValue)
		if s.count++; s.count%countEvery == 0 {
			s.flushCounts()
		}
	}
}

func (s *shuffleSink[K, V]) encodeKey(key K) []byte {
	s.key = key
	return s.encode(s.keyCodec.append, unsafe.Pointer(&s.key), &s.keyBuffer)
}

func (s *shuffleSink[K, V]) encodeValue(value V) []byte {
	s.value = value
	return s.encode(s.valueCodec.append, unsafe.Pointer(&s.value), &s.valueBuffer)
}

// encode returns the encoding of the value at p in buffer.
func (s *shuffleSink[K, V]) encode(appendTo func([]byte, unsafe.Pointer) ([]byte, error), p unsafe.Pointer, buffer *[]byte) []byte {
	var err error
	if *buffer, err = appendTo((*buffer)[:0], p); err != nil {
		s.err = &badPair{err}
	}
	return *buffer
}

func (s *shuffleSink[K, V]) failure() error { return s.err }
func (s *shuffleSink[K, V]) finish()        {}
func (s *shuffleSink[K, V]) handsOn() bool  { return false }

func (s *shuffleSink[K, V]) flushCounts() {
	s.counter.Add(s.count - s.flushed)
	s.flushed = s.count
}

// A recordSink writes pairs as records of the step's output.
type recordSink[K, V any] struct {
	format  recordFormat
	write   WriteRecord
	counter *Counter

	key            K
	value          V
	buffer         []byte
	count, flushed int64
	err            error
}

func newRecordSink[K, V any](env *Env, format recordFormat, counter string, write WriteRecord) *recordSink[K, V] {
	return &recordSink[K, V]{format: format, write: write, counter: env.Counter(FrameworkGroup, counter)}
}

// emitter returns what writes a pair.
func (s *recordSink[K, V]) emitter() Emit[K, V] {
	return func(key K, value V) {
		if s.err != nil {
			return
		}
		s.key, s.value = key, value
		var err error
		if s.buffer, err = s.format(s.buffer[:0], unsafe.Pointer(&s.key), unsafe.Pointer(&s.value)); err != nil {
			s.err = &badPair{err}
			return
		}
		s.err = s.write(s.buffer)
		if s.count++; s.count%countEvery == 0 {
			s.flushCounts()
		}
	}
}

func (s *recordSink[K, V]) failure() error { return s.err }
func (s *recordSink[K, V]) finish()        {}
func (s *recordSink[K, V]) handsOn() bool  { return false }

func (s *recordSink[K, V]) flushCounts() {
	s.counter.Add(s.count - s.flushed)
	s.flushed = s.count
}
