package streamjob

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// The codes of typed bytes.
const (
	typedBytes    = 0
	typedByte     = 1
	typedBool     = 2
	typedInt      = 3
	typedLong     = 4
	typedFloat    = 5
	typedDouble   = 6
	typedString   = 7
	typedVector   = 8
	typedList     = 9
	typedMap      = 10
	typedWritable = 50 // the first of those for applications
	typedLast     = 200
	typedMarker   = 255
)

var (
	errUnknownTyped = &taskError{class: runtimeFailure, text: "unknown type"}
	errTypedNull    = &taskError{class: "java.lang.NullPointerException", text: "typed bytes end where a value must follow"}
	errTypedSize    = &taskError{class: "java.lang.NegativeArraySizeException", text: "typed bytes have a negative length"}
)

// typedFixed returns the size of what follows a code whose size is known.
func typedFixed(code byte) (int, bool) {
	switch code {
	case typedByte, typedBool:
		return 1, true
	case typedInt, typedFloat:
		return 4, true
	case typedLong, typedDouble:
		return 8, true
	}
	return 0, false
}

// maxTypedDepth bounds how deep vectors, lists and maps may lie in each other, where
// Java's stack ends.
const maxTypedDepth = 1000

// readTyped appends the next item of a stream to dst, byte for byte.
// At the end of the stream, or where a marker stands, ok is false.
func readTyped(in *bufio.Reader, dst []byte, depth int) (item []byte, ok bool, err error) {
	code, err := in.ReadByte()
	if errors.Is(err, io.EOF) || err == nil && code == typedMarker {
		return dst, false, nil
	}
	if err != nil {
		return dst, false, err
	}
	if depth > maxTypedDepth {
		return dst, false, &taskError{class: "java.lang.StackOverflowError", text: "typed bytes are nested too deep"}
	}
	dst = append(dst, code)
	if n, ok := typedFixed(code); ok {
		dst, err = appendExactly(dst, in, n)
		return dst, err == nil, err
	}
	switch {
	case code == typedBytes || code == typedString || code >= typedWritable && code <= typedLast:
		var n int
		if dst, n, err = appendLength(dst, in); err == nil {
			if n < 0 {
				return dst, false, errTypedSize
			}
			dst, err = appendExactly(dst, in, n)
		}
	case code == typedVector:
		dst, err = readTypedCounted(in, dst, depth, 1)
	case code == typedMap:
		dst, err = readTypedCounted(in, dst, depth, 2)
	case code == typedList:
		dst, err = readTypedList(in, dst, depth)
	default:
		return dst, false, errUnknownTyped
	}
	return dst, err == nil, err
}

// readTypedCounted reads the items of a vector or map.
func readTypedCounted(in *bufio.Reader, dst []byte, depth, each int) ([]byte, error) {
	dst, n, err := appendLength(dst, in)
	for i := 0; i < n*each && err == nil; i++ {
		var ok bool
		if dst, ok, err = readTyped(in, dst, depth+1); err == nil && !ok {
			err = errTypedNull
		}
	}
	return dst, err
}

func readTypedList(in *bufio.Reader, dst []byte, depth int) ([]byte, error) {
	for {
		var ok bool
		var err error
		if dst, ok, err = readTyped(in, dst, depth+1); err != nil {
			return dst, err
		}
		if !ok {
			return append(dst, typedMarker), nil
		}
	}
}

// appendLength appends a length of four bytes, and returns it.
func appendLength(dst []byte, in *bufio.Reader) ([]byte, int, error) {
	dst, err := appendExactly(dst, in, 4)
	if err != nil {
		return dst, 0, err
	}
	return dst, int(int32(binary.BigEndian.Uint32(dst[len(dst)-4:]))), nil
}

// appendExactly appends n bytes of a stream. Memory grows with what is really there.
func appendExactly(dst []byte, in *bufio.Reader, n int) ([]byte, error) {
	const step = 1 << 20
	for n > 0 {
		size := min(n, step)
		start := len(dst)
		dst = slices.Grow(dst, size)[:start+size]
		if _, err := io.ReadFull(in, dst[start:]); err != nil {
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				err = &taskError{class: "java.io.EOFException"}
			}
			return dst[:start], err
		}
		n -= size
	}
	return dst, nil
}

