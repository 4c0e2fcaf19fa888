package layout_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomr/gomr/orchestrate/layout"
)

// graphOf makes a graph of edges such as "a b": b requires a. A task's family is what stands before its digits.
func graphOf(edges ...string) *layout.Graph {
	g := &layout.Graph{}
	numbers := map[string]int{}
	node := func(id string) int {
		if _, ok := numbers[id]; !ok {
			numbers[id] = len(g.Nodes)
			family := id
			for len(family) > 1 && family[len(family)-1] >= '0' && family[len(family)-1] <= '9' {
				family = family[:len(family)-1]
			}
			g.Nodes = append(g.Nodes, layout.Node{ID: id, Family: family, State: "pending"})
		}
		return numbers[id]
	}
	for _, edge := range edges {
		var from, to string
		if n, _ := fmt.Sscan(edge, &from, &to); n == 1 {
			node(from)
			continue
		}
		g.Edges = append(g.Edges, layout.Edge{From: node(from), To: node(to)})
	}
	return g
}

// randomGraph has edges from nodes to later ones alone, so that there is no cycle.
func randomGraph(t *rapid.T) *layout.Graph {
	g := &layout.Graph{}
	nodes := rapid.IntRange(1, 40).Draw(t, "nodes")
	for i := range nodes {
		family := fmt.Sprint("F", rapid.IntRange(0, 9).Draw(t, "family"))
		g.Nodes = append(g.Nodes, layout.Node{ID: fmt.Sprintf("%s(n=%d)", family, i), Family: family, State: "done"})
	}
	for range rapid.IntRange(0, 3*nodes).Draw(t, "edges") {
		from, to := rapid.IntRange(0, nodes-1).Draw(t, "from"), rapid.IntRange(0, nodes-1).Draw(t, "to")
		if from != to {
			g.Edges = append(g.Edges, layout.Edge{From: min(from, to), To: max(from, to)})
		}
	}
	return g
}

// TestPlace_Properties: whatever the graph is, edges lead to the right, boxes keep apart and are in the picture,
// paths go from box to box and never through one, and the same graph is placed alike.
func TestPlace_Properties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := randomGraph(t)
		if rapid.Bool().Draw(t, "collapsed") {
			expanded := rapid.IntRange(0, 9).Draw(t, "expanded")
			collapsed, err := g.Collapse(func(family string) bool { return family == fmt.Sprint("F", expanded) })
			require.NoError(t, err)
			requireSame(t, g, collapsed)
			g = collapsed
		}
		p, err := layout.Place(g)
		require.NoError(t, err)
		requireApart(t, p)
		requirePaths(t, p)
		again, err := layout.Place(g)
		require.NoError(t, err)
		require.Equal(t, p, again)
	})
}

// requireSame checks that a collapsed graph has all tasks, and an edge for each between families.
func requireSame(t require.TestingT, g, collapsed *layout.Graph) {
	tasks := 0
	where := map[string]int{}
	for i := range collapsed.Nodes {
		n := &collapsed.Nodes[i]
		tasks += n.Tasks()
		where[n.ID] = i
		if n.IsFamily() {
			where[n.Family] = i
		}
	}
	require.Len(t, g.Nodes, tasks)
	find := func(n *layout.Node) int {
		if i, ok := where[n.ID]; ok {
			return i
		}
		return where[n.Family]
	}
	edges := map[[2]int]bool{}
	for _, e := range collapsed.Edges {
		require.False(t, edges[[2]int{e.From, e.To}], "an edge is there once")
		edges[[2]int{e.From, e.To}] = true
	}
	for _, e := range g.Edges {
		from, to := find(&g.Nodes[e.From]), find(&g.Nodes[e.To])
		require.True(t, from == to || edges[[2]int{from, to}])
	}
}

func requireApart(t require.TestingT, p *layout.Picture) {
	for i, a := range p.Boxes {
		require.True(t, a.X >= 0 && a.Y >= 0 && a.X+a.Width <= p.Width && a.Y+a.Height <= p.Height, "%+v of %v × %v", a, p.Width, p.Height)
		for _, b := range p.Boxes[:i] {
			require.True(t, a.X+a.Width < b.X || b.X+b.Width < a.X || a.Y+a.Height < b.Y || b.Y+b.Height < a.Y, "%+v and %+v overlap", a, b)
		}
	}
}

