package mr

import (
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"time"
	"unsafe"
)

// newKeyCodec returns the order-preserving codec of a key type; the package
// comment specifies the encoding.
// A tail is the last thing in the encoded bytes: its strings need no end mark.
func newKeyCodec(t reflect.Type, tail bool) (codec, error) {
	switch {
	case t == timeType:
		return codec{append: appendKeyTime, decode: decodeKeyTime}, nil
	case t == bytesType:
		return stringKey(bytesAccess, tail), nil
	case usesText(t):
		return textKey(t, tail), nil
	}
	switch t.Kind() {
	case reflect.Bool:
		return codec{append: appendBool, decode: decodeBool}, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return fixedKey(t.Size(), signBit(t.Size())), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return fixedKey(t.Size(), 0), nil
	case reflect.Float32:
		return codec{append: appendKeyFloat32, decode: decodeKeyFloat32}, nil
	case reflect.Float64:
		return codec{append: appendKeyFloat64, decode: decodeKeyFloat64}, nil
	case reflect.String:
		return stringKey(stringAccess, tail), nil
	case reflect.Struct:
		return structCodec(t, tail, newKeyCodec)
	case reflect.Array:
		return arrayCodec(t, newKeyCodec)
	case reflect.Slice:
		return sliceKey(t)
	}
	return codec{}, fmt.Errorf("%s is a %s, which has no order: use bools, numbers, strings, []byte, time.Time, or structs, arrays and slices of these", t, t.Kind())
}

func signBit(size uintptr) uint64 { return 1 << (8*size - 1) }

// fixedKey is the codec of an integer of that size in bytes: big-endian, its sign
// bit turned over so that negative numbers come first.
func fixedKey(size uintptr, flip uint64) codec {
	switch size {
	case 1:
		return codec{
			append: func(dst []byte, p unsafe.Pointer) ([]byte, error) { return append(dst, *(*uint8)(p)^uint8(flip)), nil },
			decode: func(src []byte, p unsafe.Pointer, _ *arena) (int, error) {
				if len(src) < 1 {
					return 0, errShort
				}
				*(*uint8)(p) = src[0] ^ uint8(flip)
				return 1, nil
			},
		}
	case 2:
		return codec{
			append: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
				return binary.BigEndian.AppendUint16(dst, *(*uint16)(p)^uint16(flip)), nil
			},
			decode: func(src []byte, p unsafe.Pointer, _ *arena) (int, error) {
				if len(src) < 2 {
					return 0, errShort
				}
				*(*uint16)(p) = binary.BigEndian.Uint16(src) ^ uint16(flip)
				return 2, nil
			},
		}
	case 4:
		return codec{
			append: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
				return binary.BigEndian.AppendUint32(dst, *(*uint32)(p)^uint32(flip)), nil
			},
			decode: func(src []byte, p unsafe.Pointer, _ *arena) (int, error) {
				if len(src) < 4 {
					return 0, errShort
				}
				*(*uint32)(p) = binary.BigEndian.Uint32(src) ^ uint32(flip)
				return 4, nil
			},
		}
	}
	return codec{
		append: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			return binary.BigEndian.AppendUint64(dst, *(*uint64)(p)^flip), nil
		},
		decode: func(src []byte, p unsafe.Pointer, _ *arena) (int, error) {
			if len(src) < 8 {
				return 0, errShort
			}
			*(*uint64)(p) = binary.BigEndian.Uint64(src) ^ flip
			return 8, nil
		},
	}
}

// orderFloat64 maps the bits of a float to an integer of the same order: negative
// floats have all their bits turned over, others the sign bit alone.
// Zero has one form, and so has NaN, which sorts after +Inf.
func orderFloat64(f float64) uint64 {
	switch {
	case f == 0:
		f = 0
	case f != f:
		return math.MaxUint64
	}
	bits := math.Float64bits(f)
	if bits>>63 != 0 {
		return ^bits
	}
	return bits | 1<<63
}

func floatOfOrder64(bits uint64) float64 {
	switch {
	case bits == math.MaxUint64:
		return math.NaN()
	case bits>>63 != 0:
		return math.Float64frombits(bits &^ (1 << 63))
	}
	return math.Float64frombits(^bits)
}

func appendKeyFloat64(dst []byte, p unsafe.Pointer) ([]byte, error) {
	return binary.BigEndian.AppendUint64(dst, orderFloat64(*(*float64)(p))), nil
}

func decodeKeyFloat64(src []byte, p unsafe.Pointer, _ *arena) (int, error) {
	if len(src) < 8 {
		return 0, errShort
	}
	*(*float64)(p) = floatOfOrder64(binary.BigEndian.Uint64(src))
	return 8, nil
}

// A float32 is encoded as the float64 of the same value: its order is the same.
func appendKeyFloat32(dst []byte, p unsafe.Pointer) ([]byte, error) {
	return binary.BigEndian.AppendUint64(dst, orderFloat64(float64(*(*float32)(p)))), nil
}

