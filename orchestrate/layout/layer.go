package layout

import (
	"slices"
	"strings"
)

// A CycleError names nodes that require each other: each requires the next one, and the last is the first again.
type CycleError struct{ Names []string }

func (e *CycleError) Error() string {
	return "a graph with a cycle has no layers: " + strings.Join(e.Names, " requires ")
}

// layers returns the layer of each node: one after the last that it requires, and the first where it requires nothing.
// The order has each node after all that it requires. The error is a [*CycleError].
func (g *Graph) layers(neighbours [2][][]int) (layer, order []int, err error) {
	before, after := neighbours[0], neighbours[1]
	layer, order = make([]int, len(g.Nodes)), make([]int, 0, len(g.Nodes))
	open := make([]int, len(g.Nodes))
	for n := range g.Nodes {
		if open[n] = len(before[n]); open[n] == 0 {
			order = append(order, n)
		}
	}
	for i := 0; i < len(order); i++ {
		n := order[i]
		for _, next := range after[n] {
			layer[next] = max(layer[next], layer[n]+1)
			if open[next]--; open[next] == 0 {
				order = append(order, next)
			}
		}
	}
	if len(order) < len(g.Nodes) {
		return nil, nil, g.cycle(before, open)
	}
	return layer, order, nil
}

// cycle names a cycle among the nodes that are open: each of them requires another one.
func (g *Graph) cycle(before [][]int, open []int) *CycleError {
	n := slices.IndexFunc(open, func(count int) bool { return count > 0 })
	seen := map[int]int{} // where on the way
	var way []int
	for {
		if start, ok := seen[n]; ok {
			e := &CycleError{}
			for _, n := range append(way[start:], n) {
				e.Names = append(e.Names, g.Nodes[n].Name())
			}
			return e
		}
		seen[n] = len(way)
		way = append(way, n)
		n = before[n][slices.IndexFunc(before[n], func(b int) bool { return open[b] > 0 })]
	}
}

// tighten moves nodes to later layers where that makes edges shorter: those that more edges leave than reach.
func tighten(layer, order []int, neighbours [2][][]int) {
	before, after := neighbours[0], neighbours[1]
	for _, n := range slices.Backward(order) {
		if len(after[n]) <= len(before[n]) {
			continue
		}
		nearest := layer[after[n][0]]
		for _, next := range after[n] {
			nearest = min(nearest, layer[next])
		}
		layer[n] = nearest - 1
	}
}
