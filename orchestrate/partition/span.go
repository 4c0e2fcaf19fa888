package partition

import (
	"fmt"
	"math"
)

// A Span is a stretch of data with all partitions that are wholly in it. The zero Span is all data.
type Span struct{ first, end int32 } // hours; a zero end is none

// Between returns the span from the beginning of a partition to the end of another one. Either may be the zero
// Partition, which leaves it open.
func Between(from, until Partition) (Span, error) {
	var s Span
	if from.Kind != None {
		s.first = hoursBefore(from.Kind, from.Number)
	}
	if until.Kind != None {
		s.end = hoursBefore(until.Kind, until.Number+1)
		if s.end <= s.first {
			return Span{}, fmt.Errorf("%s is before %s; the first one is named first", until, from)
		}
	}
	return s, nil
}

// Bounds returns the first and the last number of the partitions of a kind in the span. The last is less
// than the first where there are none.
func (s Span) Bounds(k Kind) (first, last int32) {
	begin := Partition{Hour, max(s.first, hoursPerDay)}.Within(k)
	if hoursBefore(k, begin.Number) < s.first {
		begin.Number++
	}
	if s.end == 0 {
		return begin.Number, math.MaxInt32
	}
	after := Partition{Hour, s.end}.Within(k) // the first one that is not wholly in it
	return begin.Number, after.Number - 1
}

// Has reports whether a partition is wholly in the span.
func (s Span) Has(p Partition) bool {
	if s == (Span{}) {
		return true
	}
	first, last := s.Bounds(p.Kind)
	return first <= p.Number && p.Number <= last
}
