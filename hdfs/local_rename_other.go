//go:build !linux && !windows

package hdfs

// renameNoReplace moves oldPath to newPath, and fails where newPath exists.
func renameNoReplace(oldPath, newPath string) error { return moveByClaim(oldPath, newPath) }
