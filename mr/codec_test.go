package mr

import (
	"bytes"
	"cmp"
	"math"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// codecs are the three codecs of a type.
type codecs struct{ key, keyInside, value, text codec }

func codecsOf[T any](t testing.TB) codecs {
	t.Helper()
	var c codecs
	var err error
	c.key, err = newKeyCodec(reflect.TypeFor[T](), true)
	require.NoError(t, err)
	c.keyInside, err = newKeyCodec(reflect.TypeFor[T](), false)
	require.NoError(t, err)
	c.value, err = newValueCodec(reflect.TypeFor[T](), true)
	require.NoError(t, err)
	c.text, err = newTextCodec(reflect.TypeFor[T]())
	require.NoError(t, err)
	return c
}

func encodeWith[T any](t require.TestingT, c codec, v T) []byte {
	b, err := c.append(nil, unsafe.Pointer(&v))
	require.NoError(t, err)
	return b
}

// check draws two values and wants each codec to give them back, and the key
// codecs to keep their order.
func check[T any](values *rapid.Generator[T], compare func(a, b T) int) func(t *testing.T) {
	return func(t *testing.T) {
		c := codecsOf[T](t)
		rapid.Check(t, func(t *rapid.T) {
			a, b := values.Draw(t, "a"), values.Draw(t, "b")
			for name, codec := range map[string]codec{"key": c.key, "inner key": c.keyInside, "value": c.value, "text": c.text} {
				encoded := encodeWith(t, codec, a)
				var back T
				n, err := codec.decode(encoded, unsafe.Pointer(&back), new(arena))
				if err != nil || n != len(encoded) || compare(a, back) != 0 {
					t.Fatalf("%s: %v became %v after % x, %d bytes taken, error %v", name, a, back, encoded, n, err)
				}
			}
			want := compare(a, b)
			if got := bytes.Compare(encodeWith(t, c.key, a), encodeWith(t, c.key, b)); got != want {
				t.Fatalf("keys %v and %v compare as %d, want %d", a, b, got, want)
			}
			// What comes behind a key that is not the last must not change the order.
			x, y := append(encodeWith(t, c.keyInside, a), 0xFF), append(encodeWith(t, c.keyInside, b), 0)
			if got := bytes.Compare(x, y); want != 0 && got != want {
				t.Fatalf("inner keys %v and %v compare as %d, want %d", a, b, got, want)
			}
		})
	}
}

type composite struct {
	Name  string
	At    int32
	Bytes [2]string
	Rate  float64
	Tail  string
}

func compareComposite(a, b composite) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.At, b.At), slices.Compare(a.Bytes[:], b.Bytes[:]),
		cmp.Compare(a.Rate, b.Rate), cmp.Compare(a.Tail, b.Tail))
}

// anyString is strings with many zero bytes, and bytes beside zero and 255.
func anyString() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return string(rapid.SliceOf(rapid.SampledFrom([]byte{0, 1, 2, 'a', 0xFE, 0xFF})).Draw(t, "bytes"))
	})
}

// validString is for what JSON must give back.
func validString() *rapid.Generator[string] { return rapid.String() }

func TestCodecsKeepValuesAndOrder(t *testing.T) {
	t.Run("bool", check(rapid.Bool(), func(a, b bool) int { return cmp.Compare(strconv.FormatBool(a), strconv.FormatBool(b)) }))
	t.Run("int", check(rapid.Int(), cmp.Compare[int]))
	t.Run("int8", check(rapid.Int8(), cmp.Compare[int8]))
	t.Run("int16", check(rapid.Int16(), cmp.Compare[int16]))
	t.Run("int32", check(rapid.Int32(), cmp.Compare[int32]))
	t.Run("int64", check(rapid.Int64(), cmp.Compare[int64]))
	t.Run("uint", check(rapid.Uint(), cmp.Compare[uint]))
	t.Run("uint8", check(rapid.Uint8(), cmp.Compare[uint8]))
	t.Run("uint16", check(rapid.Uint16(), cmp.Compare[uint16]))
	t.Run("uint32", check(rapid.Uint32(), cmp.Compare[uint32]))
	t.Run("uint64", check(rapid.Uint64(), cmp.Compare[uint64]))
	t.Run("float32", check(rapid.Float32(), cmp.Compare[float32]))
	t.Run("float64", check(rapid.Float64(), cmp.Compare[float64]))
	t.Run("string", check(anyString(), cmp.Compare[string]))
	t.Run("[]byte", check(rapid.SliceOf(rapid.Byte()), bytes.Compare))
	t.Run("named", check(rapid.Map(rapid.Int(), func(n int) time.Weekday { return time.Weekday(n) }), cmp.Compare[time.Weekday]))
	t.Run("time", check(rapid.Map(rapid.Int64Range(-1e18, 1e18), func(n int64) time.Time { return time.Unix(0, n).UTC() }), time.Time.Compare))
	t.Run("array", check(rapid.Custom(func(t *rapid.T) [3]int16 {
		return [3]int16(rapid.SliceOfN(rapid.Int16(), 3, 3).Draw(t, "array"))
	}), func(a, b [3]int16) int { return slices.Compare(a[:], b[:]) }))
	t.Run("slice", check(rapid.SliceOf(validString()), slices.Compare[[]string]))
	t.Run("struct", check(rapid.Custom(func(t *rapid.T) composite {
		return composite{
			Name: validString().Draw(t, "name"), At: rapid.Int32().Draw(t, "at"), Rate: rapid.Float64().Draw(t, "rate"),
			Bytes: [2]string{validString().Draw(t, "b0"), validString().Draw(t, "b1")}, Tail: validString().Draw(t, "tail"),
		}
	}), compareComposite))
}

