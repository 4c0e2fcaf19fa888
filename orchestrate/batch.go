package orchestrate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// A batchMode says how tasks become one attempt that differ in a parameter.
type batchMode string

const (
	batchNone batchMode = ""
	batchEach batchMode = "batch"     // RunBatch gets all of them
	batchMin  batchMode = "batch=min" // the task with the least value runs for all
	batchMax  batchMode = "batch=max" // the one with the greatest does
)

// defaultMaxBatch is how many tasks are made together where the task has no MaxBatch method.
const defaultMaxBatch = 100

// batchMode returns that of the parameters of a type. All that have one have the same way.
func (s *schema) batchMode() batchMode {
	for _, p := range s.params {
		if p.batch != batchNone {
			return p.batch
		}
	}
	return batchNone
}

// batchOf returns what the tasks have in common that may be made together with this one, and how
// many that may be. The empty text is a task that is made alone.
func batchOf(t Task) (key string, most int) {
	s := schemaOf(reflect.TypeOf(t))
	if s.batchMode() == batchNone {
		return "", 0
	}
	most = defaultMaxBatch
	if m, ok := t.(interface{ MaxBatch() int }); ok {
		most = m.MaxBatch()
	}
	if most < 2 {
		return "", 0
	}
	var values []string
	for p, v := range parameters(t) {
		if p.batch == batchNone {
			values = append(values, p.name+"="+idValue(p, v))
		}
	}
	slices.Sort(values)
	return Family(t) + "(" + strings.Join(values, ", ") + ")", most
}

// checkBatch checks that what the parameters and the methods of a type say of batches fits.
func checkBatch(t Task) error {
	s := schemaOf(reflect.TypeOf(t))
	mode, runsBatch := s.batchMode(), hasRunBatch(t)
	wrong := func(member, problem, mend string) error {
		return &DefinitionError{typeName(t), member, problem, mend}
	}
	for _, p := range s.params {
		switch v := structOf(t).FieldByIndex(p.index); {
		case p.batch == batchNone:
		case IsExternal(t) || IsWrapper(t):
			return wrong("--"+p.name, "it has the option "+string(p.batch)+", and the task has no work", "take the option away")
		case p.insignificant:
			return wrong("--"+p.name, "tasks that differ in it alone are one task, so there is no batch of them", "take one of the options insignificant and "+string(p.batch)+" away")
		case (p.batch == batchEach) != (mode == batchEach):
			return wrong("--"+p.name, "other parameters have the option "+string(mode), "batch goes with batch alone, and batch=min with batch=max")
		case p.batch != batchEach && (p.shape != shapeSingle || compareValues(v, v) == nil):
			return wrong("--"+p.name, fmt.Sprintf("values of %s have no order", v.Type()), "use a number, a string, a date type or a type with a method Compare, or the option batch")
		}
	}
	switch _, hasMax := t.(interface{ MaxBatch() int }); {
	case mode == batchEach && !runsBatch:
		return wrong("", "a parameter has the option batch, and nothing runs several tasks at once",
			"add a method "+signature(t, "RunBatch")+" in place of Run, or write batch=max or batch=min where one task does the work of all")
	case mode != batchEach && runsBatch:
		return wrong("RunBatch", "no parameter says in what the tasks of a batch differ", "give the option batch to one, such as `param:\"day,batch\"`")
	case mode == batchNone && hasMax:
		return wrong("MaxBatch", "no parameter says in what the tasks of a batch differ", "give the option batch, batch=max or batch=min to one, such as `param:\"day,batch\"`")
	}
	return nil
}

// runBatchType is the type of the RunBatch method of a task.
func runBatchType(t Task) reflect.Type {
	in := []reflect.Type{reflect.TypeFor[context.Context](), reflect.SliceOf(reflect.TypeOf(t))}
	return reflect.FuncOf(in, []reflect.Type{reflect.TypeFor[error]()}, false)
}

