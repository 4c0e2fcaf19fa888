package scheduler

import (
	"crypto/rand"
	"math"
	"slices"

	"github.com/gomr/gomr/orchestrate/partition"
	"github.com/gomr/gomr/orchestrate/store"
)

// ranks are the states of tasks, from the one that needs nobody to the one that needs somebody most. The index of
// a state is its rank: of tasks that share a place, the one of the highest rank is shown.
var ranks = [...]store.State{
	"", store.Done, store.Pending, store.Suspended, store.Running, store.Retrying, store.Missing, store.Disabled, store.Failed,
}

func rankOf(s store.State) slot {
	return slot(max(0, slices.Index(ranks[:], s)))
}

// A slot is the partition and the state of a task: the number, and the rank in its lower bits. A rank of zero is
// a free one. With it and its place, a task costs the grid some twelve bytes, and a look at a million of them reads
// few pages of memory.
type slot uint32

const rankBits = 4

func (s slot) number() int32 { return int32(s >> rankBits) }
func (s slot) rank() int     { return int(s & (1<<rankBits - 1)) }

// A gridKey is what the tasks of a row have in common.
type gridKey struct {
	family string
	kind   partition.Kind
}

// A gridRow has the tasks of a family whose partitions are of one kind, in no order.
type gridRow struct {
	gridKey

	slots   []slot
	free    []int32 // indices of those that are
	count   int     // of the others
	version int64   // of the grid at the last change of this row
	extent  extent
}

// An extent is the oldest and the newest partition of a row in one of its versions.
type extent struct {
	version        int64
	oldest, newest int32
}

// A grid has the tasks that have a partition by family and kind. It is kept up to date by each change of a state.
type grid struct {
	rows    []*gridRow // the first is none; those that have no tasks any more are nil
	free    []int32    // indices of these
	byKey   map[gridKey]int32
	tallies tallies

	epoch   string // tells the versions of this grid from those of one before
	version int64  // grows with each change
	removed int64  // version at the last removal of a row
}

func newGrid() *grid {
	return &grid{rows: make([]*gridRow, 1), byKey: map[gridKey]int32{}, tallies: tallies{}, epoch: rand.Text()}
}

// note gives a row that has changed a new version.
func (g *grid) note(r *gridRow) {
	g.version++
	r.version = g.version
}

// A gridPlace is where a task is in a grid. That of a task without a partition has no row.
type gridPlace struct{ row, slot int32 }

// add gives a task its place.
func (g *grid) add(t *task) {
	p, ok := partition.Of(t.Args)
	if !ok || t.Family == "" {
		return
	}
	key := gridKey{t.Family, p.Kind}
	index, ok := g.byKey[key]
	if !ok {
		index = g.addRow(&gridRow{gridKey: key})
	}
	rank, r := rankOf(t.State), g.rows[index]
	t.grid = gridPlace{index, r.add(slot(p.Number)<<rankBits | rank)}
	g.note(r)
	g.tallies.add(p, int(rank), 1)
}

func (g *grid) addRow(r *gridRow) (index int32) {
	if n := len(g.free); n > 0 {
		index, g.free = g.free[n-1], g.free[:n-1]
		g.rows[index] = r
	} else {
		index = int32(len(g.rows))
		g.rows = append(g.rows, r)
	}
	g.byKey[r.gridKey] = index
	return index
}

func (r *gridRow) add(s slot) (index int32) {
	r.count++
	if n := len(r.free); n > 0 {
		index, r.free = r.free[n-1], r.free[:n-1]
		r.slots[index] = s
		return index
	}
	r.slots = append(r.slots, s)
	return int32(len(r.slots)) - 1
}

// extentBefore returns the oldest and the newest partition of a row before one, and how many tasks it has looked at: none
// where the row is as it was at the last look. Where there is no partition the newest is zero.
func (r *gridRow) extentBefore(before int32) (oldest, newest int32, looked int) {
	if r.extent.version != r.version {
		oldest, newest = r.extentOf(math.MaxInt32)
		r.extent = extent{r.version, oldest, newest}
		looked += len(r.slots)
	}
	if r.extent.newest < before {
		return r.extent.oldest, r.extent.newest, looked
	}
	oldest, newest = r.extentOf(before)
	return oldest, newest, looked + len(r.slots)
}

func (r *gridRow) extentOf(before int32) (oldest, newest int32) {
	oldest = math.MaxInt32
	for _, s := range r.slots {
		if n := s.number(); s != 0 && n < before {
			oldest, newest = min(oldest, n), max(newest, n)
		}
	}
	return oldest, newest
}

// enter notes that a task has another state.
func (g *grid) enter(t *task) {
	if p := t.grid; p.row != 0 {
		r := g.rows[p.row]
		s := &r.slots[p.slot]
		rank := rankOf(t.State)
		g.tallies.move(partition.Partition{Kind: r.kind, Number: s.number()}, s.rank(), int(rank))
		*s = *s>>rankBits<<rankBits | rank
		g.note(r)
	}
}

// remove takes a task out of its place.
func (g *grid) remove(t *task) {
	p := t.grid
	if p.row == 0 {
		return
	}
	t.grid = gridPlace{}
	r := g.rows[p.row]
	s := r.slots[p.slot]
	g.tallies.add(partition.Partition{Kind: r.kind, Number: s.number()}, s.rank(), -1)
	g.note(r)
	if r.count--; r.count == 0 {
		delete(g.byKey, r.gridKey)
		g.rows[p.row] = nil
		g.removed = g.version
		g.free = append(g.free, p.row)
		return
	}
	r.slots[p.slot] = 0
	r.free = append(r.free, p.slot)
}

// partitionOf returns the partition of a task.
func (g *grid) partitionOf(t *task) (partition.Partition, bool) {
	if t.grid.row == 0 {
		return partition.Partition{}, false
	}
	r := g.rows[t.grid.row]
	return partition.Partition{Kind: r.kind, Number: r.slots[t.grid.slot].number()}, true
}
