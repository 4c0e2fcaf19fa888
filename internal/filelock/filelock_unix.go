//go:build unix

package filelock

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// Try locks an open file for this process, and reports whether nobody else has it. Closing the file
// unlocks it.
func Try(file *os.File) (bool, error) {
	for {
		switch err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); {
		case err == nil:
			return true, nil
		case errors.Is(err, unix.EWOULDBLOCK):
			return false, nil
		case errors.Is(err, unix.EINTR):
		default:
			return false, os.NewSyscallError("flock", err)
		}
	}
}

// Unlock unlocks a file without closing it.
func Unlock(file *os.File) { _ = unix.Flock(int(file.Fd()), unix.LOCK_UN) } // closing the file does the same
