package orchestrate

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// RangeOf is what the tasks have in common that group the partitions of a range: [RangeDaily], [RangeHourly],
// [RangeByMinutes], [RangeWeekly] and [RangeMonthly]. Such a task requires the task of each partition whose output is
// missing. All of them are looked for by one call of [Config.Exists].
//
//	orchestrate.RangeDaily{
//		RangeOf: orchestrate.NewRangeOf(WordCount{}),
//		Start:   orchestrate.NewDate(2014, time.June, 1),
//		Stop:    orchestrate.NewDate(2014, time.July, 1), // which is not part of it
//	}
//
// On the command line such a range is RangeDaily --of WordCount --start 2014-06-01 --stop 2014-07-01. A range
// whose end is left open there gets one from the clock when the command line is read, so that its identity
// has both.
type RangeOf struct {
	WrapperTask

	Of      string            `param:"of" help:"task of which a range is wanted"`
	OfParam string            `param:"of-param,optional" help:"its parameter that tells the partition, where it has several that could"`
	OfArgs  map[string]string `param:"of-args,optional" help:"its other parameters, such as top=10,format=html"`
	Reverse bool              `param:"reverse,optional" help:"the newest first"`
	Limit   int               `param:"limit,optional" help:"at most so many of those that are missing"`

	family *family // of the partitions
	param  *param  // that tells the partition
	first  Task    // is copied; its param is of no matter
}

// NewRangeOf returns what a range of tasks like the prototype has. The parameter that tells the partition is
// the only one that is of the range's kind, or OfParam.
func NewRangeOf(prototype Task) RangeOf {
	r := RangeOf{Of: Family(prototype), OfArgs: map[string]string{}, family: newFamily(prototype), first: prototype}
	for p, v := range parameters(prototype) {
		if notFilledIn := v.IsZero() && (p.isTime() || p.elem.name == "string"); !notFilledIn {
			r.OfArgs[p.name] = p.text(v)
		}
	}
	return r
}

// ranged are the tasks that group the partitions of a range.
type ranged interface {
	Task
	// resolve returns the range with all that is open in it: its ends, and the tasks that it is of.
	resolve(r *Registry, now time.Time) (Task, error)
	// partitions returns the tasks of all partitions in the order in which they are wanted.
	partitions() ([]Task, error)
	// most returns how many of those that are missing are wanted; zero is all.
	most() int
}

// Ranges returns the prototypes of all ranges, for a [Registry].
func Ranges() []Task {
	return []Task{RangeDaily{}, RangeHourly{}, RangeByMinutes{}, RangeWeekly{}, RangeMonthly{}}
}

func isRange(t Task) bool {
	_, ok := t.(ranged)
	return ok
}

func (r RangeOf) most() int { return r.Limit }

// bind returns the range with the family of its tasks, and the parameter of one of the kinds that tells the partition.
// The label is that of any partition.
func (r RangeOf) bind(registry *Registry, now time.Time, label string, kinds []string) (RangeOf, error) {
	f, err := registry.find(r.Of)
	if err != nil {
		return r, fmt.Errorf("--of: %w", err)
	}
	r.family = f
	if r.param, err = r.findParam(kinds); err != nil {
		return r, err
	}
	given := map[string][]string{r.param.name: {label}}
	for name, value := range r.OfArgs {
		switch {
		case f.param(name) == nil:
			return r, fmt.Errorf("--of-args: %w", &UnknownFlagError{r.Of, name, nearest(name, f.paramNames())})
		case name == r.param.name:
			return r, fmt.Errorf("--of-args: %s has another value in each partition", name)
		}
		given[name] = []string{value}
	}
	if r.first, err = registry.parse(f, given, now, nil); err != nil {
		where := "--of-args"
		if bad := new(ParamError); errors.As(err, &bad) && bad.Param == r.param.name {
			where = "--of-param"
		}
		return r, fmt.Errorf("%s: %w", where, err)
	}
	r.OfArgs = maps.Clone(r.OfArgs)
	for name := range r.OfArgs { // so that its words don't depend on the clock any more
		p := f.param(name)
		r.OfArgs[name] = p.text(structOf(r.first).FieldByIndex(p.index))
	}
	return r, nil
}

