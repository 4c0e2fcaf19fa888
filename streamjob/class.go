package streamjob

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"
	"strconv"
	"unicode/utf8"
)

// A class is one of Hadoop's types of keys and values. A value is its content: for
// Text, BytesWritable and TypedBytesWritable the bytes without their length, for all
// others what Hadoop writes.
type class struct {
	name    string // of the Java class
	framing framing
	text    func(dst, content []byte) []byte // appends what toString returns
	order   func(a, b []byte) int            // nil means as bytes
}

// A framing says how Hadoop writes the length of a content.
type framing int

const (
	fixedFraming framing = iota // it doesn't: the content tells
	vintFraming                 // as a vint in front
	intFraming                  // as four bytes in front
)

// The classes that jobs have.
var (
	textClass       = &class{name: "org.apache.hadoop.io.Text", framing: vintFraming, text: appendUTF8}
	bytesClass      = &class{name: "org.apache.hadoop.io.BytesWritable", framing: intFraming, text: appendHexBlanks}
	typedBytesClass = &class{name: "org.apache.hadoop.typedbytes.TypedBytesWritable", framing: intFraming, text: appendTypedText}
	nullClass       = &class{name: "org.apache.hadoop.io.NullWritable", text: constant("(null)"), order: func(_, _ []byte) int { return 0 }}
	longClass       = &class{name: "org.apache.hadoop.io.LongWritable", text: appendLong, order: compareSigned}
	intClass        = &class{name: "org.apache.hadoop.io.IntWritable", text: appendLong, order: compareSigned}
	vintClass       = &class{name: "org.apache.hadoop.io.VIntWritable", text: appendVLong, order: compareVLong}
	vlongClass      = &class{name: "org.apache.hadoop.io.VLongWritable", text: appendVLong, order: compareVLong}
	shortClass      = &class{name: "org.apache.hadoop.io.ShortWritable", text: appendLong, order: compareSigned}
	byteClass       = &class{name: "org.apache.hadoop.io.ByteWritable", text: appendLong, order: compareSigned}
	booleanClass    = &class{name: "org.apache.hadoop.io.BooleanWritable", text: appendBoolean}
	floatClass      = &class{name: "org.apache.hadoop.io.FloatWritable", text: appendFloat, order: compareFloats}
	doubleClass     = &class{name: "org.apache.hadoop.io.DoubleWritable", text: appendDouble, order: compareDoubles}
	md5Class        = &class{name: "org.apache.hadoop.io.MD5Hash", text: appendHex}
)

var classes = []*class{
	textClass, bytesClass, typedBytesClass, nullClass, longClass, intClass, vintClass, vlongClass,
	shortClass, byteClass, booleanClass, floatClass, doubleClass, md5Class,
}

// classNamed returns a class by its Java name, or nil.
func classNamed(name string) *class {
	for _, c := range classes {
		if c.name == name {
			return c
		}
	}
	return nil
}

// appendWritable appends a value as Hadoop writes it.
func (c *class) appendWritable(dst, content []byte) []byte {
	switch c.framing {
	case vintFraming:
		dst = appendVInt(dst, len(content))
	case intFraming:
		dst = binary.BigEndian.AppendUint32(dst, uint32(len(content)))
	case fixedFraming:
	}
	return append(dst, content...)
}

// content returns the content of a value that Hadoop wrote.
func (c *class) content(written []byte) ([]byte, bool) {
	switch c.framing {
	case vintFraming:
		n, size := readVInt(written)
		if size == 0 || n < 0 || int64(len(written)-size) < n {
			return nil, false
		}
		return written[size : size+int(n)], true
	case intFraming:
		if len(written) < 4 {
			return nil, false
		}
		n := int(int32(binary.BigEndian.Uint32(written)))
		if n < 0 || len(written)-4 < n {
			return nil, false
		}
		return written[4 : 4+n], true
	case fixedFraming:
	}
	return written, true
}

// headSize returns how many bytes of length are written in front of n bytes.
func (c *class) headSize(n int) int {
	switch c.framing {
	case vintFraming:
		return vintSize(n)
	case intFraming:
		return 4
	case fixedFraming:
	}
	return 0
}

// writtenSize returns the size of a content of n bytes when it is written.
func (c *class) writtenSize(n int) int { return c.headSize(n) + n }

