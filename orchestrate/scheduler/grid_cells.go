package scheduler

import (
	"slices"

	"github.com/gomr/gomr/orchestrate/store"
)

// A rankedCell is a cell while tasks are added to it.
type rankedCell struct {
	rank         int
	tasks, worst int
	late         bool
}

// A rowCopy has the tasks of a row of the grid.
type rowCopy struct {
	gridKey

	slots []slot
}

// copyRows copies the rows of some families, which are none of the names that are left any more.
func (l *gridLook) copyRows(c *core) (copies []rowCopy) {
	looked := 0
	l.copied = l.copied[:0] // the last ones are in the grid
	for _, family := range l.names {
		for _, k := range l.kinds {
			key := gridKey{family, k}
			one := rowCopy{gridKey: key}
			if r := c.grid.rows[c.grid.byKey[key]]; r != nil {
				start := len(l.copied)
				l.copied = r.appendWithin(l.copied, l.bounds[k])
				one.slots = l.copied[start:]
				looked += len(r.slots)
			}
			copies = append(copies, one)
		}
		if looked > slotsAtOnce {
			break
		}
	}
	l.names = l.names[len(copies)/len(l.kinds):]
	return copies
}

// appendWithin appends the slots whose partitions are within the bounds.
func (r *gridRow) appendWithin(some []slot, b bounds) []slot {
	first, last := slot(b.first)<<rankBits, slot(b.last)<<rankBits|(1<<rankBits-1)
	count := 0
	for _, s := range r.slots {
		if s-first <= last-first {
			count++
		}
	}
	if count == len(r.slots) {
		return append(some, r.slots...)
	}
	some = slices.Grow(some, count)
	for _, s := range r.slots {
		if s-first <= last-first {
			some = append(some, s)
		}
	}
	return some
}

// addFamilies adds families to the grid of which all rows are copied.
func (l *gridLook) addFamilies(copies []rowCopy) {
	for rows := range slices.Chunk(copies, len(l.kinds)) {
		f := GridFamily{Family: rows[0].family, Counts: map[store.State]int{}}
		clear(l.cells)
		var counts [len(ranks)]int
		for _, r := range rows {
			l.addRow(&r, &counts)
		}
		for rank, n := range counts {
			if n > 0 {
				f.Counts[ranks[rank]] = n
			}
		}
		for _, number := range l.lateOf[f.Family] {
			if i := l.indexOf(number); i >= 0 {
				l.cells[i].late = l.cells[i].tasks > 0
				f.Late++
			}
		}
		f.Runs = runsOf(l.cells)
		l.grid.Families = append(l.grid.Families, f)
	}
}

// indexOf returns the index of the cell of a partition, below zero where it is in none.
func (l *gridLook) indexOf(number int32) int {
	i := int(number - l.grid.First.Number)
	if i >= len(l.cells) {
		return -1
	}
	return i
}

// addRow adds the tasks of a row to the cells.
func (l *gridLook) addRow(r *rowCopy, counts *[len(ranks)]int) {
	for _, s := range r.slots {
		if s == 0 {
			continue
		}
		number := s.number()
		if r.kind != l.Kind {
			number = l.numberOf(r.kind, number)
		}
		i := l.indexOf(number)
		if i < 0 {
			continue
		}
		rank := s.rank()
		counts[rank]++
		cell := &l.cells[i]
		cell.tasks++
		switch {
		case rank > cell.rank:
			cell.rank, cell.worst = rank, 1
		case rank == cell.rank:
			cell.worst++
		}
	}
}

// runsOf returns cells as runs of those that are the same.
func runsOf(cells []rankedCell) (runs []GridRun) {
	for start := 0; start < len(cells); {
		end := start + 1
		for end < len(cells) && cells[end] == cells[start] {
			end++
		}
		cell := &cells[start]
		runs = append(runs, GridRun{end - start, GridCell{ranks[cell.rank], cell.late, cell.tasks, cell.worst}})
		start = end
	}
	return runs
}
