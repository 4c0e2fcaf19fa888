package hdfs

import (
	"context"
	"io/fs"
	"path"
	"strings"
	"sync"
)

// A MatchCount is how many files and folders a pattern matches.
type MatchCount struct {
	N   int
	Err error // why that can't be told; what does not exist is none
}

// CountMatches counts for each pattern what matches it, in the file system of the context. Patterns
// are absolute, and those of [path.Match]; one without wildcards is a path. As for Hadoop, wildcards
// don't match names that begin with . or _, which are no data, or not whole yet. A folder is listed
// once, however many patterns need that. An error of one pattern is none of others.
func CountMatches(ctx context.Context, patterns []string) []MatchCount {
	counts := make([]MatchCount, len(patterns))
	told := make([]bool, len(patterns))
	fsys, err := FromContext(ctx)
	if err == nil {
		m := newMatcher(fsys, patterns)
		err = parallel(ctx, len(patterns), func(i int) error {
			counts[i].N, counts[i].Err = m.count(patterns[i])
			told[i] = true
			return nil
		})
	}
	for i := range counts {
		if !told[i] {
			counts[i].Err = err
		}
	}
	return counts
}

// A matcher counts matches in a file system, as it is at about one moment.
type matcher struct {
	fsys     FileSystem
	siblings map[string]int // how many paths without wildcards are in a folder

	mu    sync.Mutex
	lists map[string]func() ([]fs.DirEntry, error)
}

func newMatcher(fsys FileSystem, patterns []string) *matcher {
	m := &matcher{fsys: fsys, siblings: map[string]int{}, lists: map[string]func() ([]fs.DirEntry, error){}}
	for _, pattern := range patterns {
		if !hasWildcard(pattern) {
			m.siblings[path.Dir(path.Clean(pattern))]++
		}
	}
	return m
}

func hasWildcard(pattern string) bool { return strings.ContainsAny(pattern, `*?[\`) }

func (m *matcher) count(pattern string) (int, error) {
	if err := checkName(pattern); err != nil {
		return 0, &fs.PathError{Op: "match", Path: pattern, Err: err}
	}
	elements := strings.Split(strings.Trim(path.Clean(pattern), "/"), "/")
	return m.countBelow("/", elements)
}

// countBelow counts what matches the elements of a path below a folder.
func (m *matcher) countBelow(dir string, elements []string) (n int, err error) {
	first, rest := elements[0], elements[1:]
	if !hasWildcard(first) {
		if len(rest) > 0 {
			return m.countBelow(path.Join(dir, first), rest)
		}
		return m.exists(dir, first)
	}
	entries, err := m.list(dir)
	if err != nil {
		return 0, unlessMissing(err)
	}
	for _, entry := range entries {
		matches, err := path.Match(first, entry.Name())
		if err != nil {
			return 0, &fs.PathError{Op: "match", Path: path.Join(dir, first), Err: err}
		}
		switch {
		case !matches, isHidden(entry.Name()) && !isHidden(first):
		case len(rest) == 0:
			n++
		case entry.IsDir():
			below, err := m.countBelow(path.Join(dir, entry.Name()), rest)
			if err != nil {
				return 0, err
			}
			n += below
		}
	}
	return n, nil
}

// exists looks at a path by itself, for its folder may hold a million others, unless more are looked for there.
func (m *matcher) exists(dir, name string) (int, error) {
	if m.siblings[dir] < 2 {
		_, err := m.fsys.Stat(path.Join(dir, name))
		if err == nil {
			return 1, nil
		}
		return 0, unlessMissing(err)
	}
	entries, err := m.list(dir)
	for _, entry := range entries {
		if entry.Name() == name {
			return 1, nil
		}
	}
	return 0, unlessMissing(err)
}

// list lists a folder once.
func (m *matcher) list(dir string) ([]fs.DirEntry, error) {
	m.mu.Lock()
	list := m.lists[dir]
	if list == nil {
		list = sync.OnceValues(func() ([]fs.DirEntry, error) { return m.fsys.ReadDir(dir) })
		m.lists[dir] = list
	}
	m.mu.Unlock()
	return list()
}
