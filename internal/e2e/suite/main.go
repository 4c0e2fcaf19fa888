// Command suite is the suite of package mrtest as tasks, so that the built binary
// runs it on any engine: suite run Case --name Merge.
package main

import (
	"fmt"

	"github.com/gomr/gomr"
	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/mr/mrtest"
	"github.com/gomr/gomr/orchestrate"
)

func main() { gomr.Main(Case{}, Input{}) }

// Input is a file that the test puts there.
type Input struct {
	orchestrate.ExternalTask
	Path string `param:"path" help:"path of the file"`
}

func (i Input) Output() orchestrate.Target { return hdfs.File("%s", i.Path) }

// Case is a case of the suite.
type Case struct {
	Name string `param:"name" help:"name of the case"`
}

func (c Case) find() (mrtest.Case, error) {
	for _, each := range mrtest.Cases() {
		if each.Name == c.Name {
			return each, nil
		}
	}
	return mrtest.Case{}, fmt.Errorf("no case is named %q", c.Name)
}

// Requires returns the input files.
func (c Case) Requires() []orchestrate.Task {
	found, err := c.find()
	if err != nil {
		return nil
	}
	var inputs []orchestrate.Task
	for _, p := range found.Inputs() {
		inputs = append(inputs, Input{Path: p})
	}
	return inputs
}

func (c Case) Output() orchestrate.Target { return hdfs.Dir("/out/%s", c.Name) }

// Job returns the job of the case, or none where the name is wrong.
func (c Case) Job() mr.Job {
	found, err := c.find()
	if err != nil {
		return nil
	}
	return found.Job
}
