//go:build unix

package shuffle

import (
	"fmt"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// guarded returns memory behind which none is mapped.
func guarded(t *testing.T) []byte {
	page := os.Getpagesize()
	b, err := syscall.Mmap(-1, 0, 2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, syscall.Munmap(b)) })
	require.NoError(t, syscall.Mprotect(b[page:], syscall.PROT_NONE))
	return b[:page]
}

// What is behind a key makes no difference, and is not read where that is in another page.
func TestHashKeyIsOfTheKeyAlone(t *testing.T) {
	page := guarded(t)
	key := make([]byte, 70)
	for i := range key {
		key[i] = byte(i*7) | 1
	}
	hashes := make(map[uint64]int)
	for n := range len(key) + 1 {
		want, wantPrefix := hashPlainly(key[:n])
		require.Equal(t, wantPrefix, keyPrefix(key[:n]))
		require.NotContains(t, hashes, want, "%d bytes", n)
		hashes[want] = n
		for behind := range 12 {
			at := len(page) - n - behind
			copy(page[at:], key[:n])
			hash, prefix := hashKey(page[at:][:n:n])
			require.Equal(t, want, hash, "%d bytes, %d behind them", n, behind)
			require.Equal(t, wantPrefix, prefix, "%d bytes, %d behind them", n, behind)
			for i := at + n; i < len(page); i++ {
				page[i] = ^page[i]
			}
			again, _ := hashKey(page[at:][:n:n])
			require.Equal(t, want, again, "%d bytes, others behind them", n)
		}
	}
}

// Keys of text that differ a little go to about as many of the slots as if they were thrown.
func TestHashKeySpreads(t *testing.T) {
	const keys, slots = 1 << 14, 1 << 14
	for _, format := range []string{"%d", "%07d", "%08d", "key-%d", "key-%09d", "%d-a-longer-key-of-thirty-bytes"} {
		high, low := make(map[uint64]bool), make(map[uint64]bool)
		for i := range keys {
			hash, _ := hashKey(fmt.Appendf(nil, format, i))
			high[hash>>50], low[hash%slots] = true, true
		}
		// As many balls as bins leave 1/e of the bins empty.
		require.InDelta(t, 0.632*slots, len(high), 0.02*slots, format)
		require.InDelta(t, 0.632*slots, len(low), 0.02*slots, format)
	}
}
