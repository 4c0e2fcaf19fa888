package demo

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/store"
)

// A Week says what week is to be had.
type Week struct {
	Until   time.Time // when it ends
	Program string    // that has the tasks
	Root    string    // folder of the file system that outputs are in
	Seed    uint64
}

// mostAttempts is how often a task is tried.
const mostAttempts = 3

// mostOfNight is more than all attempts at the tasks of a night take.
const mostOfNight = 4 * time.Hour

// days is how many days a week has, with the one that is not over.
const days = 8

// Fill writes a week of history into an empty store, and the outputs of what is done.
func Fill(ctx context.Context, st *store.Store, w Week) error {
	h := &history{
		Week: w, random: rand.New(rand.NewPCG(w.Seed, 0)), batch: &store.Batch{Progress: map[int64]store.Progress{}},
		keys: map[string]int64{}, ended: map[string]time.Time{}, failed: map[string]time.Time{},
	}
	today := orchestrate.DateOf(w.Until.UTC())
	for day := today.AddDays(1 - days); !today.Before(day); day = day.Next() {
		h.addDay(day)
	}
	if err := st.Write(ctx, h.batch); err != nil {
		return err
	}
	for _, l := range h.logs {
		if err := st.AppendLog(ctx, l.fence, 0, []byte(l.text)); err != nil {
			return err
		}
	}
	return h.makeOutputs()
}

// A history is what is being written.
type history struct {
	Week

	random *rand.Rand
	batch  *store.Batch
	keys   map[string]int64     // of tasks
	ended  map[string]time.Time // those that are done, and when
	failed map[string]time.Time // those that have failed for good, and when
	done   []orchestrate.Task
	logs   []attemptLog
	fence  int64
	breaks bool // all attempts fail
}

type attemptLog struct {
	fence int64
	text  string
}

// usual is how long a family takes, and how often it fails.
type usual struct {
	takes   time.Duration
	failing float64
}

var usually = map[string]usual{
	"Import": {4 * time.Minute, 0.02}, "Clean": {6 * time.Minute, 0.01}, "Sessions": {35 * time.Minute, 0.05},
	"TopPages": {12 * time.Minute, 0}, "Revenue": {18 * time.Minute, 0.2}, "Report": {2 * time.Minute, 0.05},
}

// addDay adds the tasks of a day, those first that others require, and the run that asked for them.
func (h *history) addDay(day orchestrate.Date) {
	for hour := range day.Hours() {
		at := day.In(time.UTC).Add(time.Duration(hour.Hour()+1) * time.Hour)
		if at.After(h.Until) {
			break // it was not asked for yet
		}
		h.add(Import{hour}, at)
		h.add(Clean{hour}, at)
	}
	night := day.Next().In(time.UTC).Add(2 * time.Hour)
	if night.After(h.Until) {
		return
	}
	orders := Orders{Date: day}
	h.add(orders, night)
	h.add(Sessions{day}, night)
	h.add(TopPages{day}, night)
	h.breaks = h.isOver(night) && !h.isOver(night.AddDate(0, 0, 1)) // the last one is for whoever tries the demo
	h.add(Revenue{day}, night)
	h.breaks = false
	report := Report{day}
	h.add(report, night)
	run := store.Run{Key: int64(len(h.batch.Runs) + 1), Request: "schedule report " + day.String(), Roots: []int64{h.keys[orchestrate.ID(report)]}, By: "schedule", At: night}
	if ended, ok := h.ended[orchestrate.ID(report)]; ok {
		run.Ended, run.Outcome = ended, store.Done
	} else if failed, ok := h.failed[orchestrate.ID(Revenue{day})]; ok {
		run.Ended, run.Outcome = failed, store.Failed
	}
	h.batch.Runs = append(h.batch.Runs, run)
	h.batch.Events = append(h.batch.Events, store.Event{
		Seq: int64(len(h.batch.Events) + 1), At: night, Kind: "audit", Run: run.Key, By: "schedule", Message: fmt.Sprintf("submitted %d tasks, run %d", 5, run.Key),
	})
}

// isOver reports whether all attempts of a night have ended, which begins at a time.
func (h *history) isOver(night time.Time) bool { return !night.Add(mostOfNight).After(h.Until) }

