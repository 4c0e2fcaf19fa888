package streaming

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path"
	"strings"
	"time"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/mr/input"
)

// A Submission is a job to be run on a cluster.
type Submission struct {
	// ID says which job this is, for people: it becomes the name of the applications.
	ID string

	// Job is what runs. The tasks make it anew from Family and Flags, which are
	// the last words of their command; see [TaskCommand].
	Job    mr.Job
	Family string
	Flags  []string

	// Binary is the path of the executable that the tasks run, on this machine:
	// a static one for Linux. See [CheckBinary].
	Binary string

	// Inputs are absolute paths of files, folders and patterns in HDFS, as
	// [input.List] reads them.
	Inputs []string

	// Output is the absolute path of a folder in HDFS that does not exist.
	// It appears when the job is complete, and at once.
	Output string

	// Properties are settings of Hadoop. They are stronger than those of the job.
	Properties map[string]string

	// Memory is what the program of a task may use, in bytes. The containers are
	// made to hold it beside the JVM. Zero means [DefaultMemory], or more where
	// the cluster's containers are larger.
	Memory int64

	// Check is called with how much the job has written, before BeforeCommit. Its error keeps the
	// output from appearing; it stays in a hidden folder, which the error of Run names, until
	// the next run of the job. Nil is no call.
	Check func(ctx context.Context, written Written) error
	// Record is put into the output's folder before it appears, as a file of the name RecordName. An empty
	// name is no file.
	Record     []byte
	RecordName string

	// BeforeCommit is called before the output of a step appears, and its error keeps it from that. Nil is no call.
	BeforeCommit func(ctx context.Context) error

	// Progress is called when there is news, from one goroutine at a time.
	// It may be nil.
	Progress func(Progress)

	// Log takes messages about what is done. Nil discards them.
	Log *slog.Logger
}

// Written is how much a job has written.
type Written struct {
	Rows  int64 // records of the last step's output, less than zero where Hadoop gave no counters
	Bytes int64 // of all parts
}

// A Progress is how far a run is.
type Progress struct {
	Step, Steps int     // the step that runs, from 1, and how many there are
	Map, Reduce float64 // how much of the step's map and reduce tasks is done, 0 to 1
	Application string  // id of the step's application; empty before it is submitted
	TrackingURL string  // where YARN shows it
}

// A Result is what a run that succeeded tells.
type Result struct {
	// Counters are those of Hadoop and of the job, summed over the steps that ran.
	// Records, groups and bytes in [mr.FrameworkGroup] are gomr's own count: what
	// Hadoop counts are the blocks that it moved.
	Counters []mr.CounterValue
	// Applications are the ids of the applications, one for each step that ran.
	Applications []string
	// ReduceTimes are, for each step that ran, how long each reduce task took, from its start, when it may
	// have waited for maps. A step has none where the history server did not tell.
	ReduceTimes [][]time.Duration
	// Resumed is how many steps an earlier run had completed.
	Resumed int
}

// Run runs a job and returns when its output is complete. Each step is one
// application on YARN. Of several steps, those that an earlier run of the same
// program over the same input has completed are not run again.
//
// The error of a job that failed is a [JobError]. When ctx ends, Run kills the
// application and returns when it is over.
//
// An application for the same output that a killed run has left behind is killed
// first. So two runs for one output at the same time get in each other's way: the
// caller sees to it that there is one.
func (c *Cluster) Run(ctx context.Context, s Submission) (*Result, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	if err := CheckBinary(s.Binary); err != nil {
		return nil, err
	}
	client, release, err := c.connect()
	if err != nil {
		return nil, err
	}
	defer release()
	defer c.yarn.close()
	r := &run{
		Submission: s,
		cluster:    c,
		fsys:       client,
		steps:      s.Job.Steps(),
		id:         newRunID(),
		tag:        outputTag(client.DefaultFS(), s.Output),
	}
	if err := r.prepare(ctx); err != nil {
		return nil, err
	}
	return r.run(ctx)
}

