package notify

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// A view is a message as it is laid out for people, whatever shows it.
type view struct {
	*Message

	Facts           []fact
	LinesHeading    string
	CommandsHeading string
	LogHeading      string
	Foot            string
}

// A fact is a name with what is said of it.
type fact struct {
	Name  string
	Lines []string
}

// mostInFact bounds how many lines a fact has.
const mostInFact = 12

func newView(m *Message) *view {
	v := &view{Message: m}
	v.addTasks()
	v.add("error", errorLines(m)...)
	v.addAttempt()
	if !m.Since.IsZero() {
		v.add("since", stamp(m.Since))
	}
	if m.Took != "" {
		v.add("took", m.Took)
	}
	if m.Reminder > 0 {
		v.add("reminder", fmt.Sprintf("number %d", m.Reminder))
	}
	if m.Waiting > 0 {
		v.add("waiting", waitingLine(m))
	}
	v.addRuns()
	if m.Owner != "" {
		v.add("owner", m.Owner)
	}
	if len(m.Commands) > 0 {
		v.CommandsHeading = "To try again, when it is mended:"
		switch {
		case m.Status == StatusRecovered:
			v.CommandsHeading = "To try again what had failed because of it:"
		case m.Kind == inputMissing:
			v.CommandsHeading = "To look again, when it is there:"
		}
	}
	if len(m.Log) > 0 {
		v.LogHeading = fmt.Sprintf("The last lines of the log of attempt %d:", m.Attempt.Fence)
	}
	v.addLines()
	v.Foot = "message " + m.ID
	if m.Incident != "" && m.Incident != m.ID {
		v.Foot += " of incident " + m.Incident
	}
	return v
}

func (v *view) add(name string, lines ...string) {
	if len(lines) > 0 {
		v.Facts = append(v.Facts, fact{name, lines})
	}
}

func (v *view) addTasks() {
	if v.Count < 2 || len(v.Tasks) == 0 {
		return
	}
	var ids []string
	for _, t := range v.Tasks[:min(len(v.Tasks), mostInFact)] {
		ids = append(ids, oneLine(t.ID))
	}
	if more := v.Count - len(ids); more > 0 {
		ids = append(ids, fmt.Sprintf("and %d more", more))
	}
	v.add("tasks", ids...)
}

// errorLines returns the error where the subject does not say all of it.
func errorLines(m *Message) []string {
	if m.Error == "" {
		return nil
	}
	lines := strings.Split(strings.TrimSpace(visible(m.Error)), "\n")
	if len(lines) > mostInFact {
		lines = append(lines[:mostInFact-1:mostInFact-1], fmt.Sprintf("… and %d lines more", len(lines)-mostInFact+1))
	}
	return lines
}

func (v *view) addAttempt() {
	a := v.Attempt
	if a == nil {
		return
	}
	parts := []string{fmt.Sprintf("number %d, on %s", a.Number, a.Worker)}
	if a.Host != "" && !strings.HasPrefix(a.Worker, a.Host) {
		parts[0] += " at " + a.Host
	}
	if a.Took != "" {
		parts = append(parts, "took "+a.Took)
	}
	if a.Exit != 0 {
		parts = append(parts, fmt.Sprintf("exit status %d", a.Exit))
	}
	v.add("attempt", oneLine(strings.Join(parts, ", ")))
	for _, name := range slices.Sorted(maps.Keys(a.Details)) {
		v.add(name, oneLine(a.Details[name]))
	}
}

func waitingLine(m *Message) string {
	tasks, it := "tasks wait", "it"
	if m.Waiting == 1 {
		tasks = "task waits"
	}
	if m.Count != 1 {
		it = "them"
	}
	return fmt.Sprintf("%d %s for %s", m.Waiting, tasks, it)
}

func (v *view) addRuns() {
	var lines []string
	for _, r := range v.Runs {
		line := fmt.Sprintf("run %d", r.Key)
		if r.By != "" {
			line = r.By + ", " + line
		}
		if r.Request != "" {
			line += fmt.Sprintf(" %q", r.Request)
		}
		if len(r.Roots) > 0 {
			line += ": " + strings.Join(r.Roots, ", ")
		}
		lines = append(lines, oneLine(line))
	}
	v.add("asked by", lines...)
}

func (v *view) addLines() {
	switch {
	case len(v.Message.Lines) == 0:
	case v.Status == StatusDigest:
		v.LinesHeading = "What was held back:"
	default:
		v.LinesHeading = "All of them:"
	}
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
