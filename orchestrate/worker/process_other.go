//go:build !unix

package worker

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
)

// Without a lock there is no worker and no keeper, so none of these is called.

func ownSession(*exec.Cmd) {}

func ownGroup(*exec.Cmd) {}

func terminateGroup(int) {}

func killGroup(int) {}

func terminate(process *os.Process) error { return process.Kill() }

func notifyStop(c chan<- os.Signal) { signal.Notify(c, os.Interrupt) }

func endOf(state *os.ProcessState) (exit, sig int) { return state.ExitCode(), 0 }

func signalText(sig int) string { return fmt.Sprintf("killed by signal %d", sig) }

func killLeft(int, string) error { return nil }
