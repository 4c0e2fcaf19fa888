//go:build !unix

package shuffle

func mapMemory(n int) []byte { return make([]byte, n) }

func unmapMemory([]byte) {}
