package scheduler

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gomr/gomr/orchestrate/store"
)

// An InvalidError is a request that can't be met whatever the state is.
type InvalidError struct{ Reason string }

func (e *InvalidError) Error() string { return e.Reason }

func invalid(format string, args ...any) error { return &InvalidError{fmt.Sprintf(format, args...)} }

// A CycleError is a task that would wait for itself.
type CycleError struct {
	IDs []string // each requires the next one; the last is the first again
}

func (e *CycleError) Error() string {
	return "tasks require each other: " + strings.Join(e.IDs, " -> ")
}

// A FencedError says that an attempt is not the task's present one: it was given up, and another may
// be under way. What it has made must not be committed.
type FencedError struct {
	Fence   int64
	Outcome store.Outcome // how the attempt ended, as far as it is known
}

func (e *FencedError) Error() string {
	if e.Outcome == "" {
		return fmt.Sprintf("attempt %d is not under way: it ended, or was never given out", e.Fence)
	}
	return fmt.Sprintf("attempt %d is not under way: it was %s", e.Fence, e.Outcome)
}

// A StateError says that a task is in no state for what was asked.
type StateError struct {
	ID    string
	State store.State
	Want  string // what it would have to be
}

func (e *StateError) Error() string {
	return fmt.Sprintf("task %s is %s, not %s", e.ID, e.State, e.Want)
}

// ErrUnknownTask says that no task has the ID that was asked for.
var ErrUnknownTask = errors.New("no such task was submitted, or it ended so long ago that it is forgotten")

// ErrClosed says that the scheduler has been closed.
var ErrClosed = errors.New("the scheduler is closed")
