package chore_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/chore"
	"github.com/gomr/gomr/orchestrate/scheduler"
)

// TestClear: the program that makes the attempt gets what was asked for.
func TestClear(t *testing.T) {
	asked := &chore.Clear{
		Name: "20261127-114200-ab3d", Program: "p", By: "ann", Downstream: true, Note: "wrong input",
		Tasks: []chore.Task{{Family: "Count", Args: []string{"--date=2014-06-01"}}},
	}
	submission, err := asked.Submission()
	require.NoError(t, err)
	require.Equal(t, "ann", submission.By)
	require.Equal(t, []string{"clear(20261127-114200-ab3d)"}, submission.Roots)
	spec := submission.Nodes[0].Spec
	require.Equal(t, "p", spec.Program)
	require.Zero(t, spec.Timeout, "what is half-moved is moved to the end")
	got, err := chore.ParseClear(spec.Args)
	require.NoError(t, err)
	got.Program = asked.Program // the program does not tell itself
	require.Equal(t, asked, got)

	asked.Preview = true
	preview, err := asked.Submission()
	require.NoError(t, err)
	require.NotZero(t, preview.Nodes[0].Spec.Timeout)
	require.Less(t, preview.Nodes[0].Spec.Retry.Attempts, spec.Retry.Attempts)
}

func TestUndo(t *testing.T) {
	asked := &chore.Undo{Name: "x", Program: "p", By: "ann", ID: "20261127-114200-ab3d", Replace: true}
	submission, err := asked.Submission()
	require.NoError(t, err)
	require.Equal(t, []string{"undo(x)"}, submission.Roots)
	got, err := chore.ParseUndo(submission.Nodes[0].Spec.Args)
	require.NoError(t, err)
	got.Name, got.Program = asked.Name, asked.Program
	require.Equal(t, asked, got)
}

func TestWhatIsNone(t *testing.T) {
	invalid := new(scheduler.InvalidError)
	for name, asked := range map[string]interface {
		Submission() (*scheduler.Submission, error)
	}{
		"a clear of nothing":    &chore.Clear{Name: "x", Program: "p"},
		"a clear by nobody":     &chore.Clear{Name: "x", Tasks: []chore.Task{{Family: "Count"}}},
		"an undo of no clear":   &chore.Undo{Name: "x", Program: "p"},
		"an undo of no program": &chore.Undo{Name: "x", ID: "y"},
	} {
		_, err := asked.Submission()
		require.ErrorAs(t, err, &invalid, name)
	}
	for name, args := range map[string][]string{
		"none": nil, "two": {"{}", "{}"}, "no JSON": {"x"}, "no name": {`{"tasks": [{"family": "Count"}]}`}, "no tasks": {`{"name": "x"}`},
	} {
		_, err := chore.ParseClear(args)
		require.Error(t, err, name)
	}
	for name, args := range map[string][]string{"none": nil, "two": {"{}", "{}"}, "no JSON": {"x"}} {
		_, err := chore.ParseUndo(args)
		require.Error(t, err, name)
	}
}
