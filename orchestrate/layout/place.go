package layout

import (
	"cmp"
	"math"
	"slices"
)

// Sizes of what is drawn, in points of the picture.
const (
	boxHeight = 38
	rowGap    = 14 // between the boxes of a layer
	passGap   = 8  // beside a long edge
	partGap   = 24 // between parts of the graph
	lineGap   = 60 // between layers, at least
	mostGap   = 180
	shape     = 1.7 // the width of a picture of many parts, by its height
)

// A Box is where a node is.
type Box struct{ X, Y, Width, Height float64 }

// A Point is where an edge goes.
type Point struct{ X, Y float64 }

// A Picture is a graph with the places of its nodes and edges. It doesn't change.
type Picture struct {
	Graph *Graph
	Boxes []Box // by node

	// Paths are the ways of the edges, from what is required to what requires it. From each point to
	// the next leads a curve that is horizontal at both ends.
	Paths [][]Point

	Width, Height float64
}

// Place says where the nodes and edges of a graph are drawn. The error is a [*CycleError].
func Place(g *Graph) (*Picture, error) {
	neighbours := g.neighbours()
	layer, order, err := g.layers(neighbours)
	if err != nil {
		return nil, err
	}
	tighten(layer, order, neighbours)
	p := &Picture{Graph: g, Boxes: make([]Box, len(g.Nodes)), Paths: make([][]Point, len(g.Edges))}
	most := mostPassing
	var parts []*part
	for _, members := range g.parts(neighbours) {
		one := newPart(g, members, layer, most)
		most -= len(one.mesh.vertices) - len(members.nodes)
		parts = append(parts, one)
	}
	p.pack(parts)
	return p, nil
}

// A membership is the numbers of the nodes and edges of a part.
type membership struct{ nodes, edges []int }

// parts returns the connected parts of a graph, in the order of their first nodes.
func (g *Graph) parts(neighbours [2][][]int) []membership {
	partOf := make([]int, len(g.Nodes))
	var parts []membership
	for n := range g.Nodes {
		if partOf[n] != 0 {
			continue
		}
		parts = append(parts, membership{})
		number := len(parts)
		partOf[n] = number
		for stack := []int{n}; len(stack) > 0; {
			last := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			for _, side := range neighbours {
				for _, other := range side[last] {
					if partOf[other] == 0 {
						partOf[other] = number
						stack = append(stack, other)
					}
				}
			}
		}
	}
	for n, number := range partOf {
		parts[number-1].nodes = append(parts[number-1].nodes, n)
	}
	for e := range g.Edges {
		number := partOf[g.Edges[e].From]
		parts[number-1].edges = append(parts[number-1].edges, e)
	}
	return parts
}

// A part is a connected part of a graph that is placed by itself.
type part struct {
	members membership
	graph   *Graph
	mesh    *mesh
	columns []column
	across  []float64 // by vertex, its middle

	width, height float64
}

// A column is where a layer is.
type column struct{ left, right float64 }

func newPart(g *Graph, members membership, layer []int, most int) *part {
	p := &part{members: members, graph: &Graph{}}
	number := make(map[int]int, len(members.nodes))
	first := math.MaxInt
	for i, n := range members.nodes {
		number[n] = i
		p.graph.Nodes = append(p.graph.Nodes, g.Nodes[n])
		first = min(first, layer[n])
	}
	for _, e := range members.edges {
		edge := g.Edges[e]
		p.graph.Edges = append(p.graph.Edges, Edge{number[edge.From], number[edge.To], edge.Back})
	}
	own := make([]int, len(members.nodes))
	for i, n := range members.nodes {
		own[i] = layer[n] - first
	}
	p.mesh = newMesh(p.graph, own, most)
	p.mesh.order()
	p.across = p.mesh.coordinates(p.distance)
	p.measure()
	return p
}

