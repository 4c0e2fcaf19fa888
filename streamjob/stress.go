package streamjob

import (
	"bytes"
	"math/rand/v2"

	"github.com/gomr/gomr/mr"
)

// A stress makes one machine do what a cluster may do: it cuts tiny splits and spills, hands
// equal keys on in any order, and runs the combiner zero to many times. The same seed does
// the same to the same job.
type stress struct{ seed uint64 }

// random returns the numbers of a task, or of the splits where index is -1.
func (s *stress) random(isMap bool, index int) *rand.Rand {
	return rand.New(rand.NewPCG(s.seed, uint64(index+1)<<1|uint64(boolToInt(isMap))))
}

// maxStressMaps is the most map tasks that stress aims at.
const maxStressMaps = 16

// maps returns how many map tasks to aim at.
func (s *stress) maps() int { return 2 + s.random(true, -1).IntN(maxStressMaps-1) }

// A stressTask is what stress does to one task.
type stressTask struct{ random *rand.Rand }

// spills reports whether to end a spill before the next record.
func (s *stressTask) spills() bool {
	const often = 50 // records in a spill, more or less
	return s.random.IntN(often) == 0
}

// rounds returns how often to run the combiner over a spill.
func (s *stressTask) rounds() int {
	const most = 3
	return s.random.IntN(most + 1)
}

// A shuffledPairs hands on equal keys in any order.
type shuffledPairs struct {
	mr.Pairs
	random *rand.Rand
	batch  *sorter // pairs of one key
	next   int
	ahead  bool // Pairs stands on a pair that is not in the batch
	ended  bool
}

// maxShuffled is how many pairs of a key are shuffled together.
const maxShuffled = 1 << 16

func newShuffledPairs(pairs mr.Pairs, random *rand.Rand) *shuffledPairs {
	return &shuffledPairs{Pairs: pairs, random: random, batch: &sorter{}}
}

// Next advances to the next pair and reports whether there is one.
func (s *shuffledPairs) Next() bool {
	if s.next+1 < len(s.batch.records) {
		s.next++
		return true
	}
	if !s.ahead {
		s.ended = s.ended || !s.Pairs.Next()
	}
	if s.ended {
		return false
	}
	s.fill()
	return true
}

// fill takes the pairs of the next key.
func (s *shuffledPairs) fill() {
	s.batch.records, s.batch.memory, s.next = s.batch.records[:0], s.batch.memory[:0], 0
	s.batch.add(0, s.Pairs.Key(), s.Pairs.Value())
	s.ahead = false
	for len(s.batch.records) < maxShuffled {
		if !s.Pairs.Next() {
			s.ended = true
			break
		}
		if !bytes.Equal(s.Pairs.Key(), s.batch.key(&s.batch.records[0])) {
			s.ahead = true
			break
		}
		s.batch.add(0, s.Pairs.Key(), s.Pairs.Value())
	}
	s.random.Shuffle(len(s.batch.records), s.batch.swap)
}

// Key returns the key of the pair. The bytes are valid until Next.
func (s *shuffledPairs) Key() []byte { return s.batch.key(&s.batch.records[s.next]) }

// Value returns the value of the pair. The bytes are valid until Next.
func (s *shuffledPairs) Value() []byte { return s.batch.value(&s.batch.records[s.next]) }
