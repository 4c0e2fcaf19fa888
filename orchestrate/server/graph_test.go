package server_test

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/server"
	"github.com/gomr/gomr/orchestrate/store"
)

// ofFamily is a job of a family.
func ofFamily(family, id string, requires ...string) scheduler.Node {
	n := job(id, requires...)
	n.Family = family
	return n
}

func (w *world) graph(query url.Values) (g api.Graph) {
	w.t.Helper()
	w.getJSON("/graph?"+query.Encode(), &g)
	return g
}

func TestGraph(t *testing.T) {
	w := start(t, server.Options{})
	empty := w.graph(nil)
	require.Empty(t, empty.Nodes)

	receipt := w.submit(ofFamily("Load", "Load(1)"), ofFamily("Sum", "Sum(1)", "Load(1)"), ofFamily("Sum", "Sum(2)", "Load(1)"), ofFamily("Report", "Report", "Sum(1)"))
	w.submit(ofFamily("Other", "Other(x=1)"))
	names := func(query url.Values) (names []string) {
		for _, n := range w.graph(query).Nodes {
			names = append(names, n.Family+":"+n.ID)
		}
		return names
	}
	for _, test := range []struct {
		name  string
		query url.Values
		want  []string
	}{
		{"all", nil, []string{"Load:Load(1)", "Sum:Sum(1)", "Sum:Sum(2)", "Report:Report", "Other:Other(x=1)"}},
		{"a run", url.Values{"run": {itoa(receipt.Run)}}, []string{"Load:Load(1)", "Sum:Sum(1)", "Report:Report"}},
		{"a task", url.Values{"root": {"Sum(2)"}}, []string{"Load:Load(1)", "Sum:Sum(2)"}},
		{"around", url.Values{"around": {"Load(1)"}}, []string{"Load:Load(1)", "Sum:Sum(1)", "Sum:Sum(2)"}},
		{"around, further", url.Values{"around": {"Load(1)"}, "depth": {"2"}}, []string{"Load:Load(1)", "Sum:Sum(1)", "Sum:Sum(2)", "Report:Report"}},
		{"around, of a run", url.Values{"around": {"Load(1)"}, "run": {itoa(receipt.Run)}}, []string{"Load:Load(1)", "Sum:Sum(1)"}},
		{"families", url.Values{"collapse": {"family"}}, []string{"Load:Load(1)", "Sum:", "Report:Report", "Other:Other(x=1)"}},
		{"a family expanded", url.Values{"collapse": {"family"}, "expand": {"Sum"}}, []string{"Load:Load(1)", "Sum:Sum(1)", "Sum:Sum(2)", "Report:Report", "Other:Other(x=1)"}},
	} {
		t.Run(test.name, func(t *testing.T) { require.Equal(t, test.want, names(test.query)) })
	}
	for query, want := range map[string]string{
		"root=x":                   `x: no such task was submitted`,
		"around=x":                 `x: no such task was submitted`,
		"run=99":                   `run 99: no such run was submitted`,
		"run=1&root=Report":        `by root, or for a run: not for both`,
		"root=Sum(2)&around=Other": `Other is not among those tasks`,
		"collapse=sometimes":       `expected value to be one of`,
	} {
		status, answer := w.send("GET", api.Prefix+"/graph?"+query, "")
		require.GreaterOrEqual(t, status, 400)
		require.Contains(t, answer, want)
	}
}

// TestGraph_States: what waits for a failure says so, and with the shape that is known come states alone.
func TestGraph_States(t *testing.T) {
	w := start(t, server.Options{})
	load := ofFamily("Load", "Load(date=1)")
	load.Retry.Attempts = 1
	w.submit(load, ofFamily("Sum", "Sum(1)", "Load(date=1)"), ofFamily("Sum", "Sum(2)", "Sum(1)"))
	before := w.graph(nil)
	require.False(t, before.Known)
	require.Equal(t, []string{"Load", "date=1", "pending"}, []string{before.Nodes[0].Label, before.Nodes[0].Detail, before.Nodes[0].State})
	require.Equal(t, []api.GraphEdge{
		{From: 0, To: 1, Points: before.Edges[0].Points}, {From: 1, To: 2, Points: before.Edges[1].Points},
	}, before.Edges)
	require.Len(t, before.Edges[0].Points, 4)
	require.Greater(t, before.Nodes[1].X, before.Nodes[0].X+before.Nodes[0].Width)

	w.end(w.work().Fence, store.Errored)
	after := w.graph(url.Values{"shape": {before.Shape}})
	require.True(t, after.Known)
	require.Empty(t, after.Edges)
	require.Equal(t, []api.GraphNode{
		{Key: 1, ID: "Load(date=1)", Family: "Load", State: "failed"},
		{Key: 2, ID: "Sum(1)", Family: "Sum", State: "upstream failed"},
		{Key: 3, ID: "Sum(2)", Family: "Sum", State: "upstream failed"},
	}, after.Nodes)
	collapsed := w.graph(url.Values{"collapse": {"family"}, "shape": {before.Shape}})
	require.False(t, collapsed.Known, "families are another picture")
	require.Equal(t, map[string]int{"upstream failed": 2}, collapsed.Nodes[1].Counts)

	w.submit(ofFamily("Report", "Report", "Sum(2)"))
	require.False(t, w.graph(url.Values{"shape": {before.Shape}}).Known, "there is one task more")
}

// TestGraph_Large: families collapse by themselves, and what is too large to be seen is refused with what to do.
func TestGraph_Large(t *testing.T) {
	w := start(t, server.Options{})
	nodes := make([]scheduler.Node, 20_000)
	for i := range nodes {
		nodes[i] = ofFamily(fmt.Sprint("Family", i%100), fmt.Sprint("t", i))
		if i >= 100 {
			nodes[i].Requires = []string{fmt.Sprint("t", i-100), fmt.Sprint("t", i-1)}
		}
	}
	w.submit(nodes...)
	g := w.graph(nil)
	require.Len(t, g.Nodes, 100)
	require.Equal(t, []any{20_000, true}, []any{g.Tasks, g.Collapsed})
	status, answer := w.send("GET", api.Prefix+"/graph?collapse=none", "")
	require.Equal(t, 422, status)
	require.Contains(t, answer, "the picture would have 20000 nodes and 39800 edges, and at most 3000 and 12000 are drawn")
	require.Len(t, w.graph(url.Values{"expand": {"Family1,Family2"}}).Nodes, 98+2*200)
}
