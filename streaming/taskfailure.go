package streaming

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/gomr/gomr/mr"
)

// FailurePrefix begins the line of a failed task's stderr that holds its [TaskFailure] as JSON.
const FailurePrefix = "gomr-error: "

// A TaskFailure says why an attempt of a task failed. The worker writes it to its stderr for the
// program that started the job, which finds it there by [ParseTaskFailure].
type TaskFailure struct {
	Attempt string   `json:"attempt,omitempty"` // id of the attempt, such as attempt_1700000000000_0001_m_000000_0
	Kind    TaskKind `json:"kind,omitempty"`
	Message string   `json:"message"` // the error, in full but for the stack

	File        string `json:"file,omitempty"`         // path of the input file of a map task
	SplitStart  int64  `json:"split_start,omitempty"`  // the split of the file: offset of its first byte
	SplitLength int64  `json:"split_length,omitempty"` // and number of bytes

	RecordNumber int64  `json:"record_number,omitempty"` // in a map task, number of the record in the split, from 1
	Record       string `json:"record,omitempty"`        // the record, quoted and cut where it is long
	Key          string `json:"key,omitempty"`           // in a reduce task, the readable key of the group
	Stack        string `json:"stack,omitempty"`         // of a panic
}

// Error says what happened and where, without the stack.
func (f *TaskFailure) Error() string {
	if f.Attempt == "" {
		return f.Message
	}
	return fmt.Sprintf("%s: %s", f.Attempt, f.Message)
}

// line returns the failure as the line that ParseTaskFailure reads.
func (f *TaskFailure) line() string {
	encoded, err := json.Marshal(f)
	if err != nil { // a struct of strings and numbers always has a form in JSON
		panic(err)
	}
	return FailurePrefix + string(encoded) + "\n"
}

// ParseTaskFailure reads a line of an attempt's stderr and reports whether it holds a failure.
func ParseTaskFailure(line string) (*TaskFailure, bool) {
	encoded, ok := strings.CutPrefix(strings.TrimSpace(line), strings.TrimSpace(FailurePrefix))
	if !ok {
		return nil, false
	}
	f := new(TaskFailure)
	if json.Unmarshal([]byte(encoded), f) == nil && f.Message != "" {
		return f, true
	}
	return nil, false
}

// WriteTaskFailure writes the error of a task to its stderr: as a [TaskFailure] on
// one line, and readable. It is for errors before [RunTask], which writes its own.
func WriteTaskFailure(stderr io.Writer, kind TaskKind, err error, getenv func(string) string) {
	at, _ := newAttempt(getenv) // what can't be read of it is left out
	f := newTaskFailure(kind, err, at)
	text := f.line() + fmt.Sprintf("gomr: %s task failed: %s\n", cmp.Or(kind, "a"), f.Message)
	if f.Stack != "" {
		text += f.Stack + "\n"
	}
	_, _ = io.WriteString(stderr, text) // there is no other place to tell an error
}

func newTaskFailure(kind TaskKind, err error, at *attempt) *TaskFailure {
	f := &TaskFailure{Attempt: at.ID, Kind: kind, Message: err.Error()}
	if kind == MapTask {
		f.File, f.SplitStart, f.SplitLength = at.File, at.SplitStart, at.SplitLength
	}
	var record *mr.RecordError
	if errors.As(err, &record) {
		f.RecordNumber, f.Record, f.Key = record.Position.Record, record.Record, record.Key
	}
	var panicked *mr.PanicError
	if errors.As(err, &panicked) {
		f.Stack = strings.TrimSpace(panicked.Stack)
		f.Message = strings.Replace(f.Message, "\n"+panicked.Stack, "", 1)
	}
	return f
}