func hasRunBatch(t Task) bool {
	method := reflect.ValueOf(t).MethodByName("RunBatch")
	return method.IsValid() && method.Type() == runBatchType(t)
}

// runBatch calls the RunBatch method of tasks of one type.
func runBatch(ctx context.Context, tasks []Task) error {
	list := reflect.MakeSlice(reflect.SliceOf(reflect.TypeOf(tasks[0])), 0, len(tasks))
	for _, t := range tasks {
		list = reflect.Append(list, reflect.ValueOf(t))
	}
	out := reflect.ValueOf(tasks[0]).MethodByName("RunBatch").Call([]reflect.Value{reflect.ValueOf(ctx), list})
	err, _ := out[0].Interface().(error)
	return err
}

// compareValues returns a function that tells which of two values is the greater, or nil where they have no order.
func compareValues(a, b reflect.Value) func() int {
	if method := a.MethodByName("Compare"); method.IsValid() && method.Type() == reflect.FuncOf([]reflect.Type{b.Type()}, []reflect.Type{reflect.TypeFor[int]()}, false) {
		return func() int { return int(method.Call([]reflect.Value{b})[0].Int()) }
	}
	switch {
	case a.CanInt():
		return func() int { return cmp.Compare(a.Int(), b.Int()) }
	case a.CanUint():
		return func() int { return cmp.Compare(a.Uint(), b.Uint()) }
	case a.CanFloat():
		return func() int { return cmp.Compare(a.Float(), b.Float()) }
	case a.Kind() == reflect.String:
		return func() int { return cmp.Compare(a.String(), b.String()) }
	}
	return nil
}

// mergeTasks returns the task that does the work of all: the first one, with the least or the greatest values.
func mergeTasks(tasks []Task) Task {
	typ := reflect.TypeOf(tasks[0])
	pointer := reflect.New(structOf(tasks[0]).Type())
	pointer.Elem().Set(structOf(tasks[0]))
	for _, p := range schemaOf(typ).params {
		if p.batch == batchNone {
			continue
		}
		best := pointer.Elem().FieldByIndex(p.index)
		for _, t := range tasks[1:] {
			v := structOf(t).FieldByIndex(p.index)
			if order := compareValues(v, best)(); order > 0 && p.batch == batchMax || order < 0 && p.batch == batchMin {
				best.Set(v)
			}
		}
	}
	if typ.Kind() == reflect.Pointer {
		return pointer.Interface().(Task)
	}
	return pointer.Elem().Interface().(Task)
}

// A MemberError is what a RunBatch method returns, joined with others by [errors.Join], to tell which
// of its tasks has failed. The others are done if their outputs exist.
type MemberError struct {
	Task Task
	Err  error
}

func (e *MemberError) Error() string { return fmt.Sprintf("%s: %v", ID(e.Task), e.Err) }

// Unwrap returns what is wrong with the task.
func (e *MemberError) Unwrap() error { return e.Err }

// memberErrors returns the errors of single tasks in an error, by their IDs.
func memberErrors(err error) map[string]error {
	found := map[string]error{}
	var visit func(err error)
	visit = func(err error) {
		if member, ok := err.(*MemberError); ok { //nolint:errorlint // each level is looked at
			found[ID(member.Task)] = member.Err
			return
		}
		switch wrapping := err.(type) { //nolint:errorlint // as above
		case interface{ Unwrap() []error }:
			for _, one := range wrapping.Unwrap() {
				visit(one)
			}
		case interface{ Unwrap() error }:
			visit(wrapping.Unwrap())
		}
	}
	visit(err)
	return found
}

// A BatchError is a failure of tasks that were made together, for which nobody knows which of them is to blame.
type BatchError struct {
	Size int // of the batch
	Err  error
}

func (e *BatchError) Error() string { return fmt.Sprintf("in a batch of %d: %v", e.Size, e.Err) }

// Unwrap returns what went wrong.
func (e *BatchError) Unwrap() error { return e.Err }

var errNoBatch = errors.New("these tasks can't be made together: they differ in more than the parameters of a batch")
