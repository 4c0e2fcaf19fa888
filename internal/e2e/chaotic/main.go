// Command chaotic has a graph of tasks that notice when they run twice at once, or too early.
package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/gomr/gomr"
	"github.com/gomr/gomr/orchestrate"
)

func main() { gomr.Main(Step{}, Part{}, Graph{}) }

// Step is a task that requires up to three of the ten before it.
type Step struct {
	Dir    string `param:"dir"`
	Round  int    `param:"round"`
	Number int    `param:"number"`
}

// Requires returns the same tasks each time.
func (s Step) Requires() (tasks []orchestrate.Task) {
	random := rand.New(rand.NewPCG(uint64(s.Round), uint64(s.Number)))
	for range min(s.Number, 3) {
		tasks = append(tasks, Step{s.Dir, s.Round, s.Number - 1 - random.IntN(min(s.Number, 10))})
	}
	return tasks
}

func (s Step) file(kind string) string {
	return filepath.Join(s.Dir, fmt.Sprintf("%s-%d-%d", kind, s.Round, s.Number))
}

// Output is the file done-ROUND-NUMBER.
func (s Step) Output() orchestrate.Target { return orchestrate.LocalFile("%s", s.file("done")) }

// Retry has the task go on however often it is killed.
func (s Step) Retry() orchestrate.Retry {
	return orchestrate.Retry{Attempts: 1000, Delay: 10 * time.Millisecond, MaxDelay: 100 * time.Millisecond}
}

// lock takes a lock, which the kernel opens when the process is killed.
func (s Step) lock() (*os.File, error) {
	lock, err := os.OpenFile(s.file("lock"), os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(s.violated("it runs twice at once"), lock.Close())
	}
	return lock, nil
}

// Run holds the lock as long as it runs.
func (s Step) Run(ctx context.Context) error {
	lock, err := s.lock()
	if err != nil {
		return err
	}
	defer lock.Close()
	for _, required := range s.Requires() {
		if _, err := os.Stat(required.(Step).file("done")); err != nil {
			return s.violated("it runs before what it requires")
		}
	}
	if _, err := os.Stat(s.file("done")); err == nil {
		return s.violated("it is done already")
	}
	select {
	case <-time.After(time.Duration(rand.IntN(100)) * time.Millisecond): // some work
	case <-ctx.Done():
		return ctx.Err()
	}
	return s.finish(ctx)
}

func (s Step) finish(ctx context.Context) error {
	w, err := orchestrate.LocalFile("%s", s.file("done")).Create(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = w.Abort() }() // after Close it does nothing
	return w.Close()
}

// violated leaves a file that fails the test.
func (s Step) violated(what string) error {
	return errors.Join(errors.New(what), os.WriteFile(s.file("violation"), []byte(what), 0o666))
}

// Part is a task that is made with others. It requires a step.
type Part struct {
	Dir    string `param:"dir"`
	Round  int    `param:"round"`
	Number int    `param:"number,batch"`
}

// requires returns a step that ten parts require, so that these can start together.
func (p Part) requires() Step { return Step{p.Dir, p.Round, p.Number/10*10 + 9} }

// Requires returns that step.
func (p Part) Requires() []orchestrate.Task { return []orchestrate.Task{p.requires()} }

// step has the files of the part.
func (p Part) step() Step { return Step{p.Dir, p.Round, 1000 + p.Number} }

// Output is the file done-ROUND-NUMBER, with a thousand more.
func (p Part) Output() orchestrate.Target { return p.step().Output() }

// Retry has the task go on however often it is killed.
func (p Part) Retry() orchestrate.Retry { return p.step().Retry() }

// MaxBatch lets few be made at once, so that there are some batches.
func (Part) MaxBatch() int { return 5 }

// RunBatch makes one after the other, and holds the locks of all.
func (Part) RunBatch(ctx context.Context, parts []Part) error {
	for _, p := range parts {
		lock, err := p.step().lock()
		if err != nil {
			return err
		}
		defer lock.Close()
		switch _, err := os.Stat(p.requires().file("done")); {
		case err != nil:
			return p.step().violated("it runs before what it requires")
		case fileExists(p.step().file("done")):
			return p.step().violated("it is done already")
		}
	}
	for _, p := range parts {
		select {
		case <-time.After(time.Duration(rand.IntN(50)) * time.Millisecond): // some work
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := p.step().finish(ctx); err != nil {
			return err
		}
	}
	return nil
}

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Graph is some steps and parts of a round.
type Graph struct {
	orchestrate.WrapperTask

	Dir   string `param:"dir"`
	Round int    `param:"round"`
	Count int    `param:"count"`
}

// Requires returns the steps, and a part for each.
func (g Graph) Requires() (tasks []orchestrate.Task) {
	for i := range g.Count {
		tasks = append(tasks, Step{g.Dir, g.Round, i}, Part{g.Dir, g.Round, i})
	}
	return tasks
}
