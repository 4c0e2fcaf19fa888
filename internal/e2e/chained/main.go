// Command chained has tasks of which each requires the one before, and tasks of which many are required by one.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/gomr/gomr"
	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/orchestrate"
)

func main() { gomr.Main(Link{}, Bead{}, Strand{}) }

// Link is a task of a chain.
type Link struct {
	Dir    string `param:"dir"`
	Number int    `param:"number"`
}

// Requires returns the link before.
func (l Link) Requires() []orchestrate.Task {
	if l.Number == 0 {
		return nil
	}
	return []orchestrate.Task{Link{l.Dir, l.Number - 1}}
}

// Output is a file of the machine and one in HDFS by turns.
func (l Link) Output() orchestrate.Target {
	if l.Number%2 == 0 {
		return orchestrate.LocalFile("%s/made/%d", l.Dir, l.Number)
	}
	return hdfs.File("/made-there/%d", l.Number)
}

// Resources is what somebody can pause who wants no link to be made.
func (Link) Resources() map[string]int { return map[string]int{"chain": 1} }

// note adds a line to the file journal, and waits as long as there is a file wait-NAME.
func note(ctx context.Context, dir, name string) error {
	file, err := os.OpenFile(filepath.Join(dir, "journal"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(file, "made", name)
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	for exists(filepath.Join(dir, "wait-"+name)) {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
	return nil
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// Run adds a line to the file journal. As long as there is a file wait-NUMBER, it waits.
func (l Link) Run(ctx context.Context) error {
	if err := note(ctx, l.Dir, strconv.Itoa(l.Number)); err != nil {
		return err
	}
	w, err := l.create(ctx)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(w, "link", l.Number); err != nil {
		return errors.Join(err, w.Close())
	}
	return w.Close()
}

func (l Link) create(ctx context.Context) (io.WriteCloser, error) {
	switch target := l.Output().(type) {
	case hdfs.Target:
		return target.Create(ctx)
	case orchestrate.LocalTarget:
		return target.Create(ctx)
	default:
		return nil, fmt.Errorf("%T", target)
	}
}
