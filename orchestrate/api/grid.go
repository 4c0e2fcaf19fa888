package api

import (
	"strconv"
	"strings"

	"github.com/gomr/gomr/orchestrate/partition"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// A Grid is a [scheduler.Grid]. Its partitions follow each other without gaps, so that the first one and how many
// there are tell all.
type Grid struct {
	Kind       string         `json:"kind" doc:"Of the partitions: hour, day, week or month"`
	First      string         `json:"first,omitempty" doc:"Label of the first partition, such as 2014-06-01T05, 2014-06-01, 2014-W23 or 2014-06; left out where there are none"`
	Partitions int            `json:"partitions" doc:"How many there are, from the first one on"`
	Families   []GridFamily   `json:"families" doc:"By name"`
	Next       string         `json:"next,omitempty" doc:"The cursor of the next page; left out where there are no more"`
	Kinds      map[string]int `json:"kinds,omitempty" doc:"How many families have tasks of which kind of partition"`
	Version    string         `json:"version" doc:"To ask with for what has changed since"`
	Known      bool           `json:"known,omitempty" doc:"The version that was asked with is of the same partitions and families: those of them that are left out are as they were"`
}

// A GridFamily is a [scheduler.GridFamily].
type GridFamily struct {
	Family string              `json:"family"`
	Counts map[store.State]int `json:"counts,omitempty" doc:"Of all its tasks in these partitions, by state"`
	Late   int                 `json:"late,omitempty" doc:"How many of them are not done and were due"`
	States string              `json:"states" doc:"One cell for each partition, as runs of those that are the same: how many, and a letter for the state of the task that needs somebody most. From that on: f failed, x disabled, m missing, t retrying, r running, s suspended, p pending, d done; and - for no task. A capital letter is a cell with a task that is not done and was due. So 12d2-1F is 12 cells done, 2 without a task, and 1 failed and late"`
	Many   []int               `json:"many,omitempty" doc:"Where some cells have more than one task: runs of cells with as many, three numbers each: how many cells, how many tasks each has, and how many of these are in the state of the cell"`
}

// letters are those of states in a grid.
var letters = map[store.State]string{
	"": "-", store.Failed: "f", store.Disabled: "x", store.Missing: "m", store.Retrying: "t",
	store.Running: "r", store.Suspended: "s", store.Pending: "p", store.Done: "d",
}

// GridOf returns a grid as it is sent.
func GridOf(kind partition.Kind, g *scheduler.Grid) Grid {
	sent := Grid{Kind: kind.String(), First: g.First.String(), Partitions: g.Count, Next: g.Next, Version: g.Version, Known: g.Known, Families: make([]GridFamily, len(g.Families)), Kinds: map[string]int{}}
	for i := range g.Families {
		f := &g.Families[i]
		sent.Families[i] = GridFamily{Family: f.Family, Counts: f.Counts, Late: f.Late, States: statesOf(f.Runs), Many: manyOf(f.Runs)}
	}
	for k, n := range g.Kinds {
		sent.Kinds[k.String()] = n
	}
	return sent
}

// statesOf returns the states of cells as letters. Runs that differ in numbers only become one.
func statesOf(runs []scheduler.GridRun) string {
	var text strings.Builder
	for i := 0; i < len(runs); {
		letter, cells := letterOf(&runs[i]), 0
		for ; i < len(runs) && letterOf(&runs[i]) == letter; i++ {
			cells += runs[i].Cells
		}
		text.WriteString(strconv.Itoa(cells))
		text.WriteString(letter)
	}
	return text.String()
}

func letterOf(r *scheduler.GridRun) string {
	if r.Late {
		return strings.ToUpper(letters[r.State])
	}
	return letters[r.State]
}

// manyOf returns how many tasks the cells have, where some have more than one.
func manyOf(runs []scheduler.GridRun) (many []int) {
	several := false
	for i := range runs {
		r := &runs[i]
		several = several || r.Tasks > 1
		if n := len(many); n > 0 && many[n-2] == r.Tasks && many[n-1] == r.Worst {
			many[n-3] += r.Cells
		} else {
			many = append(many, r.Cells, r.Tasks, r.Worst)
		}
	}
	if !several {
		return nil
	}
	return many
}
