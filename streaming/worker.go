package streaming

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"

	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/mr/sample"
	"github.com/gomr/gomr/mr/shuffle"
)

// DefaultMemory is what a task may use where its command does not say: it fits
// beside the JVM in a container of Hadoop's default size.
const DefaultMemory = 128 << 20

// Stdio is the three pipes between Hadoop and a task.
type Stdio struct {
	In       io.Reader
	Out, Err io.Writer
}

// RunTask runs a task that Hadoop Streaming has started: the whole work of the
// process, whose working folder holds the shipped files. getenv is os.Getenv.
//
// The error is on Err already, readable and as a [TaskFailure]; what is left to
// the caller is to end with a code other than 0, upon which Hadoop throws the
// output away and starts another attempt.
//
// While it runs, the memory limit of the Go runtime is that of the command, and
// the process survives SIGPIPE: a pipe that Hadoop has closed is an error.
func RunTask(ctx context.Context, job mr.Job, cmd TaskCommand, stdio Stdio, getenv func(string) string) error {
	attempt, err := newAttempt(getenv)
	if err == nil {
		w := &worker{cmd: cmd, attempt: attempt, stdio: stdio, log: &lineWriter{w: stdio.Err}}
		err = w.run(ctx, job)
	}
	if err != nil {
		WriteTaskFailure(stdio.Err, cmd.Kind, err, getenv)
	}
	return err
}

// A worker runs one task.
type worker struct {
	cmd     TaskCommand
	attempt *attempt
	stdio   Stdio
	log     *lineWriter
	env     *mr.Env
}

func (w *worker) run(ctx context.Context, job mr.Job) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &mr.PanicError{Value: value, Stack: string(debug.Stack())}
		}
	}()
	step, err := w.step(job)
	if err != nil {
		return err
	}
	defer limitMemory(w.memory())()
	defer keepSIGPIPE()()

	reporter := &reporter{out: w.log, names: &counterNames{limit: w.attempt.Counters}, cpuTime: processCPU}
	w.env = mr.NewEnv(mr.EnvConfig{
		Context:   ctx,
		Files:     newShippedFiles(os.DirFS("."), step.Files),
		Log:       slog.New(slog.NewTextHandler(w.log, nil)),
		SetStatus: reporter.setStatus,
		Input:     w.attempt.File,
		Partition: w.attempt.Index,
	})
	reporter.counters = w.env.Counters()
	defer reporter.start()()

	if err := w.runKind(step); err != nil {
		return err
	}
	w.env.Counter(mr.FrameworkGroup, finishedTasks(w.cmd.Kind)).Add(1)
	return nil
}

func (w *worker) runKind(step *mr.Step) error {
	switch {
	case w.cmd.Kind == ReduceTask:
		return w.reduce(step)
	case step.Reducers == 0:
		return w.mapOnly(step)
	}
	return w.mapSorted(step)
}

// step returns the step that the task belongs to, ready to run.
func (w *worker) step(job mr.Job) (*mr.Step, error) {
	if err := mr.Check(job); err != nil {
		return nil, err
	}
	steps := job.Steps()
	if w.cmd.Step >= len(steps) {
		return nil, fmt.Errorf("the task is of step %d, but the job has %d: are the programs on this machine and on the cluster the same?", w.cmd.Step+1, len(steps))
	}
	step := steps[w.cmd.Step]
	switch n := w.attempt.Reducers; {
	case n >= 0 && n != step.Reducers:
		return nil, fmt.Errorf("the job on Hadoop has %d reduce tasks, but the step has %d: set their number by mr.Reducers alone, not by mapreduce.job.reduces", n, step.Reducers)
	case w.cmd.Kind == ReduceTask && step.Reducers == 0:
		return nil, fmt.Errorf("step %d has no reduce tasks", w.cmd.Step+1)
	case w.cmd.Kind == MapTask && step.TotalOrder && step.Reducers > 1:
		return w.withCuts(step)
	}
	return step, nil
}

func (w *worker) withCuts(step *mr.Step) (*mr.Step, error) {
	if w.cmd.Cuts == "" {
		return nil, fmt.Errorf("step %d is in total order, but the task command has no --cuts", w.cmd.Step+1)
	}
	file, err := os.ReadFile(w.cmd.Cuts)
	if err != nil {
		return nil, err
	}
	cuts, err := sample.ParseCuts(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", w.cmd.Cuts, err)
	}
	return step.WithCuts(cuts), nil
}

