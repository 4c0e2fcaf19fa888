package mr

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"time"
	"unsafe"
)

// newTextCodec returns the codec between a type and its readable form: what
// output files hold, and what records are read from.
// Strings and []byte are as they are, numbers decimal, times RFC 3339, types
// with MarshalText their text, and all else is JSON.
// Its decode takes all of src.
func newTextCodec(t reflect.Type) (codec, error) {
	switch {
	case t == timeType:
		return textMethods(t), nil
	case t == bytesType:
		return stringKey(bytesAccess, true), nil
	case t.Implements(textMarshalerType) && reflect.PointerTo(t).Implements(textUnmarshalerType):
		return textMethods(t), nil
	}
	switch t.Kind() {
	case reflect.Bool:
		return textBool, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return textInt(t), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return textUint(t), nil
	case reflect.Float32, reflect.Float64:
		return textFloat(t), nil
	case reflect.String:
		return stringKey(stringAccess, true), nil
	case reflect.Struct, reflect.Map, reflect.Slice, reflect.Array, reflect.Pointer:
		return textJSON(t), nil
	}
	return codec{}, fmt.Errorf("%s is a %s, which has no readable form", t, t.Kind())
}

var textBool = codec{
	tail:  true,
	plain: true,
	append: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
		return strconv.AppendBool(dst, *(*bool)(p)), nil
	},
	decode: func(src []byte, p unsafe.Pointer, _ *arena) (n int, err error) {
		*(*bool)(p), err = strconv.ParseBool(string(src))
		return len(src), err
	},
}

func loadInt(size uintptr, p unsafe.Pointer) int64 {
	switch size {
	case 1:
		return int64(*(*int8)(p))
	case 2:
		return int64(*(*int16)(p))
	case 4:
		return int64(*(*int32)(p))
	}
	return *(*int64)(p)
}

// storeInt stores the low bits of v, signed or not, as an integer of that size in bytes.
func storeInt(size uintptr, p unsafe.Pointer, v uint64) {
	switch size {
	case 1:
		*(*uint8)(p) = uint8(v)
	case 2:
		*(*uint16)(p) = uint16(v)
	case 4:
		*(*uint32)(p) = uint32(v)
	default:
		*(*uint64)(p) = v
	}
}

func loadUint(size uintptr, p unsafe.Pointer) uint64 {
	switch size {
	case 1:
		return uint64(*(*uint8)(p))
	case 2:
		return uint64(*(*uint16)(p))
	case 4:
		return uint64(*(*uint32)(p))
	}
	return *(*uint64)(p)
}

func textInt(t reflect.Type) codec {
	size := t.Size()
	return codec{
		tail:  true,
		plain: true,
		append: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			return strconv.AppendInt(dst, loadInt(size, p), 10), nil
		},
		decode: func(src []byte, p unsafe.Pointer, _ *arena) (int, error) {
			v, err := strconv.ParseInt(bytesString(src), 10, int(8*size))
			if err != nil {
				return 0, parseError(t, src, err)
			}
			storeInt(size, p, uint64(v))
			return len(src), nil
		},
	}
}

func textUint(t reflect.Type) codec {
	size := t.Size()
	return codec{
		tail:  true,
		plain: true,
		append: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			return strconv.AppendUint(dst, loadUint(size, p), 10), nil
		},
		decode: func(src []byte, p unsafe.Pointer, _ *arena) (int, error) {
			v, err := strconv.ParseUint(bytesString(src), 10, int(8*size))
			if err != nil {
				return 0, parseError(t, src, err)
			}
			storeInt(size, p, v)
			return len(src), nil
		},
	}
}

func textFloat(t reflect.Type) codec {
	size := t.Size()
	return codec{
		tail:  true,
		plain: true,
		append: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			if size == 4 {
				return strconv.AppendFloat(dst, float64(*(*float32)(p)), 'g', -1, 32), nil
			}
			return strconv.AppendFloat(dst, *(*float64)(p), 'g', -1, 64), nil
		},
		decode: func(src []byte, p unsafe.Pointer, _ *arena) (int, error) {
			v, err := strconv.ParseFloat(bytesString(src), int(8*size))
			if err != nil {
				return 0, parseError(t, src, err)
			}
			if size == 4 {
				*(*float32)(p) = float32(v)
			} else {
				*(*float64)(p) = v
			}
			return len(src), nil
		},
	}
}

// parseError says why text is no number. It copies the text, which err may share
// memory with.
func parseError(t reflect.Type, text []byte, err error) error {
	if numErr, ok := errors.AsType[*strconv.NumError](err); ok {
		err = numErr.Err
	}
	return fmt.Errorf("%s is no %s: %w", sample(text), t, err)
}

func textMethods(t reflect.Type) codec {
	return codec{
		tail: true,
		append: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			if t == timeType {
				return (*time.Time)(p).AppendFormat(dst, time.RFC3339Nano), nil
			}
			b, err := marshalText(t, p)
			return append(dst, b...), err
		},
		decode: func(src []byte, p unsafe.Pointer, _ *arena) (int, error) {
			return len(src), unmarshalText(t, p, src)
		},
	}
}

func textJSON(t reflect.Type) codec {
	return codec{
		tail: true,
		append: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			return appendJSON(dst, reflect.NewAt(t, p).Interface())
		},
		decode: func(src []byte, p unsafe.Pointer, _ *arena) (int, error) {
			v := reflect.NewAt(t, p)
			v.Elem().SetZero()
			if err := json.Unmarshal(src, v.Interface()); err != nil {
				return 0, fmt.Errorf("%s is no JSON of %s: %w", sample(src), t, err)
			}
			return len(src), nil
		},
	}
}

// appendJSON appends v as JSON on one line, with <, > and & as they are.
func appendJSON(dst []byte, v any) ([]byte, error) {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return dst, err
	}
	return append(dst, bytes.TrimSuffix(buf.Bytes(), []byte("\n"))...), nil
}

// sampleLength is how much of a bad record a message shows.
const sampleLength = 80

// sample returns b quoted, and cut where it is long, for a message.
func sample(b []byte) string {
	if len(b) > sampleLength {
		return strconv.Quote(string(b[:sampleLength])) + "… (" + strconv.Itoa(len(b)) + " bytes)"
	}
	return strconv.Quote(string(b))
}
