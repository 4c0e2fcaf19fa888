package trigger

import (
	"fmt"
	"time"

	"github.com/gomr/gomr/orchestrate/store"
)

// fire makes firings of what is due.
func (e *Engine) fire(s *schedule, now time.Time) error {
	if s.Paused {
		return nil
	}
	due, cursor, more := s.due(now)
	if cursor.IsZero() {
		return nil
	}
	if len(due) == 0 { // its label has fired before
		s.Cursor = cursor
		return nil
	}
	changed := s.clone()
	changed.Cursor, changed.Last = cursor, due[len(due)-1].Label
	fired := s.rules.caughtUp(due, now)
	events := changed.add(s.rules, fired, now)
	if left := len(due) - len(fired); left > 0 || more {
		events = append(events, s.leftOut(left, more, due))
	}
	return e.save(s, changed, events...)
}

// due returns the labels that are due and have not fired, the time up to which that is told, which is
// zero where nothing is due, and whether there are more before them than are ever caught up.
func (s *schedule) due(now time.Time) (due []FireTime, cursor time.Time, more bool) {
	if at := s.rules.next(s.Cursor); at.IsZero() || at.After(now) {
		return nil, time.Time{}, false
	}
	// From now backwards, for it may be years.
	for span := time.Hour; ; span *= 4 {
		from := now.Add(-span)
		if span > maxSpan || !from.After(s.Cursor) {
			from = s.Cursor
		}
		due, cursor = s.dueSince(from, now)
		if from.Equal(s.Cursor) {
			return due, cursor, false
		}
		if len(due) > MaxCatchUp {
			return due, cursor, true
		}
	}
}

// maxSpan keeps the span from overflowing.
const maxSpan = 50 * 365 * 24 * time.Hour

func (s *schedule) dueSince(from, now time.Time) (due []FireTime, cursor time.Time) {
	last := s.Last
	for at := s.rules.next(from); !at.IsZero() && !at.After(now); at = s.rules.next(at) {
		if label := s.rules.label(at).String(); label != last {
			due = append(due, FireTime{at, label})
			last = label
		}
		cursor = at.UTC()
	}
	return due, cursor
}

// caughtUp returns those of the due labels that fire.
func (r *rules) caughtUp(due []FireTime, now time.Time) []FireTime {
	switch r.CatchUp {
	case CatchUpAll:
		return due[max(0, len(due)-MaxCatchUp):]
	case CatchUpLatest:
		return due[len(due)-1:]
	case CatchUpNone:
	}
	for i := range due {
		if now.Sub(due[i].At) <= Grace {
			return due[i:]
		}
	}
	return nil
}

// leftOut tells of labels that were missed and don't fire.
func (s *schedule) leftOut(left int, more bool, due []FireTime) store.Event {
	text := fmt.Sprintf("%s: %d labels from %s on were missed, and are left out (catch_up is %s)", s.Schedule.Name, left, due[0].Label, s.rules.CatchUp)
	if more {
		text = fmt.Sprintf("%s: %d labels from %s on, and all before them, were missed, and are left out (catch_up is %s, of at most %d)",
			s.Schedule.Name, left, due[0].Label, s.rules.CatchUp, MaxCatchUp)
	}
	return store.Event{Kind: ScheduleSkipped, Message: text}
}

// add adds firings for labels, and returns what the history has of them.
func (d *document) add(r *rules, due []FireTime, now time.Time) (events []store.Event) {
	before := d.countOpen()
	for i, at := range due {
		if f := d.find(at.Label); f != nil && f.open() { // asked for by hand
			continue
		}
		f := Firing{
			Label: at.Label, Period: r.period.String(), Due: at.At.UTC(), Fired: now, State: Waiting, Since: now,
			Ready: len(r.Data) == 0, Launch: launchName(r.Name, at.Label),
		}
		switch {
		case r.Mode == Skip && before > 0:
			f.Note = "the run before has not ended"
		case before+i >= maxOpen:
			f.Note = fmt.Sprintf("%d others have not ended", maxOpen)
		}
		event := store.Event{Kind: ScheduleFired, Message: r.Name + " " + at.Label}
		if f.Note != "" {
			f.State, f.Ended = Skipped, now
			event = store.Event{Kind: ScheduleSkipped, Message: r.Name + " " + at.Label + ": " + f.Note}
		}
		d.Firings = append(d.Firings, f)
		events = append(events, event)
	}
	return events
}

// expire ends the wait for data that has not come in time.
func (e *Engine) expire(s *schedule, now time.Time) error {
	if s.Paused || s.rules.timeout == 0 {
		return nil
	}
	changed := s.clone()
	var events []store.Event
	for i := range changed.Firings {
		f := &changed.Firings[i]
		if f.State != Waiting || f.Ready || now.Before(f.Since.Add(s.rules.timeout)) {
			continue
		}
		f.State, f.Ended, f.Note = TimedOut, now, fmt.Sprintf("after %s: %s", s.rules.timeout, s.try(f).sight.text())
		events = append(events, store.Event{Kind: DataTimedOut, Message: s.Schedule.Name + " " + f.Label + " " + f.Note})
	}
	if events == nil {
		return nil
	}
	return e.save(s, changed, events...)
}