// add adds a task that was asked for at a time, with the attempts at it until the end of the week.
func (h *history) add(task orchestrate.Task, at time.Time) {
	id := orchestrate.ID(task)
	family, args := orchestrate.Args(task)
	t := store.Task{
		Key: int64(len(h.batch.Tasks) + 1),
		Spec: store.Spec{
			ID: id, Family: family, Program: h.Program, Args: args, External: orchestrate.IsExternal(task),
			Retry: store.Retry{Attempts: mostAttempts, Delay: 10 * time.Second},
		},
		Progress: store.Progress{State: store.Pending, Changed: at},
	}
	if shared, ok := task.(interface{ Resources() map[string]int }); ok {
		t.Resources = shared.Resources()
	}
	if owned, ok := task.(interface{ Owner() string }); ok {
		t.Owner = owned.Owner()
	}
	if promised, ok := task.(interface{ Due() time.Time }); ok {
		t.Due = promised.Due()
	}
	ready, start := true, at
	if requiring, ok := task.(interface{ Requires() []orchestrate.Task }); ok {
		for _, r := range requiring.Requires() {
			ended, done := h.ended[orchestrate.ID(r)]
			t.Requires = append(t.Requires, h.keys[orchestrate.ID(r)])
			ready = ready && done
			if ended.After(start) {
				start = ended
			}
		}
	}
	h.keys[id] = t.Key
	switch {
	case t.External:
		h.finish(task, &t, start)
	case ready:
		h.attempt(task, &t, start.Add(time.Duration(h.random.IntN(20))*time.Second))
	}
	h.batch.Tasks = append(h.batch.Tasks, t)
}

// attempt adds attempts at a task until it is done or has failed, or the week is over.
func (h *history) attempt(task orchestrate.Task, t *store.Task, start time.Time) {
	u := usually[t.Family]
	for number := 1; ; number++ {
		takes := time.Duration(math.Exp(0.25*h.random.NormFloat64()) * float64(u.takes))
		fails := h.breaks || h.random.Float64() < u.failing
		if fails {
			takes /= 2
		}
		end := start.Add(takes)
		if end.After(h.Until) {
			return // pending: a worker does it anew
		}
		h.fence++
		a := store.Attempt{
			Fence: h.fence, Task: t.Key, Number: number, Worker: fmt.Sprintf("etl%d", 1+h.random.IntN(3)), Started: start, Ended: end,
			Outcome: store.Succeeded, Details: map[string]string{"records": strconv.Itoa(100_000 + h.random.IntN(900_000))},
		}
		if fails {
			a.Outcome, a.Exit, a.Error = store.Errored, 1, errRefused.Error()
		}
		t.Fence, t.Outcome = a.Fence, a.Outcome
		h.batch.Attempts = append(h.batch.Attempts, a)
		h.logs = append(h.logs, attemptLog{a.Fence, logOf(fails)})
		if !fails {
			h.finish(task, t, end)
			return
		}
		if number == mostAttempts {
			t.State, t.Changed, t.Attempts, t.Error = store.Failed, end, number, a.Error
			h.failed[t.ID] = end
			return
		}
		start = end.Add(10 * time.Second)
	}
}

// finish has a task done.
func (h *history) finish(task orchestrate.Task, t *store.Task, at time.Time) {
	t.State, t.Changed = store.Done, at
	h.ended[t.ID] = at
	h.done = append(h.done, task)
}

// logOf returns what an attempt printed.
func logOf(failed bool) string {
	const steps = 10
	var b strings.Builder
	for step := range steps {
		fmt.Fprintln(&b, progress(step, steps))
		if failed && step == steps/2 {
			fmt.Fprintf(&b, "gomr: %v\n", errRefused)
			break
		}
	}
	return b.String()
}

// makeOutputs makes the files of what is done.
func (h *history) makeOutputs() error {
	for _, task := range h.done {
		path := filepath.Join(h.Root, task.Output().(hdfs.Target).Path())
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(orchestrate.ID(task)+"\n"), 0o666); err != nil {
			return err
		}
	}
	return nil
}

// Schedules are what keeps the pipeline going, as 'gomr schedule apply' reads it.
const Schedules = `[[schedule]]
name = "probe"
time = "* * * * *"
task = ["Probe", "--minute={minute}"]

[[schedule]]
name = "clicks"
time = "@hourly"
task = ["Clean", "--hour={hour}"]

[[schedule]]
name = "report"
time = "0 2 * * *"
task = ["Report", "--date={date}"]
`
