package trigger

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gomr/gomr/orchestrate/calendar"
	"github.com/gomr/gomr/orchestrate/scheduler"
)

// A Schedule says when which task is wanted, as its owner writes it. Fields that are empty are left out
// in its document.
type Schedule struct {
	Name string `json:"name" minLength:"1" maxLength:"100" doc:"Letters, digits, dots, hyphens and underscores"`
	Time string `json:"time" maxLength:"1000" doc:"@daily and the like, five fields of cron, @every 15m, or a repeating interval of ISO 8601" example:"0 3 * * *"`
	Zone string `json:"zone,omitempty" maxLength:"100" doc:"Time zone by its name; left out is UTC" example:"Europe/Berlin"`

	Period string `json:"period,omitempty" maxLength:"100" doc:"What a label is: minute, 15 minutes, hour, day, week, month or year; left out follows from the time"`
	Offset int    `json:"offset,omitempty" minimum:"-100000" maximum:"100000" doc:"How many periods later than the last that has passed the label is; -1 is the one before"`

	Program  string   `json:"program" maxLength:"1000" doc:"Import path of the program that has the task"`
	Task     []string `json:"task" doc:"The task's name and its flags, with placeholders" example:"[\"Report\",\"--date={date}\"]"`
	Priority int      `json:"priority,omitempty" doc:"Is added to that of each task"`

	CatchUp CatchUp `json:"catch_up,omitempty" enum:"all,latest,none" doc:"What to do about times that were missed; left out is latest"`
	Mode    Mode    `json:"mode,omitempty" enum:"pipeline,skip,concurrent" doc:"What to do while the run before has not ended; left out is pipeline"`

	Start  string `json:"start,omitempty" maxLength:"100" doc:"Not due before; of the zone, unless it has an offset" example:"2026-01-01T06:00"`
	End    string `json:"end,omitempty" maxLength:"100" doc:"Not due later"`
	Paused *bool  `json:"paused,omitempty" doc:"Left out leaves it as it is"`

	Data    []Condition `json:"data,omitempty" maxItems:"100" doc:"What has to be there before the task is launched"`
	Poll    string      `json:"poll,omitempty" maxLength:"100" doc:"How often to look for the data; left out is 1m" example:"5m"`
	Timeout string      `json:"timeout,omitempty" maxLength:"100" doc:"How long to wait for the data; left out is for ever" example:"6h"`
}

// A Condition is met when files or folders are there. Paths are absolute, may have placeholders, and the
// wildcards of package path.
type Condition struct {
	Paths   []string `json:"paths" minItems:"1" maxItems:"1000"`
	Success bool     `json:"success,omitempty" doc:"Each must be a folder with the file _SUCCESS"`
	AtLeast int      `json:"at_least,omitempty" minimum:"0" doc:"How many files or folders of all paths must be there; left out is one for each path"`
}

// A CatchUp says which of the labels that were missed fire.
type CatchUp string

// The policies for what was missed.
const (
	CatchUpAll    CatchUp = "all"
	CatchUpLatest CatchUp = "latest" // the default
	CatchUpNone   CatchUp = "none"
)

// A Mode says what a firing does while an earlier one is open.
type Mode string

// The modes.
const (
	Pipeline   Mode = "pipeline" // waits; the default
	Skip       Mode = "skip"
	Concurrent Mode = "concurrent"
)

// defaultPoll is how often data is looked for, and leastPoll the shortest.
const (
	defaultPoll = time.Minute
	leastPoll   = time.Second
)

// rules are a schedule that has been checked.
type rules struct {
	Schedule

	zone       *time.Location
	spec       *calendar.Spec
	period     calendar.Period
	start, end time.Time // zero where there is none
	poll       time.Duration
	timeout    time.Duration // zero is none
}

// Check reports what is wrong with a schedule, as a [*scheduler.InvalidError].
func (s *Schedule) Check() error {
	_, err := s.rules()
	return err
}

var goodName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

func (s *Schedule) rules() (*rules, error) {
	r := &rules{Schedule: *s, poll: defaultPoll}
	if !goodName.MatchString(s.Name) || len(s.Name) > 100 {
		return nil, &scheduler.InvalidError{Reason: fmt.Sprintf("bad name %q of a schedule: it is letters, digits, dots, hyphens and underscores, and begins with a letter or digit", s.Name)}
	}
	for _, check := range []func() error{r.checkTime, r.checkPolicies, r.checkTask, r.checkData} {
		if err := check(); err != nil {
			return nil, &scheduler.InvalidError{Reason: fmt.Sprintf("schedule %s: %v", s.Name, err)}
		}
	}
	return r, nil
}

