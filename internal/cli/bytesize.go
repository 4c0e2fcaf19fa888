package cli

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// A byteSize is a flag that takes a number of bytes, such as 512M or 2G. Units are powers of 1024.
type byteSize int64

var byteUnits = map[string]int64{"": 1, "B": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}

// Set reads the size.
func (s *byteSize) Set(text string) error {
	number := strings.TrimRight(text, "bBiIkKmMgGtT")
	unit := strings.ToUpper(text[len(number):])
	unit = strings.TrimSuffix(strings.TrimSuffix(unit, "B"), "I")
	factor, known := byteUnits[unit]
	value, err := strconv.ParseFloat(number, 64)
	if bytes := value * float64(factor); err == nil && known && bytes >= 1 && bytes < math.MaxInt64 {
		*s = byteSize(bytes)
		return nil
	}
	return errors.New("want a size above zero such as 512M or 2G")
}

// String returns the number of bytes, empty for none.
func (s *byteSize) String() string {
	if *s == 0 {
		return ""
	}
	return strconv.FormatInt(int64(*s), 10)
}

// Type returns what help shows as the value.
func (s *byteSize) Type() string { return "size" }
