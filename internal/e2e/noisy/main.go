// Command noisy has a mapper that prints, as one that is being debugged does.
package main

import (
	"fmt"

	"github.com/gomr/gomr"
	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/orchestrate"
)

func main() { gomr.Main(Noisy{}) }

// Noisy copies its input.
type Noisy struct{}

// Output is not used: the test runs a task of the job by hand.
func (Noisy) Output() orchestrate.Target { return hdfs.Dir("/noisy") }

// Job copies lines and prints them.
func (Noisy) Job() mr.Job {
	return mr.MapOnly(mr.MapFunc(func(line string, emit mr.Emit[string, struct{}]) error {
		fmt.Println("debug:", line) //nolint:forbidigo // what this program is for
		emit(line, struct{}{})
		return nil
	}))
}
