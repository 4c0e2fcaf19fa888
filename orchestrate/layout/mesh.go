package layout

import (
	"cmp"
	"slices"
)

// mostPassing is how many vertices long edges have in all.
const mostPassing = 100_000

// A vertex is a node, or where a long edge passes a layer.
type vertex struct {
	node          int // none of one that is passed
	before, after []int
	rank          int // its place in the layer
}

const none = -1

// A mesh is a graph whose edges lead from each layer to the next. Long edges are cut.
type mesh struct {
	vertices []vertex
	layers   [][]int
	layer    []int   // of each node
	trunks   [][]int // by node, the vertices of the long edges that leave it, layer by layer
	straight []bool  // by edge, those that pass no vertices
}

func (m *mesh) passed(v int) bool { return m.vertices[v].node == none }

// newMesh cuts the edges of a graph at most so often.
func newMesh(g *Graph, layer []int, most int) *mesh {
	m := &mesh{
		layer: layer, trunks: make([][]int, len(g.Nodes)), straight: make([]bool, len(g.Edges)),
		vertices: make([]vertex, 0, len(g.Nodes)),
	}
	for n := range g.Nodes {
		m.add(n, layer[n])
	}
	for _, e := range m.byLength(g.Edges) {
		left, right := g.Edges[e].ends()
		length := layer[right] - layer[left]
		trunk := m.trunks[left]
		if most -= max(0, length-1-len(trunk)); most < 0 {
			m.straight[e] = true
			continue
		}
		last := left
		for i := range length - 1 {
			if i == len(trunk) {
				v := m.add(none, layer[left]+i+1)
				m.connect(last, v)
				trunk = append(trunk, v)
			}
			last = trunk[i]
		}
		m.trunks[left] = trunk
		m.connect(last, right)
	}
	return m
}

// byLength returns the numbers of edges, the shortest first.
func (m *mesh) byLength(edges []Edge) []int {
	numbers := make([]int, len(edges))
	lengths := make([]int, len(edges))
	for i, e := range edges {
		left, right := e.ends()
		numbers[i], lengths[i] = i, m.layer[right]-m.layer[left]
	}
	slices.SortStableFunc(numbers, func(a, b int) int { return cmp.Compare(lengths[a], lengths[b]) })
	return numbers
}

func (m *mesh) add(node, layer int) int {
	for len(m.layers) <= layer {
		m.layers = append(m.layers, nil)
	}
	v := len(m.vertices)
	m.vertices = append(m.vertices, vertex{node: node})
	m.layers[layer] = append(m.layers[layer], v)
	return v
}

func (m *mesh) connect(left, right int) {
	m.vertices[left].after = append(m.vertices[left].after, right)
	m.vertices[right].before = append(m.vertices[right].before, left)
}

// rank tells the vertices of a layer their places.
func (m *mesh) rank(layer []int) {
	for i, v := range layer {
		m.vertices[v].rank = i
	}
}

// sort puts the neighbours of all vertices in the order of their ranks.
func (m *mesh) sort() {
	for i := range m.vertices {
		m.byRank(m.vertices[i].before)
		m.byRank(m.vertices[i].after)
	}
}

func (m *mesh) byRank(vertices []int) {
	slices.SortFunc(vertices, func(a, b int) int { return cmp.Compare(m.vertices[a].rank, m.vertices[b].rank) })
}
