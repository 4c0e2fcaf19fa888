package orchestrate

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
)

// A param is a parameter of a task type.
type param struct {
	name  string
	help  string
	index []int // of the field, for reflect.Value.FieldByIndex

	shape paramShape
	key   valueKind // of a map
	elem  valueKind // of the value, of what it points to, or of its elements

	choices       []string
	optional      bool // the zero value means "not given"
	insignificant bool // not part of the identity
	batch         batchMode
}

type paramShape int

const (
	shapeSingle  paramShape = iota
	shapePointer            // nil means "not given"
	shapeList
	shapeMap
)

// A schema is what the type of a task says about its parameters.
type schema struct {
	params []*param // in the order of the fields
	err    error    // joined DefinitionErrors
}

// schemas keeps the schema of every type, as encoding/json does: it follows from
// the type alone and is asked for once for every task and edge of a plan.
var schemas sync.Map // reflect.Type -> *schema

// schemaOf returns the schema of a task type, a struct or a pointer to one.
func schemaOf(t reflect.Type) *schema {
	if known, ok := schemas.Load(t); ok {
		return known.(*schema)
	}
	known, _ := schemas.LoadOrStore(t, newSchema(t))
	return known.(*schema)
}

func newSchema(t reflect.Type) *schema {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	s := &schema{}
	if t.Kind() != reflect.Struct {
		s.err = &DefinitionError{t.String(), "", "it is no struct", "make it a struct whose fields are the parameters"}
		return s
	}
	names := make(map[string]string)
	for _, f := range reflect.VisibleFields(t) {
		p, problem, mend := newParam(t, f)
		if p != nil && names[p.name] != "" {
			problem, mend = fmt.Sprintf("the parameter %s is that of %s too", p.name, names[p.name]), "rename one of them"
		}
		switch {
		case problem != "":
			s.err = errors.Join(s.err, &DefinitionError{t.String(), f.Name, problem, mend})
		case p != nil:
			names[p.name] = f.Name
			s.params = append(s.params, p)
		}
	}
	return s
}

// newParam returns the parameter of a field, nothing where it isn't one, or what is wrong.
func newParam(t reflect.Type, f reflect.StructField) (p *param, problem, mend string) {
	tag, isParam := f.Tag.Lookup("param")
	example := fmt.Sprintf("`param:%q help:\"…\"`", kebab(f.Name))
	switch {
	case !isParam && strings.Contains(string(f.Tag), "param:"):
		return nil, fmt.Sprintf("the tag `%s` can't be read", f.Tag), "write " + example
	case !isParam && (f.Tag.Get("help") != "" || f.Tag.Get("choices") != ""):
		return nil, "it has a help or choices tag, and no param tag", "write " + example
	case !isParam:
		return nil, "", ""
	case !f.IsExported():
		return nil, "a parameter must be an exported field", "rename it to " + capital(f.Name)
	case throughPointer(t, f.Index):
		return nil, "it is in an embedded pointer", "embed the struct itself"
	}
	p = &param{help: f.Tag.Get("help"), index: f.Index}
	if problem, mend = p.readTag(tag, f.Name); problem != "" {
		return nil, problem, mend
	}
	if !p.readType(f.Type) {
		return nil, fmt.Sprintf("the type %s can't be a parameter", f.Type),
			"use a string, number, bool, time.Duration, a date type, orchestrate.Path, a type with UnmarshalText and " +
				"MarshalText or String, or a pointer, slice or map of these"
	}
	if problem := p.readChoices(f); problem != "" {
		return nil, problem, "list texts that are values of the type"
	}
	return p, "", ""
}

func throughPointer(t reflect.Type, index []int) bool {
	for _, i := range index[:len(index)-1] {
		t = t.Field(i).Type
		if t.Kind() == reflect.Pointer {
			return true
		}
	}
	return false
}

var paramName = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

