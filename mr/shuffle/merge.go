package shuffle

import (
	"bytes"

	"github.com/gomr/gomr/mr"
)

// Merge merges sorted sources into one sequence.
// Pairs of equal keys come in the order of the sources, and within a source in its own order.
// The first error of a source ends the merge.
func Merge(sources []mr.Pairs) mr.Pairs {
	switch len(sources) {
	case 0:
		return noPairs{}
	case 1:
		return sources[0]
	}
	if packed := allPacked(sources); packed != nil {
		if m := mergePacked(packed); m != nil {
			return m
		}
	}
	m := &merger{cursors: make([]cursor, len(sources))}
	for i, source := range sources {
		m.cursors[i] = cursor{pairs: source, order: uint64(i)}
		m.cursors[i].repeater, _ = source.(repeater)
	}
	return m
}

// allPacked returns the sources if they are worth a merge of packed runs: if there are
// some of them, and keys do not repeat, which a tournament makes nothing of.
func allPacked(sources []mr.Pairs) []*packedPairs {
	if len(sources) < minMergePacked {
		return nil
	}
	packed := make([]*packedPairs, len(sources))
	var pairs, keys int64
	for i, s := range sources {
		p, ok := s.(*packedPairs)
		if !ok {
			return nil
		}
		packed[i] = p
		pairs += p.run.pairs
		keys += p.run.keys
	}
	if pairs > 2*keys {
		return nil
	}
	return packed
}

// A cursor stands on a pair of a sorted source.
type cursor struct {
	prefix   uint64 // keyPrefix(key)
	key      []byte // nil at the end
	order    uint64 // decides between equal keys
	ended    bool
	pairs    mr.Pairs
	repeater repeater // pairs, or nil where it is none
}

// A repeater is a source that can tell cheaply whether a pair has the key of the pair before it.
// Then the pair comes next in a merge without any comparison.
type repeater interface{ repeats() bool }

// repeats reports whether the pair is known to have the key of the pair before it.
func (c *cursor) repeats() bool { return c.repeater != nil && c.repeater.repeats() }

// advance moves to the next pair. At the end the cursor is greater than all others.
func (c *cursor) advance() bool {
	if !c.pairs.Next() {
		c.prefix, c.key, c.ended = ^uint64(0), nil, true
		return false
	}
	c.key = c.pairs.Key()
	c.prefix = keyPrefix(c.key)
	return true
}

// less reports whether the pair of c comes before the pair of d.
func (c *cursor) less(d *cursor) bool {
	if c.prefix != d.prefix {
		return c.prefix < d.prefix
	}
	if c.ended || d.ended {
		return !c.ended
	}
	if order := bytes.Compare(c.key, d.key); order != 0 {
		return order < 0
	}
	return c.order < d.order
}

// A merger is a tournament of cursors, kept as a tree of losers
// (Knuth, "The Art of Computer Programming", volume 3, 5.4.1).
// The leaves are the cursors; node n has the children 2n and 2n+1, and cursor i is node k+i.
type merger struct {
	cursors []cursor
	losers  []int32 // by node: the cursor that lost there; nil before the first pair
	winner  *cursor // that the present pair is of
	index   int     // of the winner
	err     error
}

// Next advances to the next pair and reports whether there is one.
func (m *merger) Next() bool {
	switch {
	case m.err != nil || len(m.cursors) == 0:
		return false
	case m.losers == nil:
		m.start()
	case m.winner.ended:
		return false
	default:
		m.advance(m.winner)
		if m.winner.ended || !m.winner.repeats() {
			m.replay()
		}
	}
	return m.err == nil && !m.winner.ended
}

func (m *merger) advance(c *cursor) {
	if !c.advance() {
		if err := c.pairs.Err(); err != nil {
			m.err = err
		}
	}
}

// start reads the first pair of each source and plays all matches, from the leaves up.
func (m *merger) start() {
	k := len(m.cursors)
	m.losers = make([]int32, k)
	winners := make([]int32, 2*k)
	for i := range m.cursors {
		m.advance(&m.cursors[i])
		winners[k+i] = int32(i)
	}
	for node := k - 1; node > 0; node-- {
		a, b := winners[2*node], winners[2*node+1]
		if m.cursors[b].less(&m.cursors[a]) {
			a, b = b, a
		}
		winners[node], m.losers[node] = a, b
	}
	m.index = int(winners[1])
	m.winner = &m.cursors[m.index]
}

// replay plays the matches of the last winner again, from its leaf up.
func (m *merger) replay() {
	winner, index := m.winner, m.index
	for node := (len(m.cursors) + index) / 2; node > 0; node /= 2 {
		loser := int(m.losers[node])
		if c := &m.cursors[loser]; c.less(winner) {
			m.losers[node] = int32(index)
			winner, index = c, loser
		}
	}
	m.winner, m.index = winner, index
}

// Key returns the key of the pair. The bytes are valid until Next.
func (m *merger) Key() []byte { return m.winner.key }

// Value returns the value of the pair. The bytes are valid until Next.
func (m *merger) Value() []byte { return m.winner.pairs.Value() }

// Err returns the error that ended the merge, or nil at its end.
func (m *merger) Err() error { return m.err }
