package calendar

import (
	"fmt"
	"strings"
	"time"
)

// A Spec says when something is due, in a time zone. See the package for the forms and the rules.
type Spec struct {
	text   string
	zone   *time.Location
	times  times
	period Period
}

// times are instants in their order.
type times interface {
	// next returns the first one after an instant, or the zero time.
	next(after time.Time) time.Time

	words() string
}

// A SpecError is a text that is no specification.
type SpecError struct {
	Text    string
	Problem string
}

func (e *SpecError) Error() string {
	return fmt.Sprintf("bad time %q: %s; write for example @daily, 0 3 * * *, @every 15m or R/2026-01-01T06:00/P1D", e.Text, e.Problem)
}

// words are specifications with names, as those of cron.
var words = map[string]string{
	"@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 1",
	"@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
}

// Parse reads a specification. The error is a [*SpecError].
func Parse(text string, zone *time.Location) (*Spec, error) {
	s := &Spec{text: text, zone: zone}
	var problem string
	switch {
	case words[text] != "":
		problem = s.parseCron(words[text])
	case strings.HasPrefix(text, "@every "):
		problem = s.parseEvery(strings.TrimSpace(strings.TrimPrefix(text, "@every ")))
	case strings.HasPrefix(text, "@"):
		problem = "there is no such word; there are @hourly, @daily, @weekly, @monthly, @yearly and @every"
	case strings.HasPrefix(text, "R"):
		problem = s.parseRepeating()
	default:
		problem = s.parseCron(text)
	}
	if problem != "" {
		return nil, &SpecError{text, problem}
	}
	return s, nil
}

// Next returns the first instant after another one that is due, in the zone. The zero time says
// that there is none.
func (s *Spec) Next(after time.Time) time.Time { return s.times.next(after.In(s.zone)) }

// Period returns the period that fits: the one of which a partition passes from one time to the next.
func (s *Spec) Period() Period { return s.period }

// Zone returns the time zone.
func (s *Spec) Zone() *time.Location { return s.zone }

// String returns the text that was parsed.
func (s *Spec) String() string { return s.text }
