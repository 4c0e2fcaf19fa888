package orchestrate

import (
	"cmp"
	"context"
	"time"

	"github.com/gomr/gomr/mr"
)

// A Config says how tasks are planned and run. The zero Config works for tasks
// without jobs: one at a time, no locks.
type Config struct {
	// Workers is the number of tasks that run at once. Zero means 1.
	Workers int

	// Exists checks many targets at once; targets that are several are given one by one.
	// The result has one entry for each target. Nil asks every target by itself, some at once.
	Exists func(ctx context.Context, targets []Target) ([]bool, error)

	// Jobs runs the jobs of tasks with a Job method. Nil makes such a task fail.
	Jobs JobRunner

	// Whole has a plan go on behind complete tasks, to all that they require. It is for looking at plans:
	// a run of one would make what nobody needs.
	Whole bool

	// Record is called before the work of each attempt. The record that it returns is what the task is
	// about to be made of; [JobRun] has it. The function that it returns, unless nil, is called when the task
	// has made its output. Nil means that nothing is recorded.
	Record func(ctx context.Context, t Task) (record []byte, made func(ctx context.Context))

	// FailFast stops the run at the first failure: running tasks end, no other starts.
	// By default everything that does not depend on the failed task goes on.
	FailFast bool

	// Retry is for tasks without a Retry method. The zero Retry is one attempt.
	Retry Retry

	// StopGrace is how long a task may take to return after its context ended.
	// One that takes longer fails and is left behind. Zero means 30 seconds.
	StopGrace time.Duration

	// LockDir is a local folder of lock files, made where it is missing, which keep two
	// processes of one machine from running the same task. Empty means no locks.
	LockDir string

	// MaxTasks bounds the plan, so that a task which requires ever new tasks is an
	// error and not an endless loop. Zero means one million.
	MaxTasks int

	// Observe is told about every step of the run, one event at a time and in order.
	// It must return soon, for the run waits for it. Nil means nobody is told.
	Observe func(Event)

	// History knows how much tasks have made before, for checks such as [RowsWithin]. Nil is none.
	History SizeHistory

	// Accept reports whether the output of a task is accepted whatever its checks say. Nil
	// means that none is.
	Accept func(ctx context.Context, id string) (bool, error)

	// AcceptCommand returns what a user types to accept the output of a task once. Nil is the Command,
	// the task, and --accept-checks.
	AcceptCommand func(t Task) string

	// Command is what a user types before the name and flags of a task to run it;
	// the summary shows it beside what failed. Empty means "gomr run".
	Command string
}

func (c Config) withDefaults() Config {
	c.Workers = max(c.Workers, 1)
	if c.Exists == nil {
		c.Exists = existsEach
	}
	c.StopGrace = cmp.Or(c.StopGrace, 30*time.Second)
	c.MaxTasks = cmp.Or(c.MaxTasks, 1_000_000)
	if c.Observe == nil {
		c.Observe = func(Event) {}
	}
	c.Command = cmp.Or(c.Command, "gomr run")
	if c.AcceptCommand == nil {
		command := c.Command
		c.AcceptCommand = func(t Task) string { return commandLine(command, t) + " --accept-checks" }
	}
	return c
}

// A JobRunner runs MapReduce jobs, in this process or on a cluster.
// Several jobs may run at once.
type JobRunner interface {
	// RunJob runs the job until its output exists, has failed, or ctx ends.
	RunJob(ctx context.Context, run JobRun) (JobResult, error)
}

// A JobRun is a job to be run for a task.
type JobRun struct {
	Task Task   // the task
	ID   string // its identity, see [ID]

	// Family and Flags rebuild the task in another process, see [Args].
	Family string
	Flags  []string

	Job    mr.Job   // what the task's Job method returned
	Inputs []Target // the outputs of the requirements, see [Inputs]
	Output Target   // where the result goes

	// Record is put into the output's folder as the file [RecordName] before it appears. Empty is none.
	Record []byte

	// Check is called with how much the job has made, before Commit. Its error, which is
	// permanent, keeps the output from appearing.
	Check func(ctx context.Context, made Size) error

	// Commit is called before the output appears, and its error keeps it from that.
	Commit func(ctx context.Context) error

	// Report tells how far the job is. It may be called from any goroutine.
	Report func(Progress)
}

// RecordName is the name of the file in the folder of an output that says what it was made of. Hadoop
// leaves it out of a job's input, for it begins with _.
const RecordName = "_gomr.json"

// A JobResult is what is known of a job that ran, even if it failed.
type JobResult struct {
	// Counters are the job's counters, sorted by group and name.
	Counters []mr.CounterValue
	// TrackingURL is the page that shows the job. Empty where there is none.
	TrackingURL string
	// Applications are the ids of the applications of its steps on a cluster.
	Applications []string

	// ReduceRecords are, for each step that ran, how many records each reduce task has read. Nil where it was
	// not counted by task.
	ReduceRecords [][]int64
	// ReduceTimes are, for each step that ran, how long each reduce task took. Nil where that is not known.
	ReduceTimes [][]time.Duration
	// Failure is what is known of the task of the job that it failed of. Nil where there is none.
	Failure *TaskFailure

	// Made is how much the task has made, where it was counted. A [JobRunner] leaves it to
	// the call of [JobRun.Check].
	Made Size
	// Accepted is what a check had to say against an output that was accepted all the same.
	Accepted string
}

// A TaskFailure is a task of a job on a cluster that has failed.
type TaskFailure struct {
	Attempt string   // its id
	Node    string   // where it ran
	Output  []string // the end of what it wrote to its stderr, by lines
}

// Progress tells how far a task is.
type Progress struct {
	// Fraction is the part that is done, from 0 to 1. Less than zero where it is not known.
	Fraction float64
	// Message is a short text such as "map 50%". It may be empty.
	Message string
	// TrackingURL is the page that shows the task's job. It may be empty.
	TrackingURL string
	// Job is how far the task's job is. Nil where it is none.
	Job *JobProgress
}

// JobProgress tells how far a job is.
type JobProgress struct {
	Step, Steps int     // the step that runs, from 1, of how many
	Map, Reduce float64 // how much of its map and of its reduce is done, from 0 to 1
	Application string  // id of the step on a cluster; empty where there is none yet
}

// An EventKind says what happened to a task.
type EventKind string

// The kinds of events.
const (
	// EventStarted comes at the start of every attempt.
	EventStarted EventKind = "started"
	// EventProgress comes when a task reports its progress.
	EventProgress EventKind = "progress"
	// EventSuspended comes when a task waits in [Require].
	EventSuspended EventKind = "suspended"
	// EventResumed comes when such a task goes on.
	EventResumed EventKind = "resumed"
	// EventRetrying comes when an attempt failed and another one follows after Event.Delay.
	EventRetrying EventKind = "retrying"
	// EventEnded comes once for every task that was not complete before the run,
	// whether it ran or not; Event.Status tells how it ended.
	EventEnded EventKind = "ended"
)

// An Event is a step in the life of a task in a run.
type Event struct {
	Kind     EventKind
	Time     time.Time
	ID       string        // of the task
	Task     Task          // the task
	Status   Status        // the task's state after the event
	Attempt  int           // number of the attempt, from 1; 0 where none was made
	Progress Progress      // of EventProgress
	Delay    time.Duration // of EventRetrying
	Err      error         // of EventRetrying, and of EventEnded where the task did not succeed
}
