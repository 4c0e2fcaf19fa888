package orchestrate

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"time"
)

// A Registry knows the tasks of a program by their names. It is read by any
// number of goroutines once Now is set.
type Registry struct {
	// Now tells what words such as yesterday are relative to. Nil means [time.Now].
	Now func() time.Time

	families []*family // sorted by name
}

// A family is what the registry knows of a task type.
type family struct {
	prototype Task
	schema    *schema
	info      FamilyInfo
}

// A FamilyInfo describes the tasks of a family, for help and completion.
type FamilyInfo struct {
	Name   string
	Help   string // what the Help method returns
	Params []ParamInfo

	BuiltIn bool // it is one of [Ranges], and not of the program
}

// A ParamInfo describes a parameter, for help and completion.
type ParamInfo struct {
	Name          string
	Help          string
	Type          string   // for people, such as "date interval" or "list of integer"
	Default       string   // its canonical text; empty where there is none
	Choices       []string // all values; nil where they are not limited
	Required      bool     // it has no default and must be given
	Repeatable    bool     // it is a list or a map, and its flag may be given several times
	NeedsNoValue  bool     // it is a bool: the flag alone means true
	Insignificant bool     // it is not part of the task's identity
}

// NewRegistry returns a registry of the task types of the prototypes, whose field
// values are the defaults of the parameters.
//
// It checks the types: the tags, the types of the parameters, the names and signatures
// of the optional methods. The error joins a [*DefinitionError] for everything that is wrong.
func NewRegistry(prototypes ...Task) (*Registry, error) {
	r := &Registry{}
	var errs []error
	for _, prototype := range prototypes {
		if err := checkPrototype(prototype); err != nil {
			errs = append(errs, err)
			continue
		}
		r.families = append(r.families, newFamily(prototype))
	}
	slices.SortStableFunc(r.families, func(a, b *family) int { return cmp.Compare(a.info.Name, b.info.Name) })
	for i := 1; i < len(r.families); i++ {
		a, b := r.families[i-1], r.families[i]
		if a.info.Name == b.info.Name {
			errs = append(errs, &DefinitionError{typeName(b.prototype), "", fmt.Sprintf("it has the name %s of %s", b.info.Name, typeName(a.prototype)),
				"give one of them a method TaskName() string that returns another name"})
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return r, nil
}

func newFamily(prototype Task) *family {
	f := &family{prototype: prototype, schema: schemaOf(reflect.TypeOf(prototype))}
	f.info.Name = Family(prototype)
	f.info.BuiltIn = isRange(prototype)
	if h, ok := prototype.(interface{ Help() string }); ok {
		f.info.Help = h.Help()
	}
	for _, p := range f.schema.params {
		f.info.Params = append(f.info.Params, p.describe(structOf(prototype).FieldByIndex(p.index)))
	}
	return f
}

// describe returns what help says of the parameter, whose default is v.
func (p *param) describe(v reflect.Value) ParamInfo {
	info := ParamInfo{
		Name: p.name, Help: p.help, Type: p.typeName(), Choices: p.choices,
		Repeatable: p.shape >= shapeList, NeedsNoValue: p.isFlag(), Insignificant: p.insignificant,
	}
	switch {
	case !v.IsZero() || p.isFlag() && p.shape == shapeSingle:
		info.Default = p.text(v)
	case p.shape != shapePointer && !p.optional:
		info.Required = true
	}
	return info
}

// Families returns what is known of the families, sorted by name.
func (r *Registry) Families() []FamilyInfo {
	var infos []FamilyInfo
	for _, f := range r.families {
		infos = append(infos, f.info)
	}
	return infos
}

// Lookup returns what is known of a family, or an [*UnknownTaskError].
func (r *Registry) Lookup(name string) (FamilyInfo, error) {
	f, err := r.find(name)
	if err != nil {
		return FamilyInfo{}, err
	}
	return f.info, nil
}

func (r *Registry) find(name string) (*family, error) {
	i, found := slices.BinarySearchFunc(r.families, name, func(f *family, name string) int { return cmp.Compare(f.info.Name, name) })
	if found {
		return r.families[i], nil
	}
	var names []string
	for _, f := range r.families {
		names = append(names, f.info.Name)
	}
	return nil, &UnknownTaskError{name, nearest(name, names)}
}

// A DefinitionError is a mistake in the type of a task.
type DefinitionError struct {
	Type    string // such as main.WordCount
	Member  string // the field or method, empty for the type as a whole
	Problem string // what is wrong
	Mend    string // what to do about it
}

func (e *DefinitionError) Error() string {
	where := e.Type
	if e.Member != "" {
		where += "." + e.Member
	}
	return fmt.Sprintf("%s: %s; %s", where, e.Problem, e.Mend)
}

var familyName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]*$`)

// checkPrototype checks the type of a task and the defaults in it.
func checkPrototype(t Task) error {
	if isNil(t) {
		return &DefinitionError{fmt.Sprintf("%T", t), "", "the prototype is nil", "give a struct or a pointer to one"}
	}
	s := schemaOf(reflect.TypeOf(t))
	err := errors.Join(s.err, checkMethods(t), checkKind(t))
	if s.err == nil {
		err = errors.Join(err, checkBatch(t), checkDefaults(t, s))
	}
	if err == nil && !familyName.MatchString(Family(t)) {
		err = &DefinitionError{typeName(t), "", fmt.Sprintf("its name %q has other characters than letters, digits, _ . and -", Family(t)),
			"give it a method TaskName() string"}
	}
	return err
}

func isNil(t Task) bool {
	v := reflect.ValueOf(t)
	return !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil()
}

func typeName(t Task) string {
	typ := reflect.TypeOf(t)
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	return typ.String()
}

// checkDefaults checks that every default can be given on the command line too.
func checkDefaults(t Task, s *schema) error {
	var errs []error
	for _, p := range s.params {
		v := structOf(t).FieldByIndex(p.index)
		if v.IsZero() {
			continue
		}
		problem, mend := "", ""
		again := reflect.New(v.Type()).Elem()
		switch err := p.set(again, []string{p.text(v)}, time.Time{}); {
		case p.shape == shapePointer:
			problem, mend = "a pointer parameter is nil by default", "make it no pointer, or leave it nil"
		case p.optional:
			problem, mend = "it has a default and is marked optional", "take one of the two away"
		case err != nil:
			problem, mend = fmt.Sprintf("bad default: %v", err), "set the field of the prototype to a good value"
		case p.text(again) != p.text(v):
			problem, mend = fmt.Sprintf("the default %s reads back as %s", p.text(v), p.text(again)), "make String or MarshalText write what UnmarshalText reads"
		}
		if problem != "" {
			errs = append(errs, &DefinitionError{typeName(t), "--" + p.name, problem, mend})
		}
	}
	return errors.Join(errs...)
}
