package local

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
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

	// ResumeKey names the program and the parameters of the job. Where it is set, a
	// job of several steps that fails keeps the steps that are complete, and the next
	// run with the same key and input goes on behind them.
	ResumeKey string

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

	// Check is called with how much the job has written, before BeforeCommit. Its error keeps the
	// output from appearing; it stays in a hidden folder, which the error of Run names, until
	// the next run of the job. Nil is no call.
	Check func(ctx context.Context, written Written) error
	// Record is put into the output's folder before it appears, as a file of the name RecordName. An empty
	// name is no file.
	Record     []byte
	RecordName string

	// BeforeCommit is called before the output appears, and its error keeps it from that. Nil is no call.
	BeforeCommit func(ctx context.Context) error

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

// Written is how much a job has written.
type Written struct {
	Rows  int64 // records of the last step's output
	Bytes int64 // of all parts
}

// A Result is what is known of a job that ran.
type Result struct {
	// Counters are the sums over all tasks of all steps.
	Counters *mr.Counters
	// ReduceRecords are, for each step that ran, how many records each reduce task has read. A step
	// without a reduce has none.
	ReduceRecords [][]int64
}

// Run runs a job in this process.
//
// The output appears under its name when it is complete, in one step. An output
// that exists is [fs.ErrExist], and is left as it is. After an error, or when ctx
// has ended, nothing is there, but for what [Options.ResumeKey] keeps in a hidden
// folder beside it. A process that is killed leaves hidden folders too, which the
// next run of the job removes: see [hdfs.CleanTemp] for who may run a job.
func Run(ctx context.Context, job mr.Job, options Options) (*Result, error) {
	if err := mr.Check(job); err != nil {
		return nil, err
	}
	j := &run{options: options.withDefaults(), steps: job.Steps(), counters: new(mr.Counters)}
	j.progress = newMeter(j.options.Progress)
	if err := j.prepare(); err != nil {
		return nil, err
	}
	output, err := j.runSteps(ctx)
	var rejected string
	if err == nil && j.options.Check != nil {
		rejected, err = j.check(ctx, output)
	}
	if err == nil && j.options.RecordName != "" {
		err = j.writeRecord(output)
	}
	if err == nil && j.options.BeforeCommit != nil {
		err = j.options.BeforeCommit(ctx)
	}
	if err == nil {
		err = hdfs.CommitDir(j.options.Files, output, j.options.Output)
	}
	if err != nil {
		// The error that matters is the first one; what can't be removed now, the next run removes.
		_ = hdfs.CleanTemp(j.options.Files, j.options.Output, j.kept, rejected)
		return nil, err
	}
	if err := hdfs.CleanTemp(j.options.Files, j.options.Output); err != nil {
		j.options.Log.Warn("temporary folders remain beside the output", "output", j.options.Output, "error", err)
	}
	return &Result{Counters: j.counters, ReduceRecords: j.reduced}, nil
}

func (j *run) writeRecord(output string) error {
	w, err := j.options.Files.Create(path.Join(output, j.options.RecordName))
	if err != nil {
		return fmt.Errorf("record what the output is made of: %w", err)
	}
	_, err = w.Write(j.options.Record)
	return errors.Join(err, w.Close())
}

func (o Options) withDefaults() Options {
	if o.Files == nil {
		o.Files = hdfs.Local("/")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
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
	steps    []*mr.Step
	files    []input.FileStatus // of the first step
	counters *mr.Counters
	temp     string // hidden folder beside the output, for all that is not complete
	kept     string // hidden folder for the outputs of steps, or empty
	progress *meter
	before   int64 // output records that were counted before the last step

	reduced [][]int64 // records that reduce tasks have read, by step that ran
}

// prepare does what can fail before a task runs.
func (j *run) prepare() error {
	if err := j.checkOutput(); err != nil {
		return err
	}
	var err error
	if j.files, err = input.List(storage{j.options.Files}, j.options.Inputs, input.ListOptions{}); err != nil {
		return err
	}
	if j.options.ResumeKey != "" && len(j.steps) > 1 {
		j.kept = hdfs.TempDir(j.options.Output, "steps-"+j.resumeKey())
	}
	if err := hdfs.CleanTemp(j.options.Files, j.options.Output, j.kept); err != nil {
		return err
	}
	j.temp = hdfs.TempDir(j.options.Output, rand.Text())
	return j.options.Files.MkdirAll(j.temp, 0o777)
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
func (j *run) runSteps(ctx context.Context) (output string, err error) {
	files := j.files
	for i := range j.steps {
		if i == len(j.steps)-1 {
			j.before = j.outputRecords()
		}
		if i > 0 {
			if files, err = input.List(storage{j.options.Files}, []string{output}, input.ListOptions{}); err != nil {
				return "", err
			}
		}
		if output, err = j.stepOutput(ctx, i, files); err != nil {
			if len(j.steps) > 1 {
				err = fmt.Errorf("step %d of %d: %w", i+1, len(j.steps), err)
			}
			return "", err
		}
	}
	return output, nil
}

// stepOutput returns the folder with the output of a step, which is run unless an
// earlier run of the job has kept it.
func (j *run) stepOutput(ctx context.Context, i int, files []input.FileStatus) (string, error) {
	keep := j.kept != "" && i < len(j.steps)-1
	kept := path.Join(j.kept, stepName(i))
	if keep && j.isComplete(kept) {
		return kept, nil
	}
	output := path.Join(j.temp, stepName(i))
	if err := j.runStep(ctx, i, files, output); err != nil || !keep {
		return output, err
	}
	if err := j.options.Files.MkdirAll(j.kept, 0o777); err != nil {
		return "", err
	}
	return kept, hdfs.CommitDir(j.options.Files, output, kept)
}

func stepName(i int) string { return fmt.Sprintf("step-%d", i+1) }

// isComplete reports whether a folder was committed. Where that can't be told, the
// step runs again, and its commit says why.
func (j *run) isComplete(folder string) bool {
	_, err := j.options.Files.Stat(path.Join(folder, hdfs.Success))
	return err == nil
}

// resumeKey returns a name for all that the outputs of the steps depend on.
func (j *run) resumeKey() string {
	hash := sha256.New()
	fmt.Fprintf(hash, "%q %d\n", j.options.ResumeKey, len(j.steps))
	for _, f := range j.files {
		fmt.Fprintf(hash, "%q %d\n", f.Name, f.Size)
	}
	return hex.EncodeToString(hash.Sum(nil)[:6])
}

// runStep runs a step over files and writes its parts into the folder output.
func (j *run) runStep(ctx context.Context, i int, files []input.FileStatus, output string) (err error) {
	t := &step{run: j, Step: j.steps[i], output: output}
	t.splits = input.MakeSplits(files, input.SplitOptions{Maps: j.options.Maps, BlockSize: j.options.BlockSize})
	if t.sideFiles, err = openSideFiles(j.options.Files, t.Files); err != nil {
		return err
	}
	if err := j.options.Files.MkdirAll(output, 0o777); err != nil {
		return err
	}
	end := j.progress.begin(Progress{Step: i + 1, Steps: len(j.steps)}, t.splits)
	defer end()
	if err := t.execute(ctx); err != nil {
		return err
	}
	j.reduced = append(j.reduced, t.reduced)
	w, err := j.options.Files.Create(path.Join(output, hdfs.Success))
	if err != nil {
		return err
	}
	return w.Close()
}

// storage makes the file system of a job readable for package input.
type storage struct{ hdfs.FileSystem }

func (s storage) Open(name string) (input.File, error) { return s.FileSystem.Open(name) }