// distance returns how far the middles of neighbours in a layer are from each other. It is whole.
func (p *part) distance(above, below int) float64 {
	distance := 0.0
	nodes := 0
	for _, v := range []int{above, below} {
		if !p.mesh.passed(v) {
			distance += boxHeight / 2
			nodes++
		}
	}
	if nodes == 2 {
		return distance + rowGap
	}
	return distance + passGap
}

// measure says where the columns are, and how large the part is.
func (p *part) measure() {
	top := math.Inf(1)
	bottom := math.Inf(-1)
	for v, at := range p.across {
		half := 0.0
		if !p.mesh.passed(v) {
			half = boxHeight / 2
		}
		top, bottom = min(top, at-half), max(bottom, at+half)
	}
	for v := range p.across {
		p.across[v] -= top
	}
	p.height = bottom - top
	p.columns = make([]column, len(p.mesh.layers))
	left := 0.0
	for i, layer := range p.mesh.layers {
		wide, steep := 0.0, 0.0
		for _, v := range layer {
			if node := p.mesh.vertices[v].node; node != none {
				wide = max(wide, p.graph.Nodes[node].boxWidth())
			}
			for _, n := range p.mesh.vertices[v].after {
				steep = max(steep, math.Abs(p.across[n]-p.across[v]))
			}
		}
		p.columns[i] = column{left, left + wide}
		p.width = left + wide
		left += wide + math.Round(min(mostGap, max(lineGap, steep/6)))
	}
}

// boxWidth returns how wide a node is with what is written in it.
func (n *Node) boxWidth() float64 {
	name, detail := n.Lines()
	return math.Ceil(max(100, 34+max(8*float64(width(name)), 6.9*float64(width(detail)))))
}

// pack puts the parts in rows, the tallest first, so that the picture gets its shape.
func (p *Picture) pack(parts []*part) {
	area, widest := 0.0, 0.0
	for _, one := range parts {
		area += (one.width + partGap) * (one.height + partGap)
		widest = max(widest, one.width)
	}
	widest = max(widest, math.Sqrt(area*shape))
	slices.SortStableFunc(parts, func(a, b *part) int { return cmp.Compare(b.height, a.height) })
	x, y, row := 0.0, 0.0, 0.0
	for _, one := range parts {
		if x > 0 && x+one.width > widest {
			x, y, row = 0, y+row+partGap, 0
		}
		p.put(one, x, y)
		p.Width, p.Height = max(p.Width, x+one.width), max(p.Height, y+one.height)
		x += one.width + partGap
		row = max(row, one.height)
	}
}

// put draws a part with its corner at a point.
func (p *Picture) put(one *part, x, y float64) {
	for i, n := range one.members.nodes {
		column := one.columns[one.mesh.layer[i]]
		p.Boxes[n] = Box{x + column.left, y + one.across[i] - boxHeight/2, column.right - column.left, boxHeight}
	}
	for i, e := range one.members.edges {
		p.Paths[e] = one.path(i, x, y)
	}
}

// path returns the way of an edge, without points that change nothing.
func (p *part) path(edge int, x, y float64) []Point {
	left, right := p.graph.Edges[edge].ends()
	layer := p.mesh.layer[left]
	way := []Point{{x + p.columns[layer].right, y + p.across[left]}}
	if !p.mesh.straight[edge] {
		for i := range p.mesh.layer[right] - layer - 1 {
			column, at := p.columns[layer+1+i], y+p.across[p.mesh.trunks[left][i]]
			way = append(way, Point{x + column.left, at}, Point{x + column.right, at})
		}
	}
	way = append(way, Point{x + p.columns[p.mesh.layer[right]].left, y + p.across[right]})
	kept := way[:1]
	for i := 1; i < len(way); i++ {
		level := i+1 < len(way) && way[i].Y == way[i+1].Y && way[i].Y == kept[len(kept)-1].Y
		if !level {
			kept = append(kept, way[i])
		}
	}
	if p.graph.Edges[edge].Back {
		slices.Reverse(kept)
	}
	return kept
}
