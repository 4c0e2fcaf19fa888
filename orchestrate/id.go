package orchestrate

import (
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"
)

// ID returns the identity of a task: the family and the significant parameters by
// name, such as WordCount(date-interval=2014-06). Tasks with one identity are one task.
//
// A value that could be taken for syntax is quoted as in Go. Lists stand in brackets and
// maps in braces. Optional parameters that were not given, and those marked insignificant, are left out.
// [Registry.ParseID] reads it.
func ID(t Task) string {
	var values []string
	for p, v := range significant(t) {
		values = append(values, p.name+"="+idValue(p, v))
	}
	if len(values) == 0 {
		return Family(t)
	}
	slices.Sort(values)
	return Family(t) + "(" + strings.Join(values, ", ") + ")"
}

func idValue(p *param, v reflect.Value) string {
	switch text := p.text(v); p.shape {
	case shapeList:
		return "[" + text + "]"
	case shapeMap:
		return "{" + text + "}"
	default:
		return quote(text)
	}
}

// Family returns the name that a task shares with all tasks of its type: the type's
// name, or what its TaskName method returns.
func Family(t Task) string {
	if named, ok := t.(interface{ TaskName() string }); ok {
		return named.TaskName()
	}
	typ := reflect.TypeOf(t)
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	return typ.Name()
}

// Args returns the family and the flags from which [Registry.Parse] makes an equal
// task, in any process of the same program. Every flag has the form --name=value.
func Args(t Task) (family string, flags []string) {
	for p, v := range parameters(t) {
		flags = append(flags, "--"+p.name+"="+p.text(v))
	}
	return Family(t), flags
}

// parameters returns the parameters that have a text, see [param.given], and their values.
func parameters(t Task) iter.Seq2[*param, reflect.Value] {
	return func(yield func(*param, reflect.Value) bool) {
		v := structOf(t)
		for _, p := range schemaOf(reflect.TypeOf(t)).params {
			if field := v.FieldByIndex(p.index); p.given(field) && !yield(p, field) {
				return
			}
		}
	}
}

func significant(t Task) iter.Seq2[*param, reflect.Value] {
	return func(yield func(*param, reflect.Value) bool) {
		for p, v := range parameters(t) {
			if !p.insignificant && !yield(p, v) {
				return
			}
		}
	}
}

func structOf(t Task) reflect.Value {
	v := reflect.ValueOf(t)
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	return v
}

// splitID returns the family and flags of an identity. Spaces between its parts don't count.
func splitID(id string) (family string, flags []string, err error) {
	family, rest, hasValues := strings.Cut(id, "(")
	if family = strings.TrimSpace(family); !hasValues {
		return family, nil, nil
	}
	rest = strings.TrimSpace(rest)
	for rest != ")" {
		var flag string
		if flag, rest, err = cutIDValue(rest); err != nil {
			return "", nil, &FormatError{"task", id, err.Error(), "WordCount(date-interval=2014-06)"}
		}
		flags = append(flags, flag)
	}
	return family, flags, nil
}

// cutIDValue cuts "name=value" and the comma behind it, if there is one, and returns it as a flag.
func cutIDValue(rest string) (flag, tail string, err error) {
	name, tail, found := strings.Cut(rest, "=")
	if !found {
		return "", rest, fmt.Errorf("want name=value) at %q", abridge(rest))
	}
	value, tail, err := cutValue(strings.TrimLeft(tail, " "))
	if err != nil {
		return "", rest, err
	}
	tail = strings.TrimLeft(tail, " ")
	if after, more := strings.CutPrefix(tail, ","); more {
		tail = strings.TrimSpace(after)
	} else if tail != ")" {
		return "", rest, fmt.Errorf("want a comma or one ) at %q", abridge(tail))
	}
	return "--" + strings.TrimSpace(name) + "=" + value, tail, nil
}

func cutValue(rest string) (value, tail string, err error) {
	switch {
	case strings.HasPrefix(rest, `"`):
		return cutQuoted(rest)
	case strings.HasPrefix(rest, "["):
		return cutBrackets(rest[1:], ']')
	case strings.HasPrefix(rest, "{"):
		return cutBrackets(rest[1:], '}')
	}
	if end := strings.IndexAny(rest, ",) "); end >= 0 {
		return rest[:end], rest[end:], nil
	}
	return rest, "", nil
}

// cutBrackets cuts the items up to the closing bracket and steps over those in quotes.
func cutBrackets(rest string, closing byte) (items, tail string, err error) {
	for i := 0; i < len(rest); i++ {
		switch rest[i] {
		case closing:
			return rest[:i], rest[i+1:], nil
		case '"':
			_, after, err := cutQuoted(rest[i:])
			if err != nil {
				return "", rest, err
			}
			i = len(rest) - len(after) - 1
		}
	}
	return "", rest, fmt.Errorf("the list at %q has no %c", abridge(rest), closing)
}