// findParam finds the parameter that tells the partition.
func (r RangeOf) findParam(kinds []string) (*param, error) {
	f := r.family
	switch {
	case r.Limit < 0:
		return nil, fmt.Errorf("--limit is %d; want at least 1, or none for all", r.Limit)
	case isRange(f.prototype):
		return nil, fmt.Errorf("--of: %s is a range itself; name the task that its partitions are", r.Of)
	case IsWrapper(f.prototype) && r.Limit > 0:
		return nil, fmt.Errorf("--limit: %s only groups tasks, so a part of its range can't be chosen by what is missing", r.Of)
	case r.OfParam != "":
		p, err := f.namedParam(r.OfParam)
		if err != nil {
			return nil, fmt.Errorf("--of-param: %w", err)
		}
		return p, nil
	}
	var candidates []*param
	for _, p := range f.schema.params {
		if _, given := r.OfArgs[p.name]; !given && p.shape <= shapePointer && slices.Contains(kinds, p.elem.name) {
			candidates = append(candidates, p)
		}
	}
	switch len(candidates) {
	case 0:
		return nil, fmt.Errorf("--of: %s has no parameter of the type %s; name one that takes such values with --of-param", r.Of, strings.Join(kinds, " or "))
	case 1:
		return candidates[0], nil
	}
	return nil, fmt.Errorf("--of: the partition could be %s of %s; say which with --of-param", flagsOf(candidates), r.Of)
}

// tasks returns the tasks of labels.
func (r RangeOf) tasks(labels, kinds []string) (tasks []Task, err error) {
	if r.family == nil {
		return nil, errors.New("the range has no tasks; make its RangeOf by NewRangeOf, or parse it by a Registry")
	}
	p := r.param
	if p == nil { // made in Go
		if p, err = r.findParam(kinds); err != nil {
			return nil, err
		}
	}
	if r.Reverse {
		slices.Reverse(labels)
	}
	return r.family.partitions(func(label string) (Task, error) { return r.family.with(r.first, p, label) }, p, labels, time.Time{})
}

// with returns a copy of a task with another value of a parameter.
func (f *family) with(t Task, p *param, text string) (Task, error) {
	pointer := reflect.New(structOf(t).Type())
	pointer.Elem().Set(structOf(t))
	if err := p.set(pointer.Elem().FieldByIndex(p.index), []string{text}, time.Time{}); err != nil {
		return nil, &ParamError{f.info.Name, p.name, err}
	}
	next := f.taskOf(pointer)
	return next, f.validate(next)
}

// A bounded is a value that a range has for its ends.
type bounded[T any] interface {
	comparable
	fmt.Stringer
	Compare(other T) int
	IsZero() bool
}

// ends are those of a range in which they may be open, and how far it goes from the clock then.
type ends[T bounded[T]] struct {
	start, stop   T
	back, forward int
	unit          string // of these, as their flags have it
	standard      int    // back where it is zero
}

// close returns the ends with what was open in them. The value of the clock is the one in which now is.
func (e ends[T]) close(now T, add func(value T, n int) T) (start, stop T, err error) {
	switch {
	case !e.start.IsZero() && e.back != 0:
		return start, stop, fmt.Errorf("--%s-back is for a range without --start", e.unit)
	case !e.stop.IsZero() && e.forward != 0:
		return start, stop, fmt.Errorf("--%s-forward is for a range without --stop", e.unit)
	case e.back < 0:
		return start, stop, fmt.Errorf("--%s-back is %d; want a number above zero", e.unit, e.back)
	}
	start, stop = e.start, e.stop
	if start.IsZero() {
		start = add(now, -cmp.Or(e.back, e.standard))
	}
	if stop.IsZero() {
		stop = add(now, e.forward)
	}
	return start, stop, checkEnds(start, stop)
}

func checkEnds[T bounded[T]](start, stop T) error {
	switch c := start.Compare(stop); {
	case start.IsZero() || stop.IsZero():
		return errors.New("a range needs a start and a stop; a command line may leave one open, and the clock tells it then")
	case c > 0:
		return fmt.Errorf("the stop %s is before the start %s", stop, start)
	case c == 0:
		return fmt.Errorf("the range from %s to %s is empty, for the stop is not part of it", start, stop)
	}
	return nil
}
