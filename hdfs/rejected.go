package hdfs

import (
	"fmt"
	"io/fs"
)

// SizeOf returns the bytes of all files in a folder of parts but the hidden ones, whose names begin with _ or a dot.
func SizeOf(fsys FileSystem, dir string) (bytes int64, err error) {
	entries, err := fsys.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	for _, entry := range entries {
		if entry.IsDir() || isHidden(entry.Name()) {
			continue
		}
		var info fs.FileInfo
		if info, err = entry.Info(); err != nil {
			return 0, err
		}
		bytes += info.Size()
	}
	return bytes, nil
}

// KeepRejected keeps what an attempt to make final has written and what must not appear, under a hidden name
// beside it. There is one for each final: it takes the place of an earlier one, and [CleanTemp] removes it.
func KeepRejected(fsys FileSystem, temp, final string) (kept string, err error) {
	kept = TempDir(final, "rejected")
	if err := fsys.RemoveAll(kept); err != nil {
		return "", fmt.Errorf("remove what was rejected before: %w", err)
	}
	if err := fsys.Rename(temp, kept); err != nil {
		return "", fmt.Errorf("keep what was rejected: %w", err)
	}
	return kept, nil
}