// mapSorted runs a map task in front of a shuffle.
func (w *worker) mapSorted(step *mr.Step) (err error) {
	buffer := shuffle.NewBuffer(w.bufferOptions(step))
	defer func() { err = errors.Join(err, buffer.Close()) }()
	if err := w.runMap(step, buffer); err != nil {
		return err
	}
	if err := w.drain(); err != nil {
		return err
	}
	output, err := buffer.Finish()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, output.Close()) }()
	return w.writeRun(step, output)
}

func (w *worker) runMap(step *mr.Step, buffer *shuffle.Buffer) error {
	if step.Numbers != nil {
		return step.Numbers.RunMap(w.env, w.records(step), buffer.AddNumbers)
	}
	return step.RunMap(w.env, w.records(step), buffer.Add)
}

func (w *worker) bufferOptions(step *mr.Step) shuffle.Options {
	counter := func(name string) *mr.Counter { return w.env.Counter(mr.FrameworkGroup, name) }
	options := shuffle.Options{
		Partitions: step.Reducers,
		Partition:  step.NewPartition(),
		Memory:     w.memory() / 2,
		Dir:        w.attempt.TempDir,
		Counters:   shuffle.Counters{Spilled: counter(mr.SpilledRecords)},
	}
	if step.NewMerge != nil {
		options.NewMerge = step.NewMerge
		if step.Numbers != nil {
			options.MergeNumbers = step.Numbers.Merge
		}
		options.Counters.CombineInput = counter(mr.CombineInputRecords)
		options.Counters.CombineOutput = counter(mr.CombineOutputRecords)
	}
	if step.Combine != nil { // it counts for itself
		options.Combine = func(pairs mr.Pairs, emit mr.Collect) error { return step.Combine(w.env, pairs, emit) }
	}
	return options
}

// writeRun writes the output of a map task, partition by partition.
func (w *worker) writeRun(step *mr.Step, output *shuffle.Output) error {
	out := bufio.NewWriterSize(outputWriter{w.stdio.Out}, pipeBuffer)
	run := &runWriter{
		frames:    frameWriter{out},
		blockSize: w.blockSize(),
		reducers:  step.Reducers,
		run:       uint32(w.attempt.Index),
		attempt:   w.attempt.Number,
	}
	for p := range step.Reducers {
		if err := run.writePartition(p, output.Partition(p)); err != nil {
			return err
		}
	}
	return out.Flush()
}

// mapOnly runs a map task whose output is a part.
func (w *worker) mapOnly(step *mr.Step) error {
	err := writeLines(w.stdio.Out, func(write mr.WriteRecord) error {
		return step.RunMapOnly(w.env, w.records(step), write)
	})
	if err != nil {
		return err
	}
	return w.drain()
}

// reduce runs a reduce task.
func (w *worker) reduce(step *mr.Step) error {
	frames := &frameChecker{
		frames:    frameReader{in: bufio.NewReaderSize(w.stdio.In, pipeBuffer)},
		maps:      w.attempt.Maps,
		lossy:     w.attempt.Lossy,
		attemptID: w.attempt.mapAttempt,
	}
	pairs := shuffle.NewFrameMerger(frames.next)
	err := writeLines(w.stdio.Out, func(write mr.WriteRecord) error {
		return step.RunReduce(w.env, pairs, write)
	})
	if err != nil {
		return frames.explain(err)
	}
	return w.drain()
}

func (w *worker) records(step *mr.Step) *lineRecords {
	return &lineRecords{in: w.stdio.In, keep: !step.Borrows}
}

// drain reads what the task has left of its input. Hadoop fails a task that does not take all of it.
func (w *worker) drain() error {
	_, err := io.Copy(io.Discard, w.stdio.In)
	return err
}

// keepSIGPIPE makes writing to a closed pipe an error, where it would end the process
// without a word. The function that it returns undoes that.
func keepSIGPIPE() (undo func()) {
	received := make(chan os.Signal, 1)
	signal.Notify(received, syscall.SIGPIPE)
	return func() { signal.Stop(received) }
}

// shippedFiles are the files that Hadoop has put into the working folder for a step, and no others.
type shippedFiles struct {
	dir   fs.FS
	names []string
}

func newShippedFiles(dir fs.FS, files []mr.SideFile) shippedFiles {
	s := shippedFiles{dir: dir}
	for _, f := range files {
		s.names = append(s.names, f.Name)
	}
	return s
}

// Open implements [fs.FS]. An archive is a folder; what is in it belongs to it.
func (s shippedFiles) Open(name string) (fs.File, error) {
	first, _, _ := strings.Cut(name, "/")
	if fs.ValidPath(name) && !slices.Contains(s.names, first) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return s.dir.Open(name)
}
