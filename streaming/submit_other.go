//go:build unix && !linux

package streaming

import "syscall"

// clientAttributes puts the client in a process group of its own.
func clientAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func killGroup(pid int) {
	_ = syscall.Kill(-pid, syscall.SIGKILL) // it may have ended by itself
}
