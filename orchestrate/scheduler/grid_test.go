package scheduler

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomr/gomr/orchestrate/partition"
	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/storetest"
)

// label returns a partition of a label.
func label(t require.TestingT, text string) partition.Partition {
	p, ok := partition.Parse(text)
	require.True(t, ok, text)
	return p
}

// dated returns a task of a family and a partition; the ID has more where there are several.
func dated(family, label, more string) Node {
	return Node{Spec: store.Spec{ID: family + "(date=" + label + more + ")", Family: family, Program: "p", Args: []string{"--date=" + label}}}
}

func TestGrid(t *testing.T) {
	now := time.Date(2014, 6, 9, 5, 0, 0, 0, time.UTC)
	s := open(t, storetest.NewMemory(), Config{Now: func() time.Time { return now }})
	late := dated("Load", "2014-06-04", "")
	late.Due = now.Add(-time.Hour)
	done := func(n Node) Node {
		n.Complete = true
		return n
	}
	submit(t, s,
		done(dated("Load", "2014-06-01", "")), done(dated("Load", "2014-06-02", "")), done(dated("Load", "2014-06-02", ", n=2")), late,
		done(dated("Count", "2014-06-03T05", "")), dated("Count", "2014-06-03T06", ""), dated("Count", "2014-06-05", ""),
		dated("Weekly", "2014-W23", ""), dated("Far", "9999-12-31", ""), job("none"))
	require.NoError(t, s.Mark(t.Context(), "Load(date=2014-06-02, n=2)", store.Failed, "ann", ""))
	require.NoError(t, s.Mark(t.Context(), "Load(date=2014-06-01)", store.Failed, "ann", ""))
	require.NoError(t, s.Forgive(t.Context(), "Load(date=2014-06-01)", "ann"))
	gap := GridCell{}
	pending, doneOnce := GridCell{State: store.Pending, Tasks: 1, Worst: 1}, GridCell{State: store.Done, Tasks: 1, Worst: 1}

	t.Run("days", func(t *testing.T) {
		grid, err := s.Grid(t.Context(), GridQuery{})
		require.NoError(t, err)
		require.Equal(t, label(t, "2014-06-01"), grid.First)
		require.Equal(t, 5, grid.Count)
		require.Equal(t, map[partition.Kind]int{partition.Day: 3, partition.Hour: 1, partition.Week: 1}, grid.Kinds)
		require.Equal(t, []GridFamily{
			{"Count", map[store.State]int{store.Pending: 1}, 0, []GridRun{{4, gap}, {1, pending}}},
			{"Far", map[store.State]int{}, 0, []GridRun{{5, gap}}},
			{"Load", map[store.State]int{store.Pending: 2, store.Done: 1, store.Failed: 1}, 1, []GridRun{
				{1, pending}, {1, GridCell{store.Failed, false, 2, 1}}, {1, gap}, {1, GridCell{store.Pending, true, 1, 1}}, {1, gap},
			}},
		}, grid.Families)
	})
	t.Run("days with their hours", func(t *testing.T) {
		grid, err := s.Grid(t.Context(), GridQuery{Finer: true, Family: "c*", From: label(t, "2014-06-03"), Until: label(t, "2014-06-04")})
		require.NoError(t, err)
		require.Equal(t, []GridFamily{
			{"Count", map[store.State]int{store.Pending: 1, store.Done: 1}, 0, []GridRun{{1, GridCell{store.Pending, false, 2, 1}}, {1, gap}}},
		}, grid.Families)
	})
	t.Run("hours", func(t *testing.T) {
		grid, err := s.Grid(t.Context(), GridQuery{Kind: partition.Hour, From: label(t, "2014-06-03"), Until: label(t, "2014-06-03")})
		require.NoError(t, err)
		require.Equal(t, label(t, "2014-06-03T00"), grid.First)
		require.Equal(t, 24, grid.Count)
		require.Equal(t, []GridRun{{5, gap}, {1, doneOnce}, {1, pending}, {17, gap}}, grid.Families[0].Runs)
	})
	t.Run("pages", func(t *testing.T) {
		var found []string
		for query := (GridQuery{Limit: 2}); ; {
			grid, err := s.Grid(t.Context(), query)
			require.NoError(t, err)
			require.Equal(t, 5, grid.Count, "each page has the same partitions")
			for _, f := range grid.Families {
				found = append(found, f.Family)
			}
			if query.After = grid.Next; query.After == "" {
				break
			}
		}
		require.Equal(t, []string{"Count", "Far", "Load"}, found)
	})
	t.Run("nothing", func(t *testing.T) {
		grid, err := s.Grid(t.Context(), GridQuery{Kind: partition.Month})
		require.NoError(t, err)
		require.Equal(t, Grid{Families: []GridFamily{}, Kinds: grid.Kinds, Version: grid.Version}, *grid)
	})
	t.Run("what makes no sense", func(t *testing.T) {
		_, err := s.Grid(t.Context(), GridQuery{From: label(t, "2014-06-02"), Until: label(t, "2014-06-01")})
		require.ErrorContains(t, err, "2014-06-01 is before 2014-06-02")
		_, err = s.Grid(t.Context(), GridQuery{Family: "[a"})
		require.ErrorContains(t, err, `"[a" is no pattern`)
		_, err = s.Tasks(t.Context(), TaskFilter{From: label(t, "2014-06-02"), Until: label(t, "2014-06-01")})
		require.ErrorContains(t, err, "2014-06-01 is before 2014-06-02")
	})
	t.Run("at most so many", func(t *testing.T) {
		grid, err := s.Grid(t.Context(), GridQuery{From: label(t, "0001-01-01")})
		require.NoError(t, err)
		require.Equal(t, MaxGridCells, grid.Count)
		require.Equal(t, label(t, "2014-06-05").Number, grid.First.Number+MaxGridCells-1)
	})
}

