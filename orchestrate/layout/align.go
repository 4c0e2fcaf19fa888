package layout

import (
	"math"
	"slices"
)

// A corner is where an alignment begins: at the first layer or the last, and in the layers at the first place or the last.
type corner struct{ lastLayer, lastPlace bool }

var corners = []corner{{false, false}, {false, true}, {true, false}, {true, true}}

// coordinates returns where the vertices are across the layers: the mean of the two middle ones of four alignments, each
// of which keeps the order and the distances.
func (m *mesh) coordinates(distance func(above, below int) float64) []float64 {
	crossed := m.crossedByLong()
	all := make([][]float64, len(corners))
	for i, c := range corners {
		all[i] = m.compact(c, m.align(c, crossed), distance)
	}
	fit(all)
	middle := make([]float64, len(m.vertices))
	for v := range middle {
		four := [4]float64{all[0][v], all[1][v], all[2][v], all[3][v]}
		slices.Sort(four[:])
		// Rounding keeps distances that are whole.
		middle[v] = math.Round((four[1] + four[2]) / 2)
	}
	return middle
}

// fit puts alignments over the smallest: those that began at the first place by their first vertex, the others by
// their last.
func fit(all [][]float64) {
	smallest, size := 0, math.Inf(1)
	for i, at := range all {
		if s := slices.Max(at) - slices.Min(at); s < size {
			smallest, size = i, s
		}
	}
	first, last := slices.Min(all[smallest]), slices.Max(all[smallest])
	for i, at := range all {
		shift := first - slices.Min(at)
		if corners[i].lastPlace {
			shift = last - slices.Max(at)
		}
		for v := range at {
			at[v] += shift
		}
	}
}

// A link is an edge of the mesh.
type link struct{ left, right int }

// crossedByLong returns the links that cross one between two vertices that long edges pass. They are not
// aligned, so that long edges are straight.
func (m *mesh) crossedByLong() map[link]bool {
	crossed := map[link]bool{}
	for i := 1; i < len(m.layers); i++ {
		left, right := m.layers[i-1], m.layers[i]
		from, done := 0, 0
		for place, v := range right {
			until := len(left) - 1
			inner := m.inner(v)
			if inner {
				until = m.vertices[m.vertices[v].before[0]].rank
			} else if place < len(right)-1 {
				continue
			}
			for ; done <= place; done++ {
				for _, n := range m.vertices[right[done]].before {
					if at := m.vertices[n].rank; at < from || at > until {
						crossed[link{n, right[done]}] = true
					}
				}
			}
			from = until
		}
	}
	return crossed
}

// inner tells whether a vertex is passed by a long edge that has passed another one before.
func (m *mesh) inner(v int) bool {
	return m.passed(v) && len(m.vertices[v].before) > 0 && m.passed(m.vertices[v].before[0])
}

// align makes blocks of vertices that are to be on one line: each with the middle one of its neighbours, unless the
// lines would cross. It returns the first vertex of the block of each.
func (m *mesh) align(c corner, crossed map[link]bool) (root []int) {
	root = make([]int, len(m.vertices))
	for v := range root {
		root[v] = v
	}
	for i := range m.layers {
		layer := m.layers[i]
		if c.lastLayer {
			layer = m.layers[len(m.layers)-1-i]
		}
		taken := math.MinInt
		for place := range layer {
			v := layer[place]
			if c.lastPlace {
				v = layer[len(layer)-1-place]
			}
			for _, n := range m.middle(c, v) {
				rank := m.vertices[n].rank
				l := link{n, v}
				if c.lastPlace {
					rank = -rank
				}
				if c.lastLayer {
					l = link{v, n}
				}
				if rank > taken && !crossed[l] {
					root[v], taken = root[n], rank
					break
				}
			}
		}
	}
	return root
}

// middle returns the neighbours in the middle of those that a vertex is aligned with, one or two. Where a long edge goes
// on, that is its next vertex.
func (m *mesh) middle(c corner, v int) []int {
	neighbours := m.vertices[v].before
	if c.lastLayer {
		neighbours = m.vertices[v].after
	}
	if m.passed(v) {
		if i := slices.IndexFunc(neighbours, m.passed); i >= 0 {
			return neighbours[i : i+1]
		}
	}
	half := len(neighbours) / 2
	switch {
	case len(neighbours) == 0:
		return nil
	case len(neighbours)%2 == 1:
		return neighbours[half : half+1]
	case c.lastPlace:
		return []int{neighbours[half], neighbours[half-1]}
	}
	return neighbours[half-1 : half+1]
}
