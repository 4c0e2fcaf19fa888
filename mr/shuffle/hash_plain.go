//go:build (!amd64 && !arm64) || race || msan || asan

package shuffle

// hashKey returns a hash of key, and its keyPrefix.
func hashKey(key []byte) (hash, prefix uint64) { return hashPlainly(key) }
