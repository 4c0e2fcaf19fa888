package mr

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"unsafe"
)

// An OutputFormat says how the pairs of a job become lines of its output files.
type OutputFormat int

const (
	// TSV writes KEY TAB VALUE, both readable. A struct{} key or value is left out, with its tab.
	// A tab or line end in a key, or a line end in a value, is an error, unless the job has [Escape].
	TSV OutputFormat = iota
	// JSONLines writes {"key":KEY,"value":VALUE}.
	JSONLines
	// Values writes the readable value alone.
	Values
)

// A recordFormat appends the record of the key and value at k and v to dst.
type recordFormat func(dst []byte, k, v unsafe.Pointer) ([]byte, error)

// newRecordFormat returns the format of the output of a step, whose lines another
// step reads where it is intermediate.
func newRecordFormat(keyType, valueType reflect.Type, s *settings, intermediate bool) (recordFormat, error) {
	if intermediate {
		return intermediateFormat(keyType, valueType)
	}
	keys, keyErr := newTextCodec(keyType)
	values, valueErr := newTextCodec(valueType)
	switch s.output {
	case TSV:
		return tsvFormat(keyType, valueType, keys, values, s.escape), errors.Join(keyErr, valueErr)
	case Values:
		return valueFormat(values, s.escape), valueErr
	case JSONLines:
		return jsonFormat(keyType, valueType), errors.Join(keyErr, valueErr)
	}
	return nil, fmt.Errorf("unknown output format %d: use mr.TSV, mr.JSONLines or mr.Values", s.output)
}

func tsvFormat(keyType, valueType reflect.Type, keys, values codec, escape bool) recordFormat {
	hasKey, hasValue := keyType.Size() > 0, valueType.Size() > 0
	return func(dst []byte, k, v unsafe.Pointer) ([]byte, error) {
		var err error
		if hasKey {
			if dst, err = appendField(dst, keys, k, "key", "\t\r\n", escape); err != nil {
				return dst, err
			}
		}
		if hasKey && hasValue {
			dst = append(dst, '\t')
		}
		if hasValue {
			return appendField(dst, values, v, "value", "\r\n", escape)
		}
		return dst, nil
	}
}

func valueFormat(values codec, escape bool) recordFormat {
	return func(dst []byte, _, v unsafe.Pointer) ([]byte, error) {
		return appendField(dst, values, v, "value", "\r\n", escape)
	}
}

// appendField appends the text of the value at p, without the forbidden characters.
func appendField(dst []byte, c codec, p unsafe.Pointer, what, forbidden string, escape bool) ([]byte, error) {
	start := len(dst)
	dst, err := c.append(dst, p)
	if err != nil || c.plain {
		return dst, err
	}
	text := dst[start:]
	if escape {
		if bytes.ContainsAny(text, "\\\t\r\n") {
			escaped := appendBackslashes(nil, text)
			dst = append(dst[:start], escaped...)
		}
		return dst, nil
	}
	if i := indexAny(text, forbidden); i >= 0 {
		return dst, fmt.Errorf("%s %s has %q in it, which a line of TSV can't hold: use mr.Escape() or mr.Output(mr.JSONLines)", what, sample(text), text[i])
	}
	return dst, nil
}

// indexAny is bytes.IndexAny for tabs and line ends, and many times as fast on short texts without any.
func indexAny(b []byte, chars string) int {
	if !hasControl(b) {
		return -1
	}
	for i := range len(chars) {
		if at := bytes.IndexByte(b, chars[i]); at >= 0 {
			return at
		}
	}
	return -1
}

// hasControl reports whether b has one of the characters up to the carriage return, eight bytes at a time.
func hasControl(b []byte) bool {
	const (
		ones  = 0x0101010101010101
		highs = 0x80 * ones
		end   = ('\r' + 1) * ones
	)
	// The highest bit of a byte is set where the byte is less than that of end, or
	// behind such a byte ("Determine if a word has a byte less than n", Bit Twiddling Hacks).
	if n := len(b); n >= 8 {
		found := uint64(0)
		for i := 0; i < n-8; i += 8 {
			w := binary.LittleEndian.Uint64(b[i:])
			found |= (w - end) &^ w
		}
		w := binary.LittleEndian.Uint64(b[n-8:])
		return (found|(w-end)&^w)&highs != 0
	}
	for _, c := range b {
		if c <= '\r' {
			return true
		}
	}
	return false
}

func jsonFormat(keyType, valueType reflect.Type) recordFormat {
	return func(dst []byte, k, v unsafe.Pointer) ([]byte, error) {
		dst, err := appendJSON(append(dst, `{"key":`...), reflect.NewAt(keyType, k).Interface())
		if err != nil {
			return dst, err
		}
		if dst, err = appendJSON(append(dst, `,"value":`...), reflect.NewAt(valueType, v).Interface()); err != nil {
			return dst, err
		}
		return append(dst, '}'), nil
	}
}

