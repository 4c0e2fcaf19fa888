package mr

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// A role is an optional method that a mapper or reducer may have.
type role struct {
	name string
	want reflect.Type // an interface with the method alone
}

func mapRole[K, V any]() []role {
	return []role{
		{"SetupMap", reflect.TypeFor[mapSetup]()},
		{"TeardownMap", reflect.TypeFor[mapTeardown[K, V]]()},
	}
}

func reduceRole[K, V any]() []role {
	return []role{
		{"SetupReduce", reflect.TypeFor[reduceSetup]()},
		{"TeardownReduce", reflect.TypeFor[reduceTeardown[K, V]]()},
	}
}

func partitionRole[K any]() []role {
	return []role{{"Partition", reflect.TypeFor[partitioner[K]]()}}
}

// optionalMethods are the names that a method can be mistaken for, whichever role
// its type has, with other names that people know such methods by.
var optionalMethods = map[string][]string{
	"SetupMap":       {"setup", "mapsetup", "initmapper", "initmap", "mapperinit"},
	"TeardownMap":    {"teardown", "mapteardown", "finalmapper", "mapperfinal"},
	"SetupReduce":    {"reducesetup", "setupreducer", "initreducer", "initreduce", "reducerinit"},
	"TeardownReduce": {"reduceteardown", "teardownreducer", "finalreducer", "reducerfinal"},
	"Partition":      {"partitioner", "partitionby", "getpartition", "partitionkey"},
}

// checkRole returns what is wrong with the optional methods of v: a wrong type, a
// pointer receiver that the value doesn't have, or a name that is nearly one of them.
func checkRole(v any, roles ...[]role) error {
	t := reflect.TypeOf(v)
	if t == nil || strings.HasPrefix(t.PkgPath(), reflect.TypeFor[Env]().PkgPath()) && t.Kind() == reflect.Func {
		return nil
	}
	var errs []error
	for _, list := range roles {
		for _, r := range list {
			errs = append(errs, checkMethod(t, r))
		}
	}
	for method := range t.Methods() {
		errs = append(errs, checkName(t, method.Name))
	}
	return errors.Join(errs...)
}

func checkMethod(t reflect.Type, r role) error {
	if t.Implements(r.want) {
		return nil
	}
	want := r.want.Method(0).Type
	if m, ok := t.MethodByName(r.name); ok {
		return fmt.Errorf("%s: method %s has the type %s, but must have %s", t, r.name, withoutReceiver(m.Type), want)
	}
	if t.Kind() == reflect.Pointer {
		return nil
	}
	if _, ok := reflect.PointerTo(t).MethodByName(r.name); ok {
		return fmt.Errorf("%s: method %s is one of the pointer *%s: give the step a pointer, as in &%s{…}", t, r.name, t, t.Name())
	}
	return nil
}

func withoutReceiver(t reflect.Type) reflect.Type {
	in := slices.Collect(t.Ins())[1:]
	return reflect.FuncOf(in, slices.Collect(t.Outs()), t.IsVariadic())
}

func checkName(t reflect.Type, name string) error {
	if _, ok := optionalMethods[name]; ok {
		return nil
	}
	lower := strings.ToLower(name)
	for right, others := range optionalMethods {
		near := strings.ToLower(right) == lower
		for _, other := range others {
			near = near || other == lower
		}
		if near || oneEdit(lower, strings.ToLower(right)) {
			return fmt.Errorf("%s: method %s is never called: did you mean %s?", t, name, right)
		}
	}
	return nil
}

// oneEdit reports whether one letter more, less or other makes b of a.
func oneEdit(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	return a[i:] == b[i+1:] || len(a) == len(b) && a[i+1:] == b[i+1:]
}