func TestTasksOfPartitions(t *testing.T) {
	s := open(t, storetest.NewMemory(), Config{})
	submit(t, s, dated("A", "2014-06-01", ""), dated("A", "2014-06-01T05", ""), dated("A", "2014-06-02T05", ""), dated("A", "2014-W22", ""), dated("A", "2014-06", ""), job("none"))
	for _, test := range []struct {
		name   string
		filter TaskFilter
		want   []string
	}{
		{"of a kind", TaskFilter{Kind: partition.Hour}, []string{"A(date=2014-06-01T05)", "A(date=2014-06-02T05)"}},
		{"of a day and its hours", TaskFilter{From: label(t, "2014-06-01"), Until: label(t, "2014-06-01")}, []string{"A(date=2014-06-01)", "A(date=2014-06-01T05)"}},
		{"of the hours of a day", TaskFilter{Kind: partition.Hour, From: label(t, "2014-06-01"), Until: label(t, "2014-06-01")}, []string{"A(date=2014-06-01T05)"}},
		{"from a day on", TaskFilter{From: label(t, "2014-06-02")}, []string{"A(date=2014-06-02T05)"}},
		{"up to an hour", TaskFilter{Until: label(t, "2014-06-01T05")}, []string{"A(date=2014-06-01T05)"}},
		{"up to a day", TaskFilter{Until: label(t, "2014-06-01")}, []string{"A(date=2014-06-01)", "A(date=2014-06-01T05)", "A(date=2014-W22)"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			page, err := s.Tasks(t.Context(), test.filter)
			require.NoError(t, err)
			require.Equal(t, test.want, ids(page.Tasks))
		})
	}
}

