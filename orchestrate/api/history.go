package api

import (
	"time"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// An Attempt is a [store.Attempt].
type Attempt struct {
	Fence   int64             `json:"fence" doc:"Its number among the attempts of all tasks, from 1"`
	Task    int64             `json:"task" doc:"Key"`
	Number  int               `json:"number" doc:"Of those in a row, from 1"`
	Worker  string            `json:"worker"`
	Started time.Time         `json:"started,omitzero"`
	Ended   time.Time         `json:"ended,omitzero" doc:"Left out while it is under way"`
	Outcome store.Outcome     `json:"outcome,omitempty" doc:"One of succeeded, failed, timed out, lost, interrupted and killed"`
	Exit    int               `json:"exit,omitempty" doc:"Status of its process"`
	Error   string            `json:"error,omitempty" doc:"What went wrong"`
	Details map[string]string `json:"details,omitempty" doc:"What its runner tells of it"`
	Batch   int64             `json:"batch,omitempty" doc:"Fence of the attempt whose process makes this one, too, and has its log"`
	Token   string            `json:"token,omitempty" doc:"Name of the token that its worker had"`
}

// AttemptOf returns an attempt as it is sent.
func AttemptOf(a *store.Attempt) Attempt { return Attempt(*a) }

// Store returns the attempt.
func (a *Attempt) Store() store.Attempt { return store.Attempt(*a) }

// Attempts are attempts, the newest first.
type Attempts struct {
	Attempts []Attempt        `json:"attempts"`
	IDs      map[int64]string `json:"ids,omitempty" doc:"Of their tasks, by key; without those of tasks that are forgotten"`
	Next     int64            `json:"next,omitempty" doc:"The cursor of the next page; left out where there are no more"`
}

// A Run is a [store.Run].
type Run struct {
	Key     int64     `json:"key"`
	Request string    `json:"request,omitempty" doc:"The name of the request"`
	Roots   []int64   `json:"roots" doc:"Keys of the tasks that are wanted"`
	By      string    `json:"by,omitempty" doc:"Who asked"`
	At      time.Time `json:"at,omitzero"`
	Ended   time.Time `json:"ended,omitzero" doc:"When all roots had settled; left out as long as they have not"`

	Outcome store.State `json:"outcome,omitempty" doc:"What the roots were then: done, or failed where one was not done"`
}

// RunOf returns a run as it is sent.
func RunOf(r *store.Run) Run { return Run(*r) }

// Store returns the run.
func (r *Run) Store() store.Run { return store.Run(*r) }

// Runs are runs, the newest first.
type Runs struct {
	Runs []Run            `json:"runs"`
	IDs  map[int64]string `json:"ids,omitempty" doc:"Of the first three roots of each, by key; without those that are forgotten"`
	Next int64            `json:"next,omitempty" doc:"The cursor of the next page; left out where there are no more"`
}

// A RunStatus is a [scheduler.RunStatus].
type RunStatus struct {
	Run    Run                 `json:"run"`
	Roots  []string            `json:"roots" doc:"IDs of the tasks that are wanted"`
	States map[store.State]int `json:"states" doc:"How many of the roots and all that they require are in which state"`

	Forgotten int `json:"forgotten,omitempty" doc:"How many of the roots ended so long ago that they are forgotten; the outcome of the run stays"`
}

// RunStatusOf returns the status of a run as it is sent.
func RunStatusOf(s *scheduler.RunStatus) RunStatus {
	return RunStatus{RunOf(&s.Run), s.Roots, s.States, s.Forgotten}
}

// Scheduler returns the status of the run.
func (s *RunStatus) Scheduler() scheduler.RunStatus {
	return scheduler.RunStatus{Run: s.Run.Store(), Roots: s.Roots, States: s.States, Forgotten: s.Forgotten}
}

// An Event is a [store.Event].
type Event struct {
	Seq     int64     `json:"seq" doc:"From 1 on, in the order of what happened"`
	At      time.Time `json:"at,omitzero"`
	Kind    string    `json:"kind"`
	Task    int64     `json:"task,omitempty" doc:"Key"`
	Fence   int64     `json:"fence,omitempty" doc:"Of an attempt"`
	Run     int64     `json:"run,omitempty" doc:"Key"`
	By      string    `json:"by,omitempty" doc:"Who did it"`
	Message string    `json:"message,omitempty"`
}

// EventOf returns an event as it is sent.
func EventOf(e *store.Event) Event { return Event(*e) }

// Store returns the event.
func (e *Event) Store() store.Event { return store.Event(*e) }

// Events are events in the order that was asked for.
type Events struct {
	Events []Event          `json:"events"`
	IDs    map[int64]string `json:"ids,omitempty" doc:"Of their tasks, by key; without those of tasks that are forgotten"`
	Next   int64            `json:"next,omitempty" doc:"The cursor of the next page; left out where there are no more"`
}
