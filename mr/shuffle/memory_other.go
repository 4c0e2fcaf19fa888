//go:build !unix

package shuffle

func mapMemory(n int) []byte { return make([]byte, n) }

func mappedSize(n int) int { return n }

func unmapMemory([]byte) {}
