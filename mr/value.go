package mr

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"time"
	"unsafe"

	"github.com/vmihailenco/msgpack/v5"
)

// newValueCodec returns the compact codec of a value type; the package comment
// specifies the encoding.
// A tail is the last thing in the encoded bytes: its strings need no length.
func newValueCodec(t reflect.Type, tail bool) (codec, error) {
	switch {
	case t == timeType:
		return codec{append: appendValueTime, decode: decodeValueTime}, nil
	case t == bytesType:
		return stringValue(bytesAccess, tail), nil
	case usesText(t):
		return textValue(t, tail), nil
	}
	switch t.Kind() {
	case reflect.Bool:
		return codec{append: appendBool, decode: decodeBool}, nil
	case reflect.Int, reflect.Int64:
		return intValue[int64](), nil
	case reflect.Int32:
		return intValue[int32](), nil
	case reflect.Int16:
		return intValue[int16](), nil
	case reflect.Int8:
		return intValue[int8](), nil
	case reflect.Uint, reflect.Uint64, reflect.Uintptr:
		return uintValue[uint64](), nil
	case reflect.Uint32:
		return uintValue[uint32](), nil
	case reflect.Uint16:
		return uintValue[uint16](), nil
	case reflect.Uint8:
		return uintValue[uint8](), nil
	case reflect.Float64:
		return codec{append: appendValueFloat64, decode: decodeValueFloat64}, nil
	case reflect.Float32:
		return codec{append: appendValueFloat32, decode: decodeValueFloat32}, nil
	case reflect.String:
		return stringValue(stringAccess, tail), nil
	case reflect.Array:
		return arrayCodec(t, newValueCodec)
	case reflect.Struct:
		return structCodec(t, tail, newValueCodec)
	case reflect.Slice, reflect.Map, reflect.Pointer:
		return msgpackValue(t, tail), nil
	}
	return codec{}, fmt.Errorf("%s is a %s, which can't be sent: use bools, numbers, strings, []byte, time.Time, or structs, arrays, slices, maps and pointers of these", t, t.Kind())
}

// intValue is the codec of a signed integer: a zigzag varint.
func intValue[T int8 | int16 | int32 | int64]() codec {
	return codec{
		varint: unsafe.Sizeof(T(0)) == 8,
		append: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			return binary.AppendVarint(dst, int64(*(*T)(p))), nil
		},
		decode: func(src []byte, p unsafe.Pointer, _ *arena) (int, error) {
			v, n := binary.Varint(src)
			if n <= 0 {
				return 0, errShort
			}
			if int64(T(v)) != v {
				return 0, fmt.Errorf("%d does not fit %T", v, T(0))
			}
			*(*T)(p) = T(v)
			return n, nil
		},
	}
}

// uintValue is the codec of an unsigned integer: a varint.
func uintValue[T uint8 | uint16 | uint32 | uint64]() codec {
	return codec{
		append: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			return binary.AppendUvarint(dst, uint64(*(*T)(p))), nil
		},
		decode: func(src []byte, p unsafe.Pointer, _ *arena) (int, error) {
			v, n := binary.Uvarint(src)
			if n <= 0 {
				return 0, errShort
			}
			if uint64(T(v)) != v {
				return 0, fmt.Errorf("%d does not fit %T", v, T(0))
			}
			*(*T)(p) = T(v)
			return n, nil
		},
	}
}

func appendValueFloat64(dst []byte, p unsafe.Pointer) ([]byte, error) {
	return binary.LittleEndian.AppendUint64(dst, math.Float64bits(*(*float64)(p))), nil
}

func decodeValueFloat64(src []byte, p unsafe.Pointer, _ *arena) (int, error) {
	if len(src) < 8 {
		return 0, errShort
	}
	*(*float64)(p) = math.Float64frombits(binary.LittleEndian.Uint64(src))
	return 8, nil
}

func appendValueFloat32(dst []byte, p unsafe.Pointer) ([]byte, error) {
	return binary.LittleEndian.AppendUint32(dst, math.Float32bits(*(*float32)(p))), nil
}

func decodeValueFloat32(src []byte, p unsafe.Pointer, _ *arena) (int, error) {
	if len(src) < 4 {
		return 0, errShort
	}
	*(*float32)(p) = math.Float32frombits(binary.LittleEndian.Uint32(src))
	return 4, nil
}

func appendValueTime(dst []byte, p unsafe.Pointer) ([]byte, error) {
	t := (*time.Time)(p)
	dst = binary.AppendVarint(dst, t.Unix())
	return binary.AppendUvarint(dst, uint64(t.Nanosecond())), nil
}

func decodeValueTime(src []byte, p unsafe.Pointer, _ *arena) (int, error) {
	sec, n := binary.Varint(src)
	if n <= 0 {
		return 0, errShort
	}
	nsec, m := binary.Uvarint(src[n:])
	if m <= 0 {
		return 0, errShort
	}
	*(*time.Time)(p) = time.Unix(sec, int64(nsec)).UTC()
	return n + m, nil
}

// stringValue encodes a string as it is where it is the tail, and else behind its length.
func stringValue(access stringAccessor, tail bool) codec {
	if tail {
		return stringKey(access, true)
	}
	return codec{
		append: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			b := access.get(p)
			return append(binary.AppendUvarint(dst, uint64(len(b))), b...), nil
		},
		decode: func(src []byte, p unsafe.Pointer, a *arena) (int, error) {
			length, n := binary.Uvarint(src)
			if n <= 0 || length > uint64(len(src)-n) {
				return 0, errShort
			}
			end := n + int(length)
			access.set(p, src[n:end], a)
			return end, nil
		},
	}
}

// throughBytes is the codec of a type that marshals itself to bytes.
func throughBytes(tail bool, marshal func(p unsafe.Pointer) ([]byte, error), unmarshal func(p unsafe.Pointer, b []byte) error) codec {
	raw := stringValue(bytesAccess, tail)
	return codec{
		tail: tail,
		append: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			b, err := marshal(p)
			if err != nil {
				return dst, err
			}
			return raw.append(dst, unsafe.Pointer(&b))
		},
		decode: func(src []byte, p unsafe.Pointer, a *arena) (int, error) {
			var b []byte
			n, err := raw.decode(src, unsafe.Pointer(&b), a)
			if err != nil {
				return 0, err
			}
			return n, unmarshal(p, b)
		},
	}
}

func textValue(t reflect.Type, tail bool) codec {
	return throughBytes(tail,
		func(p unsafe.Pointer) ([]byte, error) { return marshalText(t, p) },
		func(p unsafe.Pointer, b []byte) error { return unmarshalText(t, p, b) })
}

// msgpackValue encodes what has no fixed shape: slices, maps and pointers.
func msgpackValue(t reflect.Type, tail bool) codec {
	return throughBytes(tail,
		func(p unsafe.Pointer) ([]byte, error) {
			var buf bytes.Buffer
			e := msgpack.NewEncoder(&buf)
			e.UseCompactInts(true)
			err := e.EncodeValue(reflect.NewAt(t, p).Elem())
			return buf.Bytes(), err
		},
		func(p unsafe.Pointer, b []byte) error {
			v := reflect.NewAt(t, p).Elem()
			v.SetZero()
			return msgpack.NewDecoder(bytes.NewReader(b)).DecodeValue(v)
		})
}
