//go:build unix

package worker

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// ownSession gives a command a session of its own, which no terminal can interrupt.
func ownSession(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

// ownGroup gives a command a process group of its own, and has it killed with the thread that starts it.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(cmd.SysProcAttr)
}

// terminateGroup asks a process group to end.
func terminateGroup(group int) { _ = syscall.Kill(-group, syscall.SIGTERM) } // it may have ended by itself

// killGroup ends a process group.
func killGroup(group int) { _ = syscall.Kill(-group, syscall.SIGKILL) }

// terminate asks a process to end.
func terminate(process *os.Process) error { return process.Signal(syscall.SIGTERM) }

// notifyStop sends on the channel for what asks a process to end.
func notifyStop(c chan<- os.Signal) {
	signal.Notify(c, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
}

// endOf returns the exit status of a process, and the signal that ended it or 0. The status is 128
// and the signal then, as a shell has it.
func endOf(state *os.ProcessState) (exit, sig int) {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal()), int(status.Signal())
	}
	return state.ExitCode(), 0
}

// signalText describes the end by a signal.
func signalText(sig int) string {
	name := unix.SignalName(syscall.Signal(sig))
	if name == "" {
		return fmt.Sprintf("killed by signal %d", sig)
	}
	text := fmt.Sprintf("killed by %s (%s)", name, syscall.Signal(sig))
	if syscall.Signal(sig) == syscall.SIGKILL {
		text += ": the machine may have been out of memory, the kernel's log tells"
	}
	return text
}
