package mr

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"sort"
	"unsafe"

	"github.com/gomr/gomr/mr/internal/overread"
)

// HashPartition returns the reduce task that Hadoop's HashPartitioner gives to a
// Text key: the hash of WritableComparator.hashBytes, without its sign, modulo
// partitions.
func HashPartition(key []byte, partitions int) int {
	return int((hashBytes(key) & 0x7fffffff) % uint32(partitions))
}

// hashBytes returns 31 to the power of the length, and what each byte adds to it, see hash8. It begins with the one to
// eight bytes that leave a multiple of eight.
func hashBytes(key []byte) uint32 {
	if !overread.Allows(key, 8) {
		return hashEachByte(key)
	}
	first := (len(key)-1)%8 + 1
	h := powers[first] + hash8(overread.Uint64(key, 0)<<(uint(8*(8-first))&63))
	for i := first; i < len(key); i += 8 {
		h = power8*h + hash8(overread.Uint64(key, i))
	}
	return h
}

func hashEachByte(key []byte) uint32 {
	h := uint32(1)
	for _, b := range key {
		h = 31*h + uint32(int8(b))
	}
	return h
}

// Powers of 31, modulo 2^32.
const (
	power2 = 31 * 31
	power4 = power2 * power2
	power8 = power4 * power4 % (1 << 32)
)

var powers = [...]uint32{1, 31, power2, 31 * power2, power4, 31 * power4, power2 * power4,
	31 * power2 * power4 % (1 << 32), power8}

// hash8 returns what eight signed bytes, the first of them lowest in x, add to a hash: the sum of each
// multiplied by 31 as often as there are bytes behind it, since each multiplication of the plain loop waits
// for the one before. They are added up as 0 to 255, two and two, then four and four.
func hash8(x uint64) uint32 {
	const (
		bytes = 0x00ff00ff00ff00ff
		pairs = 0x0000ffff0000ffff
		// What it is too much that 128 was added to each of them.
		excess = 128 * (31 + 1) * (power2 + 1) * (power4 + 1) % (1 << 32)
	)
	x ^= 0x8080808080808080
	x = x&bytes*31 + x>>8&bytes
	x = x&pairs*power2 + x>>16&pairs
	return uint32(x)*power4 + uint32(x>>32) - excess
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
		unseen := !hasMethods(reflect.TypeFor[K]())
		var buffer []byte
		return func(key []byte) int {
			if unseen {
				s.arena.reset()
			}
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
