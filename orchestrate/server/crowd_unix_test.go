//go:build unix

package server_test

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// pollersAllowed returns how many connections with both ends in this process there may be. It
// raises the limit of files where it may.
func pollersAllowed(t *testing.T) int {
	var before syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before))
	const wanted = 2*mostPollers + spareFiles
	if before.Cur < wanted {
		more := syscall.Rlimit{Cur: wanted, Max: max(before.Max, wanted)}
		if syscall.Setrlimit(syscall.RLIMIT_NOFILE, &more) == nil {
			t.Cleanup(func() { _ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before) })
			before.Cur = wanted
		}
	}
	return min(int(before.Cur-spareFiles)/2, raceLimit)
}

// spareFiles are for all else that is open.
const spareFiles = 500
