// Jobs holds the jobs that make bench measures, written as a user would write them.
package main

import (
	"slices"

	"github.com/gomr/gomr"
	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/orchestrate"
)

func main() {
	gomr.Main(Input{},
		WordCount{}, PlainCount{}, Distinct{}, InvertedIndex{},
		GroupBy{}, Sessions{}, Join{},
		Sort{}, Grep{}, Identity{})
}

// Input is a folder that the harness has made.
type Input struct {
	orchestrate.ExternalTask
	Path string `param:"path" help:"folder"`
}

// Output is there when the harness has made it.
func (i Input) Output() orchestrate.Target { return hdfs.Dir("%s", i.Path) }

// Paths are the parameters of every job here.
type Paths struct {
	In  []string `param:"in" help:"folders to read"`
	Out string   `param:"out" help:"folder to write"`
}

// Requires returns the inputs.
func (p Paths) Requires() []orchestrate.Task {
	return orchestrate.ForEach(slices.Values(p.In), func(path string) Input { return Input{Path: path} })
}

// Output is the folder of the parts.
func (p Paths) Output() orchestrate.Target { return hdfs.Dir("%s", p.Out) }
