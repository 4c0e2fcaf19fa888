package stress

import (
	"errors"
	"slices"

	"github.com/gomr/gomr/hdfs"
)

// compareSorted compares two sorted outputs and returns the first difference, or nil.
func compareSorted(files hdfs.FileSystem, want, got string) (d *Difference, err error) {
	w, err := openSorted(files, want)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	g, err := openSorted(files, got)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, g.close()) }()
	return unmatched(w, g).difference(), nil
}

// unmatched returns the lines that only one of two sorted outputs has.
func unmatched(want, got *sortedLines) *matcher {
	m := newMatcher()
	for (want.ok || got.ok) && m.size < maxUnmatched {
		switch c := compareHeads(want, got); {
		case c < 0:
			m.add(wanted, want.now)
			want.next()
		case c > 0:
			m.add(gotten, got.now)
			got.next()
		default:
			want.next()
			got.next()
		}
	}
	return m
}

func compareHeads(want, got *sortedLines) int {
	switch {
	case !got.ok:
		return -1
	case !want.ok:
		return 1
	}
	return want.now.compare(got.now)
}

// The two sides of a comparison.
const (
	wanted = iota
	gotten
)

// maxUnmatched is the number of unmatched lines at which a comparison ends: no more
// are needed to tell that outputs differ. Where rounding is all that differs, a line
// and its partner are near to each other in the order of lines.
const maxUnmatched = 1 << 15

// maxCandidates bounds how many lines of one form a line is compared with.
const maxCandidates = 256

// A matcher matches lines that differ by the rounding of numbers alone.
type matcher struct {
	waiting [2]map[string][]*shape // of each side, by form
	size    int                    // number of those that wait
}

func newMatcher() *matcher {
	return &matcher{waiting: [2]map[string][]*shape{make(map[string][]*shape), make(map[string][]*shape)}}
}

// add adds a line of one side, and takes away a line of the other side that matches it.
func (m *matcher) add(side int, l line) {
	s := newShape(l)
	others := m.waiting[1-side][s.form]
	for i := len(others) - 1; i >= max(0, len(others)-maxCandidates); i-- {
		if s.matches(others[i]) {
			m.waiting[1-side][s.form] = slices.Delete(others, i, i+1)
			m.size--
			return
		}
	}
	m.waiting[side][s.form] = append(m.waiting[side][s.form], s)
	m.size++
}

// difference returns the first key of the lines that wait, or nil where there are none.
func (m *matcher) difference() *Difference {
	if m.size == 0 {
		return nil
	}
	var lines [2][]line
	for side, forms := range m.waiting {
		for _, shapes := range forms {
			for _, s := range shapes {
				lines[side] = append(lines[side], s.line)
			}
		}
		slices.SortFunc(lines[side], line.compare)
	}
	key := firstKey(lines[wanted], lines[gotten])
	return &Difference{Key: key, Want: linesOf(key, lines[wanted]), Got: linesOf(key, lines[gotten])}
}

// firstKey returns the first key of two sorted lists, of which one may be empty.
func firstKey(a, b []line) string {
	switch {
	case len(a) == 0:
		return b[0].Key
	case len(b) == 0:
		return a[0].Key
	}
	return min(a[0].Key, b[0].Key)
}

// linesOf returns what the first lines of a sorted list have behind the key.
func linesOf(key string, lines []line) []string {
	var rest []string
	for _, l := range lines {
		if l.Key == key && len(rest) < shownLines {
			rest = append(rest, l.Rest)
		}
	}
	return rest
}
