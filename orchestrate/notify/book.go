package notify

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// The names of settings. Each has one document in JSON.
const (
	prefix          = "notify "
	placeSetting    = prefix + "place"
	incidentSetting = prefix + "incident " // and its ID
	letterSetting   = prefix + "letter "   // and its key
	recordSetting   = prefix + "channel "  // and its name
	silenceSetting  = prefix + "silence "  // and its pattern
)

// A book is all that an engine keeps. What of it has changed is collected, to be written as one.
type book struct {
	place     place
	incidents map[string]*incident
	letters   map[string]*letter
	records   map[string]*record
	silences  map[string]*Silence

	byTask  map[taskOf]*incident // that are open
	changed map[string]any       // documents by setting; nil removes one
	events  []store.Event        // to be added to the history
}

// A place is how far the history was read.
type place struct {
	Seq          int64  `json:"seq"`
	Installation string `json:"installation"` // a random name, in which IDs of messages are unique
}

// A taskOf is a task in incidents of one sort, of which it is in one at most.
type taskOf struct {
	sort string
	key  int64
}

// sortOf returns what kinds have in common whose incidents replace each other.
func sortOf(kind string) string {
	if kinds[kind].failure {
		return "failure"
	}
	return kind
}

// An incident is events with one cause.
type incident struct {
	ID     string    `json:"id"`
	Seq    int64     `json:"seq"` // of its first event
	Kind   string    `json:"kind"`
	Family string    `json:"family,omitempty"`
	Owner  string    `json:"owner,omitempty"` // of its tasks
	Cause  string    `json:"cause"`           // what events have in common to be of it
	Error  string    `json:"error,omitempty"`
	Opened time.Time `json:"opened"` // when its first event was

	Due      time.Time `json:"due"` // when it is to be told
	Told     time.Time `json:"told,omitzero"`
	Channels []string  `json:"channels,omitempty"` // that were told
	Reminded int       `json:"reminded,omitempty"`

	Tasks []incidentTask `json:"tasks,omitempty"`

	// Blaming are tasks that have failed because of these: they had asked for one while they ran.
	Blaming []incidentTask `json:"blaming,omitempty"`

	Lines []string `json:"lines,omitempty"` // the messages of events about no task
	Count int      `json:"count,omitempty"` // of those events
}

// An incidentTask is a task of an incident.
type incidentTask struct {
	Key      int64  `json:"key"`
	ID       string `json:"id"`
	Fence    int64  `json:"fence,omitempty"`    // of the attempt that failed
	Forgiven bool   `json:"forgiven,omitempty"` // since then
}

// A letter is a message on its way to one channel.
type letter struct {
	Channel  string    `json:"channel"`
	Message  *Message  `json:"message"`
	Queued   time.Time `json:"queued"`
	Next     time.Time `json:"next"` // when it may be tried
	Attempts int       `json:"attempts,omitempty"`
	Held     bool      `json:"held,omitempty"` // since the channel has had its share
}

func (l *letter) key() string { return l.Channel + " " + l.Message.ID }

// A record is what has become of the messages of a channel.
type record struct {
	Sent      []time.Time `json:"sent,omitempty"` // within an hour
	Delivered int64       `json:"delivered,omitempty"`
	Retried   int64       `json:"retried,omitempty"`
	GivenUp   int64       `json:"given_up,omitempty"`
	LastSent  time.Time   `json:"last_sent,omitzero"`
	Failures  int         `json:"failures,omitempty"` // in a row
	LastError string      `json:"last_error,omitempty"`
	ErrorAt   time.Time   `json:"error_at,omitzero"`
}

// A Silence holds back what is about families that match a pattern, until a time. What is still so then, is told then.
type Silence struct {
	Families string    `json:"families"` // a pattern as of [path.Match]
	Until    time.Time `json:"until"`
	Since    time.Time `json:"since"`
	By       string    `json:"by,omitempty"`
	Note     string    `json:"note,omitempty"`
}

// loadBook reads a book. Where there is none, it begins where the history is now: what was before is not told.
func loadBook(ctx context.Context, s Scheduler) (*book, error) {
	settings, err := s.Settings(ctx, prefix)
	if err != nil {
		return nil, err
	}
	b := &book{
		incidents: map[string]*incident{}, letters: map[string]*letter{}, records: map[string]*record{}, silences: map[string]*Silence{},
		byTask: map[taskOf]*incident{}, changed: map[string]any{},
	}
	for name, value := range settings {
		if err := b.load(name, []byte(value)); err != nil {
			return nil, fmt.Errorf("the setting %q: %w", name, err)
		}
	}
	for _, i := range b.incidents {
		b.index(i)
	}
	if b.place.Installation == "" {
		if b.place.Seq, err = s.LastEvent(ctx); err != nil {
			return nil, err
		}
		b.place.Installation = strings.ToLower(rand.Text()[:10])
		b.changed[placeSetting] = &b.place
	}
	return b, nil
}

