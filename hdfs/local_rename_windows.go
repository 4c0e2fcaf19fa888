package hdfs

import "syscall"

// renameNoReplace moves oldPath to newPath. MoveFile fails where newPath exists.
func renameNoReplace(oldPath, newPath string) error { return syscall.Rename(oldPath, newPath) }
