package layout

import (
	"cmp"
	"slices"
)

// A Mode says whether families are collapsed.
type Mode string

// The modes. By itself a graph is collapsed that has more than [Readable] nodes.
const (
	ByItself Mode = "auto"
	Families Mode = "family"
	Tasks    Mode = "none"
)

// Readable is how many nodes a picture has of which each can be found.
const Readable = 300

// Reduce collapses the families of a graph, but for those that are expanded, where the mode says so. The error is a
// [*CycleError].
func (g *Graph) Reduce(mode Mode, expanded []string) (*Graph, error) {
	if mode == Tasks || mode == ByItself && len(g.Nodes) <= Readable {
		return g, nil
	}
	return g.Collapse(func(family string) bool { return slices.Contains(expanded, family) })
}

// Collapse returns the graph with one node for all tasks of each family, but for families that are expanded or have
// one task alone, and for tasks without a family. Edges within a family are left out. The error is
// a [*CycleError], where tasks of the graph require each other.
func (g *Graph) Collapse(expanded func(family string) bool) (*Graph, error) {
	layer, _, err := g.layers(g.neighbours())
	if err != nil {
		return nil, err
	}
	sizes := map[string]int{}
	for i := range g.Nodes {
		sizes[g.Nodes[i].Family]++
	}
	c := &collapsing{number: make([]int, len(g.Nodes)), families: map[string]int{}}
	for i := range g.Nodes {
		n := &g.Nodes[i]
		var at int
		if n.Family == "" || sizes[n.Family] == 1 || expanded(n.Family) {
			at = c.add(*n)
		} else {
			at = c.family(n.Family)
			c.graph.Nodes[at].Counts[n.State]++
		}
		c.number[i] = at
		c.depth[at] += float64(layer[i])
		c.tasks[at]++
	}
	c.connect(g.Edges)
	c.turn()
	for i := range c.graph.Nodes {
		if n := &c.graph.Nodes[i]; n.State == "" && n.IsFamily() {
			n.State = worst(n.Counts)
		}
	}
	return &c.graph, nil
}

// A collapsing is a graph that becomes smaller.
type collapsing struct {
	graph    Graph
	number   []int          // of the nodes that there were, where they are in the graph
	families map[string]int // where the nodes of families are
	depth    []float64      // of the nodes of the graph, the sum of the layers of their tasks
	tasks    []float64      // and how many these are
}

func (c *collapsing) add(n Node) int {
	c.graph.Nodes = append(c.graph.Nodes, n)
	c.depth, c.tasks = append(c.depth, 0), append(c.tasks, 0)
	return len(c.graph.Nodes) - 1
}

func (c *collapsing) family(name string) int {
	at, ok := c.families[name]
	if !ok {
		at = c.add(Node{Family: name, Counts: map[string]int{}})
		c.families[name] = at
	}
	return at
}

// connect adds the edges between the nodes that are left, each once.
func (c *collapsing) connect(edges []Edge) {
	seen := make(map[Edge]bool)
	for _, e := range edges {
		e = Edge{From: c.number[e.From], To: c.number[e.To]}
		if e.From != e.To && !seen[e] {
			seen[e] = true
			c.graph.Edges = append(c.graph.Edges, e)
		}
	}
}

// turn has edges lead back where nodes require each other: from those whose tasks are in later layers.
func (c *collapsing) turn() {
	part := c.graph.strongParts()
	for i := range c.graph.Edges {
		e := &c.graph.Edges[i]
		e.Back = part[e.From] == part[e.To] && c.compare(e.From, e.To) > 0
	}
}

// compare orders nodes by the mean layer of their tasks.
func (c *collapsing) compare(a, b int) int {
	return cmp.Or(cmp.Compare(c.depth[a]/c.tasks[a], c.depth[b]/c.tasks[b]), cmp.Compare(a, b))
}

// strongParts returns for each node a number that it shares with those that it requires and that require it.
// The method is Tarjan's, with a stack of its own in place of deep calls.
func (g *Graph) strongParts() []int {
	after := g.neighbours()[1]
	part, low, index := make([]int, len(after)), make([]int, len(after)), make([]int, len(after))
	var open, calls []int
	next := make([]int, len(after)) // of the edges that leave a node, the one to follow
	count, parts := 0, 0
	for root := range after {
		if index[root] == 0 {
			calls = append(calls, root)
		}
		for len(calls) > 0 {
			n := calls[len(calls)-1]
			if next[n] == 0 && index[n] == 0 {
				count++
				index[n], low[n] = count, count
				open = append(open, n)
			}
			if next[n] < len(after[n]) {
				other := after[n][next[n]]
				switch {
				case index[other] == 0:
					calls = append(calls, other)
					continue // and look at it again when its number is known
				case part[other] == 0:
					low[n] = min(low[n], low[other])
				}
				next[n]++
				continue
			}
			calls = calls[:len(calls)-1]
			if low[n] == index[n] {
				parts++
				for part[n] == 0 {
					last := len(open) - 1
					part[open[last]] = parts
					open = open[:last]
				}
			}
		}
	}
	return part
}