func requirePaths(t require.TestingT, p *layout.Picture) {
	for i, e := range p.Graph.Edges {
		way, from, to := p.Paths[i], p.Boxes[e.From], p.Boxes[e.To]
		start := layout.Point{X: from.X + from.Width, Y: from.Y + from.Height/2}
		end := layout.Point{X: to.X, Y: to.Y + to.Height/2}
		if e.Back {
			start, end = layout.Point{X: from.X, Y: start.Y}, layout.Point{X: to.X + to.Width, Y: end.Y}
			require.Greater(t, from.X, end.X)
		} else {
			require.Greater(t, to.X, start.X, "what requires is on the right")
		}
		require.Equal(t, []layout.Point{start, end}, []layout.Point{way[0], way[len(way)-1]})
		for j := range len(way) - 1 {
			a, b := way[j], way[j+1]
			if a.Y != b.Y {
				continue // a curve between two layers
			}
			for _, box := range p.Boxes {
				inside := min(a.X, b.X) < box.X+box.Width && max(a.X, b.X) > box.X && box.Y < a.Y && a.Y < box.Y+box.Height
				require.False(t, inside, "the way from %v to %v goes through %+v", a, b, box)
			}
		}
	}
}

func TestPlace(t *testing.T) {
	t.Run("nothing", func(t *testing.T) {
		p, err := layout.Place(&layout.Graph{})
		require.NoError(t, err)
		require.Zero(t, p.Width)
	})
	t.Run("one node", func(t *testing.T) {
		p, err := layout.Place(graphOf("a"))
		require.NoError(t, err)
		require.Equal(t, layout.Box{Width: p.Width, Height: p.Height}, p.Boxes[0])
	})
	t.Run("a chain is a line", func(t *testing.T) {
		p, err := layout.Place(graphOf("a b", "b c", "c d"))
		require.NoError(t, err)
		require.InDelta(t, p.Boxes[0].Height, p.Height, 0)
	})
	t.Run("the one in the middle is in the middle", func(t *testing.T) {
		p, err := layout.Place(graphOf("a d", "b d", "c d"))
		require.NoError(t, err)
		require.InDelta(t, p.Boxes[2].Y, p.Boxes[1].Y, 0)
	})
	t.Run("edges that need not cross don't", func(t *testing.T) {
		p, err := layout.Place(graphOf("a d", "b c", "c e", "d f", "a c", "b e"))
		require.NoError(t, err)
		require.Equal(t, p.Boxes[0].Y < p.Boxes[2].Y, p.Boxes[1].Y < p.Boxes[3].Y)
	})
	t.Run("a long edge is straight", func(t *testing.T) {
		p, err := layout.Place(graphOf("a b", "b c", "c d", "d e", "a e"))
		require.NoError(t, err)
		require.LessOrEqual(t, len(p.Paths[4]), 4, "up, along, and down")
	})
	t.Run("what is needed late stands late", func(t *testing.T) {
		p, err := layout.Place(graphOf("a b", "b c", "c d", "late d"))
		require.NoError(t, err)
		require.InDelta(t, p.Boxes[2].X, p.Boxes[4].X, 0)
	})
	t.Run("parts stand beside each other", func(t *testing.T) {
		var edges []string
		for i := range 30 {
			edges = append(edges, fmt.Sprint("a", i))
		}
		p, err := layout.Place(graphOf(edges...))
		require.NoError(t, err)
		require.InDelta(t, 1.7, p.Width/p.Height, 0.7)
	})
	t.Run("more long edges than are led", func(t *testing.T) {
		g := &layout.Graph{}
		for i := range 1500 {
			g.Nodes = append(g.Nodes, layout.Node{ID: strconv.Itoa(i)})
			for _, from := range []int{i - 1, i / 3} {
				if i > 0 {
					g.Edges = append(g.Edges, layout.Edge{From: from, To: i})
				}
			}
		}
		p, err := layout.Place(g)
		require.NoError(t, err)
		require.Len(t, p.Paths[len(p.Paths)-1], 2, "the longest goes straight across")
	})
}

func TestCycle(t *testing.T) {
	want := []string{"c", "b", "d", "c"}
	for name, place := range map[string]func(g *layout.Graph) error{
		"placed":    func(g *layout.Graph) error { _, err := layout.Place(g); return err },
		"collapsed": func(g *layout.Graph) error { _, err := g.Collapse(func(string) bool { return false }); return err },
	} {
		t.Run(name, func(t *testing.T) {
			var cycle *layout.CycleError
			require.ErrorAs(t, place(graphOf("a b", "b c", "c d", "d b", "d e")), &cycle)
			require.ElementsMatch(t, want[:3], cycle.Names[:3])
			require.Equal(t, cycle.Names[0], cycle.Names[3])
			require.ErrorAs(t, place(graphOf("a a")), &cycle)
			require.EqualError(t, cycle, "a graph with a cycle has no layers: a requires a")
		})
	}
}

