package trigger

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/gomr/gomr/orchestrate/calendar"
	"github.com/gomr/gomr/orchestrate/launch"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// An Application is a request to have schedules as they are written.
type Application struct {
	Schedules []Schedule

	// Prune names programs whose other schedules are removed.
	Prune []string

	// DryRun changes nothing, and returns what would be changed.
	DryRun bool

	By string // who asks
}

// A ScheduleChange is what an application does to a schedule.
type ScheduleChange struct {
	Name   string        `json:"name"`
	Action Action        `json:"action" enum:"added,changed,unchanged,removed"`
	Fields []FieldChange `json:"fields,omitempty" doc:"Of one that is changed"`
}

// An Action is what is done to a schedule.
type Action string

// The actions.
const (
	Added     Action = "added"
	Changed   Action = "changed"
	Unchanged Action = "unchanged"
	Removed   Action = "removed"
)

// A FieldChange is a field that is changed. The values are JSON; one that is left out is empty.
type FieldChange struct {
	Field string `json:"field"`
	From  string `json:"from,omitempty"`
	To    string `json:"to,omitempty"`
}

// Apply makes schedules what they are in a request, and returns the changes, by name. A schedule that has
// fired goes on from there; one whose times have changed goes on from now. The error may be
// a [*scheduler.InvalidError]; nothing is changed then. Applying again changes nothing.
func (e *Engine) Apply(ctx context.Context, a *Application) (changes []ScheduleChange, err error) {
	all, err := e.check(a)
	if err != nil {
		return nil, err
	}
	err = e.call(ctx, func() error {
		changes, err = e.apply(a, all)
		return err
	})
	if err != nil {
		return nil, err
	}
	return changes, nil
}

// check returns the rules of the schedules in a request.
func (e *Engine) check(a *Application) ([]*rules, error) {
	var all []*rules
	names := map[string]bool{}
	for i := range a.Schedules {
		r, err := a.Schedules[i].rules()
		switch {
		case err != nil:
			return nil, err
		case names[r.Name]:
			return nil, &scheduler.InvalidError{Reason: "two schedules have the name " + r.Name}
		case len(r.Data) > 0 && e.files == nil:
			return nil, &scheduler.InvalidError{Reason: fmt.Sprintf("schedule %s: this server has no files to look at", r.Name)}
		}
		names[r.Name] = true
		all = append(all, r)
	}
	return all, nil
}

