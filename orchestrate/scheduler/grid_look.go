package scheduler

import (
	"cmp"
	"context"
	"maps"
	"math"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/gomr/gomr/orchestrate/partition"
	"github.com/gomr/gomr/orchestrate/store"
)

// What an answer of [Scheduler.Grid] has at most.
const (
	MaxGridCells  = 20_000    // of a family
	mostGridCells = 2_000_000 // of all families
	DefaultGrid   = 100       // families, where the query leaves it open
	MaxGrid       = 1000      // families
)

// slotsAtOnce bounds how many places of a grid are looked at before others have their turn.
const slotsAtOnce = 1 << 18

// A GridQuery says which part of the grid is wanted. Fields that are zero leave it open.
type GridQuery struct {
	Kind   partition.Kind // of the cells; none is [partition.Day]
	Finer  bool           // days and hours count in the partition that they are in
	Family string         // pattern as [path.Match] has it, in whatever case
	After  string         // family; for the next page, the Next of this one
	Limit  int            // of families; zero is [DefaultGrid]

	// Since is the Version of a grid that is known: families that are as they were in it are left out, if the
	// answer is otherwise of the same partitions and families. Where it is of none such it changes nothing.
	Since string

	// From and Until are the first and the last partition, of whatever kind. Until is the newest with a task where
	// it is left open, but no later than a year from now; From is the oldest. There are [MaxGridCells] at most, the
	// last ones.
	From, Until partition.Partition
}

// A Grid tells the states of tasks by family and partition.
type Grid struct {
	First    partition.Partition
	Count    int // of partitions, from the first one on
	Families []GridFamily
	Next     string                 // to go on after; empty where there are no more
	Kinds    map[partition.Kind]int // how many families have tasks of which kind

	// Version is for the Since of the next query. Known is that this one's was of a grid of the same partitions and
	// families, so that those of them that are left out are as they were.
	Version string
	Known   bool
}

// A GridFamily is a row of a grid.
type GridFamily struct {
	Family string
	Counts map[store.State]int // of all tasks in the row
	Late   int                 // how many of them are not done and were due
	Runs   []GridRun
}

// A GridRun is some cells in a row that are the same.
type GridRun struct {
	Cells int
	GridCell
}

// A GridCell is what is told of the tasks of one family and partition. The zero GridCell has none.
type GridCell struct {
	State store.State // the one of them that needs somebody most: failed rather than running rather than done
	Late  bool        // one of them is not done and was due
	Tasks int
	Worst int // how many of them are in the State
}

// Grid returns the states of tasks by family and partition, for a page of families by name. It may see changes
// that are made meanwhile.
func (s *Scheduler) Grid(ctx context.Context, query GridQuery) (*Grid, error) {
	look, err := newGridLook(query)
	if err != nil {
		return nil, err
	}
	for next := 1; next > 0; {
		next, err = askFor(ctx, s, func(c *core) (int, error) { return look.survey(c, next), nil })
		if err != nil {
			return nil, err
		}
	}
	look.settle()
	if err := s.lookForLate(ctx, look); err != nil {
		return nil, err
	}
	look.leaveOutKnown()
	for len(look.names) > 0 {
		copies, err := askFor(ctx, s, func(c *core) ([]rowCopy, error) { return look.copyRows(c), nil })
		if err != nil {
			return nil, err
		}
		look.addFamilies(copies)
	}
	return &look.grid, nil
}

// lookForLate finds the tasks that are late.
func (s *Scheduler) lookForLate(ctx context.Context, look *gridLook) error {
	due, err := askFor(ctx, s, func(c *core) ([]int64, error) { return slices.Collect(maps.Keys(c.due)), nil })
	if err != nil {
		return err
	}
	for chunk := range slices.Chunk(due, lookAtOnce) {
		late, err := askFor(ctx, s, func(c *core) ([]lateTask, error) { return look.late(c, chunk), nil })
		if err != nil {
			return err
		}
		for _, one := range late {
			look.addLate(one)
		}
	}
	return nil
}

// A gridLook makes a grid in steps, of which those on the live state are short.
type gridLook struct {
	GridQuery

	kinds          []partition.Kind // whose tasks count
	families       map[string]int64 // that match, and the versions of their last change
	version        gridVersion      // of the answer
	since          gridVersion      // that is known
	oldest, newest int32            // numbers of partitions with a task
	bounds         map[partition.Kind]bounds
	names          []string           // of the families that are left to be added
	lateOf         map[string][]int32 // numbers of the partitions of late tasks, by family
	cells          []rankedCell       // of one family
	copied         []slot             // of some families
	grid           Grid
}

// bounds are the numbers of the first and the last partition of a kind that are in cells.
type bounds struct{ first, last int32 }

func newGridLook(query GridQuery) (*gridLook, error) {
	query.Family = strings.ToLower(query.Family)
	if _, err := path.Match(query.Family, ""); err != nil {
		return nil, invalid("%q is no pattern of families: * stands for any text, and ? for one character", query.Family)
	}
	if query.From.Kind != partition.None && query.Until.Kind != partition.None {
		if _, err := partition.Between(query.From, query.Until); err != nil {
			return nil, invalid("%v", err)
		}
	}
	query.Kind = cmp.Or(query.Kind, partition.Day)
	query.Limit = min(cmp.Or(max(query.Limit, 0), DefaultGrid), MaxGrid)
	kinds := []partition.Kind{query.Kind}
	if query.Finer {
		kinds = append(kinds, finer(query.Kind)...)
	}
	return &gridLook{
		GridQuery: query, kinds: kinds, families: map[string]int64{}, oldest: math.MaxInt32, since: parseGridVersion(query.Since),
		lateOf: map[string][]int32{}, grid: Grid{Kinds: map[partition.Kind]int{}},
	}, nil
}

