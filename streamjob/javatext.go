package streamjob

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// appendRepaired appends content with each malformed sequence replaced by U+FFFD, as Java's
// UTF-8 decoder does: one for each byte, but for the longest beginning of a
// sequence that could have been one.
func appendRepaired(dst, content []byte) []byte {
	for len(content) > 0 {
		r, size := utf8.DecodeRune(content)
		if r == utf8.RuneError && size <= 1 {
			size = malformedLength(content)
			dst = append(dst, "\uFFFD"...)
		} else {
			dst = append(dst, content[:size]...)
		}
		content = content[size:]
	}
	return dst
}

// malformedLength returns how many bytes one U+FFFD of Java stands for.
func malformedLength(b []byte) int {
	low, high, need := byte(0x80), byte(0xBF), 0
	switch c := b[0]; {
	case c >= 0xC2 && c <= 0xDF:
		need = 1
	case c == 0xE0:
		low, need = 0xA0, 2
	case c >= 0xE1 && c <= 0xEF:
		need = 2 // surrogates are told apart only when they are whole
	case c == 0xF0:
		low, need = 0x90, 3
	case c == 0xF4:
		high, need = 0x8F, 3
	case c >= 0xF1 && c <= 0xF3:
		need = 3
	}
	n := 1
	for n <= need && n < len(b) && b[n] >= low && b[n] <= high {
		n++
		low, high = 0x80, 0xBF
	}
	return n
}

// appendJavaFloat appends a number as Double.toString or Float.toString writes it.
func appendJavaFloat(dst []byte, f float64, bits int) []byte {
	switch abs := math.Abs(f); {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	case abs == 0 || abs >= 1e-3 && abs < 1e7:
		text := strconv.FormatFloat(f, 'f', -1, bits)
		if !strings.Contains(text, ".") {
			text += ".0"
		}
		return append(dst, text...)
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, bits), "e")
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	n, _ := strconv.Atoi(exponent) // of FormatFloat
	return strconv.AppendInt(append(append(dst, mantissa...), 'E'), int64(n), 10)
}
