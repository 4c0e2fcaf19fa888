package shuffle

import (
	"bytes"

	"github.com/gomr/gomr/mr"
)

// MergeValues merges the values of equal keys that follow each other in pairs.
// merge is as in [Options].
func MergeValues(pairs mr.Pairs, merge func(dst, a, b []byte) []byte) mr.Pairs {
	return &folder{pairs: pairs, merge: merge}
}

// A folder reads one pair ahead, to see where a key ends.
type folder struct {
	pairs   mr.Pairs
	merge   func(dst, a, b []byte) []byte
	ahead   bool // pairs stands on the first pair of the next key
	key     []byte
	value   []byte
	scratch []byte
}

// Next advances to the next key and reports whether there is one.
func (f *folder) Next() bool {
	if !f.ahead && !f.pairs.Next() {
		return false
	}
	f.key = append(emptied(f.key), f.pairs.Key()...)
	f.value = append(emptied(f.value), f.pairs.Value()...)
	for f.ahead = f.pairs.Next(); f.ahead && bytes.Equal(f.pairs.Key(), f.key); f.ahead = f.pairs.Next() {
		merged := f.merge(emptied(f.scratch), f.value, f.pairs.Value())
		f.value, f.scratch = merged, f.value
	}
	return f.ahead || f.pairs.Err() == nil
}

// Key returns the key. The bytes are valid until Next.
func (f *folder) Key() []byte { return f.key }

// Value returns the merged value. The bytes are valid until Next.
func (f *folder) Value() []byte { return f.value }

// Err returns the error that ended the pairs, or nil at their end.
func (f *folder) Err() error { return f.pairs.Err() }

// mergedEntries merges the values of equal keys in sorted entries. Unlike a folder it
// copies no key, since records stay where they are.
type mergedEntries struct {
	entries *entryPairs
	merge   func(dst, a, b []byte) []byte
	ahead   bool // entries stands on the first record of the next key
	key     []byte
	value   []byte
	results [2][]byte // memory for merged values, used in turn
}

// Next advances to the next key and reports whether there is one.
func (m *mergedEntries) Next() bool {
	if !m.ahead && !m.entries.Next() {
		return false
	}
	m.key, m.value = m.entries.key, m.entries.value
	for m.ahead = m.entries.Next(); m.ahead && bytes.Equal(m.entries.key, m.key); m.ahead = m.entries.Next() {
		m.value = m.merge(emptied(m.results[0]), m.value, m.entries.value)
		m.results[0], m.results[1] = m.results[1], m.value
	}
	return true
}

// Key returns the key.
func (m *mergedEntries) Key() []byte { return m.key }

// Value returns the merged value. The bytes are valid until Next.
func (m *mergedEntries) Value() []byte { return m.value }

// Err returns nil: memory has no errors.
func (m *mergedEntries) Err() error { return nil }
