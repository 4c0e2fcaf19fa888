package layout

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
)

// A Node is a task, or all tasks of a family.
type Node struct {
	Key    int64 // the caller's number of the task; it means nothing here
	ID     string
	Family string
	State  string // in the words of a scheduler or a plan, such as done or will run

	// Counts is how many tasks of a family are in which state. It is nil of one task.
	Counts map[string]int
}

// IsFamily reports whether the node stands for a family.
func (n *Node) IsFamily() bool { return n.Counts != nil }

// Tasks returns how many tasks the node stands for.
func (n *Node) Tasks() int {
	if !n.IsFamily() {
		return 1
	}
	total := 0
	for _, count := range n.Counts {
		total += count
	}
	return total
}

// Name returns the ID of the task, or says that the node stands for tasks of a family.
func (n *Node) Name() string {
	if n.IsFamily() {
		return fmt.Sprintf("%s, %d tasks", n.Family, n.Tasks())
	}
	return n.ID
}

// An Edge says that one node requires another.
type Edge struct {
	From, To int  // numbers of nodes: To requires From
	Back     bool // it is drawn from right to left, since the nodes require each other
}

// ends returns the nodes of the edge from left to right.
func (e Edge) ends() (left, right int) {
	if e.Back {
		return e.To, e.From
	}
	return e.From, e.To
}

// A Graph is what is drawn. Its functions don't change it.
type Graph struct {
	Nodes []Node
	Edges []Edge
}

// Around returns a node, and those that are at most so many steps from it one way or the other: what it
// requires, and what requires it.
func (g *Graph) Around(node, depth int) *Graph {
	near := make([]bool, len(g.Nodes))
	for _, next := range g.neighbours() {
		seen := make([]bool, len(g.Nodes))
		seen[node] = true
		ring := []int{node}
		for step := 0; step <= depth && len(ring) > 0; step++ {
			var outer []int
			for _, n := range ring {
				near[n] = true
				for _, other := range next[n] {
					if !seen[other] {
						seen[other] = true
						outer = append(outer, other)
					}
				}
			}
			ring = outer
		}
	}
	return g.only(near)
}

// only returns the part of the graph that has some of its nodes.
func (g *Graph) only(wanted []bool) *Graph {
	part := &Graph{}
	number := make([]int, len(g.Nodes))
	for i, n := range g.Nodes {
		if wanted[i] {
			number[i] = len(part.Nodes)
			part.Nodes = append(part.Nodes, n)
		}
	}
	for _, e := range g.Edges {
		if wanted[e.From] && wanted[e.To] {
			part.Edges = append(part.Edges, Edge{number[e.From], number[e.To], e.Back})
		}
	}
	return part
}

// neighbours returns the nodes before and after each, as they are drawn.
func (g *Graph) neighbours() (both [2][][]int) {
	var counts [2][]int
	for side := range both {
		both[side], counts[side] = make([][]int, len(g.Nodes)), make([]int, len(g.Nodes))
	}
	for _, e := range g.Edges {
		left, right := e.ends()
		counts[0][right]++
		counts[1][left]++
	}
	for side := range both {
		memory := make([]int, len(g.Edges))
		for n, count := range counts[side] {
			both[side][n], memory = memory[:0:count], memory[count:]
		}
	}
	for _, e := range g.Edges {
		left, right := e.ends()
		both[0][right] = append(both[0][right], left)
		both[1][left] = append(both[1][left], right)
	}
	return both
}

// Shape returns a text that is the same for graphs that are placed alike, whatever the states are.
func (g *Graph) Shape() string {
	hash := sha256.New()
	var text []byte
	for i := range g.Nodes {
		n := &g.Nodes[i]
		for _, part := range []string{n.Name(), n.Family} {
			text = binary.AppendUvarint(text, uint64(len(part)))
			text = append(text, part...)
		}
		if len(text) >= 1<<12 {
			hash.Write(text)
			text = text[:0]
		}
	}
	for _, e := range g.Edges {
		left, right := e.ends()
		text = binary.AppendUvarint(text, uint64(left))
		text = binary.AppendUvarint(text, uint64(right))
	}
	hash.Write(text)
	return hex.EncodeToString(hash.Sum(nil)[:12])
}