func TestStringsInsideKeysHoldAnyBytes(t *testing.T) {
	type two struct{ A, B string }
	c, err := newKeyCodec(reflect.TypeFor[two](), true)
	require.NoError(t, err)
	pairs := rapid.Custom(func(t *rapid.T) two { return two{anyString().Draw(t, "a"), anyString().Draw(t, "b")} })
	rapid.Check(t, func(t *rapid.T) {
		x, y := pairs.Draw(t, "x"), pairs.Draw(t, "y")
		ex, ey := encodeWith(t, c, x), encodeWith(t, c, y)
		if got, want := bytes.Compare(ex, ey), cmp.Or(cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B)); got != want {
			t.Fatalf("%q and %q compare as %d, want %d", x, y, got, want)
		}
		var back two
		if _, err := c.decode(ex, unsafe.Pointer(&back), new(arena)); err != nil || back != x {
			t.Fatalf("%q became %q, error %v", x, back, err)
		}
	})
}

func TestOrderOfFloats(t *testing.T) {
	ascending := []float64{math.Inf(-1), -math.MaxFloat64, -1, -math.SmallestNonzeroFloat64, 0, math.SmallestNonzeroFloat64, 1, math.Inf(1), math.NaN()}
	c := codecsOf[float64](t)
	for i := 1; i < len(ascending); i++ {
		require.Negative(t, bytes.Compare(encodeWith(t, c.key, ascending[i-1]), encodeWith(t, c.key, ascending[i])), "%v comes before %v", ascending[i-1], ascending[i])
	}
	require.Equal(t, encodeWith(t, c.key, 0.0), encodeWith(t, c.key, math.Copysign(0, -1)), "there is one zero")
}

func TestValuesWithoutAShape(t *testing.T) {
	type item struct {
		Tags  map[string]int
		Next  *item
		Names []string
		When  time.Time
	}
	c, err := newValueCodec(reflect.TypeFor[item](), true)
	require.NoError(t, err)
	v := item{Tags: map[string]int{"a": 1, "b": -2}, Next: &item{Names: []string{"x"}, When: time.Unix(5, 0).UTC()}, Names: []string{"y", ""}, When: time.Unix(-7, 9).UTC()}
	encoded := encodeWith(t, c, v)
	var back item
	_, err = c.decode(encoded, unsafe.Pointer(&back), new(arena))
	require.NoError(t, err)
	require.True(t, back.Next.When.Equal(v.Next.When))
	back.Next.When = v.Next.When
	require.Equal(t, v, back)
}

func TestTypesThatHaveNoEncoding(t *testing.T) {
	type hidden struct{ name string }
	for _, test := range []struct {
		t    reflect.Type
		want string
	}{
		{reflect.TypeFor[map[string]int](), "map[string]int is a map, which has no order: use bools, numbers, strings, []byte, time.Time, or structs, arrays and slices of these"},
		{reflect.TypeFor[*int](), "*int is a ptr, which has no order: use bools, numbers, strings, []byte, time.Time, or structs, arrays and slices of these"},
		{reflect.TypeFor[hidden](), "field name of mr.hidden is unexported, so it would be lost: export it, or give the type MarshalText and UnmarshalText"},
		{reflect.TypeFor[struct{ F func() }](), "field F of struct { F func() }: func() is a func, which has no order: use bools, numbers, strings, []byte, time.Time, or structs, arrays and slices of these"},
	} {
		_, err := newKeyCodec(test.t, true)
		require.EqualError(t, err, test.want)
	}
	_, err := newValueCodec(reflect.TypeFor[chan int](), true)
	require.ErrorContains(t, err, "chan int is a chan, which can't be sent")
}

func FuzzDecodersTakeAnyBytes(f *testing.F) {
	f.Add([]byte{0, 1, 0, 0xFF, 1, 0})
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01text"))
	f.Fuzz(func(t *testing.T, src []byte) {
		type value struct {
			A []string
			B map[string]int
			C composite
			D []byte
		}
		var k composite
		var v value
		key, err := newKeyCodec(reflect.TypeFor[composite](), true)
		require.NoError(t, err)
		if n, err := key.decode(src, unsafe.Pointer(&k), new(arena)); err == nil {
			require.LessOrEqual(t, n, len(src))
		}
		values, err := newValueCodec(reflect.TypeFor[value](), true)
		require.NoError(t, err)
		if n, err := values.decode(src, unsafe.Pointer(&v), new(arena)); err == nil {
			require.LessOrEqual(t, n, len(src))
		}
		if plain, err := cutBackslashes(nil, src); err == nil {
			back, err := cutBackslashes(nil, appendBackslashes(nil, plain))
			require.NoError(t, err)
			require.Equal(t, plain, back)
		}
	})
}
