package hdfs

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"syscall"
)

// Stat describes a file or folder. Sys of the result is the library's file status.
func (c *Client) Stat(name string) (fs.FileInfo, error) {
	name, err := cleanName("stat", name)
	if err != nil {
		return nil, err
	}
	info, err := c.stat(name)
	if err != nil {
		return nil, c.pathError("stat", name, err)
	}
	return info, nil
}

func (c *Client) stat(name string) (info *fileInfo, err error) {
	err = c.do(repeatable(true), func(conn *connection) error {
		info, err = conn.getFileInfo(name)
		return err
	})
	return info, err
}

// ReadDir lists a folder in the order of HDFS.
func (c *Client) ReadDir(name string) ([]fs.DirEntry, error) {
	name, err := cleanName("readdir", name)
	if err != nil {
		return nil, err
	}
	var entries []fs.DirEntry
	for left, last := uint32(1), ""; left > 0; {
		var infos []*fileInfo
		err := c.do(repeatable(true), func(conn *connection) (err error) {
			infos, left, err = conn.getListing(name, last)
			return err
		})
		if err != nil {
			return nil, c.pathError("readdir", name, err)
		}
		for _, info := range infos {
			if info.name == "" { // the listing of a file is the file itself
				return nil, c.pathError("readdir", name, syscall.ENOTDIR)
			}
			last = info.name
			entries = append(entries, fs.FileInfoToDirEntry(info))
		}
	}
	sortEntries(entries)
	return entries, nil
}

// Mkdir makes one folder. The umask is that of fs.permissions.umask-mode.
func (c *Client) Mkdir(name string, perm fs.FileMode) error {
	name, err := cleanTarget("mkdir", name)
	if err != nil {
		return err
	}
	// The call is content with a folder that exists.
	if _, err := c.stat(name); err == nil {
		return c.pathError("mkdir", name, fs.ErrExist)
	} else if !isMissing(err) {
		return c.pathError("mkdir", name, err)
	}
	return c.mkdirs(name, perm, false)
}

// MkdirAll makes a folder and the folders above it.
func (c *Client) MkdirAll(name string, perm fs.FileMode) error {
	name, err := cleanName("mkdir", name)
	if err != nil || name == "/" {
		return err
	}
	return c.mkdirs(name, perm, true)
}

func (c *Client) mkdirs(name string, perm fs.FileMode, parents bool) error {
	masked := permOf(perm) &^ c.settings.umask
	err := c.do(repeatable(true), func(conn *connection) error { return conn.mkdirs(name, masked, parents) })
	return c.pathError("mkdir", name, err)
}

// Rename moves a file or folder and never overwrites: the namenode looks and
// moves under one lock. If a connection is lost before the answer, it is found out
// whether the move was done, by the number that a file keeps under any name.
func (c *Client) Rename(oldname, newname string) error {
	oldPath, err := cleanTarget("rename", oldname)
	if err != nil {
		return linkError(oldname, newname, err)
	}
	newPath, err := cleanTarget("rename", newname)
	if err != nil {
		return linkError(oldname, newname, err)
	}
	return linkError(oldPath, newPath, c.explain(c.rename(oldPath, newPath)))
}

func (c *Client) rename(oldname, newname string) error {
	before, err := c.stat(oldname)
	if err != nil {
		return err
	}
	err = c.do(repeatable(true), func(conn *connection) error { return conn.rename(oldname, newname) })
	if err == nil || oldname == newname {
		return err
	}
	after, statErr := c.stat(newname)
	switch {
	case statErr != nil:
		return err
	case after.status.GetFileId() == before.status.GetFileId():
		return nil // done by a call whose answer was lost
	case outcome(err) == refused:
		// For a file and a folder that can't replace each other the namenode has
		// no exception of its own.
		return &RemoteError{Exception: "org.apache.hadoop.fs.FileAlreadyExistsException", kind: fs.ErrExist}
	}
	return err
}

// Remove removes a file or an empty folder.
func (c *Client) Remove(name string) error {
	name, err := cleanTarget("remove", name)
	if err != nil {
		return err
	}
	var removed bool
	err = c.do(repeatable(false), func(conn *connection) (err error) {
		removed, err = conn.delete(name, false)
		return err
	})
	if err == nil && !removed {
		err = fs.ErrNotExist
	}
	return c.pathError("remove", name, err)
}

// RemoveAll removes a file, or a folder and all below it, and does not move it to the trash.
func (c *Client) RemoveAll(name string) error {
	name, err := cleanTarget("remove", name)
	if err != nil {
		return err
	}
	err = c.do(repeatable(true), func(conn *connection) error {
		_, err := conn.delete(name, true)
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return c.pathError("remove", name, err)
}

// Chmod sets the permission bits and the sticky bit.
func (c *Client) Chmod(name string, mode fs.FileMode) error {
	name, err := cleanTarget("chmod", name)
	if err != nil {
		return err
	}
	err = c.do(repeatable(true), func(conn *connection) error { return conn.setPermission(name, permOf(mode)) })
	return c.pathError("chmod", name, err)
}

// pathError returns err as a [*fs.PathError], or nil.
func (c *Client) pathError(op, name string, err error) error {
	if err == nil {
		return nil
	}
	return &fs.PathError{Op: op, Path: name, Err: c.explain(err)}
}

// explain returns the namenode's answer inside err, and who was refused where the
// library dropped it.
func (c *Client) explain(err error) error {
	if err == nil {
		return nil
	}
	err = remoteError(cause(err))
	if err == fs.ErrPermission { //nolint:errorlint // one that is wrapped has words already
		return fmt.Errorf("user %s: %w", c.user, err)
	}
	return err
}

// checkReadable fails for files whose bytes the library can't make sense of.
func checkReadable(info *fileInfo) error {
	switch {
	case info.IsDir():
		return syscall.EISDIR
	case info.status.GetFileEncryptionInfo() != nil:
		return errEncrypted
	case isErasureCoded(info):
		return errErasureCoded
	}
	return nil
}

// checkFolder fails for folders in which the library can't make readable files.
func checkFolder(info *fileInfo) error {
	switch {
	case !info.IsDir():
		return syscall.ENOTDIR
	case info.status.GetFileEncryptionInfo() != nil:
		return errEncrypted
	case isErasureCoded(info):
		return errErasureCoded
	}
	return nil
}

var (
	errEncrypted    = errors.New("in an encryption zone, which is not supported: use a folder outside it")
	errErasureCoded = errors.New("erasure coded, which is not supported: copy it to a folder with " +
		"hdfs ec -setPolicy -replicate")
)

// isErasureCoded tells that blocks are striped. Policy 0 is plain replication.
func isErasureCoded(info *fileInfo) bool {
	policy := info.status.GetEcPolicy()
	return policy != nil && policy.GetId() != 0
}

// checkParent looks at the folder in which a file is to be made.
func (c *Client) checkParent(name string) error {
	parent, err := c.stat(path.Dir(name))
	if err != nil {
		return err
	}
	return checkFolder(parent)
}