// check refuses a submission that can't be run, without looking at the cluster.
func (s *Submission) check() error {
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	if err := mr.Check(s.Job); err != nil {
		return err
	}
	if !path.IsAbs(s.Output) || path.Clean(s.Output) == "/" {
		return fmt.Errorf("output %q: want the absolute path of a folder in HDFS", s.Output)
	}
	s.Output = path.Clean(s.Output)
	if len(s.Job.Steps()) > 1 && strings.ContainsAny(s.Output, "*?[]{}\\,") {
		return fmt.Errorf("output %q: the second step would take it for a pattern: choose a name without any of *?[]{}\\,", s.Output)
	}
	if len(s.Inputs) == 0 {
		return errors.New("the job has no input")
	}
	for _, name := range s.Inputs {
		if !path.IsAbs(name) {
			return fmt.Errorf("input %q: want an absolute path in HDFS", name)
		}
	}
	return s.checkFiles()
}

// checkFiles refuses side files that can't be shipped together.
func (s *Submission) checkFiles() error {
	for _, step := range s.Job.Steps() {
		names := make(map[string]string)
		for _, file := range step.Files {
			if err := checkShippedPath(file.Path); err != nil {
				return err
			}
			if err := checkShippedPath(file.Name); err != nil {
				return err
			}
			if other, taken := names[file.Name]; taken && other != file.Path {
				return fmt.Errorf("side files %s and %s are both to be named %s: give one another name with PATH#NAME",
					other, file.Path, file.Name)
			}
			names[file.Name] = file.Path
		}
	}
	return nil
}

// A run is one try to run a submission.
type run struct {
	Submission
	cluster *Cluster
	fsys    *hdfs.Client
	steps   []*mr.Step
	id      string // no other run has it
	tag     string // all runs for the output have it

	properties []properties // by step
	inputs     []input.FileStatus
	binary     shippedBinary
	stepsDir   string // of the outputs of steps but the last

	counters     mr.Counters
	rejected     string // folder of an output that Check has rejected
	applications []string
	reduceTimes  [][]time.Duration // by step that ran
}

func newRunID() string { return rand.Text() }

// prepare does all that can fail before a JVM is started.
func (r *run) prepare(ctx context.Context) error {
	for _, step := range r.steps {
		p, err := newProperties(r.cluster.Properties, step.Properties, r.Properties)
		if err != nil {
			return err
		}
		r.properties = append(r.properties, p)
	}
	if _, err := r.fsys.Stat(r.Output); err == nil {
		return fmt.Errorf("the output %s exists already: remove it to make it anew: %w", r.Output, fs.ErrExist)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := r.listInputs(); err != nil {
		return err
	}
	for _, step := range r.steps {
		for _, file := range step.Files {
			if _, err := r.fsys.Stat(file.Path); err != nil {
				return fmt.Errorf("side file: %w", err)
			}
		}
	}
	var err error
	if r.binary, err = shipBinary(r.fsys, r.Binary); err != nil {
		return err
	}
	r.stepsDir = hdfs.TempDir(r.Output, "steps-"+r.resumeKey())
	return r.recover(ctx)
}

func (r *run) listInputs() error {
	files, err := input.List(storage{r.fsys}, r.Inputs, r.properties[0].listOptions())
	if err != nil {
		return fmt.Errorf("list the input: %w", err)
	}
	r.inputs = files
	return nil
}

// run runs the steps that are left.
func (r *run) run(ctx context.Context) (*Result, error) {
	first := r.firstStep()
	for i := first; i < len(r.steps); i++ {
		if err := r.runStep(ctx, i); err != nil {
			r.tidy()
			return nil, err
		}
	}
	if err := r.removeLeftovers(""); err != nil {
		r.Log.Warn("temporary folders remain beside the output", "output", r.Output, "error", err)
	}
	return &Result{Counters: r.counters.Values(), Applications: r.applications, ReduceTimes: r.reduceTimes, Resumed: first}, nil
}

// tidy removes what a step that failed has left, and keeps the outputs of the steps
// before it.
func (r *run) tidy() {
	keep := r.stepsDir
	if r.firstStep() == 0 {
		keep = ""
	}
	if err := r.removeLeftovers(keep); err != nil {
		r.Log.Warn("temporary folders remain beside the output; the next run removes them", "output", r.Output, "error", err)
	}
}

// cleanUpTime is how long a run that was told to stop takes at most to kill its application.
const cleanUpTime = time.Minute

// report tells the progress of a step.
func (r *run) report(step int, state clientState) {
	if r.Progress == nil {
		return
	}
	r.Progress(Progress{
		Step: step + 1, Steps: len(r.steps),
		Map: state.Map, Reduce: state.Reduce,
		Application: state.Application, TrackingURL: state.TrackingURL,
	})
}
