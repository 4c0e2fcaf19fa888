package notify

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

const (
	mostNamed    = 10  // tasks that a message names
	mostRuns     = 3   // and runs
	mostRoots    = 3   // of each run
	recentRuns   = 500 // among which those that wait are looked for
	mostLogLines = 20
	longestLine  = 500      // of a log, in bytes
	logTail      = 64 << 10 // bytes, of which the last lines are taken
)

// compose makes the message of an incident, about those of its tasks that are still open, by key.
func (e *Engine) compose(ctx context.Context, b *book, i *incident, tasks []store.Task, now time.Time) (*Message, error) {
	m := e.message(b, i, now)
	m.Status, m.Severity, m.Error = StatusOpen, kinds[i.Kind].severity, Redact(i.Error)
	if kinds[i.Kind].open == nil || len(tasks) == 0 {
		m.Status, m.Incident = StatusEvent, ""
	}
	m.Count = cmp.Or(len(tasks), i.Count)
	if m.Reminder = i.Reminded; m.Reminder > 0 {
		m.ID = fmt.Sprintf("%s-reminder-%d", i.ID, m.Reminder)
	}
	if len(i.Lines) > 1 {
		for _, line := range i.Lines {
			m.Lines = append(m.Lines, Redact(line))
		}
		if more := i.Count - len(i.Lines); more > 0 {
			m.Lines = append(m.Lines, fmt.Sprintf("and %d more", more))
		}
	}
	m.Tasks = namedTasks(tasks)
	if len(tasks) > 0 {
		if err := e.addWaiting(ctx, m, tasks, i.Blaming); err != nil {
			return nil, err
		}
		if kinds[i.Kind].failure {
			if err := e.addAttempt(ctx, m, i, &tasks[0]); err != nil {
				return nil, err
			}
		}
		e.addCommands(m, i)
	}
	m.Subject = kinds[i.Kind].subject(m)
	if m.Reminder > 0 {
		m.Subject = "still: " + m.Subject
	}
	return m, nil
}

// message returns what all messages about an incident have.
func (e *Engine) message(b *book, i *incident, now time.Time) *Message {
	return &Message{
		ID: i.ID, Installation: b.place.Installation, Incident: i.ID, Kind: i.Kind,
		At: now.UTC().Truncate(time.Microsecond), Family: i.Family, Owner: i.Owner, Since: i.Opened.UTC(), Link: e.options.Link,
	}
}

// recovery makes the message that all tasks of an incident are done. Those that had failed because of it may be tried again.
func (e *Engine) recovery(b *book, i *incident, done, blaming []store.Task, now time.Time) *Message {
	m := e.message(b, i, now)
	m.ID, m.Status, m.Severity = i.ID+"-recovered", StatusRecovered, Info
	m.Count, m.Tasks = len(done), namedTasks(done)
	last := i.Opened
	for _, t := range done {
		if t.Changed.After(last) {
			last = t.Changed
		}
	}
	m.Took = shortDuration(last.Sub(i.Opened))
	m.Subject = fmt.Sprintf("%s is done, after %s", m.Tasks[0].ID, m.Took)
	if len(done) > 1 {
		m.Subject = fmt.Sprintf("%d of %s are done, after %s", len(done), i.Family, m.Took)
	}
	for _, t := range namedTasks(blaming) {
		m.Commands = append(m.Commands, e.command("forgive", t.ID))
	}
	return m
}

func namedTasks(tasks []store.Task) (named []Task) {
	for _, t := range tasks[:min(len(tasks), mostNamed)] {
		named = append(named, Task{oneLine(Redact(t.ID)), t.State, t.Changed.UTC()})
	}
	return named
}

// addWaiting tells what waits for tasks, and who has asked for it.
func (e *Engine) addWaiting(ctx context.Context, m *Message, tasks []store.Task, blaming []incidentTask) error {
	var keys []int64
	for _, t := range tasks {
		keys = append(keys, t.Key)
	}
	for _, t := range blaming {
		keys = append(keys, t.Key)
	}
	waiting, err := e.options.Scheduler.StuckBehind(ctx, keys)
	if err != nil {
		return err
	}
	m.Waiting = len(waiting) + len(blaming)
	concerned := map[int64]bool{}
	for _, key := range slices.Concat(keys, waiting) {
		concerned[key] = true
	}
	runs, err := e.options.Store.Runs(ctx, 0, recentRuns)
	if err != nil {
		return err
	}
	for _, r := range runs {
		roots := slices.DeleteFunc(slices.Clone(r.Roots), func(key int64) bool { return !concerned[key] })
		if len(roots) == 0 || len(m.Runs) == mostRuns {
			continue
		}
		found, err := e.options.Scheduler.Lookup(ctx, roots[:min(len(roots), mostRoots)])
		if err != nil {
			return err
		}
		run := Run{Key: r.Key, By: r.By, Roots: []string{}}
		if !madeUp.MatchString(r.Request) {
			run.Request = oneLine(Redact(r.Request))
		}
		for _, t := range found {
			run.Roots = append(run.Roots, oneLine(Redact(t.ID)))
		}
		m.Runs = append(m.Runs, run)
	}
	return nil
}

