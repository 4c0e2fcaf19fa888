package mr

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"time"
	"unsafe"
)

// A codec encodes values of one type, which its functions reach by pointer.
// It is made once, by reflection; encoding and decoding use none.
// A codec is immutable and for any number of goroutines.
type codec struct {
	// append appends the encoding of the value at p to dst.
	append func(dst []byte, p unsafe.Pointer) ([]byte, error)
	// decode sets the value at p and returns how many bytes of src it took.
	// Strings are copied into the arena.
	decode func(src []byte, p unsafe.Pointer, a *arena) (int, error)
	// tail says that decode takes all bytes there are.
	tail bool
	// view says that the encoding is the bytes of the string or []byte at p, see bytesAt.
	view bool
	// plain says that append appends letters, digits and punctuation alone.
	plain bool
	// varint says that the value is an int64 and append appends it as a varint.
	varint bool
}

// bytesAt returns the bytes of the string or []byte at p: both begin with a pointer and a length.
func bytesAt(p unsafe.Pointer) []byte { return stringBytes(*(*string)(p)) }

var errShort = errors.New("encoded bytes end too early")

var (
	timeType            = reflect.TypeFor[time.Time]()
	bytesType           = reflect.TypeFor[[]byte]()
	textMarshalerType   = reflect.TypeFor[encoding.TextMarshaler]()
	textUnmarshalerType = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// usesText reports whether a struct type is encoded as its text: its fields can't
// all be reached, but it marshals itself.
func usesText(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && hasHiddenField(t) &&
		t.Implements(textMarshalerType) && reflect.PointerTo(t).Implements(textUnmarshalerType)
}

func hasHiddenField(t reflect.Type) bool {
	for field := range t.Fields() {
		if !field.IsExported() {
			return true
		}
	}
	return false
}

// hasMethods reports whether values of a type, or what is in them, have methods, or could: such a method may keep the
// strings that it sees.
func hasMethods(t reflect.Type) bool {
	if t.NumMethod() > 0 || reflect.PointerTo(t).NumMethod() > 0 {
		return true
	}
	switch t.Kind() {
	case reflect.Struct:
		for field := range t.Fields() {
			if hasMethods(field.Type) {
				return true
			}
		}
		return false
	case reflect.Array:
		return hasMethods(t.Elem())
	case reflect.Slice:
		return t != bytesType
	case reflect.Map, reflect.Pointer, reflect.Interface:
		return true
	}
	return false
}

// hasStrings reports whether values of a type may hold strings, or other memory of their own.
func hasStrings(t reflect.Type) bool { return t.Kind() < reflect.Bool || t.Kind() > reflect.Complex128 }

// marshalText returns the text of the value of type t at p, which implements encoding.TextMarshaler.
func marshalText(t reflect.Type, p unsafe.Pointer) ([]byte, error) {
	return reflect.NewAt(t, p).Elem().Interface().(encoding.TextMarshaler).MarshalText()
}

func unmarshalText(t reflect.Type, p unsafe.Pointer, text []byte) error {
	return reflect.NewAt(t, p).Interface().(encoding.TextUnmarshaler).UnmarshalText(text)
}

// textKey orders values by their text.
func textKey(t reflect.Type, tail bool) codec {
	text := stringKey(bytesAccess, tail)
	return codec{
		tail: tail,
		append: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			b, err := marshalText(t, p)
			if err != nil {
				return dst, err
			}
			return text.append(dst, unsafe.Pointer(&b))
		},
		decode: func(src []byte, p unsafe.Pointer, a *arena) (int, error) {
			var b []byte
			n, err := text.decode(src, unsafe.Pointer(&b), a)
			if err != nil {
				return 0, err
			}
			return n, unmarshalText(t, p, b)
		},
	}
}

// structCodec encodes the fields one after the other; only the last may be a tail.
func structCodec(t reflect.Type, tail bool, codecOf func(reflect.Type, bool) (codec, error)) (codec, error) {
	type field struct {
		offset uintptr
		codec  codec
	}
	fields := make([]field, 0, t.NumField())
	isTail := false
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			return codec{}, fmt.Errorf("field %s of %s is unexported, so it would be lost: export it, or give the type MarshalText and UnmarshalText", f.Name, t)
		}
		last := i == t.NumField()-1
		c, err := codecOf(f.Type, tail && last)
		if err != nil {
			return codec{}, fmt.Errorf("field %s of %s: %w", f.Name, t, err)
		}
		isTail = last && c.tail
		fields = append(fields, field{f.Offset, c})
	}
	return codec{
		tail: isTail,
		append: func(dst []byte, p unsafe.Pointer) (_ []byte, err error) {
			for i := range fields {
				if dst, err = fields[i].codec.append(dst, unsafe.Add(p, fields[i].offset)); err != nil {
					return dst, err
				}
			}
			return dst, nil
		},
		decode: func(src []byte, p unsafe.Pointer, a *arena) (int, error) {
			total := 0
			for i := range fields {
				n, err := fields[i].codec.decode(src[total:], unsafe.Add(p, fields[i].offset), a)
				if err != nil {
					return 0, err
				}
				total += n
			}
			return total, nil
		},
	}, nil
}

func arrayCodec(t reflect.Type, codecOf func(reflect.Type, bool) (codec, error)) (codec, error) {
	elem, err := codecOf(t.Elem(), false)
	if err != nil {
		return codec{}, err
	}
	size, length := t.Elem().Size(), t.Len()
	return codec{
		append: func(dst []byte, p unsafe.Pointer) (_ []byte, err error) {
			for i := range length {
				if dst, err = elem.append(dst, unsafe.Add(p, uintptr(i)*size)); err != nil {
					return dst, err
				}
			}
			return dst, nil
		},
		decode: func(src []byte, p unsafe.Pointer, a *arena) (int, error) {
			total := 0
			for i := range length {
				n, err := elem.decode(src[total:], unsafe.Add(p, uintptr(i)*size), a)
				if err != nil {
					return 0, err
				}
				total += n
			}
			return total, nil
		},
	}, nil
}

// sliceHeader is the memory of a slice, whatever its element type.
type sliceHeader struct {
	data     unsafe.Pointer
	len, cap int
}

// stringBytes returns the bytes of s. They must not be changed.
func stringBytes(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// bytesString returns b as a string. b must not change while the string is in use.
func bytesString(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

func appendBool(dst []byte, p unsafe.Pointer) ([]byte, error) {
	if *(*bool)(p) {
		return append(dst, 1), nil
	}
	return append(dst, 0), nil
}

func decodeBool(src []byte, p unsafe.Pointer, _ *arena) (int, error) {
	if len(src) < 1 {
		return 0, errShort
	}
	if src[0] > 1 {
		return 0, fmt.Errorf("%#x is no bool", src[0])
	}
	*(*bool)(p) = src[0] == 1
	return 1, nil
}
