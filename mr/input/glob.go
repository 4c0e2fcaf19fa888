package input

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// A match is a name that a pattern may have found. Its info is nil as long as
// nobody asked the storage for it.
type match struct {
	name string
	info fs.FileInfo
}

// Glob returns the paths that a pattern names, in their order: files and
// folders, hidden ones too. None is a [MissingError].
func Glob(s Storage, pattern string) ([]string, error) {
	matches, wild, err := glob(s, pattern)
	if err != nil {
		return nil, err
	}
	if len(matches) == 0 {
		return nil, &MissingError{Input: pattern, Pattern: wild}
	}
	names := make([]string, len(matches))
	for i, m := range matches {
		names[i] = m.name
	}
	return names, nil
}

// glob returns what the pattern names, in the order of their paths, and whether the pattern has wildcards.
// It follows org.apache.hadoop.fs.Globber.
func glob(s Storage, pattern string) (matches []match, wild bool, err error) {
	patterns, err := expandBraces(pattern)
	if err != nil {
		return nil, false, err
	}
	wild = len(patterns) > 1
	for _, p := range patterns {
		found, w, err := globFlat(s, p)
		if err != nil {
			return nil, false, err
		}
		wild = wild || w
		matches = append(matches, found...)
	}
	slices.SortStableFunc(matches, func(a, b match) int { return comparePaths(a.name, b.name) })
	return matches, wild, nil
}

// globFlat finds one pattern that has no slash within braces, element by element.
func globFlat(s Storage, pattern string) (matches []match, wild bool, err error) {
	matches = []match{{name: "/"}}
	elements := strings.FieldsFunc(path.Clean("/"+pattern), func(r rune) bool { return r == '/' })
	for i, element := range elements {
		last := i == len(elements)-1
		matcher, err := compileElement(element)
		switch {
		case err != nil:
			return nil, false, fmt.Errorf("input pattern %s: %w", pattern, err)
		case matcher == nil:
			matches = joinElement(matches, unescape(element))
		default:
			wild = true
			if matches, err = matchChildren(s, matches, matcher, !last); err != nil {
				return nil, false, err
			}
		}
	}
	matches, err = existing(s, matches)
	return matches, wild, err
}

func joinElement(parents []match, element string) []match {
	joined := make([]match, len(parents))
	for i, parent := range parents {
		joined[i] = match{name: path.Join(parent.name, element)}
	}
	return joined
}

// matchChildren returns the entries of all parents that fit; only folders where more elements follow.
func matchChildren(s Storage, parents []match, matcher *regexp.Regexp, foldersOnly bool) ([]match, error) {
	var found []match
	for _, parent := range parents {
		folders, err := existing(s, []match{parent})
		if err != nil {
			return nil, err
		}
		if len(folders) == 0 || !folders[0].info.IsDir() {
			continue
		}
		children, err := readDir(s, parent.name)
		if err != nil {
			return nil, err
		}
		for _, child := range children {
			if matcher.MatchString(path.Base(child.name)) && (child.info.IsDir() || !foldersOnly) {
				found = append(found, child)
			}
		}
	}
	return found, nil
}

// existing asks the storage about the matches that are guesses so far, and leaves out what is not there.
func existing(s Storage, matches []match) ([]match, error) {
	var there []match
	for _, m := range matches {
		if m.info == nil {
			info, err := s.Stat(m.name)
			if isMissing(err) {
				continue
			}
			if err != nil {
				return nil, err
			}
			m.info = info
		}
		there = append(there, m)
	}
	return there, nil
}

// isMissing tells that nothing has the name, whether the name itself is missing
// or something above it is a file.
func isMissing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

var (
	errEscape  = errors.New(`a backslash at its end escapes nothing`)
	errClass   = errors.New(`unclosed "["`)
	errBraces  = errors.New(`unclosed "{"`)
	errNoInput = errors.New("an input has no name")
)

