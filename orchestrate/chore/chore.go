// Package chore has the small tasks that move outputs for a server. A server has neither the files of its users nor their
// code, so it can't move an output to the trash, nor bring it back. A worker of the tasks' program makes an attempt at a
// task of a family of its own, which does what the command does, and leaves what it has found or done as a detail of the
// attempt.
//
//	c := &chore.Clear{Name: "20261127-114200-ab3d", Program: "example.com/jobs", By: "ann", Tasks: …}
//	submission, err := c.Submission()
//
// However often one is tried, outputs are moved once: the name of a clear is that of its entry in the trash and, through
// it, of the hold of the tasks, so that the next attempt finds how far the one before has come.
package chore

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// The families of the tasks. No task of a user has one of them: those begin with a capital letter.
const (
	ClearFamily = "clear"
	UndoFamily  = "undo"
)

// Detail is the detail of an attempt that has its answer, as JSON: a [ClearAnswer] or an [UndoAnswer].
const Detail = "answer"

// A State is how far a chore is.
type State string

// The states of a chore.
const (
	Waiting State = "waiting" // no worker has done it yet
	Done    State = "done"
	Failed  State = "failed" // it was refused, or could not be done
)

// A Task is one that is to be cleared, as its program makes it.
type Task struct {
	Family string   `json:"family"`
	Args   []string `json:"args,omitempty"`
}

// A Clear moves the outputs of tasks to the trash, and has the server take the tasks for not done. A preview only tells
// what would be moved.
type Clear struct {
	Name    string `json:"name"` // tells it from all others, and is the ID of its entry in the trash
	Program string `json:"-"`    // that has the tasks
	By      string `json:"by"`   // who asks

	Tasks      []Task `json:"tasks"`
	Downstream bool   `json:"downstream,omitempty"` // and what depends on them
	Preview    bool   `json:"preview,omitempty"`
	Note       string `json:"note,omitempty"` // why
}

// An Undo brings back what a clear has moved.
type Undo struct {
	Name    string `json:"-"` // tells it from all others
	Program string `json:"-"` // of the tasks
	By      string `json:"by"`

	ID      string `json:"id"`                // of the entry in the trash
	Replace bool   `json:"replace,omitempty"` // new outputs that are in the way go to the trash
}

// A Cleared is what a clear has moved, or would move.
type Cleared struct {
	ID      string        `json:"id,omitempty" doc:"Of the entry in the trash; left out where nothing was moved"`
	Tasks   []ClearedTask `json:"tasks" nullable:"false" doc:"With those that have no output"`
	More    int           `json:"more,omitempty" doc:"How many tasks are left out, as they are too many"`
	Files   int           `json:"files" doc:"Of all tasks"`
	Bytes   int64         `json:"bytes" doc:"Of all tasks"`
	Expires time.Time     `json:"expires" doc:"Until when they stay in the trash"`
}

// A ClearedTask is a task that is cleared.
type ClearedTask struct {
	ID      string      `json:"id"`
	Because string      `json:"because,omitempty" doc:"Why, where it was not named"`
	State   store.State `json:"state,omitempty" doc:"That it had on the server before"`
	Outputs []Output    `json:"outputs" nullable:"false"`
}

// An Output is a file or folder that is moved.
type Output struct {
	Path  string `json:"path"`
	Files int    `json:"files"`
	Bytes int64  `json:"bytes"`
}

// An Undone is what was brought back.
type Undone struct {
	ID       string    `json:"id" doc:"Of the entry in the trash"`
	Replaced string    `json:"replaced,omitempty" doc:"ID of the entry with the new outputs"`
	Outputs  []Brought `json:"outputs" nullable:"false"`
}

// A Brought is what became of an output that was to be brought back.
type Brought struct {
	Task string `json:"task"`
	Path string `json:"path"`
	Fate string `json:"fate" doc:"It is back; kept where it was, as it was not moved; refused, as there is a new one; or gone from the trash, too"`
}

// A ClearAnswer is what became of a clear.
type ClearAnswer struct {
	Cleared *Cleared `json:"cleared,omitempty"`
	Error   string   `json:"error,omitempty"` // why it was refused
}

// An UndoAnswer is what became of an undo.
type UndoAnswer struct {
	Undone *Undone `json:"undone,omitempty"`
	Error  string  `json:"error,omitempty"` // why it was refused
}

// How often a chore is tried, and how long somebody waits for a preview. What was refused is an answer, and not tried
// again; a clear that was interrupted has to come to its end, for nobody may run what is half-cleared.
const (
	attempts       = 6
	previewTries   = 2
	firstDelay     = time.Second
	previewTimeout = 10 * time.Minute
)

// ClearID returns the ID of the task that clears under a name.
func ClearID(name string) string { return ClearFamily + "(" + name + ")" }

// UndoID returns the ID of the task that undoes under a name.
func UndoID(name string) string { return UndoFamily + "(" + name + ")" }

// Submission returns the request for the task that clears.
func (c *Clear) Submission() (*scheduler.Submission, error) {
	if c.Program == "" || len(c.Tasks) == 0 {
		return nil, &scheduler.InvalidError{Reason: "a clear needs a program and tasks"}
	}
	spec := store.Spec{ID: ClearID(c.Name), Family: ClearFamily, Program: c.Program, Retry: store.Retry{Attempts: attempts, Delay: firstDelay}}
	if c.Preview {
		spec.Retry.Attempts, spec.Timeout = previewTries, previewTimeout
	}
	return submission(spec, c.By, c)
}

// Submission returns the request for the task that undoes.
func (u *Undo) Submission() (*scheduler.Submission, error) {
	if u.Program == "" || u.ID == "" {
		return nil, &scheduler.InvalidError{Reason: "an undo needs a program, and the ID of a clear"}
	}
	spec := store.Spec{ID: UndoID(u.Name), Family: UndoFamily, Program: u.Program, Retry: store.Retry{Attempts: attempts, Delay: firstDelay}}
	return submission(spec, u.By, u)
}

func submission(spec store.Spec, by string, asked any) (*scheduler.Submission, error) {
	text, err := json.Marshal(asked)
	if err != nil {
		return nil, err
	}
	spec.Args = []string{string(text)}
	return &scheduler.Submission{Request: spec.ID, By: by, Roots: []string{spec.ID}, Nodes: []scheduler.Node{{Spec: spec}}}, nil
}

// ParseClear returns the clear of which a task has the arguments. It is for the program that clears.
func ParseClear(args []string) (*Clear, error) {
	c := &Clear{}
	if err := parse(args, c); err != nil {
		return nil, fmt.Errorf("the arguments of a clear: %w", err)
	}
	if c.Name == "" || len(c.Tasks) == 0 {
		return nil, fmt.Errorf("a clear has a name and tasks: %s", args[0])
	}
	return c, nil
}

// ParseUndo returns the undo of which a task has the arguments. It is for the program that undoes.
func ParseUndo(args []string) (*Undo, error) {
	u := &Undo{}
	if err := parse(args, u); err != nil {
		return nil, fmt.Errorf("the arguments of an undo: %w", err)
	}
	return u, nil
}

func parse(args []string, into any) error {
	if len(args) != 1 {
		return fmt.Errorf("want one, got %q", args)
	}
	return json.Unmarshal([]byte(args[0]), into)
}
