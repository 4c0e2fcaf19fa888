package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/gomr/gomr/orchestrate"
)

// Bead is a task that requires none.
type Bead struct {
	Dir    string `param:"dir"`
	Number int    `param:"number"`
}

func (b Bead) name() string { return fmt.Sprintf("bead-%d", b.Number) }

// Output is a file of the machine.
func (b Bead) Output() orchestrate.Target {
	return orchestrate.LocalFile("%s/made/%s", b.Dir, b.name())
}

// Run notes that it runs, and writes how often it has.
func (b Bead) Run(ctx context.Context) error {
	if err := note(ctx, b.Dir, b.name()); err != nil {
		return err
	}
	journal, err := os.ReadFile(filepath.Join(b.Dir, "journal"))
	if err != nil {
		return err
	}
	text := fmt.Sprintf("%s made %d times\n", b.name(), strings.Count(string(journal), "made "+b.name()+"\n"))
	return write(ctx, b.Output(), text)
}

// Strand has some beads.
type Strand struct {
	Dir   string `param:"dir"`
	Count int    `param:"count"`
}

// Requires returns the beads.
func (s Strand) Requires() (tasks []orchestrate.Task) {
	for i := range s.Count {
		tasks = append(tasks, Bead{s.Dir, i})
	}
	return tasks
}

// Output is a file of the machine.
func (s Strand) Output() orchestrate.Target {
	return orchestrate.LocalFile("%s/made/strand-%d", s.Dir, s.Count)
}

// Run notes that it runs, and copies the beads.
func (s Strand) Run(ctx context.Context) error {
	if err := note(ctx, s.Dir, fmt.Sprintf("strand-%d", s.Count)); err != nil {
		return err
	}
	var all strings.Builder
	for i := range s.Count {
		text, err := os.ReadFile(filepath.Join(s.Dir, "made", Bead{s.Dir, i}.name()))
		if err != nil {
			return err
		}
		all.Write(text)
	}
	return write(ctx, s.Output(), all.String())
}

func write(ctx context.Context, target orchestrate.Target, text string) error {
	w, err := target.(orchestrate.LocalTarget).Create(ctx)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, text); err != nil {
		return errors.Join(err, w.Abort())
	}
	return w.Close()
}
