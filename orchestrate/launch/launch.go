// Package launch has the tasks that plan others. A server has no code of its users, so it can't tell
// what a task requires, or whether its output exists. What asks for tasks by itself, such as a
// schedule, launches them: a worker of their program makes an attempt at a small task, which plans
// the task that is wanted and submits the plan under the name of the launch.
//
//	l := &launch.Launch{Name: "nightly 2026-11-25", Program: "example.com/jobs", Task: []string{"Report", "--date=2026-11-25"}}
//	_, err := s.Submit(ctx, l.Submission())
//	…
//	status, err := launch.StatusOf(ctx, s, l.Name)
//
// However often a name is launched, its tasks are planned and submitted once: the names of the
// requests see to that, also where the server or a worker was killed in between.
//
// A launch may be told to move outputs to the trash before it plans, so that what was made is made again: see [Clear].
package launch

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// Family is that of all launches. No task of a user has it: those begin with a capital letter.
const Family = "launch"

// A Launch asks for a task that only its program can plan.
type Launch struct {
	Name     string   // of the request for the tasks; see [scheduler.Submission]
	Program  string   // that plans and runs them
	Task     []string // the task's family and its flags
	Priority int      // is added to that of each task, and is that of the launch itself
	By       string   // who asked
	Clear    *Clear   // what is moved to the trash before the task is planned; nil is nothing
}

// A launch is tried again over some minutes: files that can't be looked at for a while are no reason to
// lose a night. What no attempt can plan fails at once.
const (
	attempts   = 6
	firstDelay = 10 * time.Second
)

// ID returns the ID of the task that launches under a name.
func ID(name string) string { return Family + "(" + name + ")" }

// Submission returns the request for the launch. Its only task plans and submits the others, and
// is done then.
func (l *Launch) Submission() *scheduler.Submission {
	id := ID(l.Name)
	args := []string{l.Name, strconv.Itoa(l.Priority)}
	if l.Clear != nil {
		args = append(args, l.Clear.encode())
	}
	args = append(args, l.Task...)
	return &scheduler.Submission{
		Request: id,
		By:      l.By,
		Nodes: []scheduler.Node{{Spec: store.Spec{
			ID: id, Family: Family, Program: l.Program, Args: args, Priority: l.Priority,
			Retry: store.Retry{Attempts: attempts, Delay: firstDelay},
		}}},
		Roots: []string{id},
	}
}

// Parse returns the launch of which a task has the arguments. It is for the program that makes the
// attempt; who asked it does not tell.
func Parse(args []string) (*Launch, error) {
	if len(args) < 3 {
		return nil, fmt.Errorf("%q are no arguments of a launch: it has a name, a priority and a task", args)
	}
	priority, err := strconv.Atoi(args[1])
	if err != nil {
		return nil, fmt.Errorf("the priority of a launch: %w", err)
	}
	l := &Launch{Name: args[0], Priority: priority, Task: args[2:]}
	if l.Clear, err = decodeClear(l.Task[0]); err != nil {
		return nil, err
	}
	if l.Clear != nil {
		if l.Task = l.Task[1:]; len(l.Task) == 0 {
			return nil, fmt.Errorf("%q are no arguments of a launch: it has a task", args)
		}
	}
	return l, nil
}

// A State is how far a launch is.
type State string

// The states of a launch.
const (
	Unknown  State = "unknown"  // nobody has launched under that name
	Planning State = "planning" // its tasks are not submitted yet
	Running  State = "running"  // its tasks are
	Done     State = "done"     // they are all done
	Failed   State = "failed"   // it could not be planned, or a task won't be done before somebody acts
)

// A Status is what became of a launch.
type Status struct {
	State State
	Run   int64               // key of the run of its tasks; zero as long as there is none
	Tasks map[store.State]int // how many of the tasks of the run are in which state
	Error string              // why it could not be planned
}

// A Scheduler tells of runs and tasks. [scheduler.Scheduler] is one.
type Scheduler interface {
	FindRun(ctx context.Context, request string) (key int64, err error)
	RunStatus(ctx context.Context, key int64) (scheduler.RunStatus, error)
	Explain(ctx context.Context, id string) (scheduler.Explanation, error)
}

// StatusOf tells how far the launch of a name is.
func StatusOf(ctx context.Context, s Scheduler, name string) (Status, error) {
	key, err := s.FindRun(ctx, name)
	if errors.Is(err, scheduler.ErrUnknownRun) {
		return unplanned(ctx, s, name)
	}
	if err != nil {
		return Status{}, err
	}
	run, err := s.RunStatus(ctx, key)
	if err != nil {
		return Status{}, err
	}
	status := Status{State: Running, Run: key, Tasks: run.States}
	switch {
	case run.Forgotten > 0 && !run.Run.Ended.IsZero(): // long ago
		status.State = Done
		if run.Run.Outcome == store.Failed {
			status.State = Failed
		}
	case allDone(run.States):
		status.State = Done
	case !run.Run.Ended.IsZero() && settled(run.States):
		status.State = Failed
	}
	return status, nil
}

// unplanned tells of a launch that has not submitted its tasks.
func unplanned(ctx context.Context, s Scheduler, name string) (Status, error) {
	explanation, err := s.Explain(ctx, ID(name))
	if errors.Is(err, scheduler.ErrUnknownTask) {
		return Status{State: Unknown}, nil
	}
	if err != nil {
		return Status{}, err
	}
	switch task := explanation.Task; task.State {
	case store.Failed, store.Disabled:
		return Status{State: Failed, Error: strings.TrimSpace(task.Error)}, nil
	default:
		return Status{State: Planning}, nil
	}
}

func allDone(states map[store.State]int) bool {
	for state, n := range states {
		if state != store.Done && n > 0 {
			return false
		}
	}
	return true
}

// settled reports whether no task is under way: a run that has ended goes on when somebody forgives
// what has failed.
func settled(states map[store.State]int) bool {
	return states[store.Running]+states[store.Suspended]+states[store.Retrying] == 0
}
