package mr

import (
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"sync/atomic"
)

// ErrSkip is what a mapper or a reducer returns, alone or wrapped, to leave out a
// bad record or group: it is counted and logged, and the task goes on.
// What was emitted for it before stays.
// A task fails when it has skipped more than [SkipLimit] allows.
var ErrSkip = errors.New("skip this record")

// A RecordError is the failure of a task on one record or group.
type RecordError struct {
	Position Position // where the record was read; zero in a reduce task
	Key      string   // in a reduce task, the readable key of the group, cut where it is long
	Record   string   // in a map task, the record, quoted and cut where it is long
	Err      error
}

func (e *RecordError) Error() string {
	var b strings.Builder
	switch {
	case e.Record != "":
		fmt.Fprintf(&b, "%s: record %s: ", e.Position, e.Record)
	case e.Key != "":
		fmt.Fprintf(&b, "key %s: ", e.Key)
	}
	b.WriteString(e.Err.Error())
	return b.String()
}

func (e *RecordError) Unwrap() error { return e.Err }

// String returns the position as file:offset, with what is not known left out.
func (p Position) String() string {
	file := p.File
	if file == "" {
		file = "input"
	}
	switch {
	case p.Offset >= 0 && p.Record > 0:
		return fmt.Sprintf("%s: offset %d (record %d of the split)", file, p.Offset, p.Record)
	case p.Offset >= 0:
		return fmt.Sprintf("%s: offset %d", file, p.Offset)
	case p.Record > 0:
		return fmt.Sprintf("%s: record %d of the split", file, p.Record)
	}
	return file
}

// A PanicError is a panic of user code, turned into the error of its task.
type PanicError struct {
	Value any    // what was given to panic
	Stack string // the stack of the goroutine, the frames of the panic itself left out
}

func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v\n%s", e.Value, e.Stack) }

// Unwrap returns the panic's value where it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// newPanicError returns the error of a panic; to be called by the deferred
// function that recovered it.
func newPanicError(value any) *PanicError {
	stack := string(debug.Stack())
	if _, after, ok := strings.Cut(stack, "\npanic("); ok {
		if _, frames, ok := strings.Cut(after, "\n\t"); ok {
			if _, frames, ok = strings.Cut(frames, "\n"); ok {
				stack = frames
			}
		}
	}
	return &PanicError{Value: value, Stack: strings.TrimRight(stack, "\n")}
}

// defaultSkipLimit is how many records a task may skip where the job doesn't say.
const defaultSkipLimit = 1000

// loggedSkips is how many skipped records of a task are logged.
const loggedSkips = 10

// A skipper counts the skipped records of one task.
type skipper struct {
	env     *Env
	limit   int64
	skipped *atomic.Int64
	counter *Counter
}

func newSkipper(env *Env, limit int64) *skipper {
	skipped := env.config.Skipped
	if skipped == nil {
		skipped = new(atomic.Int64)
	}
	return &skipper{env: env, limit: limit, skipped: skipped, counter: env.Counter(FrameworkGroup, SkippedRecords)}
}

// skip takes the error of a record and returns nil where the task may go on.
func (s *skipper) skip(err *RecordError) error {
	skipped := s.skipped.Add(1)
	s.counter.Add(1)
	if skipped <= loggedSkips {
		s.env.Log().Warn("record skipped", "reason", err.Error())
	}
	if skipped > s.limit {
		return fmt.Errorf("records skipped: %d, more than mr.SkipLimit(%d) allows; the last: %w", skipped, s.limit, err)
	}
	return nil
}
