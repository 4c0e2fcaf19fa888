package layout

// A gap is how far a block is at least from one that is beyond it.
type gap struct {
	beyond   int
	distance float64
}

// compact puts blocks as close to the place that a corner begins at as the distances allow, and then back to those
// beyond them where there is room.
func (m *mesh) compact(c corner, root []int, distance func(above, below int) float64) []float64 {
	gaps, order := m.blocks(c, root, distance)
	at := make([]float64, len(root))
	for _, block := range order {
		for _, g := range gaps[block] {
			at[g.beyond] = max(at[g.beyond], at[block]+g.distance)
		}
	}
	for i := range order {
		block := order[len(order)-1-i]
		if len(gaps[block]) == 0 {
			continue
		}
		room := at[gaps[block][0].beyond] - gaps[block][0].distance
		for _, g := range gaps[block] {
			room = min(room, at[g.beyond]-g.distance)
		}
		at[block] = max(at[block], room)
	}
	all := make([]float64, len(root))
	for v := range all {
		all[v] = at[root[v]]
		if c.lastPlace {
			all[v] = -all[v]
		}
	}
	return all
}

// blocks returns the gaps behind each block, and the blocks in an order in which each is before those beyond it.
func (m *mesh) blocks(c corner, root []int, distance func(above, below int) float64) (gaps [][]gap, order []int) {
	gaps = make([][]gap, len(root))
	open := make([]int, len(root))
	for _, layer := range m.layers {
		for i := range len(layer) - 1 {
			above, below := layer[i], layer[i+1]
			from, to := root[above], root[below]
			if c.lastPlace {
				from, to = to, from
			}
			gaps[from] = append(gaps[from], gap{to, distance(above, below)})
			open[to]++
		}
	}
	for v := range root {
		if root[v] == v && open[v] == 0 {
			order = append(order, v)
		}
	}
	for i := 0; i < len(order); i++ {
		for _, g := range gaps[order[i]] {
			if open[g.beyond]--; open[g.beyond] == 0 {
				order = append(order, g.beyond)
			}
		}
	}
	return gaps, order
}
