package server_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/server"
	"github.com/gomr/gomr/orchestrate/store"
)

// bars are the tasks of a timeline, those of the critical path with a star.
func bars(t api.Timeline) (ids []string) {
	for i := range t.Tasks {
		id := t.Tasks[i].ID
		if t.Tasks[i].Critical {
			id += "*"
		}
		ids = append(ids, id)
	}
	return ids
}

func TestTimeline(t *testing.T) {
	w := start(t, server.Options{})
	receipt := w.submit(job("short"), job("long"), job("report", "short", "long"))
	short, long := w.work(), w.work(1)
	require.Equal(t, []string{"short", "long"}, []string{short.Task.ID, long.Task.ID})
	w.end(short.Fence, store.Succeeded)

	found, err := w.client.RunTimeline(t.Context(), receipt.Run)
	require.NoError(t, err)
	require.Equal(t, []string{"short", "long*", "report"}, bars(found), "what is under way ends now")
	require.NotNil(t, found.Finish)
	require.True(t, found.Tasks[1].Ended.IsZero())
	require.True(t, found.Tasks[2].Started.IsZero())

	w.end(long.Fence, store.Succeeded)
	report := w.work()
	w.end(report.Fence, store.Succeeded)
	found, err = w.client.RunTimeline(t.Context(), receipt.Run)
	require.NoError(t, err)
	require.Equal(t, []string{"short", "long*", "report*"}, bars(found))
	require.Nil(t, found.Finish)
	require.Equal(t, found.Took, found.Wait+found.Ran)
	require.Equal(t, found.Run.At, found.Begin)
	require.Equal(t, found.Run.Ended, found.End)
	require.Equal(t, 3, found.Total)
	last := found.Tasks[2]
	require.Equal(t, []any{report.Fence, 1, store.Succeeded, "me", store.Done}, []any{last.Fence, last.Number, last.Outcome, last.Worker, last.State})
	require.Equal(t, []int64{found.Tasks[0].Key, found.Tasks[1].Key}, last.Requires)
	require.Equal(t, found.Tasks[1].Ended, last.Ready)
	require.Equal(t, []string{"long", "report"}, []string{found.Path[0].ID, found.Path[1].ID})

	ofTask, err := w.client.TaskTimeline(t.Context(), "report")
	require.NoError(t, err)
	require.Equal(t, []string{"short", "long*", "report*"}, bars(ofTask))
	require.Nil(t, ofTask.Run)
	require.Equal(t, found.Tasks[1].Started, ofTask.Begin, "it begins with the first step of the path")
}

// TestTimeline_OfAnEarlierRun: what was made again since is of another run, and what was there before has no part.
func TestTimeline_OfAnEarlierRun(t *testing.T) {
	w := start(t, server.Options{})
	first := w.submit(job("load"))
	w.end(w.work().Fence, store.Succeeded)
	there := job("load")
	there.Complete = true
	second := w.submit(there, job("report", "load"))
	w.end(w.work().Fence, store.Succeeded)
	found, err := w.client.RunTimeline(t.Context(), first.Run)
	require.NoError(t, err)
	before := found.Tasks[0]

	found, err = w.client.RunTimeline(t.Context(), second.Run)
	require.NoError(t, err)
	require.Equal(t, []string{"load", "report*"}, bars(found))

	require.NoError(t, w.client.Mark(t.Context(), "load", store.Failed, "", ""))
	require.NoError(t, w.client.Forgive(t.Context(), "load", ""))
	w.end(w.work().Fence, store.Succeeded)
	found, err = w.client.RunTimeline(t.Context(), first.Run)
	require.NoError(t, err)
	require.Equal(t, before, found.Tasks[0], "the run is what it was")
}

// TestTimeline_Failed: others of a run that has failed go on, and are seen.
func TestTimeline_Failed(t *testing.T) {
	w := start(t, server.Options{})
	bad := job("bad")
	bad.Retry.Attempts = 1
	receipt := w.submit(bad, job("good"), job("root", "bad", "good"))
	w.end(w.work().Fence, store.Errored)
	found, err := w.client.RunTimeline(t.Context(), receipt.Run)
	require.NoError(t, err)
	require.Equal(t, store.Failed, found.Run.Outcome)
	require.Nil(t, found.Finish)
	w.end(w.work().Fence, store.Succeeded)
	found, err = w.client.RunTimeline(t.Context(), receipt.Run)
	require.NoError(t, err)
	require.Equal(t, []string{"bad", "good*", "root"}, bars(found))
	require.Equal(t, store.Errored, found.Tasks[0].Outcome)
	ofTask, err := w.client.TaskTimeline(t.Context(), "root")
	require.NoError(t, err)
	require.Equal(t, "bad", ofTask.Blocked)
	require.Nil(t, ofTask.Finish)
}

// TestTimeline_Large: of a large run those are sent that matter, and no requirement that is not.
func TestTimeline_Large(t *testing.T) {
	w := start(t, server.Options{})
	const many = 2100
	var nodes []scheduler.Node
	var requires []string
	for n := range many {
		id := fmt.Sprintf("part %d", n)
		nodes, requires = append(nodes, job(id)), append(requires, id)
	}
	receipt := w.submit(append(nodes, job("root", requires...))...)
	w.end(w.work().Fence, store.Succeeded)
	found, err := w.client.RunTimeline(t.Context(), receipt.Run)
	require.NoError(t, err)
	require.Equal(t, many+1, found.Total)
	require.Len(t, found.Tasks, 2000)
	require.Equal(t, "part 0*", bars(found)[0])
}

func TestTimeline_Invalid(t *testing.T) {
	w := start(t, server.Options{})
	for query, want := range map[string]string{
		"":             "name a run by its key, or a task by its ID",
		"run=1&task=a": "name a run by its key, or a task by its ID",
		"run=9":        "no such run was submitted",
		"task=a":       "no such task was submitted",
	} {
		status, answer := w.send("GET", api.Prefix+"/timeline?"+query, "")
		require.GreaterOrEqual(t, status, 400)
		require.Contains(t, answer, want)
	}
}

// TestRuns_Named: a list of runs has the names of what was asked for, of the first roots.
func TestRuns_Named(t *testing.T) {
	w := start(t, server.Options{})
	w.submit(job("load"), job("report", "load"))
	var runs api.Runs
	w.getJSON("/runs", &runs)
	require.Equal(t, map[int64]string{2: "report"}, runs.IDs)
}
