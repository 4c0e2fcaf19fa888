package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/layout"
	"github.com/gomr/gomr/orchestrate/scheduler"
)

const (
	// mostDrawn and mostDrawnEdges bound a picture, so that it is made and painted in a second.
	mostDrawn      = 3000
	mostDrawnEdges = 12_000

	// upstreamFailed is the state of what waits for something that won't be done before somebody acts.
	upstreamFailed = "upstream failed"
)

func (s *Server) routeGraph(r *router) {
	handle(r, operation{method: http.MethodGet, path: "/graph", access: look, summary: "Draw what tasks require"}, s.graph)
}

type graphInput struct {
	Root     string   `query:"root" doc:"ID of a task: it and all that it requires; left out, with run, is all tasks"`
	Run      int64    `query:"run" minimum:"0" doc:"Key of a run: what was asked for, and all that it requires"`
	Around   string   `query:"around" doc:"ID of a task: of those tasks it, and those that are few steps before or behind it"`
	Depth    int      `query:"depth" minimum:"0" maximum:"10000" default:"1" doc:"How many steps"`
	Collapse string   `query:"collapse" enum:"auto,family,none" default:"auto" doc:"Whether a family is one node; auto: where there are more than 300 tasks"`
	Expand   []string `query:"expand" doc:"Families of which the tasks are shown all the same, with commas between"`
	Shape    string   `query:"shape" doc:"The shape that is known: where it is still that, places and edges are left out"`
}

func (s *Server) graph(ctx context.Context, in *graphInput) (*body[api.Graph], error) {
	if in.Root != "" && in.Run != 0 {
		return nil, &scheduler.InvalidError{Reason: "ask for what a task requires, by root, or for a run: not for both"}
	}
	done, err := s.pictures.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	g, err := s.readGraph(ctx, in)
	if err != nil {
		return nil, err
	}
	tasks := len(g.Nodes)
	reduced, err := g.Reduce(layout.Mode(in.Collapse), in.Expand)
	if err != nil {
		return nil, problemOfGraph(err)
	}
	if nodes, edges := len(reduced.Nodes), len(reduced.Edges); nodes > mostDrawn || edges > mostDrawnEdges {
		return nil, invalidGraph("the picture would have %d nodes and %d edges, and at most %d and %d are drawn: expand fewer families, or look at a run or around a task",
			nodes, edges, mostDrawn, mostDrawnEdges)
	}
	picture, shape, err := s.pictures.of(reduced)
	if err != nil {
		return nil, problemOfGraph(err)
	}
	out := graphOf(reduced, picture, shape == in.Shape)
	out.Shape, out.Tasks, out.Collapsed = shape, tasks, reduced != g
	return &body[api.Graph]{*out}, nil
}

// readGraph returns the tasks that were asked for.
func (s *Server) readGraph(ctx context.Context, in *graphInput) (*layout.Graph, error) {
	q := scheduler.GraphQuery{Root: in.Root, Run: in.Run}
	within := in.Root != "" || in.Run != 0
	if !within {
		q.Around, q.Depth = in.Around, in.Depth
	}
	tasks, err := s.scheduler.Graph(ctx, q)
	if err != nil {
		return nil, err
	}
	g := &layout.Graph{Nodes: make([]layout.Node, len(tasks))}
	numbers := make(map[int64]int, len(tasks))
	for i := range tasks {
		t := &tasks[i]
		numbers[t.Key] = i
		g.Nodes[i] = layout.Node{Key: t.Key, ID: t.ID, Family: t.Family, State: string(t.State)}
		if t.Stuck {
			g.Nodes[i].State = upstreamFailed
		}
	}
	for i := range tasks {
		for _, key := range tasks[i].Requires {
			if from, ok := numbers[key]; ok { // it may have been forgotten meanwhile
				g.Edges = append(g.Edges, layout.Edge{From: from, To: i})
			}
		}
	}
	if !within || in.Around == "" {
		return g, nil
	}
	center := slices.IndexFunc(g.Nodes, func(n layout.Node) bool { return n.ID == in.Around })
	if center < 0 {
		return nil, invalidGraph("%s is not among those tasks: leave out the root and the run", in.Around)
	}
	return g.Around(center, in.Depth), nil
}

func invalidGraph(format string, args ...any) error {
	return &scheduler.InvalidError{Reason: fmt.Sprintf(format, args...)}
}

// problemOfGraph tells of tasks that require each other. They never do; a look at tasks that were submitted
// meanwhile may see it all the same.
func problemOfGraph(err error) error {
	if cycle := new(layout.CycleError); errors.As(err, &cycle) {
		p := api.NewProblem(http.StatusConflict, api.Cycle, err.Error()+"; the tasks may have changed meanwhile: ask again")
		p.IDs = cycle.Names
		return p
	}
	return err
}

// graphOf returns a graph as it is sent, with its places unless they are known. The picture is of a graph of
// the same shape.
func graphOf(g *layout.Graph, p *layout.Picture, known bool) *api.Graph {
	out := &api.Graph{Known: known, Nodes: make([]api.GraphNode, len(g.Nodes))}
	for i := range g.Nodes {
		n := &g.Nodes[i]
		out.Nodes[i] = api.GraphNode{Key: n.Key, ID: n.ID, Family: n.Family, State: n.State, Counts: n.Counts}
		if !known {
			one, box := &out.Nodes[i], p.Boxes[i]
			one.Label, one.Detail = n.Lines()
			one.X, one.Y, one.Width, one.Height = box.X, box.Y, box.Width, box.Height
		}
	}
	if known {
		return out
	}
	out.Width, out.Height = p.Width, p.Height
	out.Edges = make([]api.GraphEdge, len(g.Edges))
	for i, e := range g.Edges {
		points := make([]float64, 0, 2*len(p.Paths[i]))
		for _, point := range p.Paths[i] {
			points = append(points, point.X, point.Y)
		}
		out.Edges[i] = api.GraphEdge{From: e.From, To: e.To, Back: e.Back, Points: points}
	}
	return out
}
