//go:build !unix

package worker

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
)

// tryLock fails: only Unix frees such a lock with the process that holds it.
func tryLock(*os.File) (bool, error) {
	return false, fmt.Errorf("workers need the locks, signals and process groups of Unix: %w", errors.ErrUnsupported)
}

// Without a lock there is no worker and no keeper, so the rest is never called.

func unlock(*os.File) {}

func ownSession(*exec.Cmd) {}

func ownGroup(*exec.Cmd) {}

func terminateGroup(int) {}

func killGroup(int) {}

func terminate(process *os.Process) error { return process.Kill() }

func notifyStop(c chan<- os.Signal) { signal.Notify(c, os.Interrupt) }

func endOf(state *os.ProcessState) (exit, sig int) { return state.ExitCode(), 0 }

func signalText(sig int) string { return fmt.Sprintf("killed by signal %d", sig) }

func killLeft(int, string) error { return nil }
