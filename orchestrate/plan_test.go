package orchestrate_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// requireGolden compares text with a file in testdata.
func requireGolden(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), text)
}

func newPlan(t *testing.T, tasks ...orchestrate.Task) *orchestrate.Plan {
	t.Helper()
	plan, err := orchestrate.NewPlan(t.Context(), orchestrate.Config{}, tasks...)
	require.NoError(t, err)
	return plan
}

// sample is a plan with all statuses and a task that two others require.
func sample() orchestrate.Task {
	w := newWorld("monday", "cleaned")
	shared := w.task("shared", w.input("monday"))
	good := w.task("good", shared, w.task("cleaned", w.input("not looked at")))
	bad := w.task("bad", shared, w.input("tuesday"))
	return group{Name: "all", tasks: []orchestrate.Task{good, bad}}
}

func TestPlan_Statuses(t *testing.T) {
	plan := newPlan(t, sample())
	var got []string
	for n := range plan.Nodes() {
		got = append(got, fmt.Sprintf("%s: %s", n.ID, n.Status))
	}
	require.Equal(t, []string{
		"input(name=monday): complete",
		"step(name=shared): will run",
		"step(name=cleaned): complete",
		"step(name=good): will run",
		"input(name=tuesday): missing external",
		"step(name=bad): upstream missing",
		"group(name=all): upstream missing",
	}, got)
	require.Equal(t, 2, plan.Count(orchestrate.StatusWillRun))
	require.Nil(t, plan.Lookup("input(name=not looked at)"))
}

func TestPlan_Drawings(t *testing.T) {
	plan := newPlan(t, sample())
	for name, write := range map[string]func(io.Writer) error{
		"plan.txt": plan.WriteTree, "plan.dot": plan.WriteDOT, "plan.mmd": plan.WriteMermaid,
	} {
		var out bytes.Buffer
		require.NoError(t, write(&out))
		requireGolden(t, name, out.String())
	}
}

func TestPlan_Why(t *testing.T) {
	task := sample()
	why, err := newPlan(t, task).Why(task)
	require.NoError(t, err)
	requireGolden(t, "why.txt", why.String())

	_, err = newPlan(t, task).Why(step{Name: "stranger"})
	require.EqualError(t, err, "step(name=stranger) is not in the plan: nothing that is to be done requires it")
}

// A folder is a target in a world that is known by a file in it.
type folder struct{ file }

func (f folder) Marker() string { return f.name + "/_DONE" }

type inputFolder struct {
	orchestrate.ExternalTask
	world *world
}

func (i inputFolder) Output() orchestrate.Target { return folder{file{i.world, "logs"}} }

// Who looks into a folder that is there, and is told that it is missing, must see what it lacks.
func TestPlan_NamesTheMarkerOfAMissingInput(t *testing.T) {
	task := inputFolder{world: newWorld()}
	why, err := newPlan(t, task).Why(task)
	require.NoError(t, err)
	require.Equal(t, "inputFolder is an external input that is missing: logs/_DONE does not exist, and no task makes it\n", why.String())
	summary, err := orchestrate.Run(t.Context(), orchestrate.Config{}, task)
	require.Error(t, err)
	require.Contains(t, summary.String(), "1 inputFolder: logs/_DONE\n")
}

func TestPlan_WhyOfEveryStatus(t *testing.T) {
	w := newWorld("made")
	made := w.task("made")
	first := w.task("first")
	all := group{Name: "all", tasks: []orchestrate.Task{made, w.task("last", first, w.task("second"))}}
	done := group{Name: "done", tasks: []orchestrate.Task{made}}
	many := several{Names: []string{"made", "x1", "x2", "x3", "x4"}, world: w}
	plan := newPlan(t, all, done, many)
	tests := []struct {
		task orchestrate.Task
		want string
	}{
		{made, "step(name=made) is complete: made exists\n"},
		{first, "step(name=first) will run: first does not exist\n"},
		{all, "group(name=all) will be complete after 1 task that it requires\n" +
			"  step(name=last) will run after 2 tasks that it requires: last does not exist\n" +
			"    step(name=first) will run: first does not exist\n" +
			"    step(name=second) will run: second does not exist\n"},
		{done, "group(name=done) is complete: all that it requires is complete\n"},
		{many, "several(names=[made,x1,x2,x3,x4]) will run: x1, x2, x3 and 1 more do not exist\n"},
	}
	for _, test := range tests {
		why, err := plan.Why(test.task)
		require.NoError(t, err)
		require.Equal(t, test.want, why.String())
	}
	require.Len(t, plan.Roots(), 3)
}

// several makes several files.
type several struct {
	Names []string `param:"names"`
	world *world
}

func (s several) Output() orchestrate.Target {
	var targets orchestrate.Targets
	for _, name := range s.Names {
		targets = append(targets, file{s.world, name})
	}
	return targets
}

func (s several) Run(context.Context) error {
	for _, name := range s.Names {
		s.world.make(name)
	}
	return nil
}

func TestRun_SeveralTargets(t *testing.T) {
	w := newWorld("a")
	task := several{Names: []string{"a", "b"}, world: w}
	summary, err := orchestrate.Run(t.Context(), orchestrate.Config{}, task)
	require.NoError(t, err)
	require.Equal(t, orchestrate.StatusDone, status(summary, task))
	require.Equal(t, []orchestrate.Target{file{w, "a"}, file{w, "b"}}, orchestrate.Inputs(w.task("top", task)))
}

