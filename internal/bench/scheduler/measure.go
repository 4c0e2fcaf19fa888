package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/sqlite"
)

// A result is what one run took: seconds for all, milliseconds for a call.
type result struct {
	Tasks   int     `json:"tasks"`
	Submit  float64 `json:"submit"`
	Run     float64 `json:"run"`
	WorkP50 float64 `json:"workP50"`
	WorkP99 float64 `json:"workP99"`
	EndP50  float64 `json:"endP50"`
	EndP99  float64 `json:"endP99"`
	Restart float64 `json:"restart"` // until a scheduler on the full store has answered
	RSS     int     `json:"rss"`     // MB
	Disk    int64   `json:"disk"`    // bytes of the database
	Stolen  float64 `json:"stolen"`  // of the machine's processor time while tasks ran, percent

	leastP99, mostP99 float64 // of the runs that these are the medians of, in milliseconds
}

// requiredWithin is how far back the tasks are that a task requires, and so how many can run
// at the same time.
const requiredWithin = 1000

// graph returns nodes of which each requires three of those before it.
func graph(from, to int) []scheduler.Node {
	random := rand.New(rand.NewPCG(1, uint64(from)))
	nodes := make([]scheduler.Node, 0, to-from)
	for i := from; i < to; i++ {
		n := scheduler.Node{Spec: store.Spec{ID: name(i), Family: "Job", Program: "bench", Args: []string{"--number=" + strconv.Itoa(i)}}}
		if i >= requiredWithin {
			for range 3 {
				n.Requires = append(n.Requires, name(i-1-random.IntN(requiredWithin)))
			}
		}
		nodes = append(nodes, n)
	}
	return nodes
}

func name(i int) string { return "Job(number=" + strconv.Itoa(i) + ")" }

// measure runs a graph of that many tasks.
func measure(ctx context.Context, tasks, workers int) (r result, err error) {
	const cache = ".cache" // on a disk, where the system's folder may be memory
	if err := os.MkdirAll(cache, 0o777); err != nil {
		return r, err
	}
	dir, err := os.MkdirTemp(cache, "bench-scheduler-")
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	file := filepath.Join(dir, "state.db")
	r.Tasks = tasks
	if err := r.runAll(ctx, file, workers); err != nil {
		return r, err
	}
	if info, err := os.Stat(file); err == nil {
		r.Disk = info.Size()
	}
	r.RSS = peakMemory()
	return r, r.restart(ctx, file)
}

func open(ctx context.Context, file string) (*scheduler.Scheduler, *store.Store, error) {
	st, err := sqlite.Open(ctx, file, sqlite.Options{})
	if err != nil {
		return nil, nil, err
	}
	s, err := scheduler.Open(ctx, st, scheduler.Config{})
	if err != nil {
		return nil, nil, errors.Join(err, st.Close()) //nolint:contextcheck // closing is not cut short
	}
	return s, st, nil
}

func (r *result) runAll(ctx context.Context, file string, workers int) error {
	s, st, err := open(ctx, file)
	if err != nil {
		return err
	}
	defer st.Close() //nolint:contextcheck // closing is not cut short
	defer s.Close()
	started := time.Now()
	const chunk = 10_000
	for from := 0; from < r.Tasks; from += chunk {
		nodes := graph(from, min(from+chunk, r.Tasks))
		if _, err := s.Submit(ctx, &scheduler.Submission{Nodes: nodes}); err != nil {
			return err
		}
	}
	r.Submit = time.Since(started).Seconds()
	started = time.Now()
	stolen, all := processorTime()
	works, ends, err := workAll(ctx, s, r.Tasks, workers)
	if err != nil {
		return err
	}
	r.Run = time.Since(started).Seconds()
	stolenNow, allNow := processorTime()
	r.Stolen = 100 * (stolenNow - stolen) / max(1, allNow-all)
	r.WorkP50, r.WorkP99 = quantile(works, 0.5), quantile(works, 0.99)
	r.EndP50, r.EndP99 = quantile(ends, 0.5), quantile(ends, 0.99)
	return nil
}