func (p *param) readTag(tag, field string) (problem, mend string) {
	name, options, _ := strings.Cut(tag, ",")
	switch {
	case name == "help":
		return "the name help is taken", "choose another name"
	case !paramName.MatchString(name):
		return fmt.Sprintf("bad parameter name %q", name),
			"use lower-case words with hyphens, such as " + kebab(field)
	}
	p.name = name
	for option := range strings.SplitSeq(options, ",") {
		switch option {
		case "":
		case "optional":
			p.optional = true
		case "insignificant":
			p.insignificant = true
		case string(batchEach), string(batchMin), string(batchMax):
			p.batch = batchMode(option)
		default:
			return fmt.Sprintf("unknown option %q in the param tag", option), "the options are optional, insignificant, batch, batch=min and batch=max"
		}
	}
	return "", ""
}

func (p *param) readType(t reflect.Type) (ok bool) {
	if p.elem, ok = kindOf(t); ok {
		return true
	}
	switch t.Kind() {
	case reflect.Pointer:
		p.shape = shapePointer
	case reflect.Slice:
		p.shape = shapeList
	case reflect.Map:
		p.shape = shapeMap
		if p.key, ok = kindOf(t.Key()); !ok {
			return false
		}
	default:
		return false
	}
	p.elem, ok = kindOf(t.Elem())
	return ok
}

func (p *param) readChoices(f reflect.StructField) (problem string) {
	tag, ok := f.Tag.Lookup("choices")
	if !ok {
		return ""
	}
	t := f.Type
	if p.shape != shapeSingle {
		t = t.Elem()
	}
	for choice := range strings.SplitSeq(tag, ",") {
		v := reflect.New(t).Elem()
		if err := p.elem.read(v, choice, time.Time{}); err != nil {
			return fmt.Sprintf("bad choice: %v", err)
		}
		p.choices = append(p.choices, p.elem.write(v))
	}
	return ""
}

// typeName describes the values in help.
func (p *param) typeName() string {
	name := p.elem.name
	if p.choices != nil {
		name = "one of " + strings.Join(p.choices, ", ")
	}
	switch p.shape {
	case shapeList:
		return "list of " + name
	case shapeMap:
		return "map of " + p.key.name + " to " + name
	}
	return name
}

// isFlag reports whether the parameter may be given without a value.
func (p *param) isFlag() bool { return p.elem.name == "bool" && p.shape <= shapePointer }

// given reports whether the value has a text, for a missing one is told by leaving it out.
func (p *param) given(v reflect.Value) bool {
	switch {
	case p.shape == shapePointer:
		return !v.IsNil()
	case p.shape != shapeSingle && p.optional:
		return v.Len() > 0
	}
	return !p.optional || !v.IsZero()
}

// text returns the canonical text of the value, the items of lists and maps joined.
func (p *param) text(v reflect.Value) string {
	switch p.shape {
	case shapePointer:
		return p.elem.write(v.Elem())
	case shapeList:
		var items []string
		for i := range v.Len() {
			items = append(items, quote(p.elem.write(v.Index(i))))
		}
		return strings.Join(items, ",")
	case shapeMap:
		var items []string
		for key, value := range v.Seq2() {
			items = append(items, quote(p.key.write(key))+"="+quote(p.elem.write(value)))
		}
		slices.Sort(items)
		return strings.Join(items, ",")
	}
	return p.elem.write(v)
}

// kebab turns DateInterval into date-interval.
func kebab(field string) string {
	var name strings.Builder
	runes := []rune(field)
	for i, c := range runes {
		starts := unicode.IsUpper(c) && i > 0 &&
			(unicode.IsLower(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1]))
		if starts {
			name.WriteByte('-')
		}
		name.WriteRune(unicode.ToLower(c))
	}
	return strings.ReplaceAll(name.String(), "_", "-")
}

func capital(name string) string {
	runes := []rune(name)
	runes[0] = unicode.ToUpper(runes[0])
	return string(runes)
}
