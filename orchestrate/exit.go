package orchestrate

import (
	"context"
	"errors"
)

// The exit codes of a command that runs tasks. None but ExitComplete is zero, and
// ExitComplete means that every task that was asked for is complete.
//
// Where several apply, the one that says most about what to do next is taken, in this
// order: ExitInterrupted, ExitScheduling, ExitFailed, ExitMissingExternal, ExitAlreadyRunning.
const (
	ExitComplete        = 0   // all tasks are complete
	ExitError           = 1   // any other error
	ExitUsage           = 2   // bad command line: unknown task, unknown flag, bad value
	ExitFailed          = 10  // a task failed
	ExitMissingExternal = 11  // the output of an external task is missing
	ExitAlreadyRunning  = 12  // another process runs one of the tasks
	ExitScheduling      = 13  // the tasks can't be planned: a cycle, an output that can't be checked
	ExitInterrupted     = 130 // the run was stopped, as by Ctrl-C
)

// ExitCode returns the exit code of the run.
func (s *Summary) ExitCode() int {
	counts := s.Counts()
	switch {
	case s.Interrupted:
		return ExitInterrupted
	case s.Scheduling != nil:
		return ExitScheduling
	case counts[StatusFailed] > 0:
		return ExitFailed
	case counts[StatusMissingExternal] > 0:
		return ExitMissingExternal
	case counts[StatusAlreadyRunning] > 0:
		return ExitAlreadyRunning
	case counts[StatusComplete]+counts[StatusDone] < len(s.Tasks):
		return ExitError
	}
	return ExitComplete
}

// ExitCode returns the exit code for an error of this package that came before a run:
// of [Registry.Parse], [NewRegistry] or [NewPlan]. That of a run is [Summary.ExitCode].
func ExitCode(err error) int {
	var (
		unknownTask *UnknownTaskError
		unknownFlag *UnknownFlagError
		param       *ParamError
		missing     *MissingParamsError
		format      *FormatError
		definition  *DefinitionError
		cycle       *CycleError
		plan        *PlanError
	)
	switch {
	case err == nil:
		return ExitComplete
	case errors.Is(err, context.Canceled):
		return ExitInterrupted
	case errors.As(err, &definition), errors.As(err, &cycle), errors.As(err, &plan):
		return ExitScheduling
	case errors.As(err, &unknownTask), errors.As(err, &unknownFlag), errors.As(err, &param),
		errors.As(err, &missing), errors.As(err, &format):
		return ExitUsage
	}
	return ExitError
}
