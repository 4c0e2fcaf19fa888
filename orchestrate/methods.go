package orchestrate

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/gomr/gomr/mr"
)

// methods are the methods that mean something to the package, by name.
var methods = map[string]reflect.Type{
	"Output":    reflect.TypeFor[func() Target](),
	"Requires":  reflect.TypeFor[func() []Task](),
	"Run":       reflect.TypeFor[func(context.Context) error](),
	"Job":       reflect.TypeFor[func() mr.Job](),
	"Retry":     reflect.TypeFor[func() Retry](),
	"Timeout":   reflect.TypeFor[func() time.Duration](),
	"Priority":  reflect.TypeFor[func() int](),
	"Resources": reflect.TypeFor[func() map[string]int](),
	"Due":       reflect.TypeFor[func() time.Time](),
	"Owner":     reflect.TypeFor[func() string](),
	"Checks":    reflect.TypeFor[func() []Check](),
	"Validate":  reflect.TypeFor[func() error](),
	"Help":      reflect.TypeFor[func() string](),
	"TaskName":  reflect.TypeFor[func() string](),
	"MaxBatch":  reflect.TypeFor[func() int](),
	"RunBatch":  reflect.TypeFor[func(context.Context, []Task) error](), // of its own type, see methodType
}

// methodType returns the type that a method of that name of a task must have.
func methodType(t Task, name string) (want reflect.Type, known bool) {
	if name == "RunBatch" {
		return runBatchType(t), true
	}
	want, known = methods[name]
	return want, known
}

// otherNames are what people who know other systems may call a method.
var otherNames = map[string]string{
	"Outputs": "Output",
	"Require": "Requires", "Requirements": "Requires", "Dependencies": "Requires", "Deps": "Requires",
	"DependsOn": "Requires", "Depends": "Requires",
	"Execute": "Run", "Jobs": "Job", "GetJob": "Job",
	"Retries": "Retry", "RetryPolicy": "Retry", "RetryCount": "Retry", "WorkerTimeout": "Timeout",
	"TaskFamily": "TaskName", "Deadline": "Due", "DueTime": "Due", "DueBy": "Due",
	"Owners": "Owner", "OwnerEmail": "Owner",
}

// checkMethods finds methods that look like one of the package's and would be ignored.
func checkMethods(t Task) error {
	var errs []error
	value := reflect.ValueOf(t)
	all := value.Type()
	if all.Kind() != reflect.Pointer {
		all = reflect.PointerTo(all)
	}
	for m := range all.Methods() {
		if problem, mend := checkMethod(t, value.MethodByName(m.Name), m.Name); problem != "" {
			errs = append(errs, &DefinitionError{typeName(t), m.Name, problem, mend})
		}
	}
	return errors.Join(errs...)
}

// checkMethod checks a method of the type or, where method is not valid, of the pointer to it.
func checkMethod(t Task, method reflect.Value, name string) (problem, mend string) {
	want, known := methodType(t, name)
	switch {
	case !known:
		if meant := meantMethod(name); meant != "" {
			return "no such optional method, so nothing calls it", fmt.Sprintf("rename it to %s, or to something else if it isn't meant to be that", signature(t, meant))
		}
	case !method.IsValid():
		return "its receiver is a pointer and the prototype isn't one, so nothing calls it",
			fmt.Sprintf("declare it for %s, or give the prototype as a pointer", typeName(t))
	case method.Type() != want:
		return fmt.Sprintf("it is %s", method.Type()), "make it " + signature(t, name)
	}
	return "", ""
}

func signature(t Task, name string) string {
	want, _ := methodType(t, name)
	return name + strings.TrimPrefix(want.String(), "func")
}

// meantMethod returns the method that name is a slip of, empty where it is likely a name of its own.
func meantMethod(name string) string {
	if meant := otherNames[name]; meant != "" {
		return meant
	}
	for known := range methods {
		d := editDistance(strings.ToLower(name), strings.ToLower(known))
		switch {
		case d == 0, d <= 1 && len(known) >= 5, d <= 2 && len(known) >= 6:
			return known
		case d == 1 && sameLetters(name, known): // Jbo; but Heap is not Help
			return known
		}
	}
	return ""
}

func sameLetters(a, b string) bool {
	for _, c := range a {
		if !strings.ContainsRune(b, c) {
			return false
		}
	}
	return true
}

// checkKind checks that there is just one way in which the task comes about.
func checkKind(t Task) error {
	_, hasRun := t.(RunTask)
	_, hasJob := t.(JobTask)
	var ways []string
	for _, way := range []struct {
		name string
		has  bool
	}{{"Run", hasRun}, {"RunBatch", hasRunBatch(t)}, {"Job", hasJob}, {"ExternalTask", IsExternal(t)}, {"WrapperTask", IsWrapper(t)}} {
		if way.has {
			ways = append(ways, way.name)
		}
	}
	switch len(ways) {
	case 0:
		return &DefinitionError{typeName(t), "", "it has no work",
			"add a method " + signature(t, "Run") + " or " + signature(t, "Job") +
				", or embed orchestrate.ExternalTask if others make its output, or orchestrate.WrapperTask if it only groups tasks"}
	case 1:
		return nil
	}
	return &DefinitionError{typeName(t), "", "it has " + strings.Join(ways, " and "), "keep one of them"}
}
