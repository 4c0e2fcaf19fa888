package orchestrate

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Partitions are tasks of one family that differ in one parameter, whose values are their labels: the
// days of a month, say.
type Partitions struct {
	Family string
	Param  string   // the parameter in which they differ
	Flags  []string // of the other parameters, as [Args] has them
	Labels []string // the values of Param, in their order
	Tasks  []Task   // one for each label
}

// Partitions makes the tasks of a row of values: one of the flags has a first and a last one, both of which are
// part of it, such as --date=2014-06-01..2014-06-30. Every other one of them is 2014-06-01..2014-06-29/2.
// The parameter is a date, month, year, hour, minute or date interval, or an integer. Of date intervals both are
// of one unit, such as 2014-W23..2014-W26.
//
// The errors are those of [Registry.Parse].
func (r *Registry) Partitions(family string, flags []string) (*Partitions, error) {
	f, err := r.find(family)
	if err != nil {
		return nil, err
	}
	given, err := f.splitFlags(flags)
	if err != nil {
		return nil, err
	}
	p, err := f.rowParam(given)
	if err != nil {
		return nil, err
	}
	labels, err := p.row(structOf(f.prototype).FieldByIndex(p.index).Type(), given[p.name][0], r.now())
	if err != nil {
		return nil, &ParamError{family, p.name, err}
	}
	return r.partitions(f, given, p, labels)
}

// HasRow reports whether a flag of a family has a row of values, and is for [Registry.Partitions] then.
func (r *Registry) HasRow(family string, flags []string) bool {
	f, err := r.find(family)
	if err != nil {
		return false
	}
	given, err := f.splitFlags(flags)
	return err == nil && len(f.rows(given)) > 0
}

// PartitionsOf makes the tasks of some values of a parameter. Where param is empty it is the only one of the
// family that is a date, month, year, hour, minute or date interval and is not among the flags, or else the only
// one that has to be given and is not.
func (r *Registry) PartitionsOf(family string, flags []string, param string, labels []string) (*Partitions, error) {
	f, err := r.find(family)
	if err != nil {
		return nil, err
	}
	given, err := f.splitFlags(flags)
	if err != nil {
		return nil, err
	}
	p, err := f.labelParam(param, given)
	if err != nil {
		return nil, err
	}
	if len(labels) == 0 {
		return nil, &ParamError{family, p.name, errors.New("there is no label")}
	}
	return r.partitions(f, given, p, labels)
}

// partitions makes a task for each label.
func (r *Registry) partitions(f *family, given map[string][]string, p *param, labels []string) (*Partitions, error) {
	now := r.now()
	delete(given, p.name)
	tasks, err := f.partitions(func(label string) (Task, error) {
		given[p.name] = []string{label}
		return r.parse(f, given, now, nil)
	}, p, labels, now)
	if err != nil {
		return nil, err
	}
	result := &Partitions{Family: f.info.Name, Param: p.name, Tasks: tasks}
	_, result.Flags = Args(tasks[0])
	result.Flags = slices.DeleteFunc(result.Flags, func(flag string) bool { return strings.HasPrefix(flag, "--"+p.name+"=") })
	seen := map[string]bool{}
	for _, t := range tasks {
		label := p.text(structOf(t).FieldByIndex(p.index))
		if seen[label] {
			return nil, &ParamError{f.info.Name, p.name, fmt.Errorf("%s is there twice", label)}
		}
		seen[label] = true
		result.Labels = append(result.Labels, label)
	}
	return result, nil
}

// partitions returns a task for each label: that of the first one, and copies of it with the others.
func (f *family) partitions(first func(label string) (Task, error), p *param, labels []string, now time.Time) ([]Task, error) {
	task, err := first(labels[0])
	if err != nil {
		return nil, err
	}
	tasks := make([]Task, 1, len(labels))
	tasks[0] = task
	for _, label := range labels[1:] {
		pointer := reflect.New(structOf(task).Type())
		pointer.Elem().Set(structOf(task))
		if err := p.set(pointer.Elem().FieldByIndex(p.index), []string{label}, now); err != nil {
			return nil, &ParamError{f.info.Name, p.name, err}
		}
		next := f.taskOf(pointer)
		if err := f.validate(next); err != nil {
			return nil, err
		}
		tasks = append(tasks, next)
	}
	return tasks, nil
}

// dotted is between the first and the last value of a row.
const dotted = ".."

// rows returns the parameters whose values are rows.
func (f *family) rows(given map[string][]string) (rows []*param) {
	for _, p := range f.schema.params {
		if texts := given[p.name]; p.inRows() && len(texts) == 1 && strings.Contains(texts[0], dotted) {
			rows = append(rows, p)
		}
	}
	return rows
}

// rowParam returns the parameter whose value is a row.
func (f *family) rowParam(given map[string][]string) (*param, error) {
	var could []*param
	for _, p := range f.schema.params {
		if p.inRows() {
			could = append(could, p)
		}
	}
	rows := f.rows(given)
	switch {
	case len(rows) == 1:
		return rows[0], nil
	case len(rows) > 1:
		return nil, &ParamError{f.info.Name, "", fmt.Errorf("--%s and --%s both have a row of values; give one of them a single value", rows[0].name, rows[1].name)}
	case len(could) == 0:
		return nil, &ParamError{f.info.Name, "", errors.New("it has no parameter of which a row of values can be made, for none is a date or an integer; list the values")}
	}
	return nil, &ParamError{f.info.Name, "", fmt.Errorf("no parameter has a row of values; write %s FIRST%sLAST", flagsOf(could), dotted)}
}

// labelParam returns the parameter whose values are labels.
func (f *family) labelParam(name string, given map[string][]string) (*param, error) {
	if name != "" {
		return f.namedParam(name)
	}
	var times, required []*param
	for i, p := range f.schema.params {
		switch {
		case given[p.name] != nil || p.shape != shapeSingle:
		case p.isTime():
			times = append(times, p)
		case f.info.Params[i].Required:
			required = append(required, p)
		}
	}
	for _, candidates := range [][]*param{times, required} {
		if len(candidates) == 1 {
			return candidates[0], nil
		}
		if len(candidates) > 1 {
			return nil, &ParamError{f.info.Name, "", fmt.Errorf("the labels could be those of %s; say which parameter they are of", flagsOf(candidates))}
		}
	}
	return nil, &ParamError{f.info.Name, "", errors.New("no parameter is left that the labels could be of; say which it is")}
}

// namedParam returns a parameter that has one value.
func (f *family) namedParam(name string) (*param, error) {
	p := f.param(name)
	switch {
	case p == nil:
		return nil, &UnknownFlagError{f.info.Name, name, nearest(name, f.paramNames())}
	case p.shape > shapePointer:
		return nil, &ParamError{f.info.Name, name, errors.New("it is a list or a map, and a label is one value")}
	}
	return p, nil
}

func flagsOf(params []*param) string {
	var flags []string
	for _, p := range params {
		flags = append(flags, "--"+p.name)
	}
	return strings.Join(flags, " or ")
}

// timeKinds are the names of the kinds of values that follow each other in time.
var timeKinds = []string{"date", "month", "year", "hour", "minute", "date interval"}

func (p *param) isTime() bool {
	return p.shape == shapeSingle && slices.Contains(timeKinds, p.elem.name)
}

// inRows reports whether the values of the parameter follow each other.
func (p *param) inRows() bool {
	return p.isTime() || p.shape == shapeSingle && p.elem.name == "integer" && p.choices == nil
}
