//go:build !unix

package streamjob

import (
	"os"
	"os/exec"
)

func ownGroup(*exec.Cmd) {}

func killGroup(process *os.Process) { _ = process.Kill() }

func isNoExecutable(error) bool { return false }

func exitCode(state *os.ProcessState) int { return state.ExitCode() }

func isBrokenPipe(error) bool { return true }
