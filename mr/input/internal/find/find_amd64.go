package find

import "golang.org/x/sys/cpu"

// indexPair returns the first place i < places where b[i] is first and b[i+distance]
// is last, or -1. b has places+distance bytes or more.
func indexPair(b []byte, places, distance int, first, last byte) int {
	return indexPairOn(cpu.X86.HasAVX2, b, places, distance, first, last)
}

// indexPairOn is indexPair for a processor that has AVX2, or has not.
func indexPairOn(avx2 bool, b []byte, places, distance int, first, last byte) int {
	b = b[:places+distance]
	at := 0
	if whole := places &^ (avxBytes - 1); whole > 0 && avx2 {
		if i := indexPairAVX2(&b[0], whole, distance, first, last); i >= 0 {
			return i
		}
		at = whole
	}
	if whole := (places - at) &^ (sseBytes - 1); whole > 0 {
		if i := indexPairSSE2(&b[at], whole, distance, uint64(first)*everyByte, uint64(last)*everyByte); i >= 0 {
			return at + i
		}
		at += whole
	}
	if i := indexPairOneByOne(b[at:], places-at, distance, first, last); i >= 0 {
		return at + i
	}
	return -1
}

const (
	avxBytes  = 32
	sseBytes  = 16
	everyByte = 0x0101010101010101
)

// indexPairAVX2 looks at the places from p on, a multiple of 32.
//
//go:noescape
func indexPairAVX2(p *byte, places, distance int, first, last byte) int

// indexPairSSE2 looks at the places from p on, a multiple of sixteen. Any amd64 has SSE2.
//
//go:noescape
func indexPairSSE2(p *byte, places, distance int, first, last uint64) int
