package orchestrate

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"
)

// Parse makes the task of a family from its flags.
//
// A flag is --name value or --name=value; a bool may also be just --name. The flag of
// a list or map may be given several times. A parameter without a flag keeps the
// value of the prototype; one that is zero there must be given, unless it is a bool,
// a pointer or marked optional. The task's Validate method, if it has one, has the last word.
//
// Parse reports all that is wrong at once: the errors are [*UnknownTaskError],
// [*UnknownFlagError], [*ParamError] and [*MissingParamsError], joined.
func (r *Registry) Parse(family string, flags []string) (Task, error) {
	f, err := r.find(family)
	if err != nil {
		return nil, err
	}
	given, err := f.splitFlags(flags)
	return r.parse(f, given, r.now(), err)
}

// now returns what words such as yesterday are relative to.
func (r *Registry) now() time.Time {
	if r.Now != nil {
		return r.Now()
	}
	return time.Now()
}

// parse makes the task of the values of flags, of which something may be known to be wrong already.
func (r *Registry) parse(f *family, given map[string][]string, now time.Time, wrong error) (Task, error) {
	pointer := f.newTask()
	err := errors.Join(wrong, f.setParams(pointer.Elem(), given, now), f.checkMissing(given))
	if err != nil {
		return nil, err
	}
	task := f.taskOf(pointer)
	if open, ok := task.(ranged); ok {
		if task, err = open.resolve(r, now); err != nil {
			return nil, err
		}
	}
	if err := f.validate(task); err != nil {
		return nil, err
	}
	return task, nil
}

// validate calls the task's Validate method, if it has one.
func (f *family) validate(task Task) error {
	if v, ok := task.(interface{ Validate() error }); ok {
		if err := v.Validate(); err != nil {
			return &ParamError{Family: f.info.Name, Err: err}
		}
	}
	return nil
}

// ParseID makes the task from its identity, see [ID]. Insignificant parameters,
// which are not in it, keep the values of the prototype.
func (r *Registry) ParseID(id string) (Task, error) {
	family, flags, err := splitID(id)
	if err != nil {
		return nil, err
	}
	return r.Parse(family, flags)
}

// newTask returns a pointer to a copy of the prototype's struct.
func (f *family) newTask() reflect.Value {
	pointer := reflect.New(structOf(f.prototype).Type())
	pointer.Elem().Set(structOf(f.prototype))
	return pointer
}

// taskOf returns the pointer or what it points to, whichever the prototype is.
func (f *family) taskOf(pointer reflect.Value) Task {
	if reflect.TypeOf(f.prototype).Kind() == reflect.Pointer {
		return pointer.Interface().(Task)
	}
	return pointer.Elem().Interface().(Task)
}

func (f *family) setParams(value reflect.Value, given map[string][]string, now time.Time) error {
	var errs []error
	for _, p := range f.schema.params {
		texts := given[p.name]
		if texts == nil {
			continue
		}
		if err := p.set(value.FieldByIndex(p.index), texts, now); err != nil {
			errs = append(errs, &ParamError{f.info.Name, p.name, err})
		}
	}
	return errors.Join(errs...)
}

func (f *family) checkMissing(given map[string][]string) error {
	var missing []ParamInfo
	for _, p := range f.info.Params {
		if p.Required && given[p.Name] == nil {
			missing = append(missing, p)
		}
	}
	if missing == nil {
		return nil
	}
	return &MissingParamsError{f.info.Name, missing}
}

// splitFlags returns the values of the flags by name.
func (f *family) splitFlags(flags []string) (map[string][]string, error) {
	given := make(map[string][]string)
	var errs []error
	for len(flags) > 0 {
		name, value, rest, err := f.cutFlag(flags)
		if err != nil {
			errs = append(errs, err)
		} else {
			given[name] = append(given[name], value)
		}
		flags = rest
	}
	return given, errors.Join(errs...)
}

// cutFlag takes the first flag and its value, and returns the arguments behind them.
func (f *family) cutFlag(args []string) (name, value string, rest []string, err error) {
	flag, rest := args[0], args[1:]
	name, isFlag := strings.CutPrefix(flag, "--")
	name, value, hasValue := strings.Cut(name, "=")
	if !isFlag || name == "" {
		return "", "", rest, f.strayArgument(flag)
	}
	p := f.param(name)
	switch {
	case p == nil:
		if !hasValue && len(rest) > 0 && !strings.HasPrefix(rest[0], "--") {
			rest = rest[1:] // likely its value
		}
		return name, "", rest, &UnknownFlagError{f.info.Name, name, nearest(name, f.paramNames())}
	case hasValue:
		return name, value, rest, nil
	case p.isFlag():
		return name, "true", rest, nil
	case len(rest) == 0:
		return name, "", rest, &ParamError{f.info.Name, name, errors.New("the value is missing")}
	case strings.HasPrefix(rest[0], "--"):
		return name, "", rest, &ParamError{f.info.Name, name,
			fmt.Errorf("the value is missing; if it is meant to be %s, write --%s=%s", rest[0], name, rest[0])}
	}
	return name, rest[0], rest[1:], nil
}

func (f *family) strayArgument(arg string) error {
	mend := "parameters are given as --name=value"
	if word := strings.TrimLeft(arg, "-"); f.param(word) != nil {
		mend = "write --" + word
	} else if arg == "true" || arg == "false" {
		mend = "the value of a bool is given as --name=" + arg
	}
	return &ParamError{f.info.Name, "", fmt.Errorf("unexpected argument %q; %s", arg, mend)}
}

func (f *family) param(name string) *param {
	for _, p := range f.schema.params {
		if p.name == name {
			return p
		}
	}
	return nil
}

func (f *family) paramNames() []string {
	var names []string
	for _, p := range f.schema.params {
		names = append(names, p.name)
	}
	return names
}

// An UnknownTaskError names no task of the registry.
type UnknownTaskError struct {
	Name        string
	Suggestions []string // families with similar names, the best first
}

func (e *UnknownTaskError) Error() string {
	return fmt.Sprintf("there is no task %s%s", e.Name, didYouMean(e.Suggestions))
}

// An UnknownFlagError is a flag that is no parameter of the task.
type UnknownFlagError struct {
	Family      string
	Flag        string   // without the hyphens
	Suggestions []string // parameters with similar names, the best first
}

func (e *UnknownFlagError) Error() string {
	var flags []string
	for _, name := range e.Suggestions {
		flags = append(flags, "--"+name)
	}
	return fmt.Sprintf("%s: there is no parameter --%s%s", e.Family, e.Flag, didYouMean(flags))
}

// A ParamError is a bad value of a parameter, or of all of them where Param is empty.
type ParamError struct {
	Family string
	Param  string
	Err    error
}

func (e *ParamError) Error() string {
	if e.Param == "" {
		return fmt.Sprintf("%s: %v", e.Family, e.Err)
	}
	return fmt.Sprintf("%s: --%s: %v", e.Family, e.Param, e.Err)
}

// Unwrap returns what is wrong with the value.
func (e *ParamError) Unwrap() error { return e.Err }

// A MissingParamsError lists the required parameters that were not given.
type MissingParamsError struct {
	Family string
	Params []ParamInfo
}

func (e *MissingParamsError) Error() string {
	var flags []string
	for _, p := range e.Params {
		flag := fmt.Sprintf("--%s (%s", p.Name, p.Type)
		if p.Help != "" {
			flag += ": " + p.Help
		}
		flags = append(flags, flag+")")
	}
	return fmt.Sprintf("%s: give %s", e.Family, strings.Join(flags, " and "))
}
