package notify

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// A Report is how things are.
type Report struct {
	Loaded     time.Time // when the configuration in force was read
	Rejected   string    // what was wrong with it when it was read again later; empty where nothing was
	RejectedAt time.Time

	Channels  []ChannelReport // in the order of the file
	Incidents []IncidentReport
	Silences  []Silence
}

// A ChannelReport is how a channel does.
type ChannelReport struct {
	Name, Type string
	Target     string // who gets it, without secrets

	Waiting                     int   // messages on their way
	Delivered, Retried, GivenUp int64 // ever
	LastDelivery                time.Time
	LastError                   string
	LastErrorAt                 time.Time
	Failing                     int // attempts in a row that have failed
}

// An IncidentReport is an incident that is not mended.
type IncidentReport struct {
	ID, Kind, Family, Owner string
	Error                   string
	Opened                  time.Time
	Told                    time.Time // zero while it is collected, or silenced
	Channels                []string
	Tasks                   int
}

// ask has the loop do something, and waits until what it changed is written.
func (e *Engine) ask(ctx context.Context, do func(b *book) error) error {
	return e.askFor(ctx, &request{do: do})
}

func (e *Engine) askFor(ctx context.Context, r *request) error {
	r.reply = make(chan error, 1)
	select {
	case e.requests <- r:
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-e.done:
		return ErrClosed
	}
	select {
	case err := <-r.reply:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Report tells how things are.
func (e *Engine) Report(ctx context.Context) (report Report, err error) {
	err = e.ask(ctx, func(b *book) error {
		report = e.report(b)
		return nil
	})
	if err != nil {
		return Report{}, err
	}
	return report, nil
}

func (e *Engine) report(b *book) Report {
	report := Report{Loaded: e.loaded, Rejected: e.rejected.reason, RejectedAt: e.rejected.at}
	for _, name := range e.channelNames() {
		c, kept := e.channels[name], b.record(name)
		report.Channels = append(report.Channels, ChannelReport{
			Name: name, Type: c.Type(), Target: c.target(), Waiting: len(b.lettersOf(name)),
			Delivered: kept.Delivered, Retried: kept.Retried, GivenUp: kept.GivenUp,
			LastDelivery: kept.LastSent, LastError: kept.LastError, LastErrorAt: kept.ErrorAt, Failing: kept.Failures,
		})
	}
	for _, i := range b.inOrder() {
		report.Incidents = append(report.Incidents, IncidentReport{
			ID: i.ID, Kind: i.Kind, Family: i.Family, Owner: i.Owner, Error: firstLine(Redact(i.Error)),
			Opened: i.Opened, Told: i.Told, Channels: slices.Clone(i.Channels), Tasks: len(i.Tasks),
		})
	}
	for _, families := range sortedNames(b.silences) {
		report.Silences = append(report.Silences, *b.silences[families])
	}
	return report
}

// target says who gets the messages of a channel, as far as it is no secret.
func (c *channel) target() string {
	switch s := c.sender.(type) {
	case *mailSender:
		return fmt.Sprintf("%s by %s:%d", oneLine(strings.Join(s.mail.To, ", ")), s.mail.Host, s.port)
	case *slackSender:
		return s.host
	case *webhookSender:
		return s.host
	}
	return ""
}

// longestSilence bounds silences, so that none is forgotten.
const longestSilence = 30 * 24 * time.Hour

// SilenceEvent and UnsilenceEvent are the kinds of events that tell of silences.
const (
	SilenceEvent   = "silenced"
	UnsilenceEvent = "unsilenced"
)

// Silence holds back what is about families that match a pattern, for a time. The error may be a
// [*scheduler.InvalidError].
func (e *Engine) Silence(ctx context.Context, families string, length time.Duration, by, note string) (Silence, error) {
	if _, err := path.Match(families, ""); err != nil || families == "" {
		return Silence{}, &scheduler.InvalidError{Reason: fmt.Sprintf("%q is no pattern of families, such as WordCount or Word*", families)}
	}
	if length <= 0 || length > longestSilence {
		return Silence{}, &scheduler.InvalidError{Reason: fmt.Sprintf("a silence of %s: it can last up to %d hours", length, int(longestSilence.Hours()))}
	}
	now := e.now().UTC()
	s := &Silence{Families: families, Since: now, Until: now.Add(length), By: by, Note: note}
	err := e.ask(ctx, func(b *book) error {
		b.silences[families] = s
		b.changed[silenceSetting+families] = s
		b.events = append(b.events, store.Event{Kind: SilenceEvent, By: by, Message: trimNote(families+" until "+stamp(s.Until), note)})
		return nil
	})
	if err != nil {
		return Silence{}, err
	}
	return *s, nil
}

func trimNote(what, note string) string {
	if note == "" {
		return what
	}
	return what + ": " + oneLine(note)
}

// Unsilence ends a silence, by its pattern. What was held back is told at once. The error may be a
// [*scheduler.InvalidError].
func (e *Engine) Unsilence(ctx context.Context, families, by, note string) error {
	return e.ask(ctx, func(b *book) error {
		if b.silences[families] == nil {
			return &scheduler.InvalidError{Reason: fmt.Sprintf("there is no silence of %q; there are %q", families, sortedNames(b.silences))}
		}
		delete(b.silences, families)
		b.changed[silenceSetting+families] = nil
		b.events = append(b.events, store.Event{Kind: UnsilenceEvent, By: by, Message: trimNote(families, note)})
		for _, i := range b.incidents {
			if i.Told.IsZero() && matches(families, i.Family) {
				i.Due = i.Opened.Add(e.config.Window)
				b.touch(i)
			}
		}
		return nil
	})
}

// longestTest bounds a test, for somebody waits for its end.
const longestTest = 20 * time.Second

// A TestResult is what became of a test.
type TestResult struct {
	Said []string // what was said in short, a line for each step: > by us, < by the other side, ! what went wrong
	Err  error    // nil where it was taken; a [*DeliveryError] or another
}

// Test sends a message to a channel now, whatever waits for it. The owner is of whom a mail to owners goes to. An unknown
// channel is a [*scheduler.InvalidError], and so is one that would tell nobody.
func (e *Engine) Test(ctx context.Context, name, owner, by string) (TestResult, error) {
	var c *channel
	installation := ""
	owner = ownerOf(owner)
	err := e.ask(ctx, func(b *book) error {
		if c = e.channels[name]; c == nil {
			return &scheduler.InvalidError{Reason: fmt.Sprintf("there is no channel %q; there are %q", name, e.channelNames())}
		}
		if c.Mail != nil && len(c.Mail.recipients(owner)) == 0 {
			return &scheduler.InvalidError{Reason: fmt.Sprintf("the channel %s tells the owners of tasks: name the address of one, as with --owner ann@example.com", name)}
		}
		installation = b.place.Installation
		return nil
	})
	if err != nil {
		return TestResult{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, min(c.Timeout, longestTest))
	defer cancel()
	stop := context.AfterFunc(e.ctx, cancel) //nolint:contextcheck // it ends with the engine too
	defer stop()
	now := e.now().UTC()
	said, err := c.sender.send(ctx, &Message{
		ID: fmt.Sprintf("test-%d", now.UnixMicro()), Installation: installation, Status: StatusTest, Kind: testKind, Severity: Info,
		At: now, Subject: fmt.Sprintf("a test of the channel %s, asked for by %s", name, by), Count: 1, Owner: owner, Link: e.options.Link,
	})
	return TestResult{said, err}, nil
}