// TestGridIsWhatALookAtAllTasksSays: what changes of states, other arguments and forgotten tasks leave is what is counted
// one by one.
func TestGridIsWhatALookAtAllTasksSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newCore(Config{}.withDefaults(), gridStart)
		for i := range rapid.IntRange(0, 60).Draw(t, "tasks") {
			changeGrid(t, c, i)
		}
		look, err := newGridLook(gridQuery(t))
		if err != nil {
			return
		}
		got := lookAt(c, look)
		for i, f := range got.Families {
			require.Equal(t, got.Next == "" || i+1 < len(got.Families), got.Next != f.Family)
			want := countOneByOne(c, look, got, f.Family)
			require.Equal(t, want, f)
		}
	})
}

// TestGridSinceAVersion: a grid that is known, with the families that have changed since, is the grid.
func TestGridSinceAVersion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newCore(Config{}.withDefaults(), gridStart)
		query := gridQuery(t)
		full := func() *Grid {
			look, err := newGridLook(query)
			require.NoError(t, err)
			return lookAt(c, look)
		}
		if _, err := newGridLook(query); err != nil {
			return
		}
		for i := range 20 {
			changeGrid(t, c, i)
		}
		for known, i := full(), 20; i < 60; i++ {
			if rapid.IntRange(0, 3).Draw(t, "time passes") == 0 {
				c.advance(c.now.Add(30 * time.Minute))
			} else {
				changeGrid(t, c, i)
			}
			now := query
			now.Since = known.Version
			look, err := newGridLook(now)
			require.NoError(t, err)
			got := lookAt(c, look)
			if got.Known {
				changed := got.Families
				got.Families = slices.Clone(known.Families)
				for _, f := range changed {
					at := slices.IndexFunc(got.Families, func(old GridFamily) bool { return old.Family == f.Family })
					require.GreaterOrEqual(t, at, 0, "%s was not in it", f.Family)
					got.Families[at] = f
				}
			}
			want := full()
			want.Known = got.Known
			require.Equal(t, want, got)
			known = got

			now.Since = known.Version
			look, err = newGridLook(now)
			require.NoError(t, err)
			again := lookAt(c, look)
			require.True(t, again.Known)
			require.Empty(t, again.Families)
		}
	})
}

func TestGridSinceWhatIsNoVersion(t *testing.T) {
	s := open(t, storetest.NewMemory(), Config{})
	submit(t, s, dated("A", "2014-06-01", ""), dated("B", "2014-06-02", ""))
	for _, since := range []string{"", "x", "a.b.c.d", "EPOCH.999999.1.0"} {
		grid, err := s.Grid(t.Context(), GridQuery{Since: since})
		require.NoError(t, err)
		require.False(t, grid.Known, "%q", since)
		require.Len(t, grid.Families, 2, "%q", since)
	}
	all, err := s.Grid(t.Context(), GridQuery{})
	require.NoError(t, err)
	other, err := s.Grid(t.Context(), GridQuery{Since: all.Version, From: label(t, "2014-06-02")})
	require.NoError(t, err)
	require.False(t, other.Known, "the version is of other partitions")
	require.Len(t, other.Families, 2)
}

var gridStart = time.Date(2014, 6, 1, 0, 0, 0, 0, time.UTC)

// gridPartition is any of some weeks.
var gridPartition = rapid.Custom(func(t *rapid.T) partition.Partition {
	hours := rapid.IntRange(0, 24*40).Draw(t, "hours")
	return partition.At(rapid.SampledFrom(partition.Kinds).Draw(t, "kind"), gridStart.Add(time.Duration(hours)*time.Hour))
})

// changeGrid adds a task, and may change it, or forget it.
func changeGrid(t *rapid.T, c *core, number int) {
	n := dated(rapid.SampledFrom([]string{"A", "B", "C"}).Draw(t, "family"), gridPartition.Draw(t, "at").String(), strconv.Itoa(number))
	n.Complete = rapid.Bool().Draw(t, "complete")
	if rapid.Bool().Draw(t, "has due time") {
		n.Due = gridStart.Add(time.Duration(rapid.IntRange(-1, 9).Draw(t, "due")) * time.Hour)
	}
	_, err := c.submit(&Submission{Nodes: []Node{n}})
	require.NoError(t, err)
	switch rapid.IntRange(0, 4).Draw(t, "then") {
	case 0:
		require.NoError(t, c.mark(n.ID, store.Failed, "ann", ""))
	case 1:
		n.Args = []string{"--date=" + gridPartition.Draw(t, "other").String()}
		_, err := c.submit(&Submission{Nodes: []Node{n}})
		require.NoError(t, err)
	case 2:
		gone := c.byID[n.ID]
		gone.forgotten = true
		c.remove([]*task{gone})
	}
}