// intermediateFormat writes the encoded key and value, with backslashes for what
// a line can't hold.
func intermediateFormat(keyType, valueType reflect.Type) (recordFormat, error) {
	keys, keyErr := newKeyCodec(keyType, true)
	values, valueErr := newValueCodec(valueType, true)
	return func(dst []byte, k, v unsafe.Pointer) ([]byte, error) {
		encoded, err := keys.append(nil, k)
		if err != nil {
			return dst, err
		}
		dst = append(appendBackslashes(dst, encoded), '\t')
		if encoded, err = values.append(encoded[:0], v); err != nil {
			return dst, err
		}
		return appendBackslashes(dst, encoded), nil
	}, errors.Join(keyErr, valueErr)
}

// appendBackslashes appends b with \\, \t, \r and \n for what they stand for.
func appendBackslashes(dst, b []byte) []byte {
	for _, c := range b {
		switch c {
		case '\\':
			dst = append(dst, `\\`...)
		case '\t':
			dst = append(dst, `\t`...)
		case '\r':
			dst = append(dst, `\r`...)
		case '\n':
			dst = append(dst, `\n`...)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// cutBackslashes undoes appendBackslashes.
func cutBackslashes(dst, b []byte) ([]byte, error) {
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' {
			dst = append(dst, b[i])
			continue
		}
		if i++; i == len(b) {
			return dst, errors.New("a backslash stands at the end")
		}
		switch b[i] {
		case '\\':
			dst = append(dst, '\\')
		case 't':
			dst = append(dst, '\t')
		case 'r':
			dst = append(dst, '\r')
		case 'n':
			dst = append(dst, '\n')
		default:
			return dst, fmt.Errorf(`unknown escape \%c`, b[i])
		}
	}
	return dst, nil
}

// isKV marks the instances of KV.
func (KV[K, V]) isKV() {}

var kvMarker = reflect.TypeFor[interface{ isKV() }]()

// newRecordDecoder returns what sets a recordReader's record, and whether records
// may be in memory that is used again.
func newRecordDecoder[I any](intermediate bool) (decode func(src []byte, r *recordReader[I]) error, borrows bool, err error) {
	t := reflect.TypeFor[I]()
	switch {
	case intermediate:
		c, err := kvCodec(t, func(t reflect.Type) (codec, error) { return newKeyCodec(t, true) },
			func(t reflect.Type) (codec, error) { return newValueCodec(t, true) }, true)
		return decodeWith[I](c), true, err
	case t.Kind() == reflect.String && !t.Implements(textMarshalerType):
		return func(src []byte, r *recordReader[I]) error {
			*(*string)(unsafe.Pointer(&r.record)) = bytesString(src)
			return nil
		}, false, nil
	case t == bytesType:
		return func(src []byte, r *recordReader[I]) error {
			*(*[]byte)(unsafe.Pointer(&r.record)) = src
			return nil
		}, true, nil
	case t.Implements(kvMarker):
		c, err := kvCodec(t, newTextCodec, newTextCodec, false)
		return decodeWith[I](c), true, err
	}
	c, err := newTextCodec(t)
	return decodeWith[I](c), true, err
}

func decodeWith[I any](c codec) func(src []byte, r *recordReader[I]) error {
	return func(src []byte, r *recordReader[I]) error {
		_, err := c.decode(src, unsafe.Pointer(&r.record), &r.arena)
		return err
	}
}

// kvCodec decodes a line of two fields into a KV.
func kvCodec(t reflect.Type, keyCodec, valueCodec func(reflect.Type) (codec, error), escaped bool) (codec, error) {
	if !t.Implements(kvMarker) {
		return codec{}, fmt.Errorf("%s is no mr.KV, which the records of a second step are", t)
	}
	keys, keyErr := keyCodec(t.Field(0).Type)
	values, valueErr := valueCodec(t.Field(1).Type)
	valueOffset := t.Field(1).Offset
	return codec{
		tail: true,
		decode: func(src []byte, p unsafe.Pointer, a *arena) (int, error) {
			k, v, _ := bytes.Cut(src, []byte{'\t'})
			if err := decodeField(keys, k, p, a, escaped); err != nil {
				return 0, fmt.Errorf("key: %w", err)
			}
			if err := decodeField(values, v, unsafe.Add(p, valueOffset), a, escaped); err != nil {
				return 0, fmt.Errorf("value: %w", err)
			}
			return len(src), nil
		},
	}, errors.Join(keyErr, valueErr)
}

func decodeField(c codec, src []byte, p unsafe.Pointer, a *arena, escaped bool) (err error) {
	if escaped && bytes.IndexByte(src, '\\') >= 0 {
		if a.line, err = cutBackslashes(a.line[:0], src); err != nil {
			return err
		}
		src = a.line
	}
	_, err = c.decode(src, p, a)
	return err
}

// textOf returns the readable form of *v.
func textOf[T any](v *T) ([]byte, error) {
	c, err := newTextCodec(reflect.TypeFor[T]())
	if err != nil {
		return nil, err
	}
	return c.append(nil, unsafe.Pointer(v))
}
