//go:build !amd64

package find

func indexPair(b []byte, places, distance int, first, last byte) int {
	return indexPairOneByOne(b, places, distance, first, last)
}