// hash returns what hashCode does.
func (c *class) hash(content []byte) int32 {
	switch c {
	case longClass:
		return int32(binary.BigEndian.Uint64(content))
	case intClass:
		return int32(binary.BigEndian.Uint32(content))
	}
	hash := int32(1)
	for _, b := range content {
		hash = 31*hash + int32(int8(b))
	}
	return hash
}

// javaHash returns the hashCode of content as a Java String.
func javaHash(content []byte) int32 {
	var hash int32
	for _, r := range string(content) {
		if r > 0xffff {
			r -= 0x10000
			hash = 31*hash + (0xd800 + r>>10)
			r = 0xdc00 + r&0x3ff
		}
		hash = 31*hash + r
	}
	return hash
}

// vintSize returns the size of a length as WritableUtils.writeVInt writes it.
func vintSize(n int) int {
	switch {
	case n <= 127 && n >= -112:
		return 1
	case n < 0:
		n = ^n
	}
	size := 1
	for ; n != 0; n >>= 8 {
		size++
	}
	return size
}

// appendVInt appends a number as WritableUtils.writeVLong writes it.
func appendVInt(dst []byte, n int) []byte {
	if n >= -112 && n <= 127 {
		return append(dst, byte(n))
	}
	first, rest := -112, n
	if n < 0 {
		first, rest = -120, ^n
	}
	size := vintSize(n) - 1
	dst = append(dst, byte(first-size))
	for i := size - 1; i >= 0; i-- {
		dst = append(dst, byte(rest>>(8*i)))
	}
	return dst
}

// readVInt reads a number that appendVInt wrote, and returns its size; zero where it is cut off.
func readVInt(b []byte) (n int64, size int) {
	if len(b) == 0 {
		return 0, 0
	}
	first := int8(b[0])
	if first >= -112 {
		return int64(first), 1
	}
	size, negative := int(-111-first), false
	if first < -120 {
		size, negative = int(-119-first), true
	}
	if len(b) < size {
		return 0, 0
	}
	for _, c := range b[1:size] {
		n = n<<8 | int64(c)
	}
	if negative {
		n = ^n
	}
	return n, size
}

// appendUTF8 appends text as Java decodes and encodes it: what is no UTF-8 becomes U+FFFD.
func appendUTF8(dst, content []byte) []byte {
	if utf8.Valid(content) {
		return append(dst, content...)
	}
	return appendRepaired(dst, content)
}

func constant(text string) func(dst, content []byte) []byte {
	return func(dst, _ []byte) []byte { return append(dst, text...) }
}

const hexDigits = "0123456789abcdef"

// appendHexBlanks is BytesWritable.toString.
func appendHexBlanks(dst, content []byte) []byte {
	for i, b := range content {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = append(dst, hexDigits[b>>4], hexDigits[b&15])
	}
	return dst
}

func appendHex(dst, content []byte) []byte {
	for _, b := range content {
		dst = append(dst, hexDigits[b>>4], hexDigits[b&15])
	}
	return dst
}

// signed reads a big-endian number of up to eight bytes.
func signed(content []byte) int64 {
	var n int64
	for i, b := range content {
		if i == 0 {
			n = int64(int8(b))
			continue
		}
		n = n<<8 | int64(b)
	}
	return n
}

func compareSigned(a, b []byte) int { return cmp.Compare(signed(a), signed(b)) }

func compareVLong(a, b []byte) int {
	x, _ := readVInt(a)
	y, _ := readVInt(b)
	return cmp.Compare(x, y)
}

func compareFloats(a, b []byte) int {
	return cmp.Compare(math.Float32frombits(uint32(signed(a))), math.Float32frombits(uint32(signed(b))))
}

func compareDoubles(a, b []byte) int {
	return cmp.Compare(math.Float64frombits(uint64(signed(a))), math.Float64frombits(uint64(signed(b))))
}

func appendLong(dst, content []byte) []byte { return strconv.AppendInt(dst, signed(content), 10) }

func appendVLong(dst, content []byte) []byte {
	n, _ := readVInt(content)
	return strconv.AppendInt(dst, n, 10)
}

func appendBoolean(dst, content []byte) []byte {
	return strconv.AppendBool(dst, !bytes.Equal(content, []byte{0}))
}

func appendFloat(dst, content []byte) []byte {
	return appendJavaFloat(dst, float64(math.Float32frombits(uint32(signed(content)))), 32)
}

func appendDouble(dst, content []byte) []byte {
	return appendJavaFloat(dst, math.Float64frombits(uint64(signed(content))), 64)
}