// compileElement translates one path element into a regular expression as
// org.apache.hadoop.fs.GlobPattern does. It returns nil for an element without
// wildcards.
func compileElement(element string) (*regexp.Regexp, error) {
	if !strings.ContainsAny(element, `*?[{\`) {
		return nil, nil
	}
	expression, wild, err := translateElement([]rune(element))
	if err != nil || !wild {
		return nil, err
	}
	return regexp.Compile(`(?s)\A` + expression + `\z`)
}

func translateElement(element []rune) (expression string, wild bool, err error) {
	var b strings.Builder
	inClass, braces := false, 0
	for i := 0; i < len(element); i++ {
		switch c := element[i]; {
		case c == '\\':
			if i++; i == len(element) {
				return "", false, errEscape
			}
			b.WriteString(quote(element[i]))
		case c == '*':
			wild = true
			b.WriteString(".*")
		case c == '?':
			wild = true
			b.WriteByte('.')
		case c == '{':
			wild = true
			braces++
			b.WriteString("(?:")
		case c == ',' && braces > 0:
			b.WriteByte('|')
		case c == '}' && braces > 0:
			braces--
			b.WriteByte(')')
		case c == '[' && inClass:
			return "", false, errClass
		case c == '[':
			wild, inClass = true, true
			b.WriteByte('[')
		case c == ']':
			inClass = false
			b.WriteByte(']')
		case inClass && (c == '^' || c == '!' && element[i-1] == '['):
			b.WriteByte('^')
		case inClass && c == '-':
			b.WriteByte('-')
		default:
			b.WriteString(quote(c))
		}
	}
	switch {
	case inClass:
		return "", false, errClass
	case braces > 0:
		return "", false, errBraces
	}
	return b.String(), wild, nil
}

func quote(c rune) string { return regexp.QuoteMeta(string(c)) }

// unescape removes the backslashes from an element without wildcards.
func unescape(element string) string {
	var b strings.Builder
	for i := 0; i < len(element); i++ {
		if element[i] == '\\' && i+1 < len(element) {
			i++
		}
		b.WriteByte(element[i])
	}
	return b.String()
}

// expandBraces takes apart the braces that hold a slash, so that each element of
// a path can be matched by itself: "p{a/b,c/d}s" is "pa/bs" and "pc/ds".
// It follows org.apache.hadoop.fs.GlobExpander.
func expandBraces(pattern string) ([]string, error) {
	open, end, err := bracesWithSlash(pattern)
	if err != nil || open < 0 {
		return []string{pattern}, err
	}
	var expanded []string
	for _, alternative := range splitOutsideBraces(pattern[open+1 : end]) {
		more, err := expandBraces(pattern[:open] + alternative + pattern[end+1:])
		if err != nil {
			return nil, err
		}
		expanded = append(expanded, more...)
	}
	return expanded, nil
}

// bracesWithSlash finds the leftmost outer pair of braces with a slash in it, or -1.
func bracesWithSlash(pattern string) (open, end int, err error) {
	depth, slash := 0, false
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '\\':
			if i++; i == len(pattern) {
				return -1, -1, fmt.Errorf("input pattern %s: %w", pattern, errEscape)
			}
		case c == '{':
			if depth++; depth == 1 {
				open, slash = i, false
			}
		case c == '}' && depth > 0:
			if depth--; depth == 0 && slash {
				return open, i, nil
			}
		case c == '/' && depth > 0:
			slash = true
		}
	}
	return -1, -1, nil
}

// splitOutsideBraces splits at the commas that stand in no inner braces and are not escaped.
func splitOutsideBraces(s string) []string {
	var parts []string
	depth, start := 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case c == '{':
			depth++
		case c == '}':
			depth--
		case c == ',' && depth == 0:
			parts = append(parts, s[start:i])
			start = i + 1
		}
	}
	return append(parts, s[start:])
}

// comparePaths orders names as java.net.URI.compareTo does, which sorts what a
// glob found: by UTF-16 code units after the characters that a URI can't hold
// were escaped.
func comparePaths(a, b string) int {
	return slices.Compare(uriUnits(a), uriUnits(b))
}

func uriUnits(name string) []uint16 {
	units := make([]uint16, 0, len(name))
	for _, r := range name {
		if legalInURI(r) {
			units = utf16.AppendRune(units, r)
			continue
		}
		for _, c := range utf8.AppendRune(nil, r) {
			for _, digit := range fmt.Sprintf("%%%02X", c) {
				units = append(units, uint16(digit))
			}
		}
	}
	return units
}

// legalInURI tells whether java.net.URI leaves a character in a path as it is.
func legalInURI(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' ||
			strings.ContainsRune("-_.!~*'():@&=+$,;/", r)
	}
	return !unicode.Is(unicode.Z, r) && !unicode.IsControl(r)
}
