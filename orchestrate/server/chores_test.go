package server_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/chore"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/server"
	"github.com/gomr/gomr/orchestrate/store"
)

// spelled submits a task of a family and a program, as a command line does.
func (w *world) spelled(id, program string, args ...string) {
	w.t.Helper()
	_, err := w.client.Submit(w.t.Context(), &scheduler.Submission{
		Request: id, Roots: []string{id}, Nodes: []scheduler.Node{{Spec: store.Spec{ID: id, Family: "Count", Program: program, Args: args}, Complete: true}},
	})
	require.NoError(w.t, err)
}

// TestClear: a worker of the program gets the tasks as they are spelled, and its answer is shown, whichever it is.
func TestClear(t *testing.T) {
	for _, test := range []struct {
		name    string
		outcome store.Outcome
		details map[string]string
		want    api.ClearStatus
	}{
		{
			"it is done", store.Succeeded, map[string]string{chore.Detail: `{"cleared": {"id": "x", "tasks": [{"id": "Count(date=2014-06-01)", "outputs": [{"path": "/a", "files": 1, "bytes": 2}]}], "files": 1, "bytes": 2}}`},
			api.ClearStatus{State: chore.Done, Cleared: &chore.Cleared{
				ID: "x", Files: 1, Bytes: 2,
				Tasks: []chore.ClearedTask{{ID: "Count(date=2014-06-01)", Outputs: []chore.Output{{Path: "/a", Files: 1, Bytes: 2}}}},
			}},
		},
		{
			"it is refused", store.Succeeded, map[string]string{chore.Detail: `{"error": "it has an attempt under way"}`},
			api.ClearStatus{State: chore.Failed, Why: "it has an attempt under way"},
		},
		{"nothing was left", store.Succeeded, nil, api.ClearStatus{State: chore.Failed, Why: "no worker has done it: ask again"}},
		{"it goes on", store.Interrupted, nil, api.ClearStatus{State: chore.Waiting}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := start(t, server.Options{})
			w.spelled("Count(date=2014-06-01)", "p", "--date=2014-06-01")
			name, err := w.client.StartClear(t.Context(), api.NewClear{Tasks: []string{"Count(date=2014-06-01)"}, Downstream: true, Note: "wrong input"})
			require.NoError(t, err)
			status, err := w.client.ShowClear(t.Context(), name)
			require.NoError(t, err)
			require.Equal(t, chore.Waiting, status.State)

			got := w.work()
			require.Equal(t, chore.ClearID(name), got.Task.ID)
			asked, err := chore.ParseClear(got.Task.Args)
			require.NoError(t, err)
			require.Equal(t, &chore.Clear{
				Name: name, By: "local", Downstream: true, Note: "wrong input",
				Tasks: []chore.Task{{Family: "Count", Args: []string{"--date=2014-06-01"}}},
			}, asked)

			require.NoError(t, w.client.End(t.Context(), &scheduler.End{Fence: got.Fence, Outcome: test.outcome, Details: test.details}))
			status, err = w.client.ShowClear(t.Context(), name)
			require.NoError(t, err)
			if status.State == chore.Waiting {
				status.Why = "" // it tells until when
			}
			require.Equal(t, test.want, status)
		})
	}
}

func TestClearThatCanNotBe(t *testing.T) {
	w := start(t, server.Options{})
	w.spelled("a", "p")
	w.spelled("b", "q")
	for name, test := range map[string]struct {
		asked api.NewClear
		want  string
	}{
		"no tasks":         {api.NewClear{}, "tasks"},
		"an unknown one":   {api.NewClear{Tasks: []string{"a", "nobody"}}, "nobody"},
		"of two programs":  {api.NewClear{Tasks: []string{"a", "b"}}, "b is of another program, q, than a"},
		"an endless story": {api.NewClear{Tasks: []string{"a"}, Note: string(make([]byte, 2000))}, "note"},
	} {
		_, err := w.client.StartClear(t.Context(), test.asked)
		require.ErrorContains(t, err, test.want, name)
	}
	_, err := w.client.ShowClear(t.Context(), "nobody's")
	require.Equal(t, api.NotFound, as[*api.Problem](t, err).Code)
	page, err := w.client.Tasks(t.Context(), scheduler.TaskFilter{Family: chore.ClearFamily})
	require.NoError(t, err)
	require.Empty(t, page.Tasks, "nobody is asked")
}

// TestUndo: a worker gets the ID of the clear, and tells what it has brought back.
func TestUndo(t *testing.T) {
	w := start(t, server.Options{})
	name, err := w.client.StartUndo(t.Context(), api.NewUndo{ID: "20261127-114200-ab3d", Program: "p", Replace: true})
	require.NoError(t, err)
	got := w.work()
	require.Equal(t, chore.UndoID(name), got.Task.ID)
	asked, err := chore.ParseUndo(got.Task.Args)
	require.NoError(t, err)
	require.Equal(t, &chore.Undo{By: "local", ID: "20261127-114200-ab3d", Replace: true}, asked)
	answer := map[string]string{chore.Detail: `{"undone": {"id": "20261127-114200-ab3d", "outputs": [{"task": "a", "path": "/a", "fate": "back"}]}}`}
	require.NoError(t, w.client.End(t.Context(), &scheduler.End{Fence: got.Fence, Outcome: store.Succeeded, Details: answer}))
	status, err := w.client.ShowUndo(t.Context(), name)
	require.NoError(t, err)
	require.Equal(t, api.UndoStatus{State: chore.Done, Undone: &chore.Undone{
		ID: "20261127-114200-ab3d", Outputs: []chore.Brought{{Task: "a", Path: "/a", Fate: "back"}},
	}}, status)
	_, err = w.client.StartUndo(t.Context(), api.NewUndo{Program: "p"})
	require.ErrorContains(t, err, "id")
}