func (e *Engine) apply(a *Application, all []*rules) (changes []ScheduleChange, err error) {
	wanted := map[string]bool{}
	for i, r := range all {
		wanted[r.Name] = true
		change := e.changeTo(&a.Schedules[i])
		changes = append(changes, change)
		if a.DryRun || change.Action == Unchanged {
			continue
		}
		if err := e.put(&a.Schedules[i], r, a.By); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(e.schedules)) {
		if wanted[name] || !slices.Contains(a.Prune, e.schedules[name].Schedule.Program) {
			continue
		}
		changes = append(changes, ScheduleChange{Name: name, Action: Removed})
		if a.DryRun {
			continue
		}
		if err := e.remove(name, a.By); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(changes, func(a, b ScheduleChange) int { return cmp.Compare(a.Name, b.Name) })
	return changes, nil
}

// changeTo compares a schedule with the one that is there.
func (e *Engine) changeTo(to *Schedule) ScheduleChange {
	s := e.schedules[to.Name]
	if s == nil {
		return ScheduleChange{Name: to.Name, Action: Added}
	}
	from, wanted := s.Schedule, *to
	if from.Paused = nil; wanted.Paused != nil {
		from.Paused = &s.Paused
	}
	change := ScheduleChange{Name: to.Name, Action: Unchanged, Fields: differences(&from, &wanted)}
	if change.Fields != nil {
		change.Action = Changed
	}
	return change
}

// differences returns the fields in which schedules differ, in their order.
func differences(from, to *Schedule) (fields []FieldChange) {
	a, b := reflect.ValueOf(from).Elem(), reflect.ValueOf(to).Elem()
	for i := range a.NumField() {
		before, after := fieldText(a.Field(i)), fieldText(b.Field(i))
		if before != after {
			name, _, _ := strings.Cut(a.Type().Field(i).Tag.Get("json"), ",")
			fields = append(fields, FieldChange{name, before, after})
		}
	}
	return fields
}

func fieldText(v reflect.Value) string {
	if v.IsZero() {
		return ""
	}
	text, err := json.Marshal(v.Interface())
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// put adds or changes a schedule.
func (e *Engine) put(to *Schedule, r *rules, by string) error {
	now := e.now()
	s := e.schedules[to.Name]
	changed := &document{Cursor: now}
	if s == nil {
		s = &schedule{tries: map[string]*try{}}
		if !r.start.IsZero() && r.start.Before(now) {
			changed.Cursor = r.start.Add(-1).UTC()
		}
	} else {
		changed = s.clone()
		if (s.rules.Time != r.Time || s.rules.zone.String() != r.zone.String()) && changed.Cursor.Before(now) {
			changed.Cursor = now
		}
	}
	changed.Schedule, changed.Applied, changed.By = *to, now, by
	changed.Schedule.Paused = nil
	if to.Paused != nil && *to.Paused != changed.Paused {
		changed.pause(*to.Paused, now, by)
	}
	for i := range changed.Firings {
		if f := &changed.Firings[i]; f.State == Waiting && len(r.Data) == 0 {
			f.Ready = true
		}
	}
	if err := e.save(s, changed, store.Event{Kind: ScheduleApplied, By: by, Message: to.Name}); err != nil {
		return err
	}
	s.rules, s.tries, s.problem, s.retry = r, map[string]*try{}, "", time.Time{}
	e.schedules[to.Name] = s
	return nil
}

// pause sets whether a schedule is paused. What waits begins to wait anew when it is resumed.
func (d *document) pause(paused bool, now time.Time, by string) {
	d.Paused, d.PausedBy = paused, ""
	if paused {
		d.PausedBy = by
		return
	}
	for i := range d.Firings {
		if d.Firings[i].State == Waiting {
			d.Firings[i].Since = now
		}
	}
}

// Pause stops a schedule: it does not fire, and what waits is not launched. What was launched goes on. The
// error may be an [*UnknownError]; to pause again is none.
func (e *Engine) Pause(ctx context.Context, name, by string) error {
	return e.setPaused(ctx, name, by, true, SchedulePaused)
}

// Resume lets a schedule go on; its catch-up says what becomes of the times meanwhile.
func (e *Engine) Resume(ctx context.Context, name, by string) error {
	return e.setPaused(ctx, name, by, false, ScheduleResumed)
}

func (e *Engine) setPaused(ctx context.Context, name, by string, paused bool, kind string) error {
	return e.call(ctx, func() error {
		s := e.schedules[name]
		if s == nil {
			return &UnknownError{name}
		}
		if s.Paused == paused {
			return nil
		}
		changed := s.clone()
		changed.pause(paused, e.now(), by)
		return e.save(s, changed, store.Event{Kind: kind, By: by, Message: name})
	})
}

// Remove removes a schedule, with what waits. What was launched goes on. The error may be
// an [*UnknownError].
func (e *Engine) Remove(ctx context.Context, name, by string) error {
	return e.call(ctx, func() error {
		if e.schedules[name] == nil {
			return &UnknownError{name}
		}
		return e.remove(name, by)
	})
}

func (e *Engine) remove(name, by string) error {
	err := e.scheduler.SetAll(e.ctx, map[string]string{settingPrefix + name: ""}, store.Event{Kind: ScheduleRemoved, By: by, Message: name})
	if err == nil {
		delete(e.schedules, name)
	}
	return err
}

// Run launches a label now, whatever its data and the runs before it are; an empty label is the
// current one. The schedule's times are left alone. One that is under way is returned as it is.
// The error may be an [*UnknownError] or a [*scheduler.InvalidError].
func (e *Engine) Run(ctx context.Context, name, label, by string) (f Firing, err error) {
	err = e.call(ctx, func() error {
		f, err = e.run(name, label, cmp.Or(by, "somebody"))
		return err
	})
	if err != nil {
		return Firing{}, err
	}
	return f, nil
}

func (e *Engine) run(name, label, by string) (Firing, error) {
	s := e.schedules[name]
	if s == nil {
		return Firing{}, &UnknownError{name}
	}
	now := e.now()
	if label == "" {
		label = s.rules.label(now).String()
	}
	if _, err := calendar.ParseLabel(s.rules.period, label); err != nil {
		return Firing{}, &scheduler.InvalidError{Reason: fmt.Sprintf("schedule %s has labels of a %s: %v", name, s.rules.period, err)}
	}
	changed := s.clone()
	f := changed.find(label)
	switch {
	case f != nil && f.launched():
		return *f, nil
	case f != nil && f.State == Waiting:
		f.Ready, f.By = true, by
	default:
		unused, err := e.unusedLaunch(name, label)
		if err != nil {
			return Firing{}, err
		}
		changed.Firings = append(changed.Firings, Firing{
			Label: label, Period: s.rules.period.String(), Due: now, Fired: now, Since: now, By: by, State: Waiting, Ready: true, Launch: unused,
		})
		f = &changed.Firings[len(changed.Firings)-1]
	}
	fired := *f
	return fired, e.save(s, changed, store.Event{Kind: ScheduleFired, By: by, Message: name + " " + label + ": by hand"})
}

// unusedLaunch returns a name under which nothing was launched yet.
func (e *Engine) unusedLaunch(schedule, label string) (string, error) {
	first := launchName(schedule, label)
	for n := 1; ; n++ {
		name := first
		if n > 1 {
			name = fmt.Sprintf("%s #%d", first, n)
		}
		status, err := launch.StatusOf(e.ctx, e.scheduler, name)
		if err != nil || status.State == launch.Unknown {
			return name, err
		}
	}
}
