package mr

import (
	"reflect"
	"unsafe"
)

// A numberSink encodes the keys of pairs whose values are numbers, which are an int64 in memory. Pairs wait until there
// are many of them: what stands behind then looks for several keys at the same time.
type numberSink[K, V any] struct {
	keyCodec codec
	keeps    bool // keys are strings, and need no copy
	borrows  bool // records live in memory that is used again, and so may keys that came from them by unsafe means
	collect  CollectNumbers
	counter  *Counter

	key            K
	keys           [maxWaiting]string
	numbers        [maxWaiting]int64
	waiting        int    // pairs in them
	buffer         []byte // of keys that are copied
	handing        bool
	count, flushed int64
	err            error
}

// maxWaiting is how many pairs are handed on at once, at most.
const maxWaiting = 64

func newNumberSink[K, V any](env *Env, keys codec, borrows bool, counter string, collect CollectNumbers) *numberSink[K, V] {
	return &numberSink[K, V]{
		keyCodec: keys,
		keeps:    keys.view && reflect.TypeFor[K]().Kind() == reflect.String,
		borrows:  borrows,
		collect:  collect,
		counter:  env.Counter(FrameworkGroup, counter),
	}
}

// emitter returns what takes a pair.
func (s *numberSink[K, V]) emitter() Emit[K, V] {
	return func(key K, value V) {
		if s.keeps {
			s.keys[s.waiting] = *(*string)(unsafe.Pointer(&key))
		} else if !s.copyKey(key) {
			return
		}
		s.numbers[s.waiting] = *(*int64)(unsafe.Pointer(&value))
		if s.waiting++; s.waiting == maxWaiting {
			s.handOn()
		}
	}
}

// copyKey encodes a key into the buffer. It reports false where that is not possible.
func (s *numberSink[K, V]) copyKey(key K) bool {
	if s.err != nil {
		return false
	}
	start := len(s.buffer)
	s.key = key
	var err error
	if s.buffer, err = s.keyCodec.append(s.buffer, unsafe.Pointer(&s.key)); err != nil {
		s.err = &badPair{err}
		return false
	}
	// Where the buffer grows, the keys before keep the memory that they are in.
	s.keys[s.waiting] = bytesString(s.buffer[start:])
	return true
}

// handOn hands on the pairs that wait.
func (s *numberSink[K, V]) handOn() {
	if s.err == nil {
		s.handing = true
		s.err = s.collect(s.keys[:s.waiting], s.numbers[:s.waiting])
		s.handing = false
		if s.count += int64(s.waiting); s.count-s.flushed >= countEvery {
			s.flushCounts()
		}
	}
	s.waiting, s.buffer = 0, s.buffer[:0]
}

func (s *numberSink[K, V]) failure() error {
	if s.borrows {
		s.finish()
	}
	return s.err
}

func (s *numberSink[K, V]) finish() {
	if s.waiting > 0 {
		s.handOn()
	}
}

func (s *numberSink[K, V]) handsOn() bool { return s.handing }

func (s *numberSink[K, V]) flushCounts() {
	s.counter.Add(s.count - s.flushed)
	s.flushed = s.count
}
