package shuffle

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/gomr/gomr/mr"
	"github.com/stretchr/testify/require"
)

// pair is a pair as tests compare it.
type pair struct{ key, value string }

// slicePairs are pairs in memory as an [mr.Pairs]. Its bytes are overwritten by Next,
// so a reader that keeps them too long is found out.
type slicePairs struct {
	pairs      []pair
	key, value []byte
	opened     bool
	onOpen     func() // called at the first Next
	onEnd      func() // called at the end
}

func pairsOf(pairs []pair) *slicePairs { return &slicePairs{pairs: pairs} }

func (p *slicePairs) Next() bool {
	if !p.opened && p.onOpen != nil {
		p.onOpen()
	}
	p.opened = true
	scribble(p.key)
	scribble(p.value)
	if len(p.pairs) == 0 {
		if p.onEnd != nil {
			p.onEnd()
		}
		return false
	}
	p.key = append(p.key[:0], p.pairs[0].key...)
	p.value = append(p.value[:0], p.pairs[0].value...)
	p.pairs = p.pairs[1:]
	return true
}

func (p *slicePairs) Key() []byte   { return p.key }
func (p *slicePairs) Value() []byte { return p.value }
func (p *slicePairs) Err() error    { return nil }

func scribble(b []byte) {
	for i := range b {
		b[i] = '#'
	}
}

// read returns all pairs.
func read(t require.TestingT, pairs mr.Pairs) []pair {
	var got []pair
	for pairs.Next() {
		got = append(got, pair{string(pairs.Key()), string(pairs.Value())})
	}
	require.NoError(t, pairs.Err())
	require.False(t, pairs.Next(), "Next after the end")
	return got
}

// sortPairs sorts by key and keeps the order of equal keys.
func sortPairs(pairs []pair) []pair {
	sorted := slices.Clone(pairs)
	slices.SortStableFunc(sorted, func(a, b pair) int { return strings.Compare(a.key, b.key) })
	return sorted
}

// concatenate is a merge that shows the order of its values.
func concatenate(dst, a, b []byte) []byte { return append(append(dst, a...), b...) }

// concatenated returns sorted pairs with the values of each key joined.
func concatenated(pairs []pair) []pair {
	var joined []pair
	for _, p := range pairs {
		if last := len(joined) - 1; last >= 0 && joined[last].key == p.key {
			joined[last].value += p.value
		} else {
			joined = append(joined, p)
		}
	}
	return joined
}

// concatenateGroups is concatenate as a combiner.
func concatenateGroups(pairs mr.Pairs, emit mr.Collect) error {
	var key, value []byte
	started := false
	for pairs.Next() {
		if started && !bytes.Equal(key, pairs.Key()) {
			if err := emit(key, value); err != nil {
				return err
			}
			value = value[:0]
		}
		started = true
		key = append(key[:0], pairs.Key()...)
		value = append(value, pairs.Value()...)
	}
	if !started {
		return pairs.Err()
	}
	return emit(key, value)
}

// A source of random pairs, with keys that meet the corners of sorting:
// zero bytes, equal prefixes of eight bytes and more, and many equal keys.
type pairSource struct {
	random *rand.Rand
	keys   []string
	values int // largest value
	n      int
}

func newPairSource(seed uint64, distinct, values int) *pairSource {
	s := &pairSource{random: rand.New(rand.NewPCG(seed, 1)), values: values}
	for range distinct {
		s.keys = append(s.keys, s.newKey())
	}
	return s
}

func (s *pairSource) newKey() string {
	alphabets := []string{"\x00", "\x00a", "ab", "abcdefghijklmnopqrstuvwxyz", "\x00\x01\x7f\x80\xfe\xff"}
	alphabet := alphabets[s.random.IntN(len(alphabets))]
	prefixes := []string{"", "", "", "commonprefix", "eight888", "\x00\x00\x00\x00\x00\x00\x00\x00", string(bytes.Repeat([]byte("long"), 60))}
	key := []byte(prefixes[s.random.IntN(len(prefixes))])
	for range s.random.IntN(14) {
		key = append(key, alphabet[s.random.IntN(len(alphabet))])
	}
	return string(key)
}

// next returns a pair whose value tells its number.
func (s *pairSource) next() pair {
	value := fmt.Sprintf("%d,", s.n)
	s.n++
	if s.values > len(value) {
		value += string(bytes.Repeat([]byte("v"), s.random.IntN(s.values-len(value))))
	}
	return pair{s.keys[s.random.IntN(len(s.keys))], value}
}

func (s *pairSource) take(n int) []pair {
	pairs := make([]pair, n)
	for i := range pairs {
		pairs[i] = s.next()
	}
	return pairs
}

// partitionOf is a partition function for tests.
func partitionOf(partitions int) func(key []byte) int {
	return func(key []byte) int {
		sum := len(key)
		for _, c := range key {
			sum += int(c)
		}
		return sum % partitions
	}
}

// inTempDir returns a folder, and checks at the end of the test that nothing was left in it.
func inTempDir(t *testing.T) string {
	dir := t.TempDir()
	t.Cleanup(func() { requireEmpty(t, dir) })
	return dir
}

// fresh is the NewMerge of a merge that keeps no memory of its own.
func fresh(merge func(dst, a, b []byte) []byte) func() func(dst, a, b []byte) []byte {
	if merge == nil {
		return nil
	}
	return func() func(dst, a, b []byte) []byte { return merge }
}
