package notify

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/gomr/gomr/orchestrate/store"
)

// givenUpEvent is the kind of the events that tell of a message that nobody has got.
const givenUpEvent = "notification given up"

const (
	firstPause = 10 * time.Second
	lastPause  = 10 * time.Minute

	// mostDigestLines bounds the lines of a digest.
	mostDigestLines = 100
)

// A result is what became of one attempt to deliver a letter.
type result struct {
	channel string
	key     string // of the letter
	err     error
	at      time.Time
}

// lettersOf returns the letters of a channel in the order in which they may be tried.
func (b *book) lettersOf(channel string) (letters []*letter) {
	for _, l := range b.letters {
		if l.Channel == channel {
			letters = append(letters, l)
		}
	}
	slices.SortFunc(letters, func(l, m *letter) int {
		return cmpOr(l.Next.Compare(m.Next), l.Queued.Compare(m.Queued), compareIDs(l.Message.ID, m.Message.ID))
	})
	return letters
}

// compareIDs orders i2 before i10, and an incident before its recovery.
func compareIDs(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	if a < b {
		return -1
	}
	return boolToInt(a > b)
}

func cmpOr(orders ...int) int {
	for _, o := range orders {
		if o != 0 {
			return o
		}
	}
	return 0
}

func boolToInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// send hands each channel that has nothing on its way the next letter.
func (e *Engine) send() {
	now := e.now()
	for _, name := range e.channelNames() {
		c := e.channels[name]
		if e.busy[name] != "" || c.pause.After(now) || e.full(c) {
			continue
		}
		l := e.nextLetter(c, now)
		if l == nil {
			continue
		}
		e.busy[name] = l.key()
		e.dispatch(c, l.key(), l.Message)
	}
}

// nextLetter returns the letter of a channel that is due and is not to wait for another one of its incident.
func (e *Engine) nextLetter(c *channel, now time.Time) *letter {
	letters := e.book.lettersOf(c.Name)
	for _, l := range letters {
		if l.Next.After(now) {
			return nil
		}
		if !slices.ContainsFunc(letters, func(other *letter) bool { return comesBefore(other, l) }) {
			return l
		}
	}
	return nil
}

// comesBefore reports whether a letter is about the same incident as another, and older: who hears of an end before the
// beginning believes that it goes on.
func comesBefore(l, other *letter) bool {
	return l != other && l.Message.Incident != "" && l.Message.Incident == other.Message.Incident &&
		cmpOr(l.Queued.Compare(other.Queued), compareIDs(l.Message.ID, other.Message.ID)) < 0
}

// nextDelivery returns when a channel has something to do.
func (e *Engine) nextDelivery(c *channel) (at time.Time, ok bool) {
	letters := e.book.lettersOf(c.Name)
	if len(letters) == 0 {
		return time.Time{}, false
	}
	at = letters[0].Next
	if c.pause.After(at) {
		at = c.pause
	}
	if sent := e.book.record(c.Name).Sent; len(sent) >= c.MostPerHour {
		if room := sent[len(sent)-c.MostPerHour].Add(time.Hour); room.After(at) {
			at = room
		}
	}
	return at, true
}

// deliver sends a message, away from the loop.
func (e *Engine) deliver(c *channel, key string, m *Message) {
	ctx, cancel := context.WithTimeout(e.ctx, c.Timeout)
	defer cancel()
	_, err := c.sender.send(ctx, m)
	select {
	case e.results <- &result{c.Name, key, err, e.now()}:
	case <-e.ctx.Done():
	}
}

func (b *book) record(channel string) *record { return entry(b.records, channel) }

// settle notes what became of a letter.
func (e *Engine) settle(b *book, r *result) {
	c, kept := e.channels[r.channel], b.record(r.channel)
	if e.busy[r.channel] == r.key {
		delete(e.busy, r.channel)
	}
	l := b.letters[r.key]
	if l == nil || c == nil && r.err != nil {
		return // a channel that is no more does not try again
	}
	b.touchRecord(r.channel)
	if r.err == nil {
		b.drop(l)
		kept.Sent = append(kept.Sent, r.at)
		kept.Delivered++
		kept.Failures, kept.LastSent = 0, r.at
		if c != nil {
			c.pause = time.Time{}
		}
		return
	}
	text := shorten(oneLine(Redact(r.err.Error())), longestSubject)
	kept.LastError, kept.ErrorAt = text, r.at
	var refused *DeliveryError
	permanent := errors.As(r.err, &refused) && refused.Permanent
	if permanent || r.at.Sub(l.Queued) >= c.GiveUpAfter {
		e.giveUp(b, l, text)
		kept.GivenUp++
		return
	}
	kept.Failures++
	kept.Retried++
	wait := backOff(kept.Failures)
	if refused != nil {
		wait = max(wait, refused.RetryAfter)
	}
	l.Attempts++
	l.Next = r.at.Add(wait)
	c.pause = l.Next
	b.touchLetter(l)
	e.log.Warn("a message was not taken; it is tried again", "channel", l.Channel, "message", l.Message.ID, "after", wait, "error", text)
}