func (r *rules) checkTime() (err error) {
	if r.zone, err = loadZone(r.Zone); err != nil {
		return err
	}
	if r.spec, err = calendar.Parse(r.Time, r.zone); err != nil {
		return err
	}
	r.period = r.spec.Period()
	if r.Period != "" {
		if r.period, err = calendar.ParsePeriod(r.Period); err != nil {
			return err
		}
	}
	if r.Start != "" {
		if r.start, err = calendar.ParseTime(r.Start, r.zone); err != nil {
			return fmt.Errorf("start: %w", err)
		}
	}
	if r.End != "" {
		if r.end, err = calendar.ParseTime(r.End, r.zone); err != nil {
			return fmt.Errorf("end: %w", err)
		}
	}
	if r.Start != "" && r.End != "" && r.end.Before(r.start) {
		return fmt.Errorf("it ends at %s, before it starts at %s", r.End, r.Start)
	}
	return nil
}

// loadZone returns a zone by its name. That of the server's machine is none, for it is another elsewhere.
func loadZone(name string) (*time.Location, error) {
	zone, err := time.LoadLocation(cmp.Or(name, "UTC"))
	if err != nil || name == "Local" {
		return nil, fmt.Errorf("there is no time zone %q; write for example Europe/Berlin or UTC", name)
	}
	return zone, nil
}

func (r *rules) checkPolicies() error {
	r.CatchUp, r.Mode = cmp.Or(r.CatchUp, CatchUpLatest), cmp.Or(r.Mode, Pipeline)
	if !slices.Contains([]CatchUp{CatchUpAll, CatchUpLatest, CatchUpNone}, r.CatchUp) {
		return fmt.Errorf("bad catch_up %q: it is all, latest or none", r.CatchUp)
	}
	if !slices.Contains([]Mode{Pipeline, Skip, Concurrent}, r.Mode) {
		return fmt.Errorf("bad mode %q: it is pipeline, skip or concurrent", r.Mode)
	}
	return nil
}

func (r *rules) checkTask() error {
	switch {
	case r.Program == "":
		return errors.New("no program is named that has the task")
	case len(r.Task) == 0 || r.Task[0] == "":
		return errors.New(`no task is named; write for example task = ["Report", "--date={date}"]`)
	}
	_, err := calendar.Expand(r.Task, r.sample())
	return err
}

// sample returns some partition.
func (r *rules) sample() calendar.Partition {
	return calendar.Last(r.period, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), r.zone)
}

func (r *rules) checkData() (err error) {
	for i, c := range r.Data {
		if len(c.Paths) == 0 {
			return fmt.Errorf("data condition %d names no paths", i+1)
		}
		paths, err := calendar.Expand(c.Paths, r.sample())
		if err != nil {
			return err
		}
		for _, name := range paths {
			if !strings.HasPrefix(name, "/") || path.Clean(name) != strings.TrimSuffix(name, "/") {
				return fmt.Errorf("bad path %q: it begins with / and has no . and .. in it", name)
			}
			if _, err := path.Match(name, ""); err != nil {
				return fmt.Errorf("bad path %q: its wildcards are no pattern", name)
			}
		}
		if c.AtLeast < 0 {
			return fmt.Errorf("at_least is %d, and must be 1 or more", c.AtLeast)
		}
	}
	if (r.Poll != "" || r.Timeout != "") && len(r.Data) == 0 {
		return errors.New("poll and timeout are for data, of which there is none")
	}
	if r.poll, err = duration("poll", r.Poll, defaultPoll, leastPoll); err != nil {
		return err
	}
	r.timeout, err = duration("timeout", r.Timeout, 0, leastPoll)
	return err
}

func duration(name, text string, fallback, least time.Duration) (time.Duration, error) {
	if text == "" {
		return fallback, nil
	}
	d, err := time.ParseDuration(text)
	switch {
	case err != nil:
		return 0, fmt.Errorf("bad %s %q: it is a duration such as 5m or 6h", name, text)
	case d < least:
		return 0, fmt.Errorf("%s is %s, and must be at least %s", name, d, least)
	}
	return d, nil
}

// Sample returns the task and its flags for some label, for those who know the program.
func (s *Schedule) Sample() ([]string, error) {
	r, err := s.rules()
	if err != nil {
		return nil, err
	}
	return calendar.Expand(r.Task, r.sample())
}

// next returns the next time after another one that is due, or the zero time.
func (r *rules) next(after time.Time) time.Time {
	if !r.start.IsZero() && after.Before(r.start) {
		after = r.start.Add(-1)
	}
	at := r.spec.Next(after)
	if !r.end.IsZero() && at.After(r.end) {
		return time.Time{}
	}
	return at
}

// label returns the partition that is worked on at a time.
func (r *rules) label(at time.Time) calendar.Partition {
	return calendar.Last(r.period, at, r.zone).Add(r.Offset)
}

// A FireTime is a time at which a schedule fires, in the schedule's zone, and its label.
type FireTime struct {
	At    time.Time `json:"at"`
	Label string    `json:"label"`
}

func (r *rules) preview(after time.Time, n int) []FireTime {
	due := []FireTime{}
	for range n {
		if after = r.next(after); after.IsZero() {
			break
		}
		due = append(due, FireTime{after, r.label(after).String()})
	}
	return due
}