func TestAround(t *testing.T) {
	g := graphOf("a b", "b c", "c d", "d e", "x d", "c y")
	for _, test := range []struct {
		depth int
		want  []string
	}{
		{0, []string{"c"}},
		{1, []string{"b", "c", "d", "y"}},
		{2, []string{"a", "b", "c", "d", "e", "y"}},
		{9, []string{"a", "b", "c", "d", "e", "y"}},
	} {
		near := g.Around(2, test.depth)
		var ids []string
		for _, n := range near.Nodes {
			ids = append(ids, n.ID)
		}
		require.Equal(t, test.want, ids, "%d steps", test.depth)
		_, err := layout.Place(near)
		require.NoError(t, err)
	}
}

func TestCollapse(t *testing.T) {
	g := graphOf("in1 a1", "in2 a2", "a1 b1", "b1 a2", "a2 b2", "b2 out")
	g.Nodes[0].State, g.Nodes[1].State = "done", "failed"
	c, err := g.Collapse(func(string) bool { return false })
	require.NoError(t, err)
	require.Equal(t, []layout.Node{
		{Family: "in", State: "pending", Counts: map[string]int{"done": 1, "pending": 1}},
		{Family: "a", State: "failed", Counts: map[string]int{"failed": 1, "pending": 1}},
		{Family: "b", State: "pending", Counts: map[string]int{"pending": 2}},
		{ID: "out", Family: "out", State: "pending"},
	}, c.Nodes, "a family of one task is the task")
	require.Equal(t, []layout.Edge{{From: 0, To: 1}, {From: 1, To: 2}, {From: 2, To: 1, Back: true}, {From: 2, To: 3}}, c.Edges)

	c, err = g.Collapse(func(family string) bool { return family == "a" })
	require.NoError(t, err)
	require.Len(t, c.Nodes, 5)
}

func TestReduce(t *testing.T) {
	small, large := pipeline(layout.Readable, 600, 10), pipeline(layout.Readable+10, 600, 10)
	for _, test := range []struct {
		name     string
		graph    *layout.Graph
		mode     layout.Mode
		expanded []string
		want     int
	}{
		{"few tasks", small, layout.ByItself, nil, layout.Readable},
		{"many tasks", large, layout.ByItself, nil, 10},
		{"many tasks, a family expanded", large, layout.ByItself, []string{"Family1"}, 9 + 31},
		{"all tasks", large, layout.Tasks, nil, layout.Readable + 10},
		{"families", small, layout.Families, nil, 10},
	} {
		t.Run(test.name, func(t *testing.T) {
			g, err := test.graph.Reduce(test.mode, test.expanded)
			require.NoError(t, err)
			require.Len(t, g.Nodes, test.want)
		})
	}
}

func TestShape(t *testing.T) {
	g, other := graphOf("a b", "b c"), graphOf("a b", "b c")
	other.Nodes[0].State = "failed"
	require.Equal(t, g.Shape(), other.Shape(), "states don't matter")
	require.NotEqual(t, g.Shape(), graphOf("a b", "a c").Shape())
	require.NotEqual(t, g.Shape(), graphOf("a b", "b d").Shape())
}

// pipeline makes a graph as pipelines are: days of tasks that require some of their day and of the day before.
func pipeline(nodes, edges, families int) *layout.Graph {
	random := rand.New(rand.NewPCG(1, 2))
	g := &layout.Graph{}
	for i := range nodes {
		family := fmt.Sprint("Family", i%families)
		g.Nodes = append(g.Nodes, layout.Node{ID: fmt.Sprintf("%s(date=%d)", family, i/families), Family: family, State: "pending"})
	}
	for len(g.Edges) < edges {
		to := 1 + random.IntN(nodes-1)
		from := max(0, to-1-random.IntN(2*families))
		g.Edges = append(g.Edges, layout.Edge{From: from, To: to})
	}
	return g
}

func BenchmarkPlace(b *testing.B) {
	for name, g := range map[string]*layout.Graph{
		"2000 nodes, 6000 edges": pipeline(2000, 6000, 40),
		"2000 nodes of one day":  pipeline(2000, 6000, 1000),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := layout.Place(g); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCollapse(b *testing.B) {
	g := pipeline(20_000, 60_000, 100)
	for b.Loop() {
		c, err := g.Collapse(func(string) bool { return false })
		if err != nil {
			b.Fatal(err)
		}
		if _, err := layout.Place(c); err != nil {
			b.Fatal(err)
		}
	}
}
