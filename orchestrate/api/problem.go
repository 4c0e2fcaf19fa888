package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// A Code is a kind of problems.
type Code string

// The kinds of problems, with their HTTP status.
const (
	Invalid      Code = "invalid"      // 400 or 422: the request can't be met whatever the state is
	Cycle        Code = "cycle"        // 409: tasks would wait for themselves; see IDs
	Fenced       Code = "fenced"       // 409: the attempt is not under way; see Fence, Outcome
	Gap          Code = "gap"          // 409: a piece of a log doesn't follow; see Fence, Offset, Expected
	BadState     Code = "state"        // 409: the task is in no state for it; see IDs, State, Want
	UnderHold    Code = "held"         // 409: another hold has the task; see IDs, Hold
	UnknownTask  Code = "unknown_task" // 404: see IDs
	UnknownRun   Code = "unknown_run"  // 404
	NotFound     Code = "not_found"    // 404, 405: there is no such path or method
	Unauthorized Code = "unauthorized" // 401: a token is missing, wrong or expired
	Forbidden    Code = "forbidden"    // 403: the token is good, and its role not enough; or the origin is another
	NotHolder    Code = "not_holder"   // 403: the attempt is another worker's; see Fence, Worker
	TooLarge     Code = "too_large"    // 413
	Unavailable  Code = "unavailable"  // 503: come again
	Internal     Code = "internal"     // 500: a mistake in the server, whose log has it
)

// A Problem is what went wrong, as of RFC 9457. Which of the fields at the end are there depends
// on the code.
type Problem struct {
	Title  string  `json:"title,omitempty" doc:"What the status means"`
	Status int     `json:"status" doc:"HTTP status"`
	Detail string  `json:"detail" doc:"What went wrong, for people, and what to do"`
	Code   Code    `json:"code" doc:"The kind of problem" enum:"invalid,cycle,fenced,gap,state,held,unknown_task,unknown_run,not_found,unauthorized,forbidden,not_holder,too_large,unavailable,internal"`
	Fields []Field `json:"fields,omitempty" doc:"Of an invalid request: what is wrong where"`

	IDs      []string      `json:"ids,omitempty" doc:"Tasks that it is about; of a cycle, each requires the next one, and the last is the first again"`
	Fence    int64         `json:"fence,omitempty" doc:"Attempt that it is about"`
	Worker   string        `json:"worker,omitempty" doc:"Whose attempt it is"`
	Outcome  store.Outcome `json:"outcome,omitempty" doc:"How the attempt ended, as far as it is known"`
	State    store.State   `json:"state,omitempty" doc:"Of the task"`
	Want     string        `json:"want,omitempty" doc:"What the task would have to be"`
	Hold     string        `json:"hold,omitempty" doc:"Name of the hold that has the task"`
	Offset   int64         `json:"offset,omitempty" doc:"Where the piece of a log began"`
	Expected int64         `json:"expected,omitempty" doc:"Where the log ends"`
}

// A Field is a part of a request that is wrong.
type Field struct {
	Location string `json:"location" example:"body.nodes[0].id"`
	Message  string `json:"message"`
}

// NewProblem returns a problem without details of its own.
func NewProblem(status int, code Code, detail string) *Problem {
	return &Problem{Title: http.StatusText(status), Status: status, Code: code, Detail: detail}
}

func (p *Problem) Error() string {
	texts := []string{p.Detail}
	for _, f := range p.Fields {
		texts = append(texts, f.Location+": "+f.Message)
	}
	return strings.Join(texts, "; ")
}

// GetStatus returns the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders returns the headers that belong to the problem.
func (p *Problem) GetHeaders() http.Header {
	switch p.Code {
	case Unauthorized:
		return http.Header{"Www-Authenticate": {"Bearer"}}
	case Unavailable:
		return http.Header{"Retry-After": {"1"}}
	}
	return nil
}

