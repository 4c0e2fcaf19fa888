package streaming

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/mr/mrtest"
)

// The test binary is also the program that Hadoop starts on a node: with
// [TaskVerb] as its first argument it is a task of one of the test jobs.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == TaskVerb {
		os.Exit(taskMain(os.Args[2:]))
	}
	os.Exit(m.Run())
}

// taskMain does what package gomr does in a task.
func taskMain(args []string) int {
	stdio := Stdio{os.Stdin, os.Stdout, os.Stderr}
	cmd, err := ParseTask(args)
	if err == nil && testJob(cmd.Family) == nil {
		err = fmt.Errorf("there is no test job %q", cmd.Family)
	}
	if err != nil {
		WriteTaskFailure(stdio.Err, cmd.Kind, err, os.Getenv)
		return 1
	}
	if RunTask(context.Background(), testJob(cmd.Family), cmd, stdio, os.Getenv) != nil {
		return 1
	}
	return 0
}

// testJob returns a job of the suite or of these tests by its name, or nil.
func testJob(name string) mr.Job {
	if job := workerJobs()[name]; job != nil {
		return job
	}
	for _, c := range mrtest.Cases() {
		if c.Name == name {
			return c.Job
		}
	}
	return nil
}
