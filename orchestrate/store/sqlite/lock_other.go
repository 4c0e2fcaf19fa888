//go:build !unix

package sqlite

import (
	"errors"
	"fmt"
	"os"
)

// tryLock fails: only Unix frees such a lock with the process that holds it.
func tryLock(*os.File) (bool, error) {
	return false, fmt.Errorf("the lock of a database: %w", errors.ErrUnsupported)
}
