package orchestrate

// A Status is the state of a task in a [Plan], in a run and in its [Summary].
// Its text is the same everywhere: in JSON, in logs and on the screen.
type Status string

// The states of a task. The comment tells whether a run can end with it.
const (
	// StatusComplete means that the output was there before the run. Final.
	StatusComplete Status = "complete"
	// StatusWillRun means that the task waits for its turn or its requirements.
	StatusWillRun Status = "will run"
	// StatusRunning means that an attempt is under way.
	StatusRunning Status = "running"
	// StatusSuspended means that the task waits in [Require].
	StatusSuspended Status = "suspended"
	// StatusRetrying means that an attempt failed and the next one is due later.
	StatusRetrying Status = "retrying"
	// StatusDone means that the task ran and its output exists. Final.
	StatusDone Status = "done"
	// StatusFailed means that the last attempt failed. Final.
	StatusFailed Status = "failed"
	// StatusMissingExternal means that an [ExternalTask] has no output. Final.
	StatusMissingExternal Status = "missing external"
	// StatusAlreadyRunning means that another process runs the task. Final.
	StatusAlreadyRunning Status = "already running"
	// StatusInterrupted means that the run was stopped while the task ran. Final.
	StatusInterrupted Status = "interrupted"
	// StatusUpstreamFailed means that something the task requires failed. Final.
	StatusUpstreamFailed Status = "upstream failed"
	// StatusUpstreamMissing means that something the task requires needs a missing external input. Final.
	StatusUpstreamMissing Status = "upstream missing"
	// StatusUpstreamRunning means that something the task requires runs in another process. Final.
	StatusUpstreamRunning Status = "upstream running"
	// StatusNotRun means that the run ended before the task's turn came. Final.
	StatusNotRun Status = "not run"
)

// Succeeded reports whether the task's output exists.
func (s Status) Succeeded() bool { return s == StatusComplete || s == StatusDone }

// Final reports whether the task's part in the run is over.
func (s Status) Final() bool {
	switch s {
	case StatusWillRun, StatusRunning, StatusSuspended, StatusRetrying:
		return false
	}
	return true
}

// blocked returns the status of a task that can't run because of a requirement with status s.
func (s Status) blocked() Status {
	switch s {
	case StatusFailed, StatusUpstreamFailed:
		return StatusUpstreamFailed
	case StatusMissingExternal, StatusUpstreamMissing:
		return StatusUpstreamMissing
	case StatusAlreadyRunning, StatusUpstreamRunning:
		return StatusUpstreamRunning
	}
	return StatusNotRun
}