// ContentType returns that of a problem.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// ProblemOf returns the problem that tells of an error. What is not known to say nothing about
// the inside of the server becomes [Internal] without a word of it.
func ProblemOf(err error) *Problem {
	if p := new(Problem); errors.As(err, &p) {
		return p
	}
	if p := typedProblem(err); p != nil {
		return p
	}
	var database *store.DatabaseError
	switch {
	case errors.Is(err, scheduler.ErrUnknownTask):
		p := NewProblem(http.StatusNotFound, UnknownTask, err.Error())
		p.IDs = []string{strings.TrimSuffix(err.Error(), ": "+scheduler.ErrUnknownTask.Error())}
		return p
	case errors.Is(err, scheduler.ErrUnknownRun):
		return NewProblem(http.StatusNotFound, UnknownRun, err.Error())
	case errors.Is(err, scheduler.ErrClosed), errors.Is(err, store.ErrClosed):
		return NewProblem(http.StatusServiceUnavailable, Unavailable, "the scheduler is ending: come again")
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return NewProblem(http.StatusServiceUnavailable, Unavailable, "the request took too long: come again")
	case errors.As(err, &database):
		detail := "nothing was done, for the database failed; the server's log says how"
		if database.Kind != nil {
			detail = "nothing was done, for " + database.Kind.Error()
		}
		return NewProblem(http.StatusServiceUnavailable, Unavailable, detail)
	}
	return NewProblem(http.StatusInternalServerError, Internal, "something went wrong in the server; its log says what")
}

// typedProblem returns the problem of an error that has fields.
func typedProblem(err error) *Problem {
	var (
		invalid *scheduler.InvalidError
		cycle   *scheduler.CycleError
		fenced  *scheduler.FencedError
		state   *scheduler.StateError
		held    *scheduler.HeldError
		gap     *store.GapError
		holder  *scheduler.HolderError
	)
	switch {
	case errors.As(err, &invalid):
		return NewProblem(http.StatusUnprocessableEntity, Invalid, invalid.Reason)
	case errors.As(err, &cycle):
		p := NewProblem(http.StatusConflict, Cycle, err.Error())
		p.IDs = cycle.IDs
		return p
	case errors.As(err, &fenced):
		p := NewProblem(http.StatusConflict, Fenced, err.Error())
		p.Fence, p.Outcome = fenced.Fence, fenced.Outcome
		return p
	case errors.As(err, &holder):
		p := NewProblem(http.StatusForbidden, NotHolder, err.Error())
		p.Fence, p.Worker = holder.Fence, holder.Worker
		return p
	case errors.As(err, &state):
		p := NewProblem(http.StatusConflict, BadState, err.Error())
		p.IDs, p.State, p.Want = []string{state.ID}, state.State, state.Want
		return p
	case errors.As(err, &held):
		p := NewProblem(http.StatusConflict, UnderHold, err.Error())
		p.IDs, p.Hold = []string{held.ID}, held.Hold
		return p
	case errors.As(err, &gap):
		p := NewProblem(http.StatusConflict, Gap, err.Error())
		p.Fence, p.Offset, p.Expected = gap.Fence, gap.Offset, gap.Expected
		return p
	}
	return nil
}

// Err returns the error of the scheduler or the store that the problem tells of, and else the
// problem itself.
func (p *Problem) Err() error {
	id := ""
	if len(p.IDs) > 0 {
		id = p.IDs[0]
	}
	switch p.Code {
	case Invalid:
		return &scheduler.InvalidError{Reason: p.Error()}
	case Cycle:
		return &scheduler.CycleError{IDs: p.IDs}
	case Fenced:
		return &scheduler.FencedError{Fence: p.Fence, Outcome: p.Outcome}
	case NotHolder:
		return &scheduler.HolderError{Fence: p.Fence, Worker: p.Worker}
	case BadState:
		return &scheduler.StateError{ID: id, State: p.State, Want: p.Want}
	case UnderHold:
		return &scheduler.HeldError{ID: id, Hold: p.Hold}
	case Gap:
		return &store.GapError{Fence: p.Fence, Offset: p.Offset, Expected: p.Expected}
	case UnknownTask:
		return fmt.Errorf("%s: %w", id, scheduler.ErrUnknownTask)
	case UnknownRun:
		return &textError{p.Detail, scheduler.ErrUnknownRun}
	}
	return p
}

// A textError is an error with a text from elsewhere.
type textError struct {
	text string
	err  error
}

func (e *textError) Error() string { return e.text }
func (e *textError) Unwrap() error { return e.err }
