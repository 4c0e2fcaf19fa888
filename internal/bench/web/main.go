// Command web measures the pages of a server that has a million tasks, in Chromium, and prints tables for a report.
//
//	go run ./internal/bench/web -report orchestrate/web/BENCHMARKS.md
//
// The server is the program that users have, in a process of its own. Its store has a hundred families of ten
// thousand hours each, and two graphs. While pages are measured in their reaction to work, a few workers run
// tasks without content at a steady pace, over HTTP as all workers do.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench-web:", err)
		os.Exit(1)
	}
}

// dir is on a disk, where the system's folder may be memory.
const dir = ".cache/bench-web"

func run(ctx context.Context) (err error) {
	families := flag.Int("families", 100, "families of the grid")
	hours := flag.Int("hours", 10_000, "hours of each")
	rounds := flag.Int("rounds", 5, "rounds of measurements beside work, with pages and without in turn")
	only := flag.String("only", "", "measure pages, followers or work alone; empty measures all")
	report := flag.String("report", "", "file to write the report to")
	ask := flag.String("ask", "", "ask the server of this URL for the addresses on the standard input, as pages do; used by the command itself")
	idle := flag.String("idle", "", "answer requests at this address; used by the command itself")
	flag.Parse()
	if *idle != "" {
		return serveIdle(ctx, *idle)
	}
	if *ask != "" {
		return askAsPages(ctx, *ask, os.Stdin)
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	program := filepath.Join(dir, "gomr")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", program, "./cmd/gomr")
	build.Env, build.Stderr = append(os.Environ(), "CGO_ENABLED=0"), os.Stderr
	if err := build.Run(); err != nil {
		return err
	}
	database := filepath.Join(dir, "state.db")
	if err := fill(ctx, database, *families, *hours); err != nil {
		return err
	}
	s, err := startServer(ctx, program, database)
	if err != nil {
		return err
	}
	defer s.stop()
	m, err := measure(ctx, s, *rounds, *only)
	if err != nil {
		return err
	}
	m.Tasks = *families * *hours
	var text bytes.Buffer
	m.write(&text)
	if *report == "" {
		_, err := os.Stdout.Write(text.Bytes())
		return err
	}
	return os.WriteFile(*report, text.Bytes(), 0o666)
}
