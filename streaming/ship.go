package streaming

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"time"

	"github.com/gomr/gomr/hdfs"
)

// A shippedBinary is the executable of the tasks, in the file system of the cluster.
type shippedBinary struct {
	path string // in HDFS
	hash string // SHA-256 of its bytes, in hexadecimal
}

// link is the name under which tasks see the executable. It has a part of the hash,
// so that it tells in process lists and logs which build it is.
func (b shippedBinary) link() string { return "gomr-" + b.hash[:8] }

// binDir is where executables are kept, below the user's home.
const binDir = ".gomr/bin"

// staleUpload is the age at which an unfinished upload is taken for abandoned.
const staleUpload = 24 * time.Hour

// homeDir returns the user's home folder in HDFS.
func homeDir(client *hdfs.Client) string {
	return path.Join(cmp.Or(client.Properties().Get("dfs.user.home.dir.prefix"), "/user"), client.User())
}

// shipBinary puts the executable where all nodes can fetch it, unless it is there
// already. It lies in a folder named by its hash and appears there by a rename, so a
// file of that name is always whole, and of drivers that ship it at the same time
// the first one wins.
func shipBinary(client *hdfs.Client, local string) (shippedBinary, error) {
	file, err := os.Open(local)
	if err != nil {
		return shippedBinary{}, fmt.Errorf("ship the executable: %w", err)
	}
	defer file.Close()
	hash := sha256.New()
	size, err := io.Copy(hash, file)
	if err != nil {
		return shippedBinary{}, fmt.Errorf("ship the executable: %w", err)
	}
	shipped := shippedBinary{hash: hex.EncodeToString(hash.Sum(nil))}
	dir := path.Join(homeDir(client), binDir, shipped.hash)
	shipped.path = path.Join(dir, "gomr")
	info, err := client.Stat(shipped.path)
	switch {
	case err == nil && info.Size() == size:
		return shipped, nil
	case err == nil: // damaged by whoever: no upload of ours is ever cut off
		err = client.Remove(shipped.path)
	case errors.Is(err, fs.ErrNotExist):
		err = client.MkdirAll(dir, 0o755)
	}
	if err == nil {
		err = upload(client, file, shipped.path)
	}
	if err != nil {
		return shippedBinary{}, fmt.Errorf("ship the executable to HDFS: %w%s", err, homeMend(client, err))
	}
	return shipped, nil
}

// upload copies a file to HDFS under a name of its own and renames it.
func upload(client *hdfs.Client, file *os.File, final string) error {
	removeStaleUploads(client, final)
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	temp := hdfs.TempDir(final, newRunID())
	err := writeFile(client, temp, 0o755, file)
	if err == nil {
		err = client.Rename(temp, final)
	}
	if err == nil {
		return nil
	}
	if removeErr := client.RemoveAll(temp); removeErr != nil {
		err = errors.Join(err, removeErr)
	}
	if errors.Is(err, fs.ErrExist) { // another driver was faster; its bytes are the same
		return nil
	}
	return err
}

// removeStaleUploads removes what drivers left that were killed during an upload.
// That it fails is no reason not to ship.
func removeStaleUploads(client *hdfs.Client, final string) {
	dir := path.Dir(final)
	entries, _ := client.ReadDir(dir)
	for _, entry := range entries {
		info, err := entry.Info()
		if err == nil && entry.Name() != path.Base(final) && time.Since(info.ModTime()) > staleUpload {
			_ = client.RemoveAll(path.Join(dir, entry.Name()))
		}
	}
}

// writeFile makes a file of what r has.
func writeFile(client *hdfs.Client, name string, mode fs.FileMode, r io.Reader) error {
	w, err := client.Create(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, r)
	if err = errors.Join(err, w.Close()); err != nil {
		return err
	}
	return client.Chmod(name, mode)
}

// homeMend says what to do where the user's home folder is what is wrong.
func homeMend(client *hdfs.Client, err error) string {
	if !errors.Is(err, fs.ErrPermission) {
		return ""
	}
	home := homeDir(client)
	return fmt.Sprintf(": an administrator makes your home folder with: hdfs dfs -mkdir -p %s && hdfs dfs -chown %s %s",
		home, client.User(), home)
}
