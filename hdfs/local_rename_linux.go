package hdfs

import (
	"errors"

	"golang.org/x/sys/unix"
)

// renameNoReplace moves oldPath to newPath, and fails where newPath exists.
func renameNoReplace(oldPath, newPath string) error {
	err := unix.Renameat2(unix.AT_FDCWD, oldPath, unix.AT_FDCWD, newPath, unix.RENAME_NOREPLACE)
	// EINVAL is also what a file system without the flag says, NFS for one.
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) {
		return moveByClaim(oldPath, newPath)
	}
	return err
}
