package hdfs

import (
	"io/fs"
	"os"
	"syscall"
)

// moveByClaim moves without overwriting where the kernel has no call for it.
// A file is linked under its new name, which fails where that is taken, and then
// loses its old one. A folder first claims the new name with an empty folder,
// which only one can make, and then replaces its own claim: for a moment others
// see an empty folder there, never a half-full one.
func moveByClaim(oldPath, newPath string) error {
	info, err := os.Lstat(oldPath)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		if err := os.Link(oldPath, newPath); err != nil {
			return err
		}
		return os.Remove(oldPath)
	}
	if err := os.Mkdir(newPath, info.Mode()&fs.ModePerm); err != nil {
		return err
	}
	// os.Rename would refuse even an empty folder.
	if err := syscall.Rename(oldPath, newPath); err != nil {
		os.Remove(newPath) // the claim; it fails rightly if another has filled it
		return err
	}
	return nil
}

// RenameFile moves a file or folder of this machine as [LocalFS.Rename] does: in one step, and
// never over what has the new name. The paths are those of package os.
func RenameFile(oldPath, newPath string) error { return renameNoReplace(oldPath, newPath) }