func (b *book) load(name string, value []byte) error {
	if name == placeSetting {
		return json.Unmarshal(value, &b.place)
	}
	for before, into := range map[string]func(key string) any{
		incidentSetting: func(key string) any { return entry(b.incidents, key) },
		letterSetting:   func(key string) any { return entry(b.letters, key) },
		recordSetting:   func(key string) any { return entry(b.records, key) },
		silenceSetting:  func(key string) any { return entry(b.silences, key) },
	} {
		if key, ok := strings.CutPrefix(name, before); ok {
			return json.Unmarshal(value, into(key))
		}
	}
	return nil // of a newer version
}

func entry[T any](entries map[string]*T, key string) *T {
	if entries[key] == nil {
		entries[key] = new(T)
	}
	return entries[key]
}

func (b *book) index(i *incident) {
	for _, t := range i.Tasks {
		b.byTask[taskOf{sortOf(i.Kind), t.Key}] = i
	}
}

// save writes what has changed.
func (b *book) save(ctx context.Context, s Scheduler) error {
	if len(b.changed)+len(b.events) == 0 {
		return nil
	}
	settings := make(map[string]string, len(b.changed))
	for name, document := range b.changed {
		if document == nil {
			settings[name] = ""
			continue
		}
		encoded, err := json.Marshal(document)
		if err != nil {
			return err
		}
		settings[name] = string(encoded)
	}
	if err := s.SetAll(ctx, settings, b.events...); err != nil {
		return err
	}
	b.changed, b.events = map[string]any{}, nil
	return nil
}

func (b *book) touch(i *incident)       { b.changed[incidentSetting+i.ID] = i }
func (b *book) touchLetter(l *letter)   { b.changed[letterSetting+l.key()] = l }
func (b *book) touchRecord(name string) { b.changed[recordSetting+name] = b.records[name] }

func (b *book) put(l *letter) {
	b.letters[l.key()] = l
	b.touchLetter(l)
}

func (b *book) drop(l *letter) {
	delete(b.letters, l.key())
	b.changed[letterSetting+l.key()] = nil
}

// close forgets an incident.
func (b *book) close(i *incident) {
	for _, t := range i.Tasks {
		b.unindex(i, t.Key)
	}
	delete(b.incidents, i.ID)
	b.changed[incidentSetting+i.ID] = nil
}

func (b *book) unindex(i *incident, task int64) {
	if key := (taskOf{sortOf(i.Kind), task}); b.byTask[key] == i {
		delete(b.byTask, key)
	}
}

// leave takes tasks out of an incident, and closes it where none is left.
func (b *book) leave(i *incident, leaves func(incidentTask) bool) {
	before := len(i.Tasks)
	i.Tasks = slices.DeleteFunc(i.Tasks, func(t incidentTask) bool {
		if !leaves(t) {
			return false
		}
		b.unindex(i, t.Key)
		return true
	})
	switch {
	case len(i.Tasks) == 0:
		b.close(i)
	case len(i.Tasks) != before:
		b.touch(i)
	}
}

// turn makes those tasks an incident's own that had failed because of its tasks.
func (b *book) turn(i *incident, tasks []store.Task) {
	blaming := i.Blaming
	i.Blaming = nil
	for _, t := range blaming {
		if hasKey(tasks, t.Key) && b.byTask[taskOf{sortOf(i.Kind), t.Key}] == nil {
			i.Tasks = append(i.Tasks, t)
		}
	}
	if len(tasks) > 0 {
		i.Kind, i.Family, i.Owner = scheduler.TaskFailed, tasks[0].Family, ownerOf(tasks[0].Owner)
		i.Error = shorten(tasks[0].Error, longestError)
	}
	b.index(i)
	b.touch(i)
}

// inOrder returns the incidents, the oldest first.
func (b *book) inOrder() []*incident {
	return slices.SortedFunc(maps.Values(b.incidents), func(i, j *incident) int { return int(i.Seq - j.Seq) })
}

// silencedUntil returns the end of the longest silence of a family, or zero.
func (b *book) silencedUntil(family string, now time.Time) (until time.Time) {
	for _, s := range b.silences {
		if s.Until.After(now) && s.Until.After(until) && matches(s.Families, family) {
			until = s.Until
		}
	}
	return until
}
