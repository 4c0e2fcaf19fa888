package notify

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gomr/gomr/orchestrate/store"
)

// A Status says what a message is for.
type Status string

// The statuses of messages.
const (
	StatusOpen      Status = "open"      // there is an incident, or still is
	StatusRecovered Status = "recovered" // all tasks of the incident are done
	StatusEvent     Status = "event"     // something has happened that nobody can mend
	StatusDigest    Status = "digest"    // messages that were held back
	StatusTest      Status = "test"
)

// A Message is what is told, once for all channels. It is also the document of a webhook. Nothing in it looks
// like a secret.
type Message struct {
	ID           string    `json:"id"`                 // the same each time it is delivered
	Installation string    `json:"installation"`       // of the scheduler, in whose messages IDs are unique
	Status       Status    `json:"status"`             // what to do with it
	Incident     string    `json:"incident,omitempty"` // what is told again, and closed, under this name
	Reminder     int       `json:"reminder,omitempty"` // how often it was told before
	Kind         string    `json:"kind"`               // one of Kinds, "digest" or "test"
	Severity     Severity  `json:"severity"`           // info, warning or error
	At           time.Time `json:"at"`                 // when it was decided
	Subject      string    `json:"subject"`            // a line

	Family  string    `json:"family,omitempty"` // of the tasks
	Owner   string    `json:"owner,omitempty"`  // of the tasks
	Count   int       `json:"count"`            // of the tasks or events
	Tasks   []Task    `json:"tasks,omitempty"`  // the first ones
	Error   string    `json:"error,omitempty"`  // of the first task, or what the event says
	Since   time.Time `json:"since,omitzero"`   // of the first event
	Took    string    `json:"took,omitempty"`   // from then until all were done, such as "2h5m"
	Waiting int       `json:"waiting"`          // tasks that wait for these and can't go on
	Runs    []Run     `json:"runs,omitempty"`   // the newest ones that wait
	Attempt *Attempt  `json:"attempt,omitempty"`

	Log      []string `json:"log,omitempty"`      // the last lines of that attempt's log
	Commands []string `json:"commands,omitempty"` // that try again, for a shell
	Lines    []string `json:"lines,omitempty"`    // of a digest, or of several events
	Link     string   `json:"link,omitempty"`     // to the server
}

// A Task is one that a message is about.
type Task struct {
	ID    string      `json:"id"`
	State store.State `json:"state"`
	Since time.Time   `json:"since,omitzero"` // of its state
}

// A Run is a request that waits for the tasks of a message.
type Run struct {
	Key     int64    `json:"key"`
	By      string   `json:"by,omitempty"`
	Request string   `json:"request,omitempty"`
	Roots   []string `json:"roots"` // IDs of some that it asked for
}

// An Attempt is the last one of the first task of a message.
type Attempt struct {
	Fence   int64             `json:"fence"`
	Number  int               `json:"number"` // of those in a row, from 1
	Outcome store.Outcome     `json:"outcome,omitempty"`
	Exit    int               `json:"exit,omitempty"`
	Worker  string            `json:"worker"`
	Host    string            `json:"host,omitempty"`
	Took    string            `json:"took,omitempty"`
	Details map[string]string `json:"details,omitempty"` // such as the URL that shows it on YARN
}

// longestSubject bounds a subject, in bytes. A phone shows fewer.
const longestSubject = 240

// firstLine returns the first line of a text that is not empty, without what a header or a terminal would take for more than text.
func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return oneLine(line)
}

// oneLine makes one line of a text, of letters that can be seen.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "\uFFFD"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
	}), " ")
}

// shorten cuts a text to at most so many bytes.
func shorten(text string, most int) string {
	if len(text) <= most {
		return text
	}
	end := most - len("…")
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}

// visible returns a text with lines, without what a terminal or a page would take for more than that.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
}

// shortDuration returns a duration as people say it.
func shortDuration(d time.Duration) string {
	switch {
	case d >= time.Hour:
		d = d.Round(time.Minute)
	case d >= time.Second:
		d = d.Round(time.Second)
	default:
		d = d.Round(time.Millisecond)
	}
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
