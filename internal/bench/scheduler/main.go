// Command scheduler measures the scheduler of gomr beside Luigi's, and prints tables for a report.
//
//	go run ./internal/bench/scheduler -report orchestrate/scheduler/BENCHMARKS.md
//
// Each size runs in a process of its own, so that its memory can be told. A run submits a graph
// in which each task requires three of the thousand before it, and then has workers ask for work and
// report its end at once, until all tasks are done. The state is written to a SQLite database
// that is synchronised with the disk at each batch.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench-scheduler:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	sizes := flag.String("tasks", "1000,10000,100000,1000000", "numbers of tasks; empty leaves it out")
	luigi := flag.String("luigi", "1000,10000,20000", "numbers of tasks for Luigi; empty leaves it out")
	workers := flag.Int("workers", 100, "workers that ask at the same time")
	runs := flag.Int("runs", 3, "runs of each size, of which the median counts")
	python := flag.String("python", ".cache/bench/venv/bin/python", "a Python that has Luigi")
	report := flag.String("report", "", "file to write the report to")
	starts := flag.Int("starts", 20, "runs of a process with one trivial task; zero leaves it out")
	one := flag.Int("one", 0, "measure one run of so many tasks in this process, and print it as JSON")
	flag.Parse()
	if *one > 0 {
		debug.SetGCPercent(400) // both as 'gomr server' has them
		debug.SetMemoryLimit(5 << 29)
		result, err := measure(ctx, *one, *workers)
		if err != nil {
			return err
		}
		return json.NewEncoder(os.Stdout).Encode(result)
	}
	var text bytes.Buffer
	text.WriteString(preface)
	ours, err := measureSizes(ctx, *sizes, *runs, *workers)
	if err != nil {
		return err
	}
	if len(ours) > 0 {
		writeOurs(&text, ours)
	}
	if *luigi != "" {
		theirs, err := measureLuigi(ctx, *python, *luigi)
		if err != nil {
			return err
		}
		writeLuigi(&text, theirs)
	}
	if *starts > 0 {
		all, err := measureStarts(ctx, *starts, *python)
		if err != nil {
			return err
		}
		writeStarts(&text, all)
	}
	if *report == "" {
		_, err := os.Stdout.Write(text.Bytes())
		return err
	}
	return os.WriteFile(*report, text.Bytes(), 0o666)
}

const (
	// mostStolen is the percentage of the machine's processor time that its host may give to others in a
	// run that counts.
	mostStolen = 1
	// mostTries is how many times as many runs are made to find such ones. After that all count.
	mostTries = 3
)

// measureSizes measures each size in processes of their own.
func measureSizes(ctx context.Context, sizes string, runs, workers int) (medians []result, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	if sizes == "" {
		return nil, nil
	}
	for size := range strings.SplitSeq(sizes, ",") {
		var all []result
		for tries := 1; len(all) < runs; tries++ {
			cmd := exec.CommandContext(ctx, self, "-one", size, "-workers", strconv.Itoa(workers))
			cmd.Stderr = os.Stderr
			out, err := cmd.Output()
			if err != nil {
				return nil, fmt.Errorf("%s tasks: %w", size, err)
			}
			var r result
			if err := json.Unmarshal(out, &r); err != nil {
				return nil, err
			}
			fmt.Fprintf(os.Stderr, "%8d tasks: submit %.2f s, run %.2f s, work p99 %.2f ms, restart %.2f s, %d MB, %.1f%% stolen\n", r.Tasks, r.Submit, r.Run, r.WorkP99, r.Restart, r.RSS, r.Stolen)
			if r.Stolen <= mostStolen || tries > mostTries*runs {
				all = append(all, r)
			}
		}
		medians = append(medians, medianOf(all))
	}
	return medians, nil
}

// A luigiResult is what Luigi's scheduler takes for the first calls on a graph.
type luigiResult struct {
	Tasks     int     `json:"tasks"`
	Calls     int     `json:"calls"`
	MedianMS  float64 `json:"median_ms"` // of get_work
	P99MS     float64 `json:"p99_ms"`
	SecondsTo float64 `json:"seconds_to_add"`
	RSS       int     `json:"rss_mb"`
}

func measureLuigi(ctx context.Context, python, sizes string) (all []luigiResult, err error) {
	for size := range strings.SplitSeq(sizes, ",") {
		cmd := exec.CommandContext(ctx, python, filepath.Join("internal/bench/scheduler", "luigi_scheduler.py"), size)
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("%s tasks in Luigi: %w", size, err)
		}
		var r luigiResult
		if err := json.Unmarshal(out, &r); err != nil {
			return nil, err
		}
		fmt.Fprintf(os.Stderr, "%8d tasks in Luigi: get_work %.2f ms, p99 %.2f ms\n", r.Tasks, r.MedianMS, r.P99MS)
		all = append(all, r)
	}
	return all, nil
}