func TestPlan_DiamondsAreLookedAtOnce(t *testing.T) {
	w := newWorld()
	const depth = 200 // 2^200 ways from top to bottom
	left, right := w.task("l0"), w.task("r0")
	for i := 1; i < depth; i++ {
		left, right = w.task(fmt.Sprintf("l%d", i), left, right), w.task(fmt.Sprintf("r%d", i), left, right)
	}
	plan := newPlan(t, left, right)
	require.Equal(t, 2*depth, plan.Count(orchestrate.StatusWillRun))
	for name, checks := range w.checks {
		require.Equal(t, 1, checks, name)
	}
	var out bytes.Buffer
	require.NoError(t, plan.WriteTree(&out))
	why, err := plan.Why(left)
	require.NoError(t, err)
	require.Less(t, bytes.Count(out.Bytes(), []byte("\n")), 4*depth)
	require.Less(t, strings.Count(why.String(), "\n"), 4*depth)
}

func TestPlan_Cycles(t *testing.T) {
	w := newWorld()
	a := step{Name: "a", world: w}
	c := w.task("c", a)
	b := w.task("b", w.task("fine"), c)
	w.task("a", b)
	tests := map[string]struct {
		task orchestrate.Task
		want []string
	}{
		"of three":     {a, []string{"step(name=a)", "step(name=b)", "step(name=c)", "step(name=a)"}},
		"behind a way": {w.task("way", b), []string{"step(name=b)", "step(name=c)", "step(name=a)", "step(name=b)"}},
		"of itself":    {w.task("self", step{Name: "self", world: w}), []string{"step(name=self)", "step(name=self)"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := orchestrate.NewPlan(t.Context(), orchestrate.Config{}, test.task)
			var cycle *orchestrate.CycleError
			require.ErrorAs(t, err, &cycle)
			require.Equal(t, test.want, cycle.IDs)
			require.Equal(t, orchestrate.ExitScheduling, orchestrate.ExitCode(err))
		})
	}
}

func TestPlan_ChecksInBulk(t *testing.T) {
	w := newWorld("b1")
	var calls [][]string
	config := orchestrate.Config{Exists: func(_ context.Context, targets []orchestrate.Target) ([]bool, error) {
		var names []string
		exists := make([]bool, len(targets))
		for i, target := range targets {
			names = append(names, target.String())
			exists[i] = w.files[target.String()]
		}
		calls = append(calls, names)
		return exists, nil
	}}
	top := w.task("a", w.task("b1", w.task("c1")), w.task("b2", w.task("c2")), w.task("b3", w.task("c2")))
	_, err := orchestrate.NewPlan(t.Context(), config, top)
	require.NoError(t, err)
	require.Equal(t, [][]string{{"a"}, {"b1", "b2", "b3"}, {"c2"}}, calls)
}

func TestPlan_LongChain(t *testing.T) {
	w := newWorld()
	task := w.task("0")
	for i := range 5000 {
		task = w.task(strconv.Itoa(i+1), task)
	}
	require.Equal(t, 5001, newPlan(t, task).Count(orchestrate.StatusWillRun))
}

// endless requires ever new tasks.
type endless struct {
	work
	N int `param:"n,optional"`
}

func (e endless) Requires() []orchestrate.Task { return []orchestrate.Task{endless{N: e.N + 1}} }

// faulty has a method that panics.
type faulty struct{ work }

func (faulty) Requires() []orchestrate.Task { panic("no such table") }

// outputless has an output that is nil.
type outputless struct{ work }

func (outputless) Output() orchestrate.Target { return nil }

// unknowable has an output whose existence can't be told.
type unknowable struct{ work }

func (unknowable) Output() orchestrate.Target { return offline{} }

type offline struct{}

func (offline) String() string                       { return "hdfs:/a" }
func (offline) Exists(context.Context) (bool, error) { return false, errors.New("no route to host") }

func TestPlan_Errors(t *testing.T) {
	w := newWorld()
	tests := map[string]struct {
		task   orchestrate.Task
		config orchestrate.Config
		want   string
	}{
		"endless":       {endless{}, orchestrate.Config{MaxTasks: 100}, "plan endless(n=100): the plan has more than 100 tasks"},
		"panic":         {faulty{}, orchestrate.Config{}, "plan faulty: panic: no such table"},
		"nil":           {nil, orchestrate.Config{}, "a task is nil"},
		"nil required":  {w.task("a", nil), orchestrate.Config{}, "plan step(name=a): a task is nil"},
		"no output":     {outputless{}, orchestrate.Config{}, "plan outputless: it has no output"},
		"misdefined":    {w.task("b", requireNotRequires{}), orchestrate.Config{}, "rename it to Requires"},
		"can't be told": {unknowable{}, orchestrate.Config{}, "check whether hdfs:/a exists: no route to host"},
		"bad Exists": {w.task("c"), orchestrate.Config{Exists: func(context.Context, []orchestrate.Target) ([]bool, error) { return nil, nil }},
			"Config.Exists was asked for 1 targets and answered for 0"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			summary, err := orchestrate.Run(t.Context(), test.config, test.task)
			require.ErrorContains(t, err, test.want)
			require.Equal(t, orchestrate.ExitScheduling, summary.ExitCode())
		})
	}
}

func TestInputs_WrappersAreVisitedOnce(t *testing.T) {
	w := newWorld()
	wrapper := group{Name: "0", tasks: []orchestrate.Task{w.input("a"), w.input("b")}}
	for i := range 60 {
		wrapper = group{Name: strconv.Itoa(i + 1), tasks: []orchestrate.Task{wrapper, wrapper}}
	}
	require.Equal(t, []orchestrate.Target{file{w, "a"}, file{w, "b"}}, orchestrate.Inputs(w.task("top", wrapper)))
}
