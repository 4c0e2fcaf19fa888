package mr

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"sort"
	"unsafe"
)

// HashPartition returns the reduce task that Hadoop's HashPartitioner gives to a
// Text key: the hash of WritableComparator.hashBytes, without its sign, modulo
// partitions.
func HashPartition(key []byte, partitions int) int {
	h := int32(1)
	for ; len(key) >= 4; key = key[4:] { // four at a time, since each multiplication waits for the one before
		h = 31*31*31*31*h + 31*31*31*int32(int8(key[0])) + 31*31*int32(int8(key[1])) + 31*int32(int8(key[2])) + int32(int8(key[3]))
	}
	for _, b := range key {
		h = 31*h + int32(int8(b))
	}
	return int(h&0x7fffffff) % partitions
}

// A keySplitter finds the group's key in an encoded key. It is for one goroutine.
type keySplitter[K any] struct {
	codec codec
	key   K
	arena arena
}

// split decodes the group's key and returns the length of its encoding.
func (s *keySplitter[K]) split(encoded []byte) int {
	n, err := s.codec.decode(encoded, unsafe.Pointer(&s.key), &s.arena)
	if err != nil {
		panic(fmt.Errorf("encoded key %s is damaged: %w", sample(encoded), err))
	}
	return n
}

// hashPartition partitions by the hash of the readable key, so that parts line up
// with those of any other Hadoop job over the same keys.
func hashPartition[K any](keys codec, partitions int) (func() func(key []byte) int, error) {
	if partitions == 1 {
		return func() func([]byte) int { return func([]byte) int { return 0 } }, nil
	}
	if keys.view {
		return func() func([]byte) int {
			return func(key []byte) int { return HashPartition(key, partitions) }
		}, nil
	}
	text, err := newTextCodec(reflect.TypeFor[K]())
	return func() func([]byte) int {
		s := &keySplitter[K]{codec: keys}
		var buffer []byte
		return func(key []byte) int {
			s.arena.reset()
			s.split(key)
			var err error
			if buffer, err = text.append(buffer[:0], unsafe.Pointer(&s.key)); err != nil {
				panic(fmt.Errorf("key has no readable form to partition it by: %w", err))
			}
			return HashPartition(buffer, partitions)
		}
	}, err
}

// userPartition partitions by the function of the job.
func userPartition[K any](keys codec, partitions int, f func(key K, partitions int) int) func() func(key []byte) int {
	return func() func([]byte) int {
		s := &keySplitter[K]{codec: keys}
		return func(key []byte) int {
			s.split(key)
			p := f(s.key, partitions)
			if p < 0 || p >= partitions {
				text, _ := textOf(&s.key)
				panic(fmt.Errorf("Partition returned %d for key %s: it must be from 0 to %d", p, sample(text), partitions-1))
			}
			return p
		}
	}
}

// WithCuts returns the step with its keys partitioned by cut points, which are
// encoded keys in ascending order: reduce task i takes the keys from cuts[i-1] on
// that are less than cuts[i]. There are at most Reducers-1 of them.
func (s *Step) WithCuts(cuts [][]byte) *Step {
	c := *s
	c.NewPartition = func() func([]byte) int {
		groupLen := s.groupLen()
		return func(key []byte) int {
			key = key[:groupLen(key)]
			return sort.Search(len(cuts), func(i int) bool { return bytes.Compare(key, cuts[i]) < 0 })
		}
	}
	return &c
}

// CutPoints returns the cut points that part sampled keys evenly among the
// step's reduce tasks. Equal samples in a row give fewer cut points, since a key
// has one reduce task.
func (s *Step) CutPoints(sampled [][]byte) [][]byte {
	groupLen := s.groupLen()
	keys := make([][]byte, len(sampled))
	for i, key := range sampled {
		keys[i] = key[:groupLen(key)]
	}
	slices.SortFunc(keys, bytes.Compare)
	var cuts [][]byte
	for i := 1; i < s.Reducers && len(keys) > 0; i++ {
		cut := keys[i*len(keys)/s.Reducers]
		if len(cuts) == 0 || bytes.Compare(cut, cuts[len(cuts)-1]) > 0 {
			cuts = append(cuts, cut)
		}
	}
	return cuts
}