// madeUp are the names that the command line gives to requests without one; they say nothing.
var madeUp = regexp.MustCompile(`^[A-Z2-7]{26}$`)

// addAttempt tells of the attempt that failed, and the end of its log.
func (e *Engine) addAttempt(ctx context.Context, m *Message, i *incident, t *store.Task) error {
	fence := t.Fence
	for _, of := range i.Tasks {
		if of.Key == t.Key && of.Fence != 0 {
			fence = of.Fence
		}
	}
	attempts, err := e.options.Store.Attempts(ctx, store.AttemptQuery{Task: t.Key, Before: fence + 1, Limit: 1})
	if err != nil || len(attempts) == 0 {
		return err
	}
	a := &attempts[0]
	m.Attempt = &Attempt{Fence: a.Fence, Number: a.Number, Outcome: a.Outcome, Exit: a.Exit, Worker: a.Worker, Details: jobDetails(a.Details)}
	if !a.Ended.IsZero() {
		m.Attempt.Took = shortDuration(a.Ended.Sub(a.Started))
	}
	workers, err := e.options.Scheduler.Workers(ctx)
	if err != nil {
		return err
	}
	if n := slices.IndexFunc(workers, func(w scheduler.WorkerStatus) bool { return w.ID == a.Worker }); n >= 0 {
		m.Attempt.Host = workers[n].Host
	}
	m.Log, err = e.lastLines(ctx, a.Fence)
	return err
}

// jobDetails returns the details that lead to a job on a cluster; counters and sizes, whose names have a colon, are too many.
func jobDetails(details map[string]string) map[string]string {
	found := maps.Clone(details)
	maps.DeleteFunc(found, func(name, _ string) bool {
		return strings.Contains(name, ": ") || !strings.Contains(name, "url") && !strings.Contains(name, "application")
	})
	for name, value := range found {
		found[name] = Redact(value)
	}
	if len(found) == 0 {
		return nil
	}
	return found
}

// lastLines returns the end of a log.
func (e *Engine) lastLines(ctx context.Context, fence int64) ([]string, error) {
	text, err := e.options.Store.ReadLog(ctx, fence, -logTail, logTail)
	if err != nil {
		return nil, err
	}
	if len(text) == logTail { // the first line is cut
		_, text, _ = bytes.Cut(text, []byte("\n"))
	}
	// A secret may have several lines, so all of the text is looked at.
	lines := strings.Split(strings.TrimRight(visible(Redact(string(text))), "\n"), "\n")
	if len(lines) == 1 && lines[0] == "" {
		return nil, nil
	}
	lines = lines[max(0, len(lines)-mostLogLines):]
	for n, line := range lines {
		lines[n] = shorten(line, longestLine)
	}
	return slices.Clone(lines), nil
}

// addCommands adds what a person types to try again.
func (e *Engine) addCommands(m *Message, i *incident) {
	var ids []string
	verb := "forgive"
	switch {
	case kinds[i.Kind].failure:
		for _, t := range m.Tasks {
			ids = append(ids, t.ID)
		}
	case i.Kind == inputMissing:
		verb = "run"
		for _, r := range m.Runs {
			ids = append(ids, r.Roots...)
		}
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		m.Commands = append(m.Commands, e.command(verb, id))
	}
}

func (e *Engine) command(verb, id string) string {
	command := cmp.Or(e.options.Program, "gomr") + " " + verb + " " + quote(id)
	if e.options.Server != "" {
		command += " --server " + quote(e.options.Server)
	}
	return command
}

// quote makes one word of a text for a shell.
func quote(text string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:@%+=,", r)
	}
	if text != "" && strings.IndexFunc(text, func(r rune) bool { return !plain(r) }) < 0 {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
