package orchestrate

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// quote returns the text as it stands in identities, lists and maps: as it is where
// nothing in it could be taken for syntax, else as a Go string literal.
func quote(text string) string {
	if isBare(text) {
		return text
	}
	return strconv.Quote(text)
}

const syntax = "\"\\`'=,()[]{} "

func isBare(text string) bool {
	for _, c := range text {
		if strings.ContainsRune(syntax, c) || !strconv.IsPrint(c) {
			return false
		}
	}
	return text != "" && utf8.ValidString(text)
}

// cutQuoted cuts a string literal from the beginning of rest and returns what it stands for.
func cutQuoted(rest string) (text, tail string, err error) {
	literal, err := strconv.QuotedPrefix(rest)
	if err != nil {
		return "", rest, fmt.Errorf("the quote at %s has no end", abridge(rest))
	}
	text, err = strconv.Unquote(literal)
	return text, rest[len(literal):], err
}

func abridge(text string) string {
	const most = 20
	if len(text) <= most {
		return text
	}
	return text[:most] + "…"
}

// splitList splits text such as a,"b,c" at its commas. Spaces around an item
// don't count, except in quotes. Empty text has no items.
func splitList(text string) (items []string, err error) {
	rest := strings.TrimSpace(text)
	for more := rest != ""; more; {
		var item string
		if item, rest, err = cutItem(rest, ","); err != nil {
			return nil, err
		}
		items = append(items, item)
		rest, more = strings.CutPrefix(rest, ",")
	}
	return items, nil
}

// An entry is a key of a map and its value, as texts.
type entry struct{ key, value string }

// splitMap splits text such as x=1,"y,z"=2 as splitList does.
func splitMap(text string) (entries []entry, err error) {
	rest := strings.TrimSpace(text)
	for more := rest != ""; more; {
		var e entry
		if e.key, rest, err = cutItem(rest, ",="); err != nil {
			return nil, err
		}
		if !strings.HasPrefix(rest, "=") {
			return nil, &FormatError{"map entry", e.key, "it has no =", "name=value"}
		}
		if e.value, rest, err = cutItem(rest[1:], ","); err != nil {
			return nil, err
		}
		entries = append(entries, e)
		rest, more = strings.CutPrefix(rest, ",")
	}
	return entries, nil
}

// cutItem cuts a plain or quoted text that ends before one of the delimiters.
func cutItem(rest, delimiters string) (text, tail string, err error) {
	rest = strings.TrimLeft(rest, " ")
	if !strings.HasPrefix(rest, `"`) {
		end := strings.IndexAny(rest, delimiters)
		if end < 0 {
			end = len(rest)
		}
		return strings.TrimRight(rest[:end], " "), rest[end:], nil
	}
	if text, tail, err = cutQuoted(rest); err != nil {
		return "", rest, err
	}
	tail = strings.TrimLeft(tail, " ")
	if tail != "" && !strings.ContainsRune(delimiters, rune(tail[0])) {
		return "", rest, fmt.Errorf("want a comma after the quote, not %s", abridge(tail))
	}
	return text, tail, nil
}
