// Command trivial has one task that does nothing but make its output, to measure what 'run' itself takes.
package main

import (
	"context"

	"github.com/gomr/gomr"
	"github.com/gomr/gomr/orchestrate"
)

func main() { gomr.Main(Trivial{}) }

// Trivial makes an empty file.
type Trivial struct {
	Path orchestrate.Path `param:"path"`
}

// Output is the file.
func (t Trivial) Output() orchestrate.Target { return orchestrate.LocalFile("%s", t.Path) }

// Run makes it.
func (t Trivial) Run(ctx context.Context) error {
	w, err := orchestrate.LocalFile("%s", t.Path).Create(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = w.Abort() }() // after Close it does nothing
	return w.Close()
}
