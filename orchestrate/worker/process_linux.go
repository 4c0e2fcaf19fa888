package worker

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

func dieWithParent(attributes *syscall.SysProcAttr) { attributes.Pdeathsig = syscall.SIGKILL }

// killLeft kills what is left of a process group whose keeper has died, and waits until it has ended.
// The number may have become that of another group, so that one process at least must have the
// attempt's folder in its environment.
func killLeft(group int, dir string) error {
	const patience, pause = 10 * time.Second, 5 * time.Millisecond
	for end := time.Now().Add(patience); isLeft(group, dir); time.Sleep(pause) {
		if time.Now().After(end) {
			return errors.New("the kernel doesn't end the process group " + strconv.Itoa(group))
		}
		killGroup(group)
	}
	return nil
}

// isLeft reports whether a process of the group lives that belongs to the attempt in a folder.
func isLeft(group int, dir string) bool {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return false
	}
	mark := []byte("\x00" + DirVariable + "=" + dir + "\x00")
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		if own, err := syscall.Getpgid(pid); err != nil || own != group {
			continue
		}
		// It is empty for a process that has ended and was not waited for.
		environment, err := os.ReadFile(filepath.Join("/proc", entry.Name(), "environ"))
		if err == nil && bytes.Contains(append([]byte{0}, environment...), mark) {
			return true
		}
	}
	return false
}
