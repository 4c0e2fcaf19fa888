package server_test

import (
	"encoding/json"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/partition"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/server"
	"github.com/gomr/gomr/orchestrate/store"
)

// dated returns a node of a family that has a partition.
func dated(family, label, more string, state store.State) scheduler.Node {
	n := job(family + "(date=" + label + more + ")")
	n.Family, n.Args, n.Complete = family, []string{"--date=" + label}, state == store.Done
	return n
}

// TestGrid: the states of tasks are sent as runs of letters, with numbers where a cell has more than one task.
func TestGrid(t *testing.T) {
	w := start(t, server.Options{})
	w.submit(
		dated("Load", "2014-06-01", "", store.Done), dated("Load", "2014-06-02", "", store.Done), dated("Load", "2014-06-04", "", store.Pending),
		dated("Count", "2014-06-02", "", store.Done), dated("Count", "2014-06-02", ", n=2", store.Pending), dated("Count", "2014-06-03", "", store.Done),
		dated("Hourly", "2014-06-03T05", "", store.Pending))
	for _, test := range []struct {
		name, query string
		want        api.Grid
	}{
		{"days", "", api.Grid{Kind: "day", First: "2014-06-01", Partitions: 4, Families: []api.GridFamily{
			{Family: "Count", Counts: map[store.State]int{store.Done: 2, store.Pending: 1}, States: "1-1p1d1-", Many: []int{1, 0, 0, 1, 2, 1, 1, 1, 1, 1, 0, 0}},
			{Family: "Load", Counts: map[store.State]int{store.Done: 2, store.Pending: 1}, States: "2d1-1p"},
		}}},
		{"a range of one family", "?kind=day&from=2014-06-02&until=2014-06-03&families=lo*", api.Grid{Kind: "day", First: "2014-06-02", Partitions: 2, Families: []api.GridFamily{
			{Family: "Load", Counts: map[store.State]int{store.Done: 1}, States: "1d1-"},
		}}},
		{"weeks with their hours", "?kind=week&finer=true&families=Hourly", api.Grid{Kind: "week", First: "2014-W23", Partitions: 1, Families: []api.GridFamily{
			{Family: "Hourly", Counts: map[store.State]int{store.Pending: 1}, States: "1p"},
		}}},
		{"nothing", "?kind=month", api.Grid{Kind: "month", Families: []api.GridFamily{}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := w.grid(test.query)
			require.NotEmpty(t, got.Version)
			got.Kinds, got.Version = nil, ""
			require.Equal(t, test.want, got)
		})
	}
	for query, why := range map[string]string{
		"from=yesterday": "from is no label of a partition", "from=2014-06&until=2014-05": "2014-05 is before 2014-06",
		"families=" + url.QueryEscape("[a"): "is no pattern of families", "kind=year": "kind",
	} {
		status, answer := w.send("GET", api.Prefix+"/grid?"+query, "")
		require.Equal(t, 422, status, answer)
		require.Contains(t, answer, why)
	}
}

// TestGridSince: whoever knows a version is sent the families that have changed since.
func TestGridSince(t *testing.T) {
	w := start(t, server.Options{})
	w.submit(dated("Load", "2014-06-01", "", store.Done), dated("Count", "2014-06-01", "", store.Pending))
	all := w.grid("")
	require.False(t, all.Known)
	since := func() api.Grid { return w.grid("?since=" + url.QueryEscape(all.Version)) }
	same := since()
	require.True(t, same.Known)
	require.Empty(t, same.Families)
	w.submit(dated("Count", "2014-06-01", "", store.Done))
	require.Equal(t, []api.GridFamily{{Family: "Count", Counts: map[store.State]int{store.Done: 1}, States: "1d"}}, since().Families)
	w.submit(dated("Load", "2014-06-02", "", store.Done))
	other := since()
	require.False(t, other.Known, "it has another day")
	require.Len(t, other.Families, 2)
}

// grid asks for a grid.
func (w *world) grid(query string) (grid api.Grid) {
	w.t.Helper()
	status, answer := w.send("GET", api.Prefix+"/grid"+query, "")
	require.Equal(w.t, 200, status, answer)
	require.NoError(w.t, json.Unmarshal([]byte(answer), &grid))
	return grid
}

// TestTasksOfAPartition: what a cell of the grid counts can be listed.
func TestTasksOfAPartition(t *testing.T) {
	w := start(t, server.Options{})
	w.submit(dated("Load", "2014-06-01", "", ""), dated("Load", "2014-06-02", "", ""), dated("Load", "2014-06-02T05", "", ""), job("none"))
	day, _ := partition.Parse("2014-06-02")
	page, err := w.client.Tasks(t.Context(), scheduler.TaskFilter{Family: "Load", Kind: partition.Day, From: day, Until: day})
	require.NoError(t, err)
	require.Len(t, page.Tasks, 1)
	require.Equal(t, "Load(date=2014-06-02)", page.Tasks[0].ID)
	page, err = w.client.Tasks(t.Context(), scheduler.TaskFilter{From: day})
	require.NoError(t, err)
	require.Len(t, page.Tasks, 2, "the hours of a day are in it")
	status, answer := w.send("GET", api.Prefix+"/tasks?until=2014-02-30", "")
	require.Equal(t, 422, status)
	require.Contains(t, answer, "until is no label")
}
