package backfill

import (
	"fmt"
	"time"

	"github.com/gomr/gomr/orchestrate/scheduler"
)

// MostLabels bounds the labels of a backfill.
const MostLabels = 100_000

// A Definition says what a backfill is to run.
type Definition struct {
	// Request names the request. A second one of that name changes nothing, and gets the same backfill, so that
	// a request whose answer was lost can be made again. Empty is no name.
	Request string `json:"request,omitempty"`

	Program string   `json:"program"`         // that has the task
	Family  string   `json:"family"`          // of the task
	Flags   []string `json:"flags,omitempty"` // of its other parameters, each as --name=value
	Param   string   `json:"param"`           // the parameter whose values the labels are
	Labels  []string `json:"labels"`          // in the order in which they are launched

	// All has the tasks of labels run again whose outputs exist, and Downstream those that depend on the labels: when
	// it is a label's turn, the outputs are moved to the trash, which keeps them for Keep; zero is a week.
	All        bool          `json:"all,omitempty"`
	Downstream bool          `json:"downstream,omitempty"`
	Keep       time.Duration `json:"keep,omitempty"`

	// Entry is what the names of the entries in the trash begin with. The engine chooses it.
	Entry string `json:"entry,omitempty"`

	Cap      int    `json:"cap"`                // how many labels are under way at most
	Priority int    `json:"priority,omitempty"` // is added to that of each task
	By       string `json:"by,omitempty"`       // who asked
}

// Task returns the family and the flags of the task of a label.
func (d *Definition) Task(label string) []string {
	task := append([]string{d.Family}, d.Flags...)
	return append(task, "--"+d.Param+"="+label)
}

func (d *Definition) check() error {
	switch {
	case d.Program == "", d.Family == "", d.Param == "":
		return invalid("a backfill needs a program, a family and the parameter whose values the labels are")
	case len(d.Labels) == 0:
		return invalid("a backfill needs a label")
	case len(d.Labels) > MostLabels:
		return invalid("a backfill has at most %d labels, and this one has %d: make two of it", MostLabels, len(d.Labels))
	case d.Keep < 0:
		return invalid("the trash can't keep outputs for %s", d.Keep)
	case d.Cap < 1:
		return invalid("the cap is %d, and at least one label has to be under way at a time", d.Cap)
	}
	seen := make(map[string]bool, len(d.Labels))
	for _, label := range d.Labels {
		if seen[label] {
			return invalid("the label %q is there twice", label)
		}
		seen[label] = true
	}
	return nil
}

func invalid(format string, args ...any) error {
	return &scheduler.InvalidError{Reason: fmt.Sprintf(format, args...)}
}

// A State is how far a backfill is.
type State string

// The states of a backfill.
const (
	Running    State = "running"    // labels are launched
	Paused     State = "paused"     // no more are, until it is resumed
	Cancelling State = "cancelling" // no more are, and some are under way
	Cancelled  State = "cancelled"  // it was cancelled, and none is under way any more
	Ended      State = "ended"      // all labels have ended
)

// Over reports whether nothing is launched any more, and nothing is under way.
func (s State) Over() bool { return s == Cancelled || s == Ended }

// A LabelState is how far a label is.
type LabelState string

// The states of a label.
const (
	LabelWaiting    LabelState = "waiting"
	LabelRunning    LabelState = "running"    // its task is planned, or runs
	LabelDownstream LabelState = "downstream" // its task is done, and what depends on it is still to run again
	LabelDone       LabelState = "done"
	LabelFailed     LabelState = "failed"   // a task of it, or one that these require, needs somebody's help
	LabelLeftOut    LabelState = "left out" // the backfill was cancelled before its turn
)

// A Status tells how far a backfill is.
type Status struct {
	ID       int64 // from 1
	State    State
	Family   string
	Flags    []string
	Param    string
	First    string // label of those in their order
	Last     string
	Cap      int
	Priority int
	By       string

	All        bool // see [Definition]
	Downstream bool

	Started time.Time
	Ended   time.Time // zero before it is over

	Labels  int // how many there are
	Waiting int
	Running int
	Done    int
	Failed  int
	LeftOut int

	InDownstream int // labels whose task is done, and what depends on it is not

	// PerHour is how many labels end in an hour when as many as may be are under way, and Left how long the rest takes.
	// Both follow from how long the last labels took, and are zero as long as that is not known.
	PerHour float64
	Left    time.Duration
}

// A Label tells how far a label is.
type Label struct {
	Label string
	State LabelState
	Run   int64  // key of the run of its tasks; zero where that is not known
	Why   string // of one that has failed, or what one waits for that is under way, as far as it is known
}

// The kinds of events that tell of backfills.
const (
	EventStarted   = "backfill started"
	EventPaused    = "backfill paused"
	EventResumed   = "backfill resumed"
	EventCancelled = "backfill cancelled"
	EventEnded     = "backfill ended"
)
