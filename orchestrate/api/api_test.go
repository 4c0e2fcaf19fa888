package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

func TestDuration(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := api.Duration(rapid.Int64().Draw(t, "nanoseconds"))
		text, err := json.Marshal(d)
		require.NoError(t, err)
		var back api.Duration
		require.NoError(t, json.Unmarshal(text, &back))
		require.Equal(t, d, back)
	})
	for _, bad := range []string{`""`, `"1"`, `"soon"`, `1`} {
		var d api.Duration
		require.Error(t, json.Unmarshal([]byte(bad), &d), bad)
	}
}

// sent returns what arrives of a value.
func sent[T any](t require.TestingT, value T) *T {
	text, err := json.Marshal(value)
	require.NoError(t, err)
	back := new(T)
	require.NoError(t, json.Unmarshal(text, back))
	return back
}

// randomTask has anything in any field but times, whose zero values JSON keeps as such.
func randomTask() *rapid.Generator[store.Task] {
	return rapid.Custom(func(t *rapid.T) store.Task {
		at := time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "seconds"), 1000).UTC()
		text := rapid.String()
		return store.Task{
			Key: rapid.Int64().Draw(t, "key"),
			Spec: store.Spec{
				ID: text.Draw(t, "id"), Family: text.Draw(t, "family"), Program: text.Draw(t, "program"),
				Args: rapid.SliceOfN(text, 1, 3).Draw(t, "args"), External: rapid.Bool().Draw(t, "external"), Wrapper: rapid.Bool().Draw(t, "wrapper"),
				Priority: rapid.Int().Draw(t, "priority"), Resources: rapid.MapOfN(text, rapid.Int(), 1, 3).Draw(t, "resources"),
				Requires: rapid.SliceOfN(rapid.Int64(), 1, 3).Draw(t, "requires"), Timeout: time.Duration(rapid.Int64().Draw(t, "timeout")),
				Retry: store.Retry{
					Attempts: rapid.Int().Draw(t, "attempts"), Delay: time.Duration(rapid.Int64().Draw(t, "delay")), MaxDelay: time.Duration(rapid.Int64().Draw(t, "max")),
					Failures: rapid.Int().Draw(t, "failures"), Window: time.Duration(rapid.Int64().Draw(t, "window")), Rest: time.Duration(rapid.Int64().Draw(t, "rest")),
				},
				Due: at, Owner: "ann@example.com",
			},
			Progress: store.Progress{
				State: store.Done, Attempts: rapid.Int().Draw(t, "failed"), Failures: []time.Time{at}, NotBefore: at,
				Fence: rapid.Int64().Draw(t, "fence"), Outcome: store.Lost, Changed: at, Error: text.Draw(t, "error"),
			},
		}
	})
}

// TestNothingIsLost: what arrives is what was sent.
func TestNothingIsLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		task := randomTask().Draw(t, "task")
		require.Equal(t, task, sent(t, api.TaskOf(&task)).Store())

		assignment := scheduler.Assignment{Fence: 7, Number: 2, Lease: time.Minute, Task: task.Spec}
		require.Equal(t, assignment, *sent(t, api.AssignmentOf(&assignment)).Scheduler())

		spec := task.Spec
		spec.Requires = nil // those of the node count
		submission := scheduler.Submission{Request: "r", By: "ann", Nodes: []scheduler.Node{{Spec: spec, Requires: []string{"x"}, Complete: true}}, Roots: []string{"x"}, Forgive: true}
		require.Equal(t, submission, *sent(t, api.SubmissionOf(&submission)).Scheduler("ann"))

		attempt := store.Attempt{Fence: 1, Task: 2, Number: 3, Worker: "w", Started: task.Changed, Ended: task.Changed, Outcome: store.Errored, Exit: 4, Error: "e", Details: map[string]string{"a": "b"}}
		explanation := scheduler.Explanation{Task: task, Priority: 4, Attempt: &attempt, Reasons: []scheduler.Reason{{Kind: scheduler.UnderWay, Text: "t", Task: "x", Resource: "r", Until: task.Changed}}}
		require.Equal(t, explanation, sent(t, api.ExplanationOf(&explanation)).Scheduler())

		end := scheduler.End{Fence: 9, Outcome: store.Errored, Exit: 1, Error: "e", Details: map[string]string{"a": "b"}, Permanent: true}
		require.Equal(t, end, *sent(t, api.EndOf(&end)).Scheduler(9))
		changes := scheduler.Changes{Number: 3, Tasks: []scheduler.TaskChange{{Key: 1, ID: task.ID, Family: task.Family, State: store.Done, Changed: task.Changed, Fence: 3}}}
		require.Equal(t, changes, sent(t, api.ChangesOf(&changes)).Scheduler(3))
	})
}

// TestProblems: an error becomes a problem, and that the same error again.
func TestProblems(t *testing.T) {
	for _, test := range []struct {
		err    error
		code   api.Code
		status int
	}{
		{&scheduler.InvalidError{Reason: "r"}, api.Invalid, 422},
		{&scheduler.CycleError{IDs: []string{"a", "b", "a"}}, api.Cycle, 409},
		{&scheduler.FencedError{Fence: 3, Outcome: store.Lost}, api.Fenced, 409},
		{&scheduler.StateError{ID: "a", State: store.Done, Want: "running"}, api.BadState, 409},
		{&scheduler.HolderError{Fence: 3, Worker: "w"}, api.NotHolder, 403},
		{&store.GapError{Fence: 3, Offset: 4, Expected: 2}, api.Gap, 409},
		{fmt.Errorf("a: b: %w", scheduler.ErrUnknownTask), api.UnknownTask, 404},
		{fmt.Errorf("run 7: %w", scheduler.ErrUnknownRun), api.UnknownRun, 404},
	} {
		t.Run(string(test.code), func(t *testing.T) {
			p := api.ProblemOf(fmt.Errorf("wrapped: %w", test.err))
			require.Equal(t, test.code, p.Code)
			require.Equal(t, test.status, p.GetStatus())
			back := sent(t, *api.ProblemOf(test.err)).Err()
			require.Equal(t, test.err.Error(), back.Error())
			for _, sentinel := range []error{scheduler.ErrUnknownTask, scheduler.ErrUnknownRun} {
				require.Equal(t, errors.Is(test.err, sentinel), errors.Is(back, sentinel))
			}
			if test.status != 404 {
				require.Equal(t, test.err, back)
			}
		})
	}
	for _, err := range []error{scheduler.ErrClosed, store.ErrClosed, context.Canceled, &store.DatabaseError{Op: "write", Err: store.ErrBusy}} {
		p := api.ProblemOf(err)
		require.Equal(t, api.Unavailable, p.Code)
		require.Equal(t, "1", p.GetHeaders().Get("Retry-After"))
		require.Equal(t, *p, *sent(t, *p))
	}
}
