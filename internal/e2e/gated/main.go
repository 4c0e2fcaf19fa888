// Command gated has tasks that tell when they start, and end when they are let.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/gomr/gomr"
	"github.com/gomr/gomr/orchestrate"
)

func main() { gomr.Main(Gated{}, All{}) }

// Gated waits until the file open-NAME is in its folder.
type Gated struct {
	Dir  string `param:"dir"`
	Name string `param:"name"`
	Asks string `param:"asks,optional" help:"name of a task that it requires while it runs"`
}

// Output is the file done-NAME.
func (g Gated) Output() orchestrate.Target { return orchestrate.LocalFile("%s/done-%s", g.Dir, g.Name) }

// Owner is told when it fails.
func (Gated) Owner() string { return "Ann <ann@example.com>" }

// Run adds a line to the file journal, and waits.
func (g Gated) Run(ctx context.Context) error {
	fmt.Println("running", g.Name) //nolint:forbidigo // it goes to the log
	if err := g.note("start " + g.Name); err != nil {
		return err
	}
	if g.Asks != "" {
		if err := orchestrate.Require(ctx, Gated{Dir: g.Dir, Name: g.Asks}); err != nil {
			return err
		}
	}
	for {
		_, err := os.Stat(filepath.Join(g.Dir, "open-"+g.Name))
		if err == nil {
			break
		}
		if _, err := os.Stat(g.Dir); err != nil { // the test is over
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
	if _, err := os.Stat(filepath.Join(g.Dir, "fail-"+g.Name)); err == nil {
		return orchestrate.Permanent(errors.New("no luck"))
	}
	w, err := orchestrate.LocalFile("%s/done-%s", g.Dir, g.Name).Create(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = w.Abort() }() // after Close it does nothing
	if err := w.Close(); err != nil {
		return err
	}
	return g.note("end " + g.Name)
}

func (g Gated) note(line string) error {
	file, err := os.OpenFile(filepath.Join(g.Dir, "journal"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(file, line)
	return errors.Join(err, file.Close())
}

// All is some gated tasks.
type All struct {
	orchestrate.WrapperTask

	Dir   string `param:"dir"`
	Count int    `param:"count"`
}

// Requires returns the tasks 0 to Count-1.
func (a All) Requires() (tasks []orchestrate.Task) {
	for i := range a.Count {
		tasks = append(tasks, Gated{Dir: a.Dir, Name: strconv.Itoa(i)})
	}
	return tasks
}
