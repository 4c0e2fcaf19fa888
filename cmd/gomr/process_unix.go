//go:build unix

package main

import (
	"fmt"
	"os"
	"syscall"
)

// hold marks an executable as in use by this process and by what takes it over: a shared
// lock on a descriptor that stays open through exec.
func hold(executable string) error {
	fd, err := syscall.Open(executable, syscall.O_RDONLY, 0)
	if err != nil {
		return &os.PathError{Op: "open", Path: executable, Err: err}
	}
	// A file system without locks holds nothing; then an executable lives until the next one comes.
	_ = syscall.Flock(fd, syscall.LOCK_SH|syscall.LOCK_NB)
	return nil
}

// removeUnheld removes an executable that no process holds.
func removeUnheld(executable string) {
	file, err := os.Open(executable)
	if err != nil {
		return
	}
	defer file.Close()
	if syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
		os.Remove(executable)
	}
}

// become makes the program take over this process. It returns only an error.
func become(executable string, args []string) error {
	err := syscall.Exec(executable, append([]string{"gomr"}, args...), os.Environ()) //nolint:gosec // to start the program that the user compiled is the purpose
	return fmt.Errorf("start %s: %w", executable, err)
}
