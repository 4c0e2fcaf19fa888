package orchestrate_test

import (
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/orchestrate"
)

// The types below have one mistake each.

type noWork struct{}

func (noWork) Output() orchestrate.Target { return nil }

type runAndJob struct{ work }

func (runAndJob) Job() mr.Job { return nil }

type externalRun struct {
	orchestrate.ExternalTask
	work
}

type requireNotRequires struct{ work }

func (requireNotRequires) Require() []orchestrate.Task { return nil }

type dependencies struct{ work }

func (dependencies) Dependencies() []orchestrate.Task { return nil }

type outputs struct{ work }

func (outputs) Outputs() []orchestrate.Target { return nil }

type retires struct{ work }

func (retires) Retyr() orchestrate.Retry { return orchestrate.Retry{} }

type requiresOne struct{ work }

func (requiresOne) Requires() orchestrate.Task { return nil }

type timeoutSeconds struct{ work }

func (timeoutSeconds) Timeout() int { return 5 }

type runNoContext struct{}

func (runNoContext) Output() orchestrate.Target { return nil }
func (runNoContext) Run() error                 { return nil }

type pointerReceiver struct{ work }

func (*pointerReceiver) Requires() []orchestrate.Task { return nil }

type unexported struct {
	work
	days int `param:"days"`
}

type badType struct {
	work
	Channel chan int `param:"channel"`
}

type badName struct {
	work
	DateInterval string `param:"DateInterval"`
}

type badOption struct {
	work
	Pool string `param:"pool,insignificent"`
}

type helpOnly struct {
	work
	Pool string `help:"the pool"`
}

type twice struct {
	work
	A string `param:"a"`
	B string `param:"a"`
}

type helpParam struct {
	work
	Text string `param:"help"`
}

type badChoice struct {
	work
	N int `param:"n" choices:"1,two"`
}

type generic[T any] struct{ work }

func TestNewRegistry_Mistakes(t *testing.T) {
	tests := []struct {
		prototype orchestrate.Task
		want      string
	}{
		{nil, "<nil>: the prototype is nil; give a struct or a pointer to one"},
		{(*work)(nil), "*orchestrate_test.work: the prototype is nil; give a struct or a pointer to one"},
		{noWork{}, "orchestrate_test.noWork: it has no work; add a method Run(context.Context) error or Job() mr.Job, or embed " +
			"orchestrate.ExternalTask if others make its output, or orchestrate.WrapperTask if it only groups tasks"},
		{runAndJob{}, "orchestrate_test.runAndJob: it has Run and Job; keep one of them"},
		{externalRun{}, "orchestrate_test.externalRun: it has Run and ExternalTask; keep one of them"},
		{requireNotRequires{}, "orchestrate_test.requireNotRequires.Require: no such optional method, so nothing calls it; " +
			"rename it to Requires() []orchestrate.Task, or to something else if it isn't meant to be that"},
		{dependencies{}, "orchestrate_test.dependencies.Dependencies: no such optional method, so nothing calls it; " +
			"rename it to Requires() []orchestrate.Task, or to something else if it isn't meant to be that"},
		{outputs{}, "orchestrate_test.outputs.Outputs: no such optional method, so nothing calls it; " +
			"rename it to Output() orchestrate.Target, or to something else if it isn't meant to be that"},
		{retires{}, "orchestrate_test.retires.Retyr: no such optional method, so nothing calls it; " +
			"rename it to Retry() orchestrate.Retry, or to something else if it isn't meant to be that"},
		{requiresOne{}, "orchestrate_test.requiresOne.Requires: it is func() orchestrate.Task; make it Requires() []orchestrate.Task"},
		{timeoutSeconds{}, "orchestrate_test.timeoutSeconds.Timeout: it is func() int; make it Timeout() time.Duration"},
		{runNoContext{}, "orchestrate_test.runNoContext.Run: it is func() error; make it Run(context.Context) error\n" +
			"orchestrate_test.runNoContext: it has no work; add a method Run(context.Context) error or Job() mr.Job, or embed " +
			"orchestrate.ExternalTask if others make its output, or orchestrate.WrapperTask if it only groups tasks"},
		{pointerReceiver{}, "orchestrate_test.pointerReceiver.Requires: its receiver is a pointer and the prototype isn't one, so nothing calls it; " +
			"declare it for orchestrate_test.pointerReceiver, or give the prototype as a pointer"},
		{unexported{}, "orchestrate_test.unexported.days: a parameter must be an exported field; rename it to Days"},
		{badType{}, "orchestrate_test.badType.Channel: the type chan int can't be a parameter; use a string, number, bool, time.Duration, " +
			"a date type, orchestrate.Path, a type with UnmarshalText and MarshalText or String, or a pointer, slice or map of these"},
		{badName{}, `orchestrate_test.badName.DateInterval: bad parameter name "DateInterval"; use lower-case words with hyphens, such as date-interval`},
		{badOption{}, `orchestrate_test.badOption.Pool: unknown option "insignificent" in the param tag; the options are optional, insignificant, batch, batch=min and batch=max`},
		{helpOnly{}, "orchestrate_test.helpOnly.Pool: it has a help or choices tag, and no param tag; write `param:\"pool\" help:\"…\"`"},
		{twice{}, "orchestrate_test.twice.B: the parameter a is that of A too; rename one of them"},
		{helpParam{}, "orchestrate_test.helpParam.Text: the name help is taken; choose another name"},
		{badChoice{}, `orchestrate_test.badChoice.N: bad choice: bad integer "two": want decimal digits only; write for example 42; list texts that are values of the type`},
		{kinds{Mode: "fst"}, `orchestrate_test.kinds.--mode: it has a default and is marked optional; take one of the two away`},
		{kinds{Pointer: new(int)}, `orchestrate_test.kinds.--pointer: a pointer parameter is nil by default; make it no pointer, or leave it nil`},
		{generic[int]{}, `orchestrate_test.generic[int]: its name "generic[int]" has other characters than letters, digits, _ . and -; give it a method TaskName() string`},
	}
	for _, test := range tests {
		t.Run(test.want, func(t *testing.T) {
			_, err := orchestrate.NewRegistry(test.prototype)
			require.EqualError(t, err, test.want)
			var definition *orchestrate.DefinitionError
			require.ErrorAs(t, err, &definition)
		})
	}
}

