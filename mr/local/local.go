package local

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path"
	"runtime"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/mr/input"
)

// Options say where a job's files are and what it may use. Inputs and Output are
// needed; the rest may be zero.
type Options struct {
	// Files holds the inputs and the output. Nil means hdfs.Local("/"), the
	// paths of this machine.
	Files hdfs.FileSystem

	// Inputs are paths, folders or globs, read as Hadoop's FileInputFormat reads them.
	Inputs []string

	// Output is the folder for the parts. It must not exist.
	Output string

	// Workers is how many tasks run at once. Zero means one for each processor
	// that Go uses.
	Workers int

	// Memory is the budget in bytes of the whole job. Zero means a quarter of the
	// machine's memory.
	Memory int64

	// Maps is the number of map tasks to aim at, as mapreduce.job.maps. Zero means
	// 2, the cluster's default.
	Maps int

	// BlockSize is the size in bytes of the blocks of files whose file system tells
	// none, as dfs.blocksize. Zero means 128 MiB.
	BlockSize int64

	// Progress is told how far the job is, a few times a second and at each end of
	// a phase; one call at a time. Nil means nobody is told.
	Progress func(Progress)

	// Log takes the messages of the tasks. Nil discards them.
	Log *slog.Logger
}

// Progress is how far a job is.
type Progress struct {
	Step, Steps int     // the step that runs, from 1, of how many
	Map, Reduce float64 // how much of its map and of its reduce is done, from 0 to 1
}

// A Result is what is known of a job that ran.
type Result struct {
	// Counters are the sums over all tasks of all steps.
	Counters *mr.Counters
}

// Run runs a job in this process.
//
// The output appears under its name when it is complete, in one step. An output
// that exists is [fs.ErrExist], and is left as it is. After an error, or when ctx
// has ended, nothing is there. A process that is killed leaves a hidden folder
// beside the output, which the next run of the job removes: see [hdfs.CleanTemp]
// for who may run a job.
func Run(ctx context.Context, job mr.Job, options Options) (*Result, error) {
	if err := mr.Check(job); err != nil {
		return nil, err
	}
	j := &run{options: options.withDefaults(), counters: new(mr.Counters)}
	j.progress = newMeter(j.options.Progress)
	if err := j.checkOutput(); err != nil {
		return nil, err
	}
	if err := hdfs.CleanTemp(j.options.Files, j.options.Output); err != nil {
		return nil, err
	}
	j.temp = hdfs.TempDir(j.options.Output, rand.Text())
	if err := j.options.Files.MkdirAll(j.temp, 0o777); err != nil {
		return nil, err
	}
	output, err := j.runSteps(ctx, job.Steps())
	if err == nil {
		err = hdfs.CommitDir(j.options.Files, output, j.options.Output)
	}
	if cleanErr := j.options.Files.RemoveAll(j.temp); err == nil && cleanErr != nil {
		err = fmt.Errorf("the output is complete, but its temporary folder can't be removed: %w", cleanErr)
	}
	if err != nil {
		return nil, err
	}
	return &Result{Counters: j.counters}, nil
}

func (o Options) withDefaults() Options {
	if o.Files == nil {
		o.Files = hdfs.Local("/")
	}
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.Memory <= 0 {
		o.Memory = machineMemory() / 4
	}
	return o
}

// A run is a job while it runs.
type run struct {
	options  Options
	counters *mr.Counters
	temp     string // hidden folder beside the output, for all that is not complete
	progress *meter
}

func (j *run) checkOutput() error {
	_, err := j.options.Files.Stat(j.options.Output)
	switch {
	case err == nil:
		return fmt.Errorf("the output %s exists already; remove it to run the job again: %w", j.options.Output, fs.ErrExist)
	case errors.Is(err, fs.ErrNotExist):
		return nil
	}
	return err
}

// runSteps runs the steps in a row and returns the folder that the last one wrote.
func (j *run) runSteps(ctx context.Context, steps []*mr.Step) (output string, err error) {
	inputs := j.options.Inputs
	for i, s := range steps {
		output = path.Join(j.temp, fmt.Sprintf("step-%d", i+1))
		if err := j.runStep(ctx, s, inputs, output, Progress{Step: i + 1, Steps: len(steps)}); err != nil {
			if len(steps) > 1 {
				err = fmt.Errorf("step %d of %d: %w", i+1, len(steps), err)
			}
			return "", err
		}
		if i > 0 {
			if err := j.options.Files.RemoveAll(inputs[0]); err != nil {
				return "", err
			}
		}
		inputs = []string{output}
	}
	return output, nil
}

func (j *run) runStep(ctx context.Context, s *mr.Step, inputs []string, output string, at Progress) error {
	t := &step{run: j, Step: s, output: output}
	storage := storage{j.options.Files}
	files, err := input.List(storage, inputs, input.ListOptions{})
	if err != nil {
		return err
	}
	t.splits = input.MakeSplits(files, input.SplitOptions{Maps: j.options.Maps, BlockSize: j.options.BlockSize})
	if t.sideFiles, err = openSideFiles(j.options.Files, s.Files); err != nil {
		return err
	}
	if err := j.options.Files.MkdirAll(output, 0o777); err != nil {
		return err
	}
	stop := j.progress.begin(at, t.splits)
	defer stop()
	if err := t.execute(ctx); err != nil {
		return err
	}
	w, err := j.options.Files.Create(path.Join(output, hdfs.Success))
	if err != nil {
		return err
	}
	return w.Close()
}

// storage makes the file system of a job readable for package input.
type storage struct{ hdfs.FileSystem }

func (s storage) Open(name string) (input.File, error) { return s.FileSystem.Open(name) }
