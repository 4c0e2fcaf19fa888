package mrtest

import (
	"maps"
	"slices"
	"testing"

	"github.com/gomr/gomr/mr"
)

// A Case is a job with its input. Its output is the same on every engine, byte for byte.
type Case struct {
	Name  string
	Job   mr.Job
	Files map[string]string // contents of the input files by their absolute paths
	Check func(t testing.TB, parts map[string]string)
}

// Inputs returns the paths of the input files in their order.
func (c Case) Inputs() []string { return slices.Sorted(maps.Keys(c.Files)) }

// A Runner runs a job over files and returns its parts by their names, such as part-00000.
type Runner func(t *testing.T, c Case) map[string]string

// TestRunner runs all [Cases] on an engine.
func TestRunner(t *testing.T, run Runner) {
	for _, c := range Cases() {
		t.Run(c.Name, func(t *testing.T) { c.Check(t, run(t, c)) })
	}
}
