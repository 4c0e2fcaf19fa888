//go:build !unix

package orchestrate

import (
	"errors"
	"fmt"
	"os"
)

// tryLock fails: only Unix frees such a lock with the process that holds it.
func tryLock(*os.File) (bool, error) {
	return false, fmt.Errorf("locks between processes, see Config.LockDir: %w", errors.ErrUnsupported)
}
