package stress

import (
	"math"
	"strconv"
	"strings"
)

// A shape is a line with its numbers taken out.
type shape struct {
	line    line
	form    string // the line with # for each number
	numbers []number
}

// separators stand between the fields of a line.
const separators = "\t ,;:=|()[]{}\"'"

func newShape(l line) *shape {
	s := &shape{line: l}
	var form strings.Builder
	for text := l.String(); ; {
		end := strings.IndexAny(text, separators)
		field := text
		if end >= 0 {
			field = text[:end]
		}
		if n, ok := parseNumber(field); ok {
			s.numbers = append(s.numbers, n)
			field = "#"
		}
		form.WriteString(field)
		if end < 0 {
			s.form = form.String()
			return s
		}
		form.WriteByte(text[end])
		text = text[end+1:]
	}
}

// matches reports whether two lines of one form differ by rounding alone.
func (s *shape) matches(other *shape) bool {
	if len(s.numbers) != len(other.numbers) {
		return false
	}
	for i, n := range s.numbers {
		if !n.near(other.numbers[i]) {
			return false
		}
	}
	return true
}

// A number is a field that can be read as a number.
type number struct {
	value float64
	whole string // the field where it has neither point nor exponent
}

func parseNumber(field string) (number, bool) {
	if field == "" || !strings.ContainsRune("+-.0123456789NI", rune(field[0])) {
		return number{}, false
	}
	value, err := strconv.ParseFloat(field, 64)
	if err != nil {
		return number{}, false
	}
	n := number{value: value}
	if strings.Trim(field, "+-0123456789") == "" {
		n.whole = field
	}
	return n, true
}

// tolerance is how far apart two numbers may be, as a part of the larger, or of 1:
// more than a sum of a billion doubles usually is off, and far less than what
// a wrong job makes of it.
const tolerance = 1e-9

// near reports whether the numbers may be roundings of one.
func (n number) near(m number) bool {
	if n.whole != "" && m.whole != "" {
		return n.whole == m.whole || n.value == 0 && m.value == 0 // of which one may be -0
	}
	a, b := n.value, m.value
	return a == b || math.IsNaN(a) && math.IsNaN(b) ||
		math.Abs(a-b) <= tolerance*max(1, math.Abs(a), math.Abs(b)) && !math.IsInf(a-b, 0)
}
