package notify

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

const (
	// mostTasks bounds the tasks of an incident; further ones are another one.
	mostTasks = 1000

	// mostLines bounds the messages of events that an incident keeps.
	mostLines = 20

	// stale is the age at which what nobody can mend is of no interest any more.
	stale = 24 * time.Hour
)

// A finding is an event with what is known of its task.
type finding struct {
	event *store.Event
	kind  string
	task  *store.Task // nil where it is about none
	error string

	// told returns the channels that are told of a kind of things about a family and an owner.
	told func(kind, family, owner string) []string
}

// note takes a finding into the incident that it belongs to.
func (b *book) note(f *finding, window time.Duration) {
	if f.task == nil {
		i := b.gather(f, window)
		i.Count++
		if len(i.Lines) < mostLines {
			i.Lines = append(i.Lines, oneLine(f.error))
		}
		b.touch(i)
		return
	}
	key := taskOf{sortOf(f.kind), f.task.Key}
	if old := b.byTask[key]; old != nil {
		if b.knows(old, f) {
			b.renew(old, f)
			return
		}
		b.leave(old, func(t incidentTask) bool { return t.Key == f.task.Key })
	} else if root := b.blamed(f); root != nil {
		root.Blaming = append(root.Blaming, incidentTask{Key: f.task.Key, ID: f.task.ID, Fence: f.event.Fence})
		b.touch(root)
		return
	}
	i := b.gather(f, window)
	i.Tasks = append(i.Tasks, incidentTask{Key: f.task.Key, ID: f.task.ID, Fence: f.event.Fence})
	b.byTask[key] = i
	b.touch(i)
}

// knows reports whether a task is in an incident already, and a finding about it is no news.
func (b *book) knows(old *incident, f *finding) bool {
	if old.Told.IsZero() {
		// It is told as it is now: a task that has failed in two ways has the last one.
		return old.Kind == f.kind && old.Cause == causeOf(f)
	}
	at := slices.IndexFunc(old.Tasks, func(t incidentTask) bool { return t.Key == f.task.Key })
	return !kinds[f.kind].again && old.Kind == f.kind && !old.Tasks[at].Forgiven
}

// renew has an incident that is not told show the last attempt of a task.
func (b *book) renew(old *incident, f *finding) {
	for n := range old.Tasks {
		if old.Told.IsZero() && old.Tasks[n].Key == f.task.Key && f.event.Fence > old.Tasks[n].Fence {
			old.Tasks[n].Fence = f.event.Fence
			b.touch(old)
		}
	}
}

// blamed returns the incident of a task that is named by the error of another one, which has failed because it had asked
// for it while it ran.
func (b *book) blamed(f *finding) *incident {
	if f.kind != scheduler.TaskFailed {
		return nil
	}
	for _, i := range b.inOrder() {
		if !kinds[i.Kind].failure && i.Kind != inputMissing || !subset(f.told(f.kind, f.family(), f.owner()), f.told(i.Kind, i.Family, i.Owner)) {
			continue // some would hear of neither
		}
		for _, t := range i.Tasks {
			// An ID without parameters may be any word.
			if t.Key != f.task.Key && strings.HasSuffix(t.ID, ")") && strings.Contains(f.error, t.ID) &&
				!slices.ContainsFunc(i.Blaming, func(other incidentTask) bool { return other.Key == f.task.Key }) {
				return i
			}
		}
	}
	return nil
}

func subset(some, all []string) bool {
	return !slices.ContainsFunc(some, func(one string) bool { return !slices.Contains(all, one) })
}

// forgive notes that somebody lets a task start again.
func (b *book) forgive(task int64) {
	i := b.byTask[taskOf{sortOf(scheduler.TaskFailed), task}]
	if i == nil {
		return
	}
	for n := range i.Tasks {
		if i.Tasks[n].Key == task && !i.Tasks[n].Forgiven {
			i.Tasks[n].Forgiven = true
			b.touch(i)
		}
	}
}

// gather returns the incident that collects findings of one cause, a new one where there is none.
func (b *book) gather(f *finding, window time.Duration) *incident {
	family, owner, cause := f.family(), f.owner(), causeOf(f)
	told := 0
	for _, i := range b.incidents {
		if i.Kind != f.kind || i.Family != family || i.Owner != owner || i.Cause != cause {
			continue
		}
		if i.Told.IsZero() && len(i.Tasks) < mostTasks {
			return i
		}
		told++
	}
	id := fmt.Sprintf("i%d", f.event.Seq)
	for n := 1; b.incidents[id] != nil; n++ { // an event may be about several tasks
		id = fmt.Sprintf("i%d.%d", f.event.Seq, n)
	}
	i := &incident{
		ID: id, Seq: f.event.Seq, Kind: f.kind, Family: family, Owner: owner, Cause: cause, Error: shorten(f.error, longestError),
		Opened: f.event.At, Due: f.event.At.Add(patience(window, told)),
	}
	b.incidents[i.ID] = i
	return i
}

// longestError bounds the error that is kept, in bytes.
const longestError = 4000

// patience returns how long to collect what has a cause that was told so often, and is not mended.
func patience(window time.Duration, told int) time.Duration {
	for range told {
		if window *= 5; window >= time.Hour {
			return max(time.Hour, window/5)
		}
	}
	return window
}

func (f *finding) family() string {
	if f.task == nil {
		return ""
	}
	return f.task.Family
}

func (f *finding) owner() string {
	if f.task == nil {
		return ""
	}
	return ownerOf(f.task.Owner)
}

// numbers are what differs between the errors of one cause: dates, sizes, ports and IDs.
var numbers = regexp.MustCompile(`\b0x[0-9a-fA-F]+\b|\d+`)

// causeOf returns what findings have in common to be one incident.
func causeOf(f *finding) string {
	line := firstLine(f.error)
	if f.task != nil {
		line = strings.ReplaceAll(line, f.task.ID, "it")
	}
	if f.kind == inputMissing {
		line = ""
	}
	return shorten(numbers.ReplaceAllString(line, "#"), longestSubject)
}
