package hdfs

// LocalByClaim returns a local file system whose Rename does without the kernel's help.
func LocalByClaim(root string) FileSystem { return claimFS{Local(root)} }

type claimFS struct{ *LocalFS }

func (c claimFS) Rename(oldname, newname string) error {
	for _, name := range []string{oldname, newname} {
		if _, err := cleanTarget("rename", name); err != nil {
			return linkError(oldname, newname, err)
		}
	}
	return linkError(oldname, newname, moveByClaim(c.OSPath(oldname), c.OSPath(newname)))
}
