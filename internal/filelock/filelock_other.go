//go:build !unix

package filelock

import (
	"errors"
	"fmt"
	"os"
)

// Try fails: only Unix frees such a lock with the process that holds it.
func Try(*os.File) (bool, error) {
	return false, fmt.Errorf("locks between processes: %w", errors.ErrUnsupported)
}

// Unlock does nothing.
func Unlock(*os.File) {}