// No type here has such a tag, for go vet would find it.
func TestNewRegistry_TagThatCannotBeRead(t *testing.T) {
	problem, mend := orchestrate.ParamProblem(reflect.StructField{Name: "MaxSize", Type: reflect.TypeFor[int](), Tag: `param: "max"`})
	require.Equal(t, "the tag `param: \"max\"` can't be read", problem)
	require.Equal(t, "write `param:\"max-size\" help:\"…\"`", mend)
}

func TestNewRegistry_TellsAllMistakes(t *testing.T) {
	_, err := orchestrate.NewRegistry(runAndJob{}, work{}, &work{}, twice{})
	require.EqualError(t, err, "orchestrate_test.runAndJob: it has Run and Job; keep one of them\n"+
		"orchestrate_test.twice.B: the parameter a is that of A too; rename one of them\n"+
		"orchestrate_test.work: it has the name work of orchestrate_test.work; give one of them a method TaskName() string that returns another name")
}

// mapper has methods of its own that look a little like those of a task.
type mapper struct{ work }

func (mapper) Map(string) error    { return nil }
func (mapper) Reduce(string) error { return nil }
func (mapper) Input() string       { return "" }
func (mapper) Setup() error        { return nil }
func (mapper) Heap() int           { return 0 }
func (mapper) Sun() int            { return 0 }
func (mapper) Partition() int      { return 0 }

func TestNewRegistry_LeavesOtherMethodsAlone(t *testing.T) {
	_, err := orchestrate.NewRegistry(mapper{})
	require.NoError(t, err)
}

// described has everything that help shows.
type described struct {
	work
	Days orchestrate.DateInterval `param:"days" help:"days to count"`
	Mode string                   `param:"mode" help:"how" choices:"fast,slow"`
	Tags []string                 `param:"tags,optional"`
	Wait time.Duration            `param:"wait,insignificant"`
	Dry  bool                     `param:"dry"`
}

func (described) Help() string                  { return "Counts the days." }
func (described) Run(ctx context.Context) error { return nil }

func TestRegistry_Families(t *testing.T) {
	registry := newRegistry(t, work{}, described{Mode: "fast", Wait: time.Hour})
	require.Equal(t, []orchestrate.FamilyInfo{
		{Name: "described", Help: "Counts the days.", Params: []orchestrate.ParamInfo{
			{Name: "days", Help: "days to count", Type: "date interval", Required: true},
			{Name: "mode", Help: "how", Type: "one of fast, slow", Default: "fast", Choices: []string{"fast", "slow"}},
			{Name: "tags", Type: "list of string", Repeatable: true},
			{Name: "wait", Type: "duration", Default: "1h", Insignificant: true},
			{Name: "dry", Type: "bool", Default: "false", NeedsNoValue: true},
		}},
		{Name: "work"},
	}, registry.Families())
	info, err := registry.Lookup("work")
	require.NoError(t, err)
	require.Equal(t, "work", info.Name)
	_, err = registry.Lookup("wrok")
	require.EqualError(t, err, "there is no task wrok; did you mean work?")
}
