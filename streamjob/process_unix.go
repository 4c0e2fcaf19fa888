//go:build unix

package streamjob

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// ownGroup gives a command a process group of its own, so that all of it can be stopped,
// and Ctrl-C reaches this process first.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// killGroup ends a command and what it started.
func killGroup(process *os.Process) {
	_ = syscall.Kill(-process.Pid, syscall.SIGKILL) // it may have ended by itself
}

// isNoExecutable reports whether a file can't be started for it is a script without "#!".
func isNoExecutable(err error) bool { return errors.Is(err, syscall.ENOEXEC) }

// exitCode returns the code that Java gives to an end of a process: 128 and the signal
// where one ended it.
func exitCode(state *os.ProcessState) int {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return state.ExitCode()
}

// isBrokenPipe reports whether a command takes no more input.
func isBrokenPipe(err error) bool { return errors.Is(err, syscall.EPIPE) }
