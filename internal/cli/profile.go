package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/pprof"
)

// startProfile begins to note where processor time goes, in a file that appears when stop is called. Without a name
// it does nothing.
func startProfile(name string) (stop func() error, err error) {
	if name == "" {
		return func() error { return nil }, nil
	}
	file, err := os.CreateTemp(filepath.Dir(name), ".gomr-profile-*")
	if err != nil {
		if failed := (*os.PathError)(nil); errors.As(err, &failed) {
			err = failed.Err // without the temporary name, which the user did not give
		}
		return nil, usagef("--cpu-profile %s: no file can be made in %s: %w; make that folder, or name a file elsewhere", name, filepath.Dir(name), err)
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, errors.Join(fmt.Errorf("profile: %w", err), file.Close(), os.Remove(file.Name()))
	}
	return func() error {
		pprof.StopCPUProfile()
		if err := errors.Join(file.Chmod(0o644), file.Close(), os.Rename(file.Name(), name)); err != nil {
			return errors.Join(fmt.Errorf("profile: %w", err), os.Remove(file.Name()))
		}
		return nil
	}, nil
}
