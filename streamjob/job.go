package streamjob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A job is a streaming job that is ready to run.
type job struct {
	options Options
	conf    *config
	log     *logger
	stdout  io.Writer

	inputs     []string
	output     string
	lazy       bool
	background bool

	format    *inputFormat
	xmlReader bool

	mapper, combiner, reducer stage
	reduces                   int

	mapInput, mapOutput, reduceInput, reduceOutput *identifier
	mapInputSeparator, mapOutputSeparator          []byte
	reduceInputSeparator, reduceOutputSeparator    []byte
	mapKeyFields, reduceKeyFields                  int
	ignoreKey                                      bool

	mapKey, mapValue, outKey, outValue *class

	outputKind    outputKind
	textSeparator []byte
	codec         string // of the output; empty where it is not compressed
	compressType  string // of sequence files

	partitioner, comparator string

	broken           error // of properties that only tasks read
	failOnExit       bool
	joinDelay        time.Duration
	skipAfter        int // -1 never
	envLimit         int
	counterLimit     int
	reporterPrefix   string
	sortMegabytes    int
	sortFactor       int
	combineMinSpills int
	spillPercent     float32

	stress    *stress // nil without --stress
	id        string
	files     storage
	committer *committer
	workDir   string
	spillDir  string
	held      atomic.Int64 // bytes of map output in memory
	progress  *progress
}

// hold keeps a map task's output in memory as long as there is room, and on disk beyond.
func (j *job) hold(s *spill) error {
	size := s.memory()
	if j.held.Add(size) <= j.options.Memory {
		return nil
	}
	j.held.Add(-size)
	return s.toDisk(j.spillDir)
}

// maps is the number of map tasks that the input is cut for. On one machine, Hadoop
// sets it to one, whatever the job says.
func (j *job) maps() int {
	if j.stress != nil {
		return j.stress.maps()
	}
	return 1
}

// idNumber returns the part of the job's id that task ids share.
func (j *job) idNumber() string { return strings.TrimPrefix(j.id, "job_") }

// submit runs the job and returns the exit code.
func (j *job) submit(ctx context.Context) (int, error) {
	j.id = fmt.Sprintf("job_local%d_0001", rand.Int32N(1<<31-1))
	splits, err := j.prepare()
	if err != nil {
		return exitCodeOf(err, j.log)
	}
	j.log.infof("mapreduce.Job", "The url to track the job: http://localhost:8080/")
	j.log.infof("mapreduce.Job", "Running job: %s", j.id)
	if j.background {
		j.log.infof("streaming.StreamJob", "Job is running in background.")
		j.log.infof("streaming.StreamJob", "Output directory: %s", j.output)
		j.log = &logger{out: io.Discard, now: j.log.now}
	}
	code, err := j.execute(ctx, splits)
	if j.background && ctx.Err() == nil { // Hadoop's client has ended, and the job ends when it ends
		return ExitOK, nil
	}
	if err != nil {
		return exitCodeOf(err, j.log)
	}
	if code == ExitOK {
		j.log.infof("streaming.StreamJob", "Output directory: %s", j.output)
	}
	return code, nil
}

// prepare is what Hadoop does before a job is submitted: it checks the output, then
// the shipped files, then the input.
func (j *job) prepare() ([]split, error) {
	if err := j.openFiles(); err != nil {
		return nil, err
	}
	if j.outputKind != nullOutput {
		if err := j.committer.checkOutput(); err != nil {
			return nil, err
		}
	}
	if err := j.checkShipped(); err != nil {
		return nil, err
	}
	files, err := j.listInput()
	if err != nil {
		return nil, err
	}
	j.log.infof("mapred.FileInputFormat", "Total input files to process : %d", len(files))
	splits, err := j.format.splits(j, files)
	if err != nil {
		return nil, err
	}
	j.log.infof("mapreduce.JobSubmitter", "number of splits:%d", len(splits))
	j.describe(len(splits))
	if err := j.conf.throughXML(); err != nil {
		return nil, err
	}
	j.log.infof("mapreduce.JobSubmitter", "Submitting tokens for job: %s", j.id)
	return splits, nil
}

// describe sets the properties that a job gets when it is submitted.
func (j *job) describe(maps int) {
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	dir, err := os.Getwd()
	if err != nil {
		dir = "/"
	}
	var inputs []string
	for _, list := range j.inputs {
		for _, name := range splitPaths(list) {
			inputs = append(inputs, strings.ReplaceAll(qualify(name), ",", `\,`))
		}
	}
	for name, value := range map[string]string{
		"mapreduce.job.maps":                            strconv.Itoa(maps),
		"mapreduce.job.id":                              j.id,
		"mapreduce.job.user.name":                       userName(),
		"mapreduce.job.working.dir":                     "file:" + dir,
		"mapreduce.job.submithostname":                  host,
		"mapreduce.job.submithostaddress":               "127.0.0.1",
		"mapreduce.job.dir":                             "file:/tmp/hadoop/mapred/staging/" + userName() + "/.staging/" + j.id,
		"mapreduce.input.fileinputformat.inputdir":      strings.Join(inputs, ","),
		"mapreduce.input.fileinputformat.numinputfiles": strconv.Itoa(maps),
		"mapred.queue.default.acl-administer-jobs":      " ",
	} {
		j.conf.set(name, value)
	}
	if name, ok := j.conf.raw("mapreduce.job.name"); !ok || name == "" {
		j.conf.set("mapreduce.job.name", defaultJobName)
	}
}

