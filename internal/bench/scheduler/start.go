package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// A start is what a whole process takes that runs one trivial task, in medians.
type start struct {
	name      string
	wall, cpu time.Duration
	rss       int64 // KiB
}

// measureStarts runs a trivial task with gomr and with Luigi, in turn.
func measureStarts(ctx context.Context, runs int, python string) ([]start, error) {
	dir, err := os.MkdirTemp("", "gomr-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	program, out := filepath.Join(dir, "trivial"), filepath.Join(dir, "out")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", program, "./internal/bench/scheduler/trivial")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, text)
	}
	commands := map[string][]string{
		"gomr run":                {program, "run", "Trivial", "--path", out},
		"luigi --local-scheduler": {filepath.Join(filepath.Dir(python), "luigi"), "--module", "luigi_trivial", "Trivial", "--path", out, "--local-scheduler"},
	}
	samples := map[string][]start{}
	for range runs + 1 { // the first of each is to warm up
		for name, command := range commands {
			s, err := measureStart(ctx, command)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			if err := os.Remove(out); err != nil {
				return nil, fmt.Errorf("%s made nothing: %w", name, err)
			}
			samples[name] = append(samples[name], s)
		}
	}
	var all []start
	for _, name := range []string{"gomr run", "luigi --local-scheduler"} {
		all = append(all, start{
			name, medianBy(samples[name][1:], func(s start) time.Duration { return s.wall }),
			medianBy(samples[name][1:], func(s start) time.Duration { return s.cpu }),
			medianBy(samples[name][1:], func(s start) int64 { return s.rss }),
		})
	}
	return all, nil
}

func measureStart(ctx context.Context, command []string) (start, error) {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Env = append(os.Environ(), "PYTHONPATH=internal/bench/scheduler")
	began := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		return start{}, fmt.Errorf("%w: %s", err, out)
	}
	state := cmd.ProcessState
	return start{wall: time.Since(began), cpu: state.UserTime() + state.SystemTime(), rss: maxRSS(state)}, nil
}

// medianBy returns the median of a figure.
func medianBy[T int64 | time.Duration](samples []start, figure func(start) T) T {
	figures := make([]T, len(samples))
	for i, s := range samples {
		figures[i] = figure(s)
	}
	slices.Sort(figures)
	return figures[len(figures)/2]
}

func writeStarts(w io.Writer, all []start) {
	fmt.Fprint(w, "\n## One trivial task\n\nA whole process that makes one empty file: medians of runs in turn.\n\n")
	fmt.Fprintln(w, "| | wall ms | processor ms | memory MB |")
	fmt.Fprintln(w, "|---|--:|--:|--:|")
	for _, s := range all {
		fmt.Fprintf(w, "| %s | %.0f | %.0f | %d |\n", s.name, s.wall.Seconds()*1e3, s.cpu.Seconds()*1e3, s.rss>>10)
	}
}

// maxRSS returns the largest memory that a process had, in KiB.
func maxRSS(state *os.ProcessState) int64 {
	if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
		return usage.Maxrss
	}
	return 0
}
