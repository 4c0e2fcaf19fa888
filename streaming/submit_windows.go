package streaming

import (
	"os"
	"syscall"
)

// clientAttributes puts the client in a process group of its own.
func clientAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

func killGroup(pid int) {
	if process, err := os.FindProcess(pid); err == nil {
		_ = process.Kill() // it may have ended by itself
	}
}
