package find

// indexPair returns the first place i < places where b[i] is first and b[i+distance]
// is last, or -1. b has places+distance bytes or more.
func indexPair(b []byte, places, distance int, first, last byte) int {
	b = b[:places+distance]
	whole := places &^ (sseBytes - 1)
	if whole > 0 {
		if i := indexPairSSE2(&b[0], whole, distance, uint64(first)*everyByte, uint64(last)*everyByte); i >= 0 {
			return i
		}
	}
	if i := indexPairOneByOne(b[whole:], places-whole, distance, first, last); i >= 0 {
		return whole + i
	}
	return -1
}

const (
	sseBytes  = 16
	everyByte = 0x0101010101010101
)

// indexPairSSE2 looks at the places from p on, a multiple of sixteen. Any amd64 has SSE2.
//
//go:noescape
func indexPairSSE2(p *byte, places, distance int, first, last uint64) int
