//go:build !unix

package main

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
)

// hold does nothing: a running executable can't be removed here.
func hold(string) error { return nil }

func removeUnheld(executable string) { os.Remove(executable) }

// become runs the program as a child, which gets the signals of the console too, and
// ends as it does. It returns only an error.
func become(executable string, args []string) error {
	signal.Ignore(os.Interrupt)
	cmd := exec.Command(executable, args...)
	cmd.Args[0] = "gomr"
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err == nil || errors.As(err, &exit) {
		os.Exit(cmd.ProcessState.ExitCode())
	}
	return err
}
