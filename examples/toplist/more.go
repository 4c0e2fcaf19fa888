package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/gomr/gomr/orchestrate"
)

// Toplists is the list of each day.
type Toplists struct {
	orchestrate.WrapperTask
	DateInterval orchestrate.DateInterval `param:"date-interval" help:"days, such as last-7-days"`
}

// Requires returns the days' lists.
func (t Toplists) Requires() []orchestrate.Task {
	return orchestrate.ForEach(t.DateInterval.Dates(), func(d orchestrate.Date) Top10Artists {
		return Top10Artists{DateInterval: d.Interval()}
	})
}

// Orders makes the list in each order that a file names. Which they are shows when it runs.
type Orders struct {
	DateInterval orchestrate.DateInterval `param:"date-interval"`
	File         orchestrate.Path         `param:"file" help:"the orders: artist, plays"`
}

// Output tells how many there were.
func (o Orders) Output() orchestrate.Target { return o.file() }

func (o Orders) file() orchestrate.LocalTarget {
	return orchestrate.LocalFile("orders/%s.txt", o.DateInterval)
}

// Run waits for the lists, and goes on where it was.
func (o Orders) Run(ctx context.Context) error {
	text, err := os.ReadFile(string(o.File))
	if err != nil {
		return err
	}
	var lists []orchestrate.Task
	for order := range strings.FieldsSeq(string(text)) {
		lists = append(lists, SortedArtists{DateInterval: o.DateInterval, By: order})
	}
	if err := orchestrate.Require(ctx, lists...); err != nil {
		return err
	}
	out, err := o.file().Create(ctx)
	if err != nil {
		return err
	}
	defer out.Abort() //nolint:errcheck // after Close it does nothing
	fmt.Fprintln(out, len(lists))
	return out.Close()
}

// SortedArtists has another program sort a top list.
type SortedArtists struct {
	DateInterval orchestrate.DateInterval `param:"date-interval"`
	By           string                   `param:"by" choices:"artist,plays"`
}

// Requires returns the list.
func (s SortedArtists) Requires() []orchestrate.Task {
	return []orchestrate.Task{Top10Artists{s.DateInterval}}
}

// Output is the sorted list.
func (s SortedArtists) Output() orchestrate.Target { return s.file() }

func (s SortedArtists) file() orchestrate.LocalTarget {
	return orchestrate.LocalFile("sorted/%s-by-%s.tsv", s.DateInterval, s.By)
}

// Run runs the program, which is killed when the task is.
func (s SortedArtists) Run(ctx context.Context) error {
	out, err := s.file().Create(ctx)
	if err != nil {
		return err
	}
	defer out.Abort() //nolint:errcheck // after Close it does nothing
	key := map[string]string{"artist": "--key=2", "plays": "--key=3n"}[s.By]
	command := exec.CommandContext(ctx, "sort", key, Top10Artists{s.DateInterval}.file().Path())
	command.Stdout, command.Stderr = out, os.Stderr
	if err := command.Run(); err != nil {
		return err
	}
	return out.Close()
}

// Priority runs it before others that could start.
func (SortedArtists) Priority() int { return 10 }

// Resources says what it takes while it runs, of which 'gomr limit' says how much there is.
func (SortedArtists) Resources() map[string]int { return map[string]int{"sort": 1} }

// Retry says how often it is tried, and what to wait in between.
func (SortedArtists) Retry() orchestrate.Retry {
	return orchestrate.Retry{Attempts: 3, Delay: time.Minute}
}

// Timeout is how long an attempt may take.
func (SortedArtists) Timeout() time.Duration { return 10 * time.Minute }