// appendTyped appends a value of a class as TypedBytesWritableOutput writes it.
func (c *class) appendTyped(dst, content []byte) []byte {
	switch c {
	case typedBytesClass:
		return append(dst, content...)
	case bytesClass:
		return append(appendTypedHead(dst, typedBytes, len(content)), content...)
	case textClass:
		start := len(dst)
		dst = appendUTF8(appendTypedHead(dst, typedString, 0), content)
		binary.BigEndian.PutUint32(dst[start+1:], uint32(len(dst)-start-5))
		return dst
	case byteClass:
		return append(append(dst, typedByte), content...)
	case booleanClass:
		return append(append(dst, typedBool), content...)
	case intClass:
		return append(append(dst, typedInt), content...)
	case longClass:
		return append(append(dst, typedLong), content...)
	case floatClass:
		return append(append(dst, typedFloat), content...)
	case doubleClass:
		return append(append(dst, typedDouble), content...)
	case vintClass:
		n, _ := readVInt(content)
		return binary.BigEndian.AppendUint32(append(dst, typedInt), uint32(n))
	case vlongClass:
		n, _ := readVInt(content)
		return binary.BigEndian.AppendUint64(append(dst, typedLong), uint64(n))
	}
	written := c.appendWritable(nil, content)
	dst = appendTypedHead(dst, typedWritable, 4+len(c.name)+len(written))
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(c.name)))
	return append(append(dst, c.name...), written...)
}

func appendTypedHead(dst []byte, code byte, n int) []byte {
	return binary.BigEndian.AppendUint32(append(dst, code), uint32(n))
}

// appendTypedText appends what TypedBytesWritable.toString returns: the text of the
// Java object that an item stands for.
func appendTypedText(dst, item []byte) []byte {
	value, _ := parseTyped(bufio.NewReader(bytes.NewReader(item)), 0)
	return append(dst, value.text...)
}

// A typedValue is an item as Java sees it.
type typedValue struct {
	code byte
	text string
	null bool // no item, or a marker
}

var nullTyped = typedValue{text: "null", null: true}

func parseTyped(in *bufio.Reader, depth int) (typedValue, error) {
	code, err := in.ReadByte()
	if err != nil || code == typedMarker || depth > maxTypedDepth {
		return nullTyped, err
	}
	value := typedValue{code: code}
	switch {
	case code == typedVector:
		value.text, err = parseTypedVector(in, depth)
	case code == typedList:
		value.text, err = parseTypedList(in, depth)
	case code == typedMap:
		value.text, err = parseTypedMap(in, depth)
	case code == typedBytes || code == typedString || code >= typedWritable && code <= typedLast:
		var content []byte
		_, n, lengthErr := appendLength(nil, in)
		if err = lengthErr; err == nil {
			content, err = appendExactly(nil, in, n)
		}
		if code == typedString {
			value.text = string(appendUTF8(nil, content))
		} else {
			value.text = string(appendHex(nil, content))
		}
	default:
		n, ok := typedFixed(code)
		if !ok {
			return nullTyped, errUnknownTyped
		}
		var content []byte
		if content, err = appendExactly(nil, in, n); err == nil {
			value.text = typedScalar(code, content)
		}
	}
	return value, err
}

func typedScalar(code byte, content []byte) string {
	switch code {
	case typedBool:
		return strconv.FormatBool(content[0] != 0)
	case typedFloat:
		return string(appendFloat(nil, content))
	case typedDouble:
		return string(appendDouble(nil, content))
	}
	return strconv.FormatInt(signed(content), 10)
}

func parseTypedVector(in *bufio.Reader, depth int) (string, error) {
	_, n, err := appendLength(nil, in)
	var items []string
	for i := 0; i < n && err == nil; i++ {
		var item typedValue
		item, err = parseTyped(in, depth+1)
		items = append(items, item.text)
	}
	return "[" + strings.Join(items, ", ") + "]", err
}

func parseTypedList(in *bufio.Reader, depth int) (string, error) {
	var items []string
	for {
		item, err := parseTyped(in, depth+1)
		if err != nil || item.null {
			return "[" + strings.Join(items, ", ") + "]", err
		}
		items = append(items, item.text)
	}
}

// parseTypedMap returns a map in the order of Java's TreeMap.
func parseTypedMap(in *bufio.Reader, depth int) (string, error) {
	_, n, err := appendLength(nil, in)
	type entry struct{ key, value typedValue }
	var entries []entry
	for i := 0; i < n && err == nil; i++ {
		var e entry
		if e.key, err = parseTyped(in, depth+1); err == nil {
			e.value, err = parseTyped(in, depth+1)
		}
		at, found := slices.BinarySearchFunc(entries, e, func(a, b entry) int { return compareTyped(a.key, b.key) })
		if found {
			entries[at].value = e.value
		} else {
			entries = slices.Insert(entries, at, e)
		}
	}
	texts := make([]string, len(entries))
	for i, e := range entries {
		texts[i] = e.key.text + "=" + e.value.text
	}
	return "{" + strings.Join(texts, ", ") + "}", err
}

// compareTyped compares two keys of a map by their text, or by their numbers.
func compareTyped(a, b typedValue) int {
	if a.code == typedString || a.code == typedBytes || a.code == typedBool || a.code >= typedWritable {
		return strings.Compare(a.text, b.text)
	}
	x, errA := strconv.ParseFloat(a.text, 64)
	y, errB := strconv.ParseFloat(b.text, 64)
	if errA != nil || errB != nil || math.IsNaN(x) || math.IsNaN(y) {
		return strings.Compare(a.text, b.text)
	}
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}
