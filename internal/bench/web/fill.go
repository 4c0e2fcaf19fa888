package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/sqlite"
)

const (
	// smallGraph is how many tasks the run has whose graph is drawn task by task.
	smallGraph = 2000
	// largeGraph is how many tasks the run has whose graph is drawn by family.
	largeGraph = 20_000
	// required is how many tasks one of a graph requires, and requiredWithin how far back they are.
	required, requiredWithin = 3, 60

	// attempts is how many of the newest tasks have one in the history.
	attempts = 50_000
	chunk    = 10_000
)

// The keys of the runs that have the graphs.
const (
	smallRun = iota + 1
	largeRun
)

// A filler writes tasks of which most are done, and some have failed.
type filler struct {
	st     *store.Store
	random *rand.Rand
	batch  *store.Batch
	key    int64
	fence  int64
	seq    int64
}

// fill writes what the pages show into a new database.
func fill(ctx context.Context, database string, families, hours int) (err error) {
	st, err := sqlite.Open(ctx, database, sqlite.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }() //nolint:contextcheck // closing is not cut short
	f := &filler{st: st, random: rand.New(rand.NewPCG(1, 2)), batch: &store.Batch{}}
	end := time.Now().UTC().Truncate(time.Hour)
	for hour := range hours {
		for family := range families {
			f.addHour(family, end.Add(time.Duration(hour-hours)*time.Hour), (hours-hour)*families <= attempts)
		}
		if err := f.flush(ctx, chunk); err != nil {
			return err
		}
	}
	f.addGraph("Node", smallRun, smallGraph, smallGraph/10, end)
	f.addGraph("Many", largeRun, largeGraph, 100, end)
	return f.flush(ctx, 0)
}

// flush writes what was added, where it is more than so many tasks.
func (f *filler) flush(ctx context.Context, atLeast int) error {
	if len(f.batch.Tasks) <= atLeast {
		return nil
	}
	err := f.st.Write(ctx, f.batch)
	f.batch = &store.Batch{}
	return err
}

// addHour adds the task of a family for an hour. The last in the chain of ten families requires the one before.
func (f *filler) addHour(family int, at time.Time, tried bool) {
	hour := orchestrate.DateHourOf(at).String()
	name := fmt.Sprintf("Family%02d", family)
	t := store.Task{
		Spec:     store.Spec{ID: fmt.Sprintf("%s(hour=%s)", name, hour), Family: name, Program: "nobody", Args: []string{"--hour=" + hour}},
		Progress: store.Progress{State: f.state(), Changed: at.Add(time.Hour)},
	}
	if family%10 > 0 {
		t.Requires = []int64{f.key}
	}
	f.add(&t, tried)
}

// state returns done for all but a few tasks.
func (f *filler) state() store.State {
	if f.random.IntN(2000) == 0 {
		return store.Failed
	}
	return store.Done
}

func (f *filler) add(t *store.Task, tried bool) {
	f.key++
	t.Key = f.key
	if tried {
		f.fence++
		f.seq++
		a := store.Attempt{
			Fence: f.fence, Task: t.Key, Number: 1, Worker: fmt.Sprintf("etl%d", f.key%7), Started: t.Changed.Add(-time.Duration(60+f.random.IntN(600)) * time.Second),
			Ended: t.Changed, Outcome: store.Succeeded,
		}
		if t.State == store.Failed {
			a.Outcome, a.Exit, a.Error = store.Errored, 1, "the disk is full"
			t.Error, t.Attempts = a.Error, 1
		}
		t.Fence, t.Outcome = a.Fence, a.Outcome
		f.batch.Attempts = append(f.batch.Attempts, a)
		f.batch.Events = append(f.batch.Events, store.Event{Seq: f.seq, At: t.Changed, Kind: scheduler.TaskPresent, Task: t.Key, Fence: a.Fence})
	}
	f.batch.Tasks = append(f.batch.Tasks, *t)
}

// addGraph adds a run of so many tasks, each of which requires some before it.
func (f *filler) addGraph(prefix string, run int64, tasks, families int, at time.Time) {
	first := f.key + 1
	wanted := map[int64]bool{}
	for i := range tasks {
		name := fmt.Sprintf("%s%03d", prefix, i*families/tasks)
		t := store.Task{
			Spec:     store.Spec{ID: fmt.Sprintf("%s(n=%d)", name, i), Family: name, Program: "nobody", Args: []string{fmt.Sprintf("--n=%d", i)}},
			Progress: store.Progress{State: f.state(), Changed: at},
		}
		wanted[first+int64(i)] = true
		for range min(i, required) {
			r := first + int64(i-1-f.random.IntN(min(i, requiredWithin)))
			t.Requires = append(t.Requires, r)
			delete(wanted, r)
		}
		f.add(&t, false)
	}
	r := store.Run{Key: run, Request: prefix, By: "bench", At: at, Ended: at, Outcome: store.Done}
	for key := first; key <= f.key; key++ {
		if wanted[key] {
			r.Roots = append(r.Roots, key)
		}
	}
	f.batch.Runs = append(f.batch.Runs, r)
}