func decodeKeyFloat32(src []byte, p unsafe.Pointer, _ *arena) (int, error) {
	if len(src) < 8 {
		return 0, errShort
	}
	*(*float32)(p) = float32(floatOfOrder64(binary.BigEndian.Uint64(src)))
	return 8, nil
}

func appendKeyTime(dst []byte, p unsafe.Pointer) ([]byte, error) {
	t := (*time.Time)(p)
	dst = binary.BigEndian.AppendUint64(dst, uint64(t.Unix())^1<<63)
	return binary.BigEndian.AppendUint32(dst, uint32(t.Nanosecond())), nil
}

func decodeKeyTime(src []byte, p unsafe.Pointer, _ *arena) (int, error) {
	if len(src) < 12 {
		return 0, errShort
	}
	sec := int64(binary.BigEndian.Uint64(src) ^ 1<<63)
	*(*time.Time)(p) = time.Unix(sec, int64(binary.BigEndian.Uint32(src[8:]))).UTC()
	return 12, nil
}

// A stringAccessor reads and writes the bytes of a string or a []byte in place.
type stringAccessor struct {
	get func(p unsafe.Pointer) []byte              // valid as long as the value
	set func(p unsafe.Pointer, b []byte, a *arena) // copies b into a
}

var (
	stringAccess = stringAccessor{
		get: func(p unsafe.Pointer) []byte { return stringBytes(*(*string)(p)) },
		set: func(p unsafe.Pointer, b []byte, a *arena) { *(*string)(p) = a.string(b) },
	}
	bytesAccess = stringAccessor{
		get: func(p unsafe.Pointer) []byte { return *(*[]byte)(p) },
		set: func(p unsafe.Pointer, b []byte, a *arena) { *(*[]byte)(p) = a.bytes(b) },
	}
)

// stringKey encodes a string as it is where it is the tail, and else with its
// zero bytes escaped as 00 FF and 00 01 behind it: no such string is a prefix of
// another, and the order stays.
func stringKey(access stringAccessor, tail bool) codec {
	if tail {
		return codec{
			tail:   true,
			view:   true,
			append: func(dst []byte, p unsafe.Pointer) ([]byte, error) { return append(dst, access.get(p)...), nil },
			decode: func(src []byte, p unsafe.Pointer, a *arena) (int, error) {
				access.set(p, src, a)
				return len(src), nil
			},
		}
	}
	return codec{
		append: func(dst []byte, p unsafe.Pointer) ([]byte, error) { return appendEscaped(dst, access.get(p)), nil },
		decode: func(src []byte, p unsafe.Pointer, a *arena) (int, error) {
			b, n, err := unescape(src, a)
			if err != nil {
				return 0, err
			}
			access.set(p, b, a)
			return n, nil
		},
	}
}

func appendEscaped(dst, b []byte) []byte {
	for _, c := range b {
		if c == 0 {
			dst = append(dst, 0, 0xFF)
		} else {
			dst = append(dst, c)
		}
	}
	return append(dst, 0, 1)
}

// unescape returns the string at the start of src, and how many bytes of src it takes.
// The string shares memory with src or with the arena's scratch.
func unescape(src []byte, a *arena) (b []byte, n int, err error) {
	escaped := false
	for i := 0; i+1 < len(src); i++ {
		if src[i] != 0 {
			continue
		}
		switch src[i+1] {
		case 1:
			if !escaped {
				return src[:i], i + 2, nil
			}
			return a.unescape(src[:i]), i + 2, nil
		case 0xFF:
			escaped = true
			i++
		default:
			return nil, 0, fmt.Errorf("a zero byte is followed by %#x in an encoded string", src[i+1])
		}
	}
	return nil, 0, errShort
}

// sliceKey encodes each element behind a 1, and a 0 at the end: a shorter slice
// comes before a longer one that it begins.
func sliceKey(t reflect.Type) (codec, error) {
	elem, err := newKeyCodec(t.Elem(), false)
	if err != nil {
		return codec{}, err
	}
	size := t.Elem().Size()
	return codec{
		append: func(dst []byte, p unsafe.Pointer) (_ []byte, err error) {
			head := (*sliceHeader)(p)
			for i := range head.len {
				if dst, err = elem.append(append(dst, 1), unsafe.Add(head.data, uintptr(i)*size)); err != nil {
					return dst, err
				}
			}
			return append(dst, 0), nil
		},
		decode: func(src []byte, p unsafe.Pointer, a *arena) (int, error) {
			slice := reflect.MakeSlice(t, 0, 0)
			for n := 0; n < len(src); {
				mark := src[n]
				n++
				if mark == 0 {
					reflect.NewAt(t, p).Elem().Set(slice)
					return n, nil
				}
				v := reflect.New(t.Elem())
				used, err := elem.decode(src[n:], v.UnsafePointer(), a)
				if err != nil {
					return 0, err
				}
				n += used
				slice = reflect.Append(slice, v.Elem())
			}
			return 0, errShort
		},
	}, nil
}
