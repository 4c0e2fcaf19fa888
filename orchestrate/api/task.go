package api

import (
	"time"

	"github.com/gomr/gomr/orchestrate/store"
)

// A Spec is a [store.Spec] without the tasks that it requires.
type Spec struct {
	ID        string         `json:"id" minLength:"1" doc:"Family and parameters, such as WordCount(date-interval=2014-06); unique"`
	Family    string         `json:"family,omitempty" doc:"The name that tasks of its type share"`
	Program   string         `json:"program,omitempty" doc:"The program that can run it"`
	Args      []string       `json:"args,omitempty" doc:"Flags from which the program makes the task again"`
	External  bool           `json:"external,omitempty" doc:"Others make its output"`
	Wrapper   bool           `json:"wrapper,omitempty" doc:"It only groups what it requires, and has no work"`
	Priority  int            `json:"priority,omitempty" doc:"Larger runs first"`
	Resources map[string]int `json:"resources,omitempty" doc:"How much it takes of what, while it runs"`
	Timeout   Duration       `json:"timeout,omitzero" doc:"Of an attempt, such as 1h30m; left out is none"`
	Retry     Retry          `json:"retry,omitzero" doc:"How often it is tried; fields left out are the scheduler's defaults"`
	Batch     string         `json:"batch,omitempty" doc:"The same for tasks of a program that one attempt can make together"`
	MaxBatch  int            `json:"max_batch,omitempty" minimum:"0" doc:"How many tasks that may be at most"`
	Due       time.Time      `json:"due,omitzero" doc:"By when it is to be done; left out is whenever"`
	Owner     string         `json:"owner,omitempty" doc:"Who answers for it: a mail address, or a name such as a team's"`
}

// A Retry is a [store.Retry].
type Retry struct {
	Attempts int      `json:"attempts,omitempty" doc:"In a row, the first included"`
	Delay    Duration `json:"delay,omitzero" doc:"The wait after the first attempt, which doubles"`
	MaxDelay Duration `json:"max_delay,omitzero" doc:"Up to this one"`
	Failures int      `json:"failures,omitempty" doc:"So many within the window disable the task"`
	Window   Duration `json:"window,omitzero"`
	Rest     Duration `json:"rest,omitzero" doc:"How long it is disabled then"`
}

// A Task is a [store.Task].
type Task struct {
	Key      int64   `json:"key" doc:"Its number; tasks are numbered from 1 as they come"`
	Requires []int64 `json:"requires,omitempty" doc:"Keys of the tasks that come first"`
	Spec

	State     store.State   `json:"state" doc:"One of pending, running, suspended, retrying, done, failed, disabled and missing"`
	Attempts  int           `json:"attempts,omitempty" doc:"Failed in a row"`
	Failures  []time.Time   `json:"failures,omitempty" doc:"When the last ones failed, the oldest first"`
	NotBefore time.Time     `json:"not_before,omitzero" doc:"When a retrying or disabled task goes on"`
	Fence     int64         `json:"fence,omitempty" doc:"Of the attempt under way or the last one"`
	Outcome   store.Outcome `json:"outcome,omitempty" doc:"Of the last attempt, when it has ended"`
	Changed   time.Time     `json:"changed,omitzero" doc:"When the state changed"`
	Error     string        `json:"error,omitempty" doc:"Of the last attempt that failed"`

	BatchLimit int `json:"batch_limit,omitempty" doc:"How many tasks its next attempt may make together, after one of a batch has failed"`
}

// SpecOf returns a spec as it is sent.
func SpecOf(s *store.Spec) Spec {
	return Spec{
		ID: s.ID, Family: s.Family, Program: s.Program, Args: s.Args, External: s.External, Wrapper: s.Wrapper,
		Priority: s.Priority, Resources: s.Resources, Timeout: Duration(s.Timeout),
		Retry: Retry{
			Attempts: s.Retry.Attempts, Delay: Duration(s.Retry.Delay), MaxDelay: Duration(s.Retry.MaxDelay),
			Failures: s.Retry.Failures, Window: Duration(s.Retry.Window), Rest: Duration(s.Retry.Rest),
		},
		Batch: s.Batch, MaxBatch: s.MaxBatch,
		Due: s.Due, Owner: s.Owner,
	}
}

// Store returns the spec, without what it requires.
func (s *Spec) Store() store.Spec {
	return store.Spec{
		ID: s.ID, Family: s.Family, Program: s.Program, Args: s.Args, External: s.External, Wrapper: s.Wrapper,
		Priority: s.Priority, Resources: s.Resources, Timeout: time.Duration(s.Timeout),
		Retry: store.Retry{
			Attempts: s.Retry.Attempts, Delay: time.Duration(s.Retry.Delay), MaxDelay: time.Duration(s.Retry.MaxDelay),
			Failures: s.Retry.Failures, Window: time.Duration(s.Retry.Window), Rest: time.Duration(s.Retry.Rest),
		},
		Batch: s.Batch, MaxBatch: s.MaxBatch,
		Due: s.Due, Owner: s.Owner,
	}
}

// TaskOf returns a task as it is sent.
func TaskOf(t *store.Task) Task {
	return Task{
		Key: t.Key, Requires: t.Requires, Spec: SpecOf(&t.Spec),
		State: t.State, Attempts: t.Attempts, Failures: t.Failures, NotBefore: t.NotBefore,
		Fence: t.Fence, Outcome: t.Outcome, Changed: t.Changed, Error: t.Error, BatchLimit: t.BatchLimit,
	}
}

// Store returns the task.
func (t *Task) Store() store.Task {
	spec := t.Spec.Store()
	spec.Requires = t.Requires
	return store.Task{
		Key: t.Key, Spec: spec,
		Progress: store.Progress{
			State: t.State, Attempts: t.Attempts, Failures: t.Failures, NotBefore: t.NotBefore,
			Fence: t.Fence, Outcome: t.Outcome, Changed: t.Changed, Error: t.Error, BatchLimit: t.BatchLimit,
		},
	}
}

// Tasks is a page of tasks.
type Tasks struct {
	Tasks []Task `json:"tasks" doc:"By key"`
	Next  int64  `json:"next,omitempty" doc:"The cursor of the next page; left out where there are no more"`
}
