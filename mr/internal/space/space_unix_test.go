//go:build unix

package space

import (
	"bytes"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// What is behind a text is not read where that is in another page.
func TestFindStaysInThePage(t *testing.T) {
	page := os.Getpagesize()
	b, err := syscall.Mmap(-1, 0, 2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	require.NoError(t, err)
	defer func() { require.NoError(t, syscall.Munmap(b)) }()
	require.NoError(t, syscall.Mprotect(b[page:], syscall.PROT_NONE))
	copy(b[:page], bytes.Repeat([]byte("ab c\td é"), page/9))
	for n := range 2*Block + 1 {
		for behind := range Block + 2 {
			requireFound(t, b[page-n-behind:][:n:n])
		}
	}
}