// giveUp drops a letter, with those that come after it: nobody needs the end of what was never told.
func (e *Engine) giveUp(b *book, l *letter, text string) {
	e.log.Error("a message is given up", "channel", l.Channel, "message", l.Message.ID, "subject", l.Message.Subject, "error", text)
	b.events = append(b.events, store.Event{
		Kind: givenUpEvent, By: "notify",
		Message: fmt.Sprintf("%s: %s: %s", l.Channel, l.Message.Subject, text),
	})
	b.drop(l)
	incident := l.Message.Incident
	if incident == "" || l.Message.Status != StatusOpen || l.Message.Reminder > 0 {
		return
	}
	for _, other := range b.lettersOf(l.Channel) {
		if other.Message.Incident == incident {
			b.drop(other)
		}
	}
	if i := b.incidents[incident]; i != nil {
		i.Channels = slices.DeleteFunc(i.Channels, func(name string) bool { return name == l.Channel })
		b.touch(i)
	}
}

// backOff returns how long to wait after so many failures: the wait doubles, and a random part of up to one half is
// taken off.
func backOff(failures int) time.Duration {
	wait := firstPause
	for range failures - 1 {
		if wait *= 2; wait >= lastPause {
			wait = lastPause
			break
		}
	}
	return wait - rand.N(wait/2)
}

// full reports whether a channel has had its share of this hour.
func (e *Engine) full(c *channel) bool {
	return len(e.book.record(c.Name).Sent)+boolToInt(e.busy[c.Name] != "") >= c.MostPerHour
}

// holdBack holds the letters of channels that have had their share, and makes one of them when there is room.
func (e *Engine) holdBack(b *book, now time.Time) {
	for _, name := range e.channelNames() {
		c, kept := e.channels[name], b.record(name)
		if recent := slices.DeleteFunc(slices.Clone(kept.Sent), func(at time.Time) bool { return now.Sub(at) >= time.Hour }); len(recent) < len(kept.Sent) {
			kept.Sent = recent
			b.touchRecord(name)
		}
		waiting := map[string][]*letter{} // by who gets them, so that no owner reads of another's
		for _, l := range b.lettersOf(name) {
			if l.key() == e.busy[name] || l.Message.Status == StatusDigest {
				continue
			}
			if e.full(c) && !l.Held {
				l.Held = true
				b.touchLetter(l)
			}
			addressee := c.addressee(l.Message.Owner)
			waiting[addressee] = append(waiting[addressee], l)
		}
		for _, addressee := range sortedNames(waiting) {
			letters := waiting[addressee]
			held := slices.ContainsFunc(letters, func(l *letter) bool { return l.Held })
			if held && len(letters) > 1 && !e.full(c) {
				e.digest(b, name, addressee, letters, now)
			}
		}
	}
}

// digest replaces letters of a channel by one that has their subjects. The owner is empty where they are not for one.
func (e *Engine) digest(b *book, channel, owner string, letters []*letter, now time.Time) {
	slices.SortFunc(letters, func(l, m *letter) int {
		return cmpOr(l.Message.At.Compare(m.Message.At), compareIDs(l.Message.ID, m.Message.ID))
	})
	first := letters[0].Message
	m := &Message{
		ID: "digest-" + first.ID, Installation: b.place.Installation, Status: StatusDigest, Kind: digestKind, Severity: Info,
		At: now.UTC(), Count: len(letters), Since: first.At, Link: e.options.Link, Owner: owner,
		Subject: fmt.Sprintf("%d more messages, which came too fast", len(letters)),
	}
	for n, l := range letters {
		if l.Message.Severity.atLeast(m.Severity) {
			m.Severity = l.Message.Severity
		}
		if n < mostDigestLines {
			m.Lines = append(m.Lines, l.Message.At.Format("15:04:05")+"  "+l.Message.Subject)
		}
		b.drop(l)
	}
	if more := len(letters) - mostDigestLines; more > 0 {
		m.Lines = append(m.Lines, fmt.Sprintf("and %d more", more))
	}
	b.put(&letter{Channel: channel, Message: m, Queued: now, Next: now})
}

// sortedNames returns the names of entries.
func sortedNames[T any](entries map[string]T) []string { return slices.Sorted(maps.Keys(entries)) }
