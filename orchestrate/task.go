package orchestrate

import (
	"context"
	"iter"
	"time"

	"github.com/gomr/gomr/mr"
)

// A Task is a unit of work with an output. It is a struct, or a pointer to one,
// whose fields with a param tag are its parameters; see the package comment.
//
// What else a task does is said by optional methods. [NewRegistry] checks their
// names and signatures, so that a misspelt one is an error and never ignored:
//
//	Requires() []Task               tasks whose outputs must exist first
//	Run(ctx context.Context) error  the work, done in this process
//	Job() mr.Job                    the work, done by a [JobRunner]
//	Retry() Retry                   how often a failed Run or Job is tried again
//	Timeout() time.Duration         how long one attempt may take
//	Priority() int                  larger runs first
//	Resources() map[string]int      how much it takes of what; a scheduler has limits
//	Due() time.Time                 by when the output is to be there
//	Owner() string                  who is told of failures: a mail address, or a name such as a team's
//	Checks() []Check                what must be true of the output before it appears
//	Validate() error                a check of the parameters after they are parsed
//	Help() string                   text for the command line
//	TaskName() string               the family, where the type's name won't do
//	RunBatch(ctx context.Context, tasks []T) error  the work of several at once, in place of Run
//	MaxBatch() int                  how many that are at most; 100 where it is missing
//
// A task has Run, RunBatch or Job, or embeds [ExternalTask] or [WrapperTask].
// Its methods must depend on its parameters alone and may be called from any goroutine.
type Task interface {
	// Output returns the target that exists once the task is complete.
	// Several are [Targets]. Only a [WrapperTask] has none.
	Output() Target
}

// A Requirer is a task with requirements.
type Requirer interface {
	Task
	// Requires returns the tasks that must be complete before this one runs.
	Requires() []Task
}

// A RunTask is a task that does its work in this process.
type RunTask interface {
	Task
	// Run makes the output. It should stop soon after ctx ends.
	Run(ctx context.Context) error
}

// A JobTask is a task whose work is a MapReduce job. The job reads the outputs
// of the requirements, see [Inputs], and writes the task's output.
type JobTask interface {
	Task
	// Job returns the job. It is called again on every node that runs a part of it.
	Job() mr.Job
}

// ExternalTask is embedded in a task whose output others make.
// It has no work of its own: a missing output is a missing input of the run.
type ExternalTask struct{}

func (ExternalTask) external() {}

// WrapperTask is embedded in a task that only groups others.
// It has no output and is complete when all its requirements are.
type WrapperTask struct{}

// Output returns nil.
func (WrapperTask) Output() Target { return nil }

func (WrapperTask) wrapper() {}

// Retry says how often a task is tried and how long to wait in between.
//
// The wait doubles after every attempt up to MaxDelay, and a random part of up
// to one half is taken off, so that tasks which failed together don't come back together.
type Retry struct {
	// Attempts is the number of attempts, the first included. Zero means 1.
	Attempts int
	// Delay is the wait after the first attempt. Zero means one second.
	Delay time.Duration
	// MaxDelay bounds the wait. Zero means five minutes.
	MaxDelay time.Duration
}

// ForEach returns a task for every value: the usual body of Requires.
//
//	return orchestrate.ForEach(w.DateInterval.Dates(), func(d orchestrate.Date) InputText {
//		return InputText{Date: d}
//	})
func ForEach[V any, T Task](values iter.Seq[V], task func(V) T) []Task {
	var tasks []Task
	for v := range values {
		tasks = append(tasks, task(v))
	}
	return tasks
}

// Inputs returns the outputs of the task's requirements in their order.
// A [WrapperTask] stands for its own requirements, and [Targets] for their members.
func Inputs(t Task) []Target {
	return appendInputs(nil, t, make(map[string]bool))
}

// appendInputs visits each wrapper once, so that diamonds of them cost no more than a list.
func appendInputs(inputs []Target, t Task, seen map[string]bool) []Target {
	for _, required := range requirements(t) {
		if !IsWrapper(required) {
			inputs = appendTargets(inputs, required.Output())
			continue
		}
		if id := ID(required); !seen[id] {
			seen[id] = true
			inputs = appendInputs(inputs, required, seen)
		}
	}
	return inputs
}

func requirements(t Task) []Task {
	if r, ok := t.(Requirer); ok {
		return r.Requires()
	}
	return nil
}

// IsExternal reports whether a task embeds [ExternalTask].
func IsExternal(t Task) bool {
	_, ok := t.(interface{ external() })
	return ok
}

// IsWrapper reports whether a task embeds [WrapperTask].
func IsWrapper(t Task) bool {
	_, ok := t.(interface{ wrapper() })
	return ok
}

func retryOf(t Task, fallback Retry) Retry {
	if r, ok := t.(interface{ Retry() Retry }); ok {
		return r.Retry()
	}
	return fallback
}

func timeoutOf(t Task) time.Duration {
	if l, ok := t.(interface{ Timeout() time.Duration }); ok {
		return l.Timeout()
	}
	return 0
}

func priorityOf(t Task) int {
	if p, ok := t.(interface{ Priority() int }); ok {
		return p.Priority()
	}
	return 0
}

func dueOf(t Task) time.Time {
	if d, ok := t.(interface{ Due() time.Time }); ok {
		return d.Due()
	}
	return time.Time{}
}

func ownerOf(t Task) string {
	if o, ok := t.(interface{ Owner() string }); ok {
		return o.Owner()
	}
	return ""
}

func checksOf(t Task) []Check {
	if c, ok := t.(interface{ Checks() []Check }); ok {
		return c.Checks()
	}
	return nil
}

func resourcesOf(t Task) map[string]int {
	if r, ok := t.(interface{ Resources() map[string]int }); ok {
		return r.Resources()
	}
	return nil
}
