package store

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// encodeTime returns microseconds since 1970, and 0 for no time. The first microsecond of
// 1970 becomes the second, so that it stays a time.
func encodeTime(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	if micros := t.UnixMicro(); micros != 0 {
		return micros
	}
	return 1
}

func decodeTime(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// encodeDuration returns microseconds. A shorter duration becomes one, as zero would mean none.
func encodeDuration(d time.Duration) int64 {
	switch micros := d.Microseconds(); {
	case micros != 0 || d == 0:
		return micros
	case d < 0:
		return -1
	}
	return 1
}

func decodeDuration(micros int64) time.Duration { return time.Duration(micros) * time.Microsecond }

// encodeText returns the text with a backslash before what PostgreSQL does not take: a
// backslash is two, NUL and each byte that is not UTF-8 are \x and two digits.
func encodeText(s string) string {
	if !strings.ContainsAny(s, "\\\x00") && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == '\\':
			b.WriteString(`\\`)
		case r == 0, r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		default:
			b.WriteString(s[:size])
		}
		s = s[size:]
	}
	return b.String()
}

func decodeText(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, `\`)
		b.WriteString(before)
		if !found {
			return b.String()
		}
		char, size := decodeEscape(after)
		b.WriteByte(char)
		s = after[size:]
	}
}

// decodeEscape returns what follows a backslash, and its length. What encodeText has not
// written stays as it is.
func decodeEscape(s string) (byte, int) {
	if strings.HasPrefix(s, `\`) {
		return '\\', 1
	}
	if len(s) >= 3 && s[0] == 'x' {
		if char, err := hex.DecodeString(s[1:3]); err == nil {
			return char[0], 3
		}
	}
	return '\\', 0
}

// encodeNumbers returns a JSON list.
func encodeNumbers[T any](list []T, number func(T) int64) string {
	if len(list) == 0 {
		return "[]"
	}
	b := make([]byte, 0, 2+8*len(list))
	for i, element := range list {
		b = append(b, ",["[btoi(i == 0)])
		b = strconv.AppendInt(b, number(element), 10)
	}
	return string(append(b, ']'))
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// decodeNumbers is for what encodeNumbers has written.
func decodeNumbers[T any](text string, element func(int64) T) ([]T, error) {
	inner, opened := strings.CutPrefix(text, "[")
	inner, closed := strings.CutSuffix(inner, "]")
	if !opened || !closed {
		return nil, fmt.Errorf("%q is no list of numbers", text)
	}
	if inner == "" {
		return nil, nil
	}
	list := make([]T, 0, 1+strings.Count(inner, ","))
	for word := range strings.SplitSeq(inner, ",") {
		n, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			return nil, err
		}
		list = append(list, element(n))
	}
	return list, nil
}

func same(n int64) int64 { return n }

// encodeTexts returns a JSON list.
func encodeTexts(list []string) string {
	if len(list) == 0 {
		return "[]"
	}
	encoded := make([]string, len(list))
	for i, text := range list {
		encoded[i] = encodeText(text)
	}
	return encodeJSON(encoded)
}

func decodeTexts(text string) (list []string, err error) {
	if text == "[]" {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil, err
	}
	for i := range list {
		list[i] = decodeText(list[i])
	}
	return list, nil
}

// encodeMap returns a JSON object. Its values are numbers, or texts for which value is encodeText.
func encodeMap[V int | string](m map[string]V, value func(V) V) string {
	if len(m) == 0 {
		return "{}"
	}
	encoded := make(map[string]V, len(m))
	for name, v := range m {
		encoded[encodeText(name)] = value(v)
	}
	return encodeJSON(encoded)
}

// encodeJSON is for values that JSON can hold.
func encodeJSON(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func decodeMap[V int | string](text string, value func(V) V) (map[string]V, error) {
	if text == "{}" {
		return nil, nil
	}
	var encoded map[string]V
	if err := json.Unmarshal([]byte(text), &encoded); err != nil {
		return nil, err
	}
	m := make(map[string]V, len(encoded))
	for name, v := range encoded {
		m[decodeText(name)] = value(v)
	}
	return m, nil
}

func sameInt(n int) int { return n }