// finer returns the kinds of partitions of which each is in one of kind k.
func finer(k partition.Kind) (kinds []partition.Kind) {
	for _, other := range []partition.Kind{partition.Hour, partition.Day} {
		if other < k {
			kinds = append(kinds, other)
		}
	}
	return kinds
}

func (l *gridLook) matches(family string) bool {
	ok, _ := path.Match(l.Family, strings.ToLower(family)) // newGridLook has seen whether it is one
	return ok || l.Family == ""
}

// survey looks for the families that match, in some rows of the grid from an index on, and for their oldest and
// newest partition. It returns where to go on, zero at the end.
func (l *gridLook) survey(c *core, next int) int {
	if next == 1 {
		l.begin(c)
	}
	open := l.From.Kind == partition.None || l.Until.Kind == partition.None
	latest := partition.At(l.Kind, c.now.AddDate(1, 0, 0)).Number
	for looked := 0; next < len(c.grid.rows); next++ {
		if looked > slotsAtOnce {
			return next
		}
		looked++
		r := c.grid.rows[next]
		if r == nil || !l.matches(r.family) {
			continue
		}
		l.grid.Kinds[r.kind]++
		if !slices.Contains(l.kinds, r.kind) {
			continue
		}
		l.families[r.family] = max(l.families[r.family], r.version)
		if open {
			looked += l.widen(r, latest)
		}
	}
	return 0
}

// widen takes the partitions of a row into account, and returns how many of its tasks it has looked at.
func (l *gridLook) widen(r *gridRow, latest int32) (looked int) {
	oldest, newest, looked := r.extentBefore(partition.Partition{Kind: l.Kind, Number: latest + 1}.Within(r.kind).Number)
	if newest > 0 {
		l.oldest = min(l.oldest, l.numberOf(r.kind, oldest))
		l.newest = max(l.newest, l.numberOf(r.kind, newest))
	}
	return looked
}

// numberOf returns the number of the cell that a partition is in.
func (l *gridLook) numberOf(k partition.Kind, number int32) int32 {
	return partition.Partition{Kind: k, Number: number}.Within(l.Kind).Number
}

// settle decides which cells and families are told of.
func (l *gridLook) settle() {
	span, _ := partition.Between(l.From, l.Until) // newGridLook has seen whether it is one
	first, last := span.Bounds(l.Kind)
	if l.From.Kind == partition.None {
		first = l.oldest
	}
	if l.Until.Kind == partition.None {
		last = l.newest
	}
	count := max(0, int64(last)-int64(first)+1)
	if count > MaxGridCells {
		first, count = last-MaxGridCells+1, MaxGridCells
	}
	if count > 0 {
		l.grid.First = partition.Partition{Kind: l.Kind, Number: first}
	}
	l.grid.Count = int(count)
	l.cells = make([]rankedCell, count)
	l.bounds = boundsOf(l.kinds, partition.Partition{Kind: l.Kind, Number: first}, partition.Partition{Kind: l.Kind, Number: last})
	l.names = slices.Sorted(maps.Keys(l.families))
	after, found := slices.BinarySearch(l.names, l.After)
	if found && l.After != "" {
		after++
	}
	l.names = l.names[after:]
	if most := max(1, min(l.Limit, mostGridCells/max(1, int(count)))); most < len(l.names) {
		l.names = l.names[:most]
		l.grid.Next = l.names[most-1]
	}
	l.version.shape = l.shape()
	l.grid.Version = l.version.String()
	l.grid.Known = l.since.covers(&l.version)
}

// boundsOf returns the bounds of each kind from one partition to another.
func boundsOf(kinds []partition.Kind, from, until partition.Partition) map[partition.Kind]bounds {
	all := map[partition.Kind]bounds{}
	span, err := partition.Between(from, until)
	for _, k := range kinds {
		if err == nil { // else there is no cell
			first, last := span.Bounds(k)
			all[k] = bounds{first, last}
		}
	}
	return all
}

// A lateTask is where a late task is.
type lateTask struct {
	family string
	number int32
	due    time.Time
}

// addLate notes a late task. What is known of its family is from before it was late where it was due since then.
func (l *gridLook) addLate(one lateTask) {
	l.lateOf[one.family] = append(l.lateOf[one.family], one.number)
	if !one.due.Before(l.since.at) {
		l.families[one.family] = math.MaxInt64
	}
}

// late returns those of some tasks that are late, and of a kind that counts.
func (l *gridLook) late(c *core, keys []int64) (late []lateTask) {
	for _, key := range keys {
		t := c.tasks[key]
		if t == nil || t.State == store.Done || !t.Due.Before(c.now) {
			continue
		}
		if _, ok := l.families[t.Family]; !ok {
			continue
		}
		if p, ok := c.grid.partitionOf(t); ok && slices.Contains(l.kinds, p.Kind) {
			late = append(late, lateTask{t.Family, l.numberOf(p.Kind, p.Number), t.Due})
		}
	}
	return late
}