// gridQuery is one that may make no sense.
func gridQuery(t *rapid.T) GridQuery {
	query := GridQuery{Kind: rapid.SampledFrom(partition.Kinds).Draw(t, "kind"), Finer: rapid.Bool().Draw(t, "finer"), Limit: rapid.IntRange(1, 3).Draw(t, "limit")}
	if rapid.Bool().Draw(t, "bounded") {
		query.From, query.Until = gridPartition.Draw(t, "from"), gridPartition.Draw(t, "until")
	}
	return query
}

// lookAt makes a grid of a core that nobody else has.
func lookAt(c *core, look *gridLook) *Grid {
	look.survey(c, 1)
	look.settle()
	for _, one := range look.late(c, slices.Collect(maps.Keys(c.due))) {
		look.addLate(one)
	}
	look.leaveOutKnown()
	for len(look.names) > 0 {
		look.addFamilies(look.copyRows(c))
	}
	return &look.grid
}

// countOneByOne makes the row of a family by a look at each task for each cell.
func countOneByOne(c *core, look *gridLook, grid *Grid, family string) GridFamily {
	f := GridFamily{Family: family, Counts: map[store.State]int{}}
	for i := range grid.Count {
		cell := GridCell{}
		of := partition.Partition{Kind: grid.First.Kind, Number: grid.First.Number + int32(i)}
		for _, t := range c.tasks {
			p, ok := partition.Of(t.Args)
			if !ok || t.Family != family || !slices.Contains(look.kinds, p.Kind) || p.Within(of.Kind) != of {
				continue
			}
			f.Counts[t.State]++
			cell.Tasks++
			if t.State != store.Done && !t.Due.IsZero() && t.Due.Before(c.now) {
				cell.Late = true
				f.Late++
			}
			switch {
			case rankOf(t.State) > rankOf(cell.State):
				cell.State, cell.Worst = t.State, 1
			case t.State == cell.State:
				cell.Worst++
			}
		}
		if n := len(f.Runs); n > 0 && f.Runs[n-1].GridCell == cell {
			f.Runs[n-1].Cells++
		} else {
			f.Runs = append(f.Runs, GridRun{1, cell})
		}
	}
	return f
}

// BenchmarkGrid looks at 100 families with 10,000 hours each, of which one in thirty has failed.
func BenchmarkGrid(b *testing.B) {
	c := newCore(Config{}.withDefaults(), time.Date(2014, 6, 1, 0, 0, 0, 0, time.UTC))
	for i := range 1_000_000 {
		hour := partition.At(partition.Hour, c.now.Add(-time.Duration(i/100)*time.Hour))
		one := &task{Task: store.Task{Spec: dated(fmt.Sprintf("Family%02d", i%100), hour.String(), "").Spec}}
		one.State = store.Done
		if i*7%30 == 0 {
			one.State = store.Failed
		}
		c.grid.add(one)
	}
	for b.Loop() {
		look, err := newGridLook(GridQuery{Kind: partition.Hour})
		require.NoError(b, err)
		for next := 1; next > 0; {
			next = look.survey(c, next)
		}
		look.settle()
		look.leaveOutKnown()
		for len(look.names) > 0 {
			look.addFamilies(look.copyRows(c))
		}
		require.Len(b, look.grid.Families, 100)
		require.Equal(b, 10_000, look.grid.Count)
	}
}