// defaultJobName is the name of Hadoop's jar, which is the name of a job without one.
const defaultJobName = "hadoop-streaming-3.4.2.jar"

// execute runs the tasks, and returns the exit code of a job that has run.
func (j *job) execute(ctx context.Context, splits []split) (int, error) {
	cleanup, err := j.setupFolders()
	if err != nil {
		return ExitIO, err
	}
	defer cleanup()
	if err := j.committer.setup(); err != nil {
		return ExitIO, err
	}
	j.log.infof("mapreduce.Job", "Job %s running in uber mode : false", j.id)
	var total counters
	j.progress = &progress{log: j.log, maps: len(splits), reduces: j.reduces, now: time.Now}
	err = j.runTasks(ctx, splits, &total)
	if ctx.Err() != nil {
		return ExitInterrupted, errors.Join(ctx.Err(), j.committer.discard())
	}
	if err == nil {
		err = j.committer.commitJob()
	}
	if err != nil {
		j.fail(err, &total)
		return ExitFailed, j.committer.failJob()
	}
	j.log.infof("mapreduce.Job", "Job %s completed successfully", j.id)
	j.log.infof("mapreduce.Job", "%s", total.String())
	return ExitOK, nil
}

// fail tells that the job failed.
func (j *job) fail(err error, total *counters) {
	j.log.warnf("mapred.LocalJobRunner", "%s\njava.lang.Exception: %v", j.id, err)
	j.log.infof("mapreduce.Job", "Job %s failed with state FAILED due to: NA", j.id)
	j.log.infof("mapreduce.Job", "%s", total.String())
	j.log.errorf("streaming.StreamJob", "Job not successful!")
}

// runTasks runs the map tasks and then the reduce tasks.
func (j *job) runTasks(ctx context.Context, splits []split, total *counters) error {
	outputs := make([]*spill, len(splits))
	defer func() { _ = closeSpills(outputs) }() // they are temporary
	err := j.inParallel(ctx, len(splits), j.parallelMaps(), j.reduces > 0, func(ctx context.Context, i int) error {
		return j.runTask(j.newTask(ctx, true, i, &splits[i]), total, func(t *task) (err error) {
			outputs[i], err = t.runMap(splits[i])
			return err
		})
	})
	if err != nil || j.reduces == 0 {
		return err
	}
	err = j.inParallel(ctx, j.reduces, j.options.Parallel, false, func(ctx context.Context, i int) error {
		return j.runTask(j.newTask(ctx, false, i, nil), total, func(t *task) error { return t.runReduce(outputs) })
	})
	return err
}

// runTask runs a task and commits it.
func (j *job) runTask(t *task, total *counters, run func(*task) error) error {
	writes := !t.isMap || j.reduces == 0
	if writes {
		if err := j.committer.setupTask(t.attempt()); err != nil {
			return err
		}
	}
	err := j.broken
	if err == nil {
		err = run(t)
	}
	if endErr := t.end(); err == nil {
		err = endErr
	}
	switch {
	case err != nil && writes:
		return errors.Join(err, j.committer.abortTask(t.attempt()))
	case err != nil:
		return err
	case writes:
		err = j.committer.commitTask(t.attempt())
	}
	total.merge(t.counters)
	j.progress.done(t.isMap)
	return err
}

// parallelMaps returns how many map tasks may sort at the same time.
func (j *job) parallelMaps() int {
	if j.reduces == 0 || j.sortMegabytes <= 0 {
		return j.options.Parallel
	}
	buffers := j.options.Memory / (int64(j.sortMegabytes) << 20)
	return int(max(1, min(buffers, int64(j.options.Parallel))))
}

// inParallel runs n tasks, some of them at a time, and returns the error of the first one that
// failed. The others run on, as Hadoop's do, unless hasty is set.
func (j *job) inParallel(ctx context.Context, n, parallel int, hasty bool, run func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	errs := make([]error, n)
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(parallel, n) {
		workers.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n || ctx.Err() != nil {
					return
				}
				if errs[i] = run(ctx, i); errs[i] != nil && hasty {
					cancel()
				}
			}
		})
	}
	workers.Wait()
	for _, err := range errs {
		if err != nil && !errors.Is(err, context.Canceled) {
			return err
		}
	}
	return ctx.Err()
}
