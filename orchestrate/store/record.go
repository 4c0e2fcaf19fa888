package store

import "time"

// A State is how far a task is, as it is stored. Which of the pending tasks are ready follows
// from the states of what they require.
type State string

// The states of a task. Package scheduler has the transitions.
const (
	Pending   State = "pending"   // waits for its requirements, a worker or resources
	Running   State = "running"   // an attempt is under way
	Suspended State = "suspended" // its attempt waits for tasks that it has asked for
	Retrying  State = "retrying"  // an attempt failed, and the next is due at NotBefore
	Done      State = "done"      // its output exists
	Failed    State = "failed"    // no attempt is left
	Disabled  State = "disabled"  // it failed too often, and rests until NotBefore
	Missing   State = "missing"   // it is external and has no output
)

// A Task is a task with its place in the graph. Its Key is its number in the store: tasks are
// numbered from 1 as they come.
type Task struct {
	Key int64
	Spec
	Progress
}

// A Spec is what whoever submits a task says of it.
type Spec struct {
	ID       string   // family and parameters, such as WordCount(date-interval=2014-06); unique
	Family   string   // the name that tasks of its type share
	Program  string   // the program that can run it
	Args     []string // flags from which the program makes the task again
	External bool     // others make its output
	Wrapper  bool     // it only groups what it requires, and has no work
	Priority int      // larger runs first

	// Resources is how much the task takes of what, while it runs. Nil is nothing.
	Resources map[string]int

	// Requires are the keys of the tasks that come first, in their order.
	Requires []int64

	Timeout time.Duration // of an attempt; zero is none
	Retry   Retry

	Due time.Time // by when it is to be done; zero is whenever

	// Batch is the same for tasks of a program that one attempt can make together, at most MaxBatch
	// of them. Empty is none that can.
	Batch    string
	MaxBatch int

	Owner string // who answers for it, such as a mail address; empty is nobody
}

// A Retry says how often a task is tried, and when it is left alone. The zero value of a field
// means the scheduler's default.
type Retry struct {
	Attempts        int           // in a row, the first included
	Delay, MaxDelay time.Duration // the wait after the first attempt doubles up to MaxDelay

	// Failures within Window disable the task for Rest, whatever Attempts says.
	Failures     int
	Window, Rest time.Duration
}

// A Progress is what changes of a task while it is scheduled.
type Progress struct {
	State     State
	Attempts  int         // failed in a row
	Failures  []time.Time // of the last ones, as far as Retry.Window asks; the oldest first
	NotBefore time.Time   // of Retrying and Disabled
	Fence     int64       // of the attempt under way or the last one; zero where there was none
	Outcome   Outcome     // of the last attempt, when it has ended
	Changed   time.Time   // when the state changed
	Error     string      // of the last attempt that failed

	// BatchLimit is how many tasks its next attempt may make together, after one of a batch has failed.
	// Zero is Spec.MaxBatch.
	BatchLimit int
}

// An Outcome is how an attempt ended.
type Outcome string

// The outcomes of an attempt. The zero value is one that is under way.
const (
	Succeeded   Outcome = "succeeded"   // the output exists
	Errored     Outcome = "failed"      // it returned an error, crashed or made no output
	TimedOut    Outcome = "timed out"   // it took longer than Spec.Timeout
	Lost        Outcome = "lost"        // nobody has heard of it for a lease
	Interrupted Outcome = "interrupted" // its worker was stopped
	Killed      Outcome = "killed"      // somebody asked for it
)

// An Attempt is one try to run a task. Its Fence is its number among the attempts of all
// tasks, from 1: of two attempts at one task, the one with the greater fence may commit.
type Attempt struct {
	Fence   int64
	Task    int64 // key
	Number  int   // of those in a row, from 1
	Worker  string
	Started time.Time
	Ended   time.Time // zero while it is under way
	Outcome Outcome
	Exit    int    // status of its process
	Error   string // what went wrong

	// Details is what its runner tells of it, such as counters and the id of an application on YARN.
	Details map[string]string

	// Batch is the fence of the attempt whose process makes this one, too. Zero is its own.
	Batch int64

	// Token is the name of the token that its worker had. Empty is none.
	Token string
}

// A Run is a request for some tasks and what they require.
type Run struct {
	Key     int64 // from 1
	Request string
	Roots   []int64 // keys of the tasks
	By      string  // who asked
	At      time.Time
	Ended   time.Time // when all roots had settled; zero as long as they have not

	// Outcome is what its roots were when it ended: [Done], or [Failed] where one was not done. Runs that
	// ended before this was kept have none.
	Outcome State
}

// An Event is an entry of the history. Zero fields are of no matter for its kind.
type Event struct {
	Seq     int64 // from 1 on, in the order of what happened
	At      time.Time
	Kind    string
	Task    int64 // key
	Fence   int64
	Run     int64 // key
	By      string
	Message string
}

// A Batch is changes that happen as one. Tasks, attempts and runs that are there are replaced,
// and of several with one key the last one counts.
type Batch struct {
	Tasks    []Task             // new ones, and those whose Spec changed
	Progress map[int64]Progress // of others, by key
	Attempts []Attempt
	Runs     []Run
	Events   []Event
	Settings map[string]string // an empty value removes a setting

	// Forgotten are keys of tasks that are removed, before all else is written.
	Forgotten []int64
}

// Empty reports whether the batch changes nothing.
func (b *Batch) Empty() bool {
	return len(b.Tasks)+len(b.Progress)+len(b.Attempts)+len(b.Runs)+len(b.Events)+len(b.Settings)+len(b.Forgotten) == 0
}

// A Live is what a scheduler needs to go on after a restart.
type Live struct {
	Tasks    []Task    // all, by key
	Attempts []Attempt // those under way, by fence
	Runs     []Run     // those that have not ended, by key
	Settings map[string]string

	// The greatest of each that were given out.
	LastTask, LastFence, LastRun, LastEvent int64
}
