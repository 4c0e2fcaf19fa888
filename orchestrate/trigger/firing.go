package trigger

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/gomr/gomr/orchestrate/calendar"
	"github.com/gomr/gomr/orchestrate/launch"
)

// A Firing is one label that a schedule has asked for.
type Firing struct {
	Label  string    `json:"label"`
	Period string    `json:"period" doc:"What the label is"`
	Due    time.Time `json:"due" doc:"When it was due, or was asked for by hand"`
	Fired  time.Time `json:"fired" doc:"When it fired; later than due where it was caught up"`
	By     string    `json:"by,omitempty" doc:"Who asked for it by hand"`
	State  State     `json:"state" enum:"waiting,planning,running,done,failed,timed out,skipped"`
	Ready  bool      `json:"ready,omitempty" doc:"Its data is there"`

	Launch string    `json:"launch,omitempty" doc:"Name of the request for the tasks"`
	Run    int64     `json:"run,omitempty" doc:"Key of the run of the tasks"`
	Ended  time.Time `json:"ended,omitzero"`
	Note   string    `json:"note,omitempty" doc:"Why it was skipped, or has failed"`

	Since time.Time `json:"since" doc:"From when on it waits; that begins anew when its schedule is resumed"`
}

// A State is how far a firing is.
type State string

// The states of a firing.
const (
	Waiting  State = "waiting" // for its data or its turn
	Planning State = State(launch.Planning)
	Running  State = State(launch.Running)
	Done     State = State(launch.Done)
	Failed   State = State(launch.Failed)
	TimedOut State = "timed out" // its data did not come
	Skipped  State = "skipped"   // the run before had not ended
)

// open reports whether the firing has not ended.
func (f *Firing) open() bool { return f.State == Waiting || f.launched() }

func (f *Firing) launched() bool { return f.State == Planning || f.State == Running }

// The kinds of events in the history.
const (
	ScheduleFired   = "schedule fired"
	ScheduleSkipped = "schedule skipped"
	DataTimedOut    = "data timed out"
	ScheduleApplied = "schedule applied"
	ScheduleRemoved = "schedule removed"
	SchedulePaused  = "schedule paused"
	ScheduleResumed = "schedule resumed"
)

const (
	// MaxCatchUp is how many labels are caught up at most; the newest ones are.
	MaxCatchUp = 100

	// Grace is for how long what is due is not missed yet.
	Grace = time.Minute

	// maxOpen is how many firings of a schedule may be open. Further ones are skipped.
	maxOpen = 2 * MaxCatchUp

	// keepEnded is how many firings that have ended are kept.
	keepEnded = 30
)

// A document is what is stored of a schedule.
type document struct {
	Schedule Schedule  `json:"schedule"`
	Applied  time.Time `json:"applied"`
	By       string    `json:"by,omitempty"`
	Paused   bool      `json:"paused,omitempty"`
	PausedBy string    `json:"paused_by,omitempty"`
	Cursor   time.Time `json:"cursor"`         // up to which it has fired
	Last     string    `json:"last,omitempty"` // label that has fired
	Firings  []Firing  `json:"firings,omitempty"`
}

// settingPrefix is what the names of documents begin with, among the settings of the scheduler.
const settingPrefix = "schedule "

func (d *document) setting() string { return settingPrefix + d.Schedule.Name }

func (d *document) encode() (string, error) {
	text, err := json.Marshal(d)
	return string(text), err
}

func decode(setting, text string) (*document, error) {
	d := &document{}
	if err := json.Unmarshal([]byte(text), d); err != nil {
		return nil, fmt.Errorf("the setting %q is damaged: %w", setting, err)
	}
	return d, nil
}

// clone returns a copy to be changed.
func (d *document) clone() *document {
	c := *d
	c.Firings = slices.Clone(d.Firings)
	return &c
}

// trim removes what ended longest ago.
func (d *document) trim() {
	ended := 0
	for i := range d.Firings {
		if !d.Firings[i].open() {
			ended++
		}
	}
	d.Firings = slices.DeleteFunc(d.Firings, func(f Firing) bool {
		if ended <= keepEnded || f.open() {
			return false
		}
		ended--
		return true
	})
}

func (d *document) countOpen() (n int) {
	for i := range d.Firings {
		if d.Firings[i].open() {
			n++
		}
	}
	return n
}

// find returns the newest firing of a label, or nil.
func (d *document) find(label string) *Firing {
	for i := range slices.Backward(d.Firings) {
		if d.Firings[i].Label == label {
			return &d.Firings[i]
		}
	}
	return nil
}

// partition returns the partition that the label names.
func (f *Firing) partition() (calendar.Partition, error) {
	period, err := calendar.ParsePeriod(f.Period)
	if err != nil {
		return calendar.Partition{}, err
	}
	return calendar.ParseLabel(period, f.Label)
}

// launchName returns the name of the first launch of a label.
func launchName(schedule, label string) string { return "schedule " + schedule + " " + label }
