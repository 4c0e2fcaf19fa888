package hdfs

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// tempInfix stands between the name that a temporary file or folder will have and its attempt.
const tempInfix = ".gomr-"

// TempDir returns the path of the folder in which one attempt of a job writes
// what will be final: ".<base>.gomr-<attempt>" beside it. Hadoop leaves names
// that begin with a dot out of a job's input. Being in the same folder, it is on
// the same volume and under the same quota, so that a rename can commit it.
// Of attempt, everything but letters, digits and "-" becomes "_".
func TempDir(final, attempt string) string {
	attempt = strings.Map(func(r rune) rune {
		if r == '-' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
			return r
		}
		return '_'
	}, attempt)
	dir, base := path.Split(path.Clean(final))
	return dir + "." + base + tempInfix + attempt
}

// isTempOf tells that name is what [TempDir] makes of base. An attempt has no
// dot, so the temporary names of "a" and of "a.gomr-b" differ.
func isTempOf(name, base string) bool {
	attempt, ok := strings.CutPrefix(name, "."+base+tempInfix)
	return ok && !strings.Contains(attempt, ".")
}

// newAttempt returns a name that no other attempt has.
func newAttempt() string { return rand.Text() }

// CommitDir makes the folder temp the complete output final: it renames it, in
// one step. The folder must hold [Success], which Hadoop's output committer
// writes last. Where final exists, nothing changes and the error is
// [fs.ErrExist], so of several attempts exactly one commits.
func CommitDir(fsys FileSystem, temp, final string) error {
	_, err := fsys.Stat(path.Join(temp, Success))
	if isMissing(err) {
		return fmt.Errorf("commit %s: %s has no %s, the job did not complete: %w", final, temp, Success, fs.ErrNotExist)
	}
	if err != nil {
		return fmt.Errorf("commit %s: %w", final, err)
	}
	err = fsys.Rename(temp, final)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("commit %s: it exists already, remove it to replace it: %w", final, err)
	}
	if err != nil {
		return fmt.Errorf("commit %s: %w", final, err)
	}
	return nil
}

// CleanTemp removes the temporary files and folders that attempts to make final
// left behind, of [TempDir] and of [Target.Create]. Only whoever holds the right
// to make final may call it: it can't tell a dead attempt from one at work.
// The paths in keep stay.
func CleanTemp(fsys FileSystem, final string, keep ...string) error {
	dir, base := path.Split(path.Clean(final))
	names, err := namesIn(fsys, dir)
	if isMissing(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("clean up beside %s: %w", final, err)
	}
	var failed []error
	for _, name := range names {
		full := path.Join(dir, name)
		if isTempOf(name, base) && !slices.Contains(keep, full) {
			failed = append(failed, fsys.RemoveAll(full))
		}
	}
	if err := errors.Join(failed...); err != nil {
		return fmt.Errorf("clean up beside %s: %w", final, err)
	}
	return nil
}

// namesIn returns the names in a folder, in any order. Of a local folder with thousands of
// outputs they are many times cheaper than ReadDir, which has to look at each entry.
func namesIn(fsys FileSystem, dir string) (names []string, err error) {
	if local, ok := fsys.(*LocalFS); ok {
		return local.names(dir)
	}
	entries, err := fsys.ReadDir(dir)
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names, err
}
