package trigger

import (
	"context"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/gomr/gomr/orchestrate/calendar"
)

// lookTimeout bounds one look at the data of all schedules.
const lookTimeout = 2 * time.Minute

// successFile is what Hadoop's output committer writes last into a folder.
const successFile = "_SUCCESS"

// A want is a firing that waits for data.
type want struct {
	schedule   string
	applied    time.Time // of the schedule; what was seen is of no use to another one
	launch     string
	conditions []Condition // without placeholders
}

// A look is what was seen of some wants.
type look struct {
	wants []want
	found map[string]Found
	at    time.Time
}

// look looks at all data that is to be looked at now, unless a look is under way.
func (e *Engine) look(now time.Time) {
	if e.looking != nil {
		return
	}
	var wants []want
	for _, s := range e.schedules {
		wants = append(wants, s.wants(now)...)
	}
	if len(wants) == 0 {
		return
	}
	e.looking = make(chan look, 1)
	go func(ctx context.Context, out chan<- look) { // which has room for it
		ctx, cancel := context.WithTimeout(ctx, lookTimeout)
		defer cancel()
		out <- look{wants, lookAt(ctx, e.files, wants), now}
	}(e.ctx, e.looking)
}

// wants returns the firings of a schedule whose data is to be looked at.
func (s *schedule) wants(now time.Time) (wants []want) {
	if s.Paused {
		return nil
	}
	for i := range s.Firings {
		f := &s.Firings[i]
		if f.State != Waiting || f.Ready || now.Before(s.try(f).check) {
			continue
		}
		conditions, err := s.rules.conditions(f)
		if err != nil {
			t := s.try(f)
			t.sight, t.check = sight{problem: err.Error(), at: now}, s.rules.nextCheck(now)
			continue
		}
		wants = append(wants, want{s.Schedule.Name, s.Applied, f.Launch, conditions})
	}
	return wants
}

// nextCheck returns when to look next. Schedules that look equally often do so together.
func (r *rules) nextCheck(now time.Time) time.Time { return now.Truncate(r.poll).Add(r.poll) }

// conditions returns the conditions for a label, in which each path is a pattern to look for.
func (r *rules) conditions(f *Firing) ([]Condition, error) {
	p, err := f.partition()
	if err != nil {
		return nil, err
	}
	conditions := make([]Condition, len(r.Data))
	for i, c := range r.Data {
		paths, err := calendar.Expand(c.Paths, p)
		if err != nil {
			return nil, err
		}
		for j, name := range paths {
			paths[j] = path.Clean(name)
			if c.Success {
				paths[j] = path.Join(name, successFile)
			}
		}
		conditions[i] = Condition{Paths: paths, AtLeast: c.AtLeast}
	}
	return conditions, nil
}

// lookAt looks at each pattern once.
func lookAt(ctx context.Context, files Files, wants []want) map[string]Found {
	found := map[string]Found{}
	var patterns []string
	for _, w := range wants {
		for _, c := range w.conditions {
			for _, pattern := range c.Paths {
				if _, ok := found[pattern]; !ok {
					found[pattern] = Found{}
					patterns = append(patterns, pattern)
				}
			}
		}
	}
	for i, f := range files.Look(ctx, patterns) {
		found[patterns[i]] = f
	}
	return found
}

// see takes what a look has found.
func (e *Engine) see(seen look) {
	now := e.now()
	for _, w := range seen.wants {
		s := e.schedules[w.schedule]
		if s == nil || !s.Applied.Equal(w.applied) {
			continue
		}
		f := s.waiting(w.launch)
		if f == nil {
			continue
		}
		t := s.try(f)
		t.sight, t.check = sightOf(w.conditions, seen.found, seen.at), s.rules.nextCheck(now)
		if !t.sight.met {
			continue
		}
		changed := s.clone()
		changed.waiting(w.launch).Ready = true
		if err := e.save(s, changed); err != nil && e.ctx.Err() == nil {
			t.check = now.Add(retryAfter)
			e.log.ErrorContext(e.ctx, "data is there, and that can't be written", "schedule", w.schedule, "error", err)
		}
	}
}

// waiting returns the firing of a launch that waits for data, or nil.
func (d *document) waiting(launch string) *Firing {
	for i := range d.Firings {
		if f := &d.Firings[i]; f.Launch == launch && f.State == Waiting && !f.Ready {
			return f
		}
	}
	return nil
}

// A sight is what was seen of the conditions of a firing.
type sight struct {
	at      time.Time // zero where nobody has looked yet
	met     bool
	missing []string // patterns that nothing matches
	short   []string // conditions that lack some
	problem string   // why it can't be told
}

func sightOf(conditions []Condition, found map[string]Found, at time.Time) sight {
	s := sight{at: at, met: true}
	for _, c := range conditions {
		n := 0
		var missing []string
		problem := ""
		for _, pattern := range c.Paths {
			switch f := found[pattern]; {
			case f.Err != nil:
				problem = pattern + ": " + f.Err.Error()
			case f.N == 0:
				missing = append(missing, pattern)
			default:
				n += f.N
			}
		}
		if c.AtLeast > 0 && n >= c.AtLeast || c.AtLeast == 0 && missing == nil && problem == "" {
			continue
		}
		s.met = false
		s.missing = append(s.missing, missing...)
		if c.AtLeast > 0 {
			s.short = append(s.short, fmt.Sprintf("%d of at least %d there", n, c.AtLeast))
		}
		if problem != "" {
			s.problem = problem
		}
	}
	return s
}

// mostMissing is how many missing paths are named.
const mostMissing = 3

// text tells what was seen.
func (s *sight) text() string {
	if s.at.IsZero() {
		return "nobody has looked yet"
	}
	parts := s.short
	if n := len(s.missing); n > 0 {
		named := strings.Join(s.missing[:min(n, mostMissing)], ", ")
		if n > mostMissing {
			named += fmt.Sprintf(" and %d more", n-mostMissing)
		}
		parts = append(parts, "missing "+named)
	}
	if s.problem != "" {
		parts = append(parts, "can't be told: "+s.problem)
	}
	return strings.Join(parts, "; ")
}
