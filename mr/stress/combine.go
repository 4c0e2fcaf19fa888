package stress

import (
	"bytes"
	"math/rand/v2"

	"github.com/gomr/gomr/mr"
)

// A combiner combines values of a key as a cluster may: never, or again and again, and
// any of them. It takes neighbours, so that it keeps their order where nobody shuffles them.
type combiner struct {
	run    func(pairs []pair) ([]pair, error) // nil where the step combines nothing, or not in this task
	random *rand.Rand
}

func newCombiner(s *mr.Step, env *mr.Env, random *rand.Rand) *combiner {
	c := &combiner{random: random}
	switch {
	case random.IntN(4) == 0: // a cluster may leave it out
	case s.NewMerge != nil:
		merge := s.NewMerge()
		c.run = func(pairs []pair) ([]pair, error) { return mergeAll(pairs, merge), nil }
	case s.Combine != nil:
		c.run = func(pairs []pair) ([]pair, error) { return combineAll(env, s, pairs) }
	}
	return c
}

// mergeAll merges pairs of one key into one.
func mergeAll(pairs []pair, merge func(dst, a, b []byte) []byte) []pair {
	merged := pairs[0]
	for _, next := range pairs[1:] {
		merged.value = merge(nil, merged.value, next.value)
	}
	return []pair{merged}
}

// combineAll runs the combiner of a step over pairs of one key.
func combineAll(env *mr.Env, s *mr.Step, pairs []pair) ([]pair, error) {
	var combined []pair
	err := s.Combine(env, &pairList{pairs: pairs}, func(key, value []byte) error {
		combined = append(combined, pair{bytes.Clone(key), bytes.Clone(value)})
		return nil
	})
	return combined, err
}

// maxRounds bounds how often a value is combined.
const maxRounds = 3

// combine combines pairs of one key, zero to maxRounds times.
func (c *combiner) combine(pairs []pair) ([]pair, error) {
	if c.run == nil {
		return pairs, nil
	}
	for range c.random.IntN(maxRounds + 1) {
		var err error
		if pairs, err = c.round(pairs); err != nil {
			return nil, err
		}
	}
	return pairs, nil
}

// round cuts pairs into runs and combines most of them.
func (c *combiner) round(pairs []pair) ([]pair, error) {
	var out []pair
	longest := 1 + c.random.IntN(len(pairs)+1)
	for len(pairs) > 0 {
		n := min(1+c.random.IntN(longest), len(pairs))
		run := pairs[:n]
		pairs = pairs[n:]
		if c.random.IntN(4) > 0 {
			var err error
			if run, err = c.run(run); err != nil {
				return nil, err
			}
		}
		out = append(out, run...)
	}
	return out, nil
}

// A pairList is an [mr.Pairs] in memory.
type pairList struct {
	pairs []pair
	now   pair
}

func (l *pairList) Next() bool {
	if len(l.pairs) == 0 {
		return false
	}
	l.now, l.pairs = l.pairs[0], l.pairs[1:]
	return true
}

func (l *pairList) Key() []byte   { return l.now.key }
func (l *pairList) Value() []byte { return l.now.value }
func (l *pairList) Err() error    { return nil }
