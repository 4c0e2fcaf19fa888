package orchestrate

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