// workAll has workers run all tasks, and returns how long the calls took, in milliseconds. The
// last tasks, for which workers wait for each other, don't count.
func workAll(ctx context.Context, s *scheduler.Scheduler, tasks, workers int) (works, ends []float64, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	finished := errors.New("finished")
	var mu sync.Mutex
	done := 0
	var group sync.WaitGroup
	for i := range workers {
		group.Go(func() {
			info := scheduler.WorkerInfo{ID: fmt.Sprint("worker-", i), Programs: []string{"bench"}}
			for {
				asked := time.Now()
				a, err := s.Work(ctx, &scheduler.Ask{Worker: info})
				given := time.Now()
				if err == nil {
					err = s.End(ctx, &scheduler.End{Fence: a.Fence, Outcome: store.Succeeded})
				}
				if err != nil {
					cancel(err)
					return
				}
				mu.Lock()
				works = append(works, given.Sub(asked).Seconds()*1e3)
				ends = append(ends, time.Since(given).Seconds()*1e3)
				if done++; done == tasks {
					cancel(finished)
				}
				mu.Unlock()
			}
		})
	}
	group.Wait()
	if err := context.Cause(ctx); !errors.Is(err, finished) {
		return nil, nil, err
	}
	return works, ends, nil
}

// restart measures how long a scheduler takes until it serves what the store has.
func (r *result) restart(ctx context.Context, file string) error {
	started := time.Now()
	s, st, err := open(ctx, file)
	if err != nil {
		return err
	}
	defer st.Close() //nolint:contextcheck // closing is not cut short
	defer s.Close()
	_, err = s.Explain(ctx, name(0))
	r.Restart = time.Since(started).Seconds()
	return err
}

func quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	return values[min(len(values)-1, int(q*float64(len(values))))]
}

// peakMemory returns the greatest resident set of this process in MB, as Linux tells it.
func peakMemory() int {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "VmHWM:" {
			kilobytes, _ := strconv.Atoi(fields[1])
			return kilobytes >> 10
		}
	}
	return 0
}

// processorTime returns, since the machine started, how much time other guests of its host had while this
// one wanted it, and how much there was, in a unit of Linux. Both are zero elsewhere.
func processorTime() (stolen, all float64) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, 0
	}
	first, _, _ := strings.Cut(string(text), "\n")
	for i, field := range strings.Fields(first) {
		ticks, _ := strconv.ParseFloat(field, 64) // "cpu" is none
		switch {
		case i == 8:
			stolen = ticks
			fallthrough
		case i < 8: // those behind it are of guests, and in user time already
			all += ticks
		}
	}
	return stolen, all
}

// medianOf returns the medians of the figures.
func medianOf(all []result) result {
	middle := func(of func(r *result) float64) float64 {
		var values []float64
		for i := range all {
			values = append(values, of(&all[i]))
		}
		return quantile(values, 0.5)
	}
	m := all[0]
	m.Submit = middle(func(r *result) float64 { return r.Submit })
	m.Run = middle(func(r *result) float64 { return r.Run })
	m.WorkP50 = middle(func(r *result) float64 { return r.WorkP50 })
	m.WorkP99 = middle(func(r *result) float64 { return r.WorkP99 })
	m.leastP99, m.mostP99 = m.WorkP99, m.WorkP99
	for _, r := range all {
		m.leastP99, m.mostP99 = min(m.leastP99, r.WorkP99), max(m.mostP99, r.WorkP99)
	}
	m.Stolen = middle(func(r *result) float64 { return r.Stolen })
	m.EndP50 = middle(func(r *result) float64 { return r.EndP50 })
	m.EndP99 = middle(func(r *result) float64 { return r.EndP99 })
	m.Restart = middle(func(r *result) float64 { return r.Restart })
	m.RSS = int(middle(func(r *result) float64 { return float64(r.RSS) }))
	return m
}
