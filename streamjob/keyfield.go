package streamjob

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// A keySpec is one -k of KeyFieldBasedComparator and KeyFieldBasedPartitioner.
type keySpec struct {
	field, char       int // where it begins, from 1
	endField, endChar int // where it ends; zero means the end of the key, or of the field
	numeric, reverse  bool
}

// keyFields are the options of a comparator or partitioner. It is KeyFieldHelper.
type keyFields struct {
	specs     []keySpec
	seen      bool // there is a -k
	separator []byte
}

var errKeySpec = errors.New("Invalid -k argument. Must be of the form -k pos1,[pos2], where pos is of the form f[.c]nr") //nolint:staticcheck // Hadoop's words

// parseKeyFields parses options such as "-k1,1 -k2,2nr".
func parseKeyFields(options, separator string) (*keyFields, error) {
	k := &keyFields{separator: []byte(separator)}
	if options == "" {
		return k, nil
	}
	global := keySpec{field: 1, char: 1}
	words := strings.FieldsFunc(options, func(r rune) bool { return strings.ContainsRune(" \t\n\r\f", r) })
	for i := 0; i < len(words); i++ {
		switch word := words[i]; {
		case word == "-n":
			global.numeric = true
		case word == "-r":
			global.reverse = true
		case word == "-nr":
			global.numeric, global.reverse = true, true
		case strings.HasPrefix(word, "-k"):
			text := word[2:]
			if text == "" && i+1 < len(words) {
				i++
				text = words[i]
			}
			if text == "" {
				continue
			}
			spec, err := parseKeySpec(text)
			if err != nil {
				return nil, err
			}
			k.specs = append(k.specs, spec)
			k.seen = true
		}
	}
	for i := range k.specs {
		if spec := &k.specs[i]; !spec.reverse && !spec.numeric {
			spec.reverse, spec.numeric = global.reverse, global.numeric
		}
	}
	if len(k.specs) == 0 {
		k.specs = append(k.specs, global)
	}
	return k, nil
}

// A keyTokens hands out the tokens of a -k: "n", "r", ".", "," and what is between them.
type keyTokens struct{ rest string }

func (t *keyTokens) next() (string, bool) {
	if t.rest == "" {
		return "", false
	}
	end := strings.IndexAny(t.rest, "nr.,")
	switch end {
	case -1:
		end = len(t.rest)
	case 0:
		end = 1
	}
	token := t.rest[:end]
	t.rest = t.rest[end:]
	return token, true
}

// number returns the next token, which must be a number.
func (t *keyTokens) number() (int, error) {
	token, ok := t.next()
	if !ok {
		return 0, &taskError{class: "java.util.NoSuchElementException"}
	}
	n, err := strconv.ParseInt(token, 10, 32)
	if err != nil || strings.ContainsRune(token, '_') {
		return 0, fmt.Errorf("For input string: %q", token) //nolint:staticcheck // Java's words
	}
	return int(n), nil
}

// parseKeySpec parses F[.C][nr]*[,F[.C][nr]*].
func parseKeySpec(text string) (keySpec, error) {
	spec := keySpec{field: 1, char: 1}
	tokens := &keyTokens{text}
	var err error
	if spec.field, err = tokens.number(); err != nil {
		return spec, err
	}
	token, more, err := spec.parsePosition(tokens, &spec.char)
	if err != nil || !more {
		return spec, err
	}
	if token != "," {
		return spec, errKeySpec
	}
	if spec.endField, err = tokens.number(); err != nil {
		return spec, err
	}
	if _, more, err = spec.parsePosition(tokens, &spec.endChar); err == nil && more {
		err = errKeySpec
	}
	return spec, err
}

// parsePosition parses what may stand behind a field: [.C][nr]*. It returns the token
// that is none of it, if there is one.
func (k *keySpec) parsePosition(tokens *keyTokens, char *int) (token string, more bool, err error) {
	token, more = tokens.next()
	if more && token == "." {
		if *char, err = tokens.number(); err != nil {
			return "", false, err
		}
		token, more = tokens.next()
	}
	for ; more; token, more = tokens.next() {
		switch token {
		case "n":
			k.numeric = true
		case "r":
			k.reverse = true
		default:
			return token, true, nil
		}
	}
	return "", false, nil
}

