package scheduler

// The kinds of events in the history. Starts and ends of attempts are in the attempts themselves.
const (
	RunSubmitted = "run submitted"
	RunEnded     = "run ended"
	RunReopened  = "run reopened" // what had failed of it is tried again

	TasksForgotten = "tasks forgotten" // nothing needed them for long

	TaskAbsent    = "output gone"    // a task that was done is to be done again
	TaskPresent   = "output present" // others, or an earlier run, have made the output
	TaskForgiven  = "forgiven"       // its failures are forgotten
	TaskFailed    = "task failed"    // no attempt is left, or it was killed; the message is its error
	TaskDisabled  = "disabled"
	TaskEnabled   = "enabled"
	TaskMarked    = "marked"   // somebody said what its state is
	TaskHeld      = "held"     // its output is about to be moved
	TaskReleased  = "released" // and was
	KillRequested = "kill requested"

	Paused      = "paused" // with the resource where it is one
	Unpaused    = "unpaused"
	LimitSet    = "limit set"
	AttemptLost = "attempt lost"
)
