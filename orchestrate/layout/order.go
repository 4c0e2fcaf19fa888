package layout

import (
	"cmp"
	"slices"
)

const (
	// mostSweeps bounds how often the layers are put in order, forth or back.
	mostSweeps = 16
	// patience is how many sweeps in a row may bring nothing.
	patience = 4
	// mostSwaps bounds how often neighbours are looked at that could change places.
	mostSwaps = 3
)

// order puts the vertices of each layer in an order in which few edges cross.
func (m *mesh) order() {
	m.start()
	best, fewest := m.keep(), m.crossings()
	for sweep, idle := 0, 0; sweep < mostSweeps && idle < patience && fewest > 0; sweep++ {
		m.sweep(sweep%2 == 0, sweep%4 >= 2)
		if n := m.crossings(); n < fewest {
			best, fewest, idle = m.keep(), n, 0
		} else {
			idle++
		}
	}
	m.layers = best
	for _, layer := range m.layers {
		m.rank(layer)
	}
	for range mostSwaps {
		if fewest == 0 || !m.swap() {
			break
		}
	}
	m.sort()
}

// start puts vertices next to each other that are found one after the other along the edges.
func (m *mesh) start() {
	seen := make([]bool, len(m.vertices))
	layers := make([][]int, len(m.layers))
	where := make([]int, len(m.vertices))
	for i, layer := range m.layers {
		layers[i] = make([]int, 0, len(layer))
		for _, v := range layer {
			where[v] = i
		}
	}
	var stack []int
	for _, layer := range m.layers {
		for _, root := range layer {
			stack = append(stack, root)
			for len(stack) > 0 {
				v := stack[len(stack)-1]
				stack = stack[:len(stack)-1]
				if seen[v] {
					continue
				}
				seen[v] = true
				layers[where[v]] = append(layers[where[v]], v)
				for _, next := range slices.Backward(m.vertices[v].after) {
					if !seen[next] {
						stack = append(stack, next)
					}
				}
			}
		}
	}
	m.layers = layers
	for _, layer := range m.layers {
		m.rank(layer)
	}
}

// keep returns a copy of the order.
func (m *mesh) keep() [][]int {
	layers := make([][]int, len(m.layers))
	for i, layer := range m.layers {
		layers[i] = slices.Clone(layer)
	}
	return layers
}

// sweep sorts each layer by the mean of the places of the neighbours in the layer that was sorted before. Vertices without
// any stay where they are. Of those with one mean the later come first where they are turned.
func (m *mesh) sweep(forth, turned bool) {
	means := make([]float64, len(m.vertices))
	for i := range m.layers {
		layer := m.layers[i]
		if !forth {
			layer = m.layers[len(m.layers)-1-i]
		}
		var moving, places []int
		for place, v := range layer {
			neighbours := m.vertices[v].before
			if !forth {
				neighbours = m.vertices[v].after
			}
			if len(neighbours) == 0 {
				continue
			}
			sum := 0
			for _, n := range neighbours {
				sum += m.vertices[n].rank
			}
			means[v] = float64(sum) / float64(len(neighbours))
			moving, places = append(moving, v), append(places, place)
		}
		if turned {
			slices.Reverse(moving)
		}
		slices.SortStableFunc(moving, func(a, b int) int { return cmp.Compare(means[a], means[b]) })
		for i, v := range moving {
			layer[places[i]] = v
		}
		m.rank(layer)
	}
}

// crossings counts the pairs of edges that cross, as of Barth, Mutzel and Jünger: each edge in order crosses those
// before it that end behind it, which a tree of sums tells.
func (m *mesh) crossings() int {
	total := 0
	var ends, sums []int
	for i, layer := range m.layers[:len(m.layers)-1] {
		sums = append(sums[:0], make([]int, len(m.layers[i+1])+1)...)
		count := 0
		for _, v := range layer {
			ends = ends[:0]
			for _, n := range m.vertices[v].after {
				ends = append(ends, m.vertices[n].rank)
			}
			slices.Sort(ends)
			for _, end := range ends {
				total += count
				for at := end + 1; at > 0; at -= at & -at {
					total -= sums[at]
				}
				for at := end + 1; at < len(sums); at += at & -at {
					sums[at]++
				}
				count++
			}
		}
	}
	return total
}

// swap has neighbours change places where that has fewer edges cross, and reports whether any did.
func (m *mesh) swap() (changed bool) {
	m.sort()
	for i, layer := range m.layers {
		if !m.swapIn(layer) {
			continue
		}
		changed = true
		if i > 0 {
			for _, v := range m.layers[i-1] {
				m.byRank(m.vertices[v].after)
			}
		}
		if i+1 < len(m.layers) {
			for _, v := range m.layers[i+1] {
				m.byRank(m.vertices[v].before)
			}
		}
	}
	return changed
}

func (m *mesh) swapIn(layer []int) (changed bool) {
	for i := range len(layer) - 1 {
		a, b := &m.vertices[layer[i]], &m.vertices[layer[i+1]]
		now := m.crossed(a.before, b.before) + m.crossed(a.after, b.after)
		if now == 0 || m.crossed(b.before, a.before)+m.crossed(b.after, a.after) >= now {
			continue
		}
		layer[i], layer[i+1] = layer[i+1], layer[i]
		a.rank, b.rank = b.rank, a.rank
		changed = true
	}
	return changed
}

// crossed counts how many edges cross between two vertices whose neighbours are sorted, the first above the second.
func (m *mesh) crossed(first, second []int) int {
	total, at := 0, 0
	for _, n := range first {
		for at < len(second) && m.vertices[second[at]].rank < m.vertices[n].rank {
			at++
		}
		total += at
	}
	return total
}
