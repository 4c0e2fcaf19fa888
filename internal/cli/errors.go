package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/trash"
)

// A UsageError is a command line that can't be read, or not here.
type UsageError struct{ Err error }

func (e *UsageError) Error() string { return e.Err.Error() }

// Unwrap returns what is wrong.
func (e *UsageError) Unwrap() error { return e.Err }

func usagef(format string, args ...any) error { return &UsageError{fmt.Errorf(format, args...)} }

// A planError is why tasks can't be planned.
type planError struct{ err error }

func (e *planError) Error() string { return e.err.Error() }
func (e *planError) Unwrap() error { return e.err }

// An ExitCode is the error of a command that has said all that there is to say: it
// ends with this code.
type ExitCode int

func (c ExitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

// exit prints the error that a command ended with, and returns the exit code for it.
func (a *app) exit(cmd *cobra.Command, err error) int {
	var code ExitCode
	switch {
	case err == nil:
		return orchestrate.ExitComplete
	case errors.As(err, &code):
		return int(code)
	}
	a.printError(err)
	exit := exitCodeOf(err)
	if exit == orchestrate.ExitUsage {
		fmt.Fprintf(a.stderr, "See '%s --help'.\n", cmd.CommandPath())
	}
	return exit
}

func exitCodeOf(err error) int {
	var usage *UsageError
	var plan *planError
	switch {
	case errors.As(err, &usage):
		return orchestrate.ExitUsage
	case errors.Is(err, context.Canceled):
		return orchestrate.ExitInterrupted
	case errors.As(err, &plan):
		return orchestrate.ExitScheduling
	case errors.As(err, new(*orchestrate.AlreadyRunningError)), errors.As(err, new(*busyError)), errors.As(err, new(*trash.BusyError)):
		return orchestrate.ExitAlreadyRunning
	}
	return orchestrate.ExitError
}

// printError prints each of the errors that were joined on lines of its own.
func (a *app) printError(err error) {
	for _, err := range joined(err) {
		fmt.Fprintf(a.stderr, "gomr: %s\n", strings.TrimRight(err.Error(), "\n"))
	}
}

// joined takes apart what errors.Join put together.
func joined(err error) []error {
	if usage := new(UsageError); errors.As(err, &usage) {
		err = usage.Err
	}
	several, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var errs []error
	for _, err := range several.Unwrap() {
		errs = append(errs, joined(err)...)
	}
	return errs
}

// flagError explains a flag that can't be parsed. Where an unknown verb or task stands
// before the flag, that is the mistake: its flags are unknown only because it is.
func flagError(cmd *cobra.Command, err error) error {
	if operands := cmd.Flags().Args(); len(operands) > 0 && cmd.HasSubCommands() && cmd.RunE != nil {
		return cmd.RunE(cmd, operands)
	}
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return &UsageError{err}
	}
	if unknown.GetSpecifiedShortnames() != "" {
		return usagef("%s has no flag -%s", cmd.CommandPath(), unknown.GetSpecifiedName())
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return usagef("%s has no flag --%s%s", cmd.CommandPath(), unknown.GetSpecifiedName(),
		didYouMean("--", nearest(unknown.GetSpecifiedName(), names)))
}

func unknownVerb(root *cobra.Command, name string) error {
	var verbs []string
	for _, verb := range root.Commands() {
		verbs = append(verbs, verb.Name())
	}
	return usagef("there is no command %s%s", name, didYouMean("", nearest(name, verbs)))
}

// nearest returns the names that name may be a slip of. Cobra knows it of commands.
func nearest(name string, names []string) []string {
	parent := &cobra.Command{SuggestionsMinimumDistance: max(2, len(name)/4)}
	for _, candidate := range names {
		parent.AddCommand(&cobra.Command{Use: candidate, Run: func(*cobra.Command, []string) {}})
	}
	return parent.SuggestionsFor(name)
}

func didYouMean(prefix string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	return "; did you mean " + prefix + strings.Join(names, " or "+prefix) + "?"
}
