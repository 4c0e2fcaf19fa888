//go:build !amd64

package space

// Find returns which of the first 64 bytes of b are white space of ASCII, and which are not ASCII.
// What is behind b is white space.
func Find(b []byte) (spaces, wide uint64) { return findInWords(b) }