// wordLengths returns the lengths of the fields of a key; index 0 has their number.
// Behind a separator of several bytes the search goes on at its second byte, as in Hadoop,
// so that the fields behind the first one seem longer.
func (k *keyFields) wordLengths(key []byte, lengths []int) []int {
	if !k.seen {
		return append(lengths[:0], 1)
	}
	lengths = append(lengths[:0], 0)
	start := 0
	for {
		pos := bytes.Index(key[start:], k.separator)
		if pos < 0 {
			break
		}
		lengths = append(lengths, pos)
		start += pos + 1
	}
	lengths[0] = len(lengths)
	return append(lengths, len(key)-start)
}

// start returns the offset at which a spec begins in a key, or -1.
func (k *keyFields) start(key []byte, lengths []int, spec *keySpec) int {
	if lengths[0] < spec.field {
		return -1
	}
	pos := 0
	for i := 1; i < spec.field; i++ {
		pos += lengths[i] + len(k.separator)
	}
	if pos+spec.char > len(key) {
		return -1
	}
	return pos + spec.char - 1
}

// end returns the offset of the last byte of a spec in a key.
func (k *keyFields) end(key []byte, lengths []int, spec *keySpec) int {
	last := len(key) - 1
	if spec.endField == 0 || lengths[0] < spec.endField {
		return last
	}
	pos := 0
	for i := 1; i < spec.endField; i++ {
		pos += lengths[i] + len(k.separator)
	}
	if spec.endChar == 0 {
		pos += lengths[spec.endField]
	}
	if pos+spec.endChar > len(key) {
		return last
	}
	return pos + spec.endChar - 1
}

// compare is KeyFieldBasedComparator.compare.
func (k *keyFields) compare(a, b []byte) int {
	if len(k.specs) == 0 {
		return bytes.Compare(a, b)
	}
	var roomA, roomB [12]int
	lengthsA, lengthsB := k.wordLengths(a, roomA[:0]), k.wordLengths(b, roomB[:0])
	for i := range k.specs {
		spec := &k.specs[i]
		startA, startB := k.start(a, lengthsA, spec), k.start(b, lengthsB, spec)
		endA, endB := k.end(a, lengthsA, spec), k.end(b, lengthsB, spec)
		if order := spec.compare(a, startA, endA, b, startB, endB); order != 0 {
			return order
		}
	}
	return 0
}

// compare compares two stretches. One that is missing goes first, also before another one
// that is missing.
func (k *keySpec) compare(a []byte, startA, endA int, b []byte, startB, endB int) int {
	sign := 1
	if k.reverse {
		sign = -1
	}
	switch {
	case startA == -1:
		return -sign
	case startB == -1:
		return sign
	case k.numeric:
		return sign * compareNumbers(a, startA, endA, b, startB, endB)
	}
	return sign * compareStretches(a, startA, endA-startA+1, b, startB, endB-startB+1)
}

// compareStretches is compareBytes of WritableComparator. A spec that ends before it begins
// has a length less than zero, and lengths decide where the bytes do not.
func compareStretches(a []byte, startA, lengthA int, b []byte, startB, lengthB int) int {
	if n := min(lengthA, lengthB); n > 0 {
		if order := bytes.Compare(a[startA:startA+n], b[startB:startB+n]); order != 0 {
			return order
		}
	}
	return cmp.Compare(lengthA, lengthB)
}

// stretch returns the bytes from start to end, which is the last one; none where end is
// before start.
func stretch(key []byte, start, end int) []byte {
	if end < start {
		return nil
	}
	return key[start : end+1]
}

// hash is KeyFieldBasedPartitioner.getPartition up to the number of partitions. The key
// is what its class prints.
func (k *keyFields) hash(key []byte) int32 {
	if len(k.specs) == 0 {
		return javaHash(key)
	}
	if len(key) == 0 {
		return 0
	}
	var room [12]int
	lengths := k.wordLengths(key, room[:0])
	var hash int32
	for i := range k.specs {
		start := k.start(key, lengths, &k.specs[i])
		if start < 0 {
			continue
		}
		for _, c := range stretch(key, start, k.end(key, lengths, &k.specs[i])) {
			hash = 31*hash + int32(int8(c))
		}
	}
	return hash
}
