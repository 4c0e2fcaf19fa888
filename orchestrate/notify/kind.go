package notify

import (
	"fmt"
	"maps"
	"slices"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// A Severity says how much something matters.
type Severity string

// The severities, from the least.
const (
	Info    Severity = "info"
	Warning Severity = "warning"
	Error   Severity = "error"
)

// Severities are all severities, from the least.
var severities = []Severity{Info, Warning, Error}

func (s Severity) atLeast(least Severity) bool {
	return slices.Index(severities, s) >= slices.Index(severities, least)
}

// The kinds of messages that are not kinds of events.
const (
	inputMissing = "input missing" // a run has ended because tasks that others make are not there
	digestKind   = "digest"
	testKind     = "test"
)

// A kind says what becomes of the events of that kind.
type kind struct {
	severity Severity

	// verb stands behind the task in a subject, and plural behind several; or in front of the message where
	// there is no task.
	verb, plural string

	// open tells whether a task in that state is still one of an incident. Nil is for what nobody can mend.
	open func(store.State) bool

	// again says that a further event of a task that was told is a new incident.
	again bool

	// failure says that the task has failed: its attempt, its log, and how it is tried again are of use.
	failure bool
}

func stuck(s store.State) bool {
	return s == store.Failed || s == store.Disabled || s == store.Missing
}

func notDone(s store.State) bool { return s != store.Done }

// kinds are the events that are told, and what was not an event.
var kinds = map[string]kind{
	scheduler.TaskFailed:   {severity: Error, verb: "failed", plural: "failed", open: stuck, again: true, failure: true},
	scheduler.TaskDisabled: {severity: Error, verb: "failed too often and rests", plural: "failed too often and rest", open: stuck, failure: true},
	inputMissing:           {severity: Warning, verb: "is missing", plural: "are missing", open: stuck},
	"deadline warned":      {severity: Warning, verb: "may miss its deadline", plural: "may miss their deadlines", open: notDone},
	"deadline missed":      {severity: Error, verb: "has missed its deadline", plural: "have missed their deadlines", open: notDone},
	"data timed out":       {severity: Error, verb: "waited too long for data", plural: "waited too long for data"},
	"schedule skipped":     {severity: Warning, verb: "schedule skipped", plural: "schedules were skipped"},
	"backfill ended":       {severity: Info, verb: "backfill ended", plural: "backfills ended"},
}

// Kinds are the kinds of messages that channels may ask for, sorted.
func Kinds() []string { return slices.Sorted(maps.Keys(kinds)) }

// subject tells in a line what has happened to tasks, or that so many events came.
func (k kind) subject(m *Message) string {
	waiting := ""
	switch {
	case m.Waiting == 1:
		waiting = " (1 task waits)"
	case m.Waiting > 1:
		waiting = fmt.Sprintf(" (%d tasks wait)", m.Waiting)
	}
	cause := firstLine(m.Error)
	if cause != "" {
		cause = ": " + cause
	}
	switch {
	case len(m.Tasks) == 0 && m.Count == 1:
		return k.verb + cause
	case len(m.Tasks) == 0:
		return fmt.Sprintf("%d %s%s", m.Count, k.plural, cause)
	case m.Count == 1:
		return m.Tasks[0].ID + " " + k.verb + cause + waiting
	}
	return fmt.Sprintf("%d of %s %s%s%s", m.Count, m.Family, k.plural, cause, waiting)
}
