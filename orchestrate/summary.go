package orchestrate

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gomr/gomr/mr"
)

// A Summary tells how a run ended.
type Summary struct {
	Started  time.Time
	Duration time.Duration
	// Tasks are all tasks of the plan, each after those it requires, then what [Require] added.
	Tasks []TaskSummary
	// Scheduling is why the tasks could not be planned. Nothing ran where it is not nil.
	Scheduling error
	// Interrupted says that the run's context ended before all tasks had their turn.
	Interrupted bool
}

// A TaskSummary tells how a task ended in a run.
type TaskSummary struct {
	ID          string
	Task        Task
	Status      Status
	Err         error     // of the last attempt, nil where the task succeeded or didn't run
	Attempts    int       // zero where the task didn't run
	Started     time.Time // of the first attempt, zero where there was none
	Duration    time.Duration
	Missing     []Target // of an external task, what is not there
	Counters    []mr.CounterValue
	TrackingURL string
	Made        Size      // how much it made, zero where that wasn't counted
	Accepted    string    // what a check had to say against its output, which was accepted all the same
	Due         time.Time // zero where it has no due time
	Ended       time.Time // of the last attempt, zero where there was none
	Rerun       string    // a command for the shell that runs just this task and what it requires

	asOf time.Time // when the run ended
}

// summary returns how the run ended, once its loop has.
func (r *run) summary(started time.Time) *Summary {
	summary := &Summary{Started: started, Duration: time.Since(started)}
	for _, s := range r.order {
		t := TaskSummary{
			ID: s.node.ID, Task: s.node.Task, Status: s.status, Err: s.err,
			Attempts: s.attempt, Started: s.started, Missing: s.node.Missing,
			Counters: s.result.Counters, TrackingURL: s.result.TrackingURL,
			Made: s.result.Made, Accepted: s.result.Accepted, Due: s.node.Due,
			Rerun: commandLine(r.config.Command, s.node.Task),
		}
		if s.attempt > 0 {
			t.Ended, t.Duration = s.ended, s.ended.Sub(s.started)
		}
		if s.status != StatusMissingExternal {
			t.Missing = nil
		}
		t.asOf = started.Add(summary.Duration)
		summary.Interrupted = summary.Interrupted || r.interrupted && !s.status.Succeeded()
		summary.Tasks = append(summary.Tasks, t)
	}
	return summary
}

// commandLine returns the command for the shell that runs the task.
func commandLine(command string, t Task) string {
	family, flags := Args(t)
	words := []string{command, family}
	for _, flag := range flags {
		words = append(words, shellQuote(flag))
	}
	return strings.Join(words, " ")
}

// shellQuote quotes a word for a POSIX shell where it needs it.
func shellQuote(word string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+.,:/@%"
	if word != "" && strings.Trim(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// With returns the tasks that ended with the status.
func (s *Summary) With(status Status) []TaskSummary {
	var tasks []TaskSummary
	for _, t := range s.Tasks {
		if t.Status == status {
			tasks = append(tasks, t)
		}
	}
	return tasks
}

// Counts returns how many tasks ended with each status that occurs.
func (s *Summary) Counts() map[Status]int {
	counts := make(map[Status]int)
	for _, t := range s.Tasks {
		counts[t.Status]++
	}
	return counts
}

// Err returns nil if all tasks are complete, and else an error that joins a [*TaskError]
// for every task that did not succeed by itself, not because of another one.
func (s *Summary) Err() error {
	if s.Scheduling != nil {
		return s.Scheduling
	}
	var errs []error
	for _, t := range s.Tasks {
		switch t.Status {
		case StatusFailed, StatusMissingExternal, StatusAlreadyRunning, StatusInterrupted:
			errs = append(errs, &TaskError{t.ID, t.Status, t.Err})
		}
	}
	if len(errs) == 0 && s.ExitCode() != ExitComplete {
		return errors.New("the run was interrupted")
	}
	return errors.Join(errs...)
}

// A TaskError is a task that did not succeed in a run.
type TaskError struct {
	ID     string
	Status Status
	Err    error // nil for a missing external input
}

func (e *TaskError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("%s: %s", e.ID, e.Status)
	}
	return fmt.Sprintf("%s: %s: %v", e.ID, e.Status, e.Err)
}

// Unwrap returns the error of the task's last attempt.
func (e *TaskError) Unwrap() error { return e.Err }

// MarshalJSON writes the summary as an object with exit_code, started, duration_seconds,
// counts by status, and the tasks.
func (s *Summary) MarshalJSON() ([]byte, error) {
	type summary struct {
		ExitCode        int            `json:"exit_code"`
		Started         time.Time      `json:"started"`
		DurationSeconds float64        `json:"duration_seconds"`
		Interrupted     bool           `json:"interrupted,omitempty"`
		SchedulingError string         `json:"scheduling_error,omitempty"`
		Counts          map[Status]int `json:"counts"`
		Tasks           []TaskSummary  `json:"tasks"`
	}
	return json.Marshal(summary{
		s.ExitCode(), s.Started, s.Duration.Seconds(), s.Interrupted, errorText(s.Scheduling), s.Counts(),
		append([]TaskSummary{}, s.Tasks...),
	})
}

// MarshalJSON writes what is known of the task as an object.
func (t TaskSummary) MarshalJSON() ([]byte, error) {
	type task struct {
		ID              string            `json:"id"`
		Family          string            `json:"family"`
		Status          Status            `json:"status"`
		Error           string            `json:"error,omitempty"`
		Attempts        int               `json:"attempts,omitempty"`
		Started         time.Time         `json:"started,omitzero"`
		DurationSeconds float64           `json:"duration_seconds,omitempty"`
		Missing         []string          `json:"missing,omitempty"`
		Counters        []mr.CounterValue `json:"counters,omitempty"`
		TrackingURL     string            `json:"tracking_url,omitempty"`
		Made            *Size             `json:"made,omitempty"`
		Accepted        string            `json:"accepted,omitempty"`
		Due             time.Time         `json:"due,omitzero"`
		LateSeconds     float64           `json:"late_seconds,omitempty"`
		Rerun           string            `json:"rerun"`
	}
	var missing []string
	for _, target := range t.Missing {
		missing = append(missing, target.String())
	}
	var made *Size
	if t.Made != (Size{}) {
		made = &t.Made
	}
	return json.Marshal(task{
		t.ID, Family(t.Task), t.Status, errorText(t.Err), t.Attempts, t.Started, t.Duration.Seconds(),
		missing, t.Counters, t.TrackingURL, made, t.Accepted, t.Due, t.late(t.asOf).Seconds(), t.Rerun,
	})
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
