package streamjob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"time"
)

// Options are what a command line needs from its process.
type Options struct {
	// Args are the arguments behind the jar: generic options, then streaming options.
	Args []string

	// Stdin is what loadtb reads. Nil is empty.
	Stdin io.Reader

	// Stdout gets usage, and the lines of -verbose. Nil discards.
	Stdout io.Writer

	// Stderr gets the log in Hadoop's layout, and what commands say. Nil discards.
	Stderr io.Writer

	// Now tells the time of log lines. Nil means [time.Now].
	Now func() time.Time

	// TempDir is the folder for spills and working folders. Empty means [os.TempDir].
	TempDir string

	// Parallel is how many tasks run at the same time. Zero means one for each processor.
	Parallel int

	// Memory is how many bytes of map output may stay in memory: sort buffers of map tasks that
	// run at the same time, of mapreduce.task.io.sort.mb each, and what waits for the reduce.
	// One map task runs even where its buffer is larger. Zero means 512 MiB.
	Memory int64

	// Stress is a seed that makes the job go as it may on a cluster: tiny splits and spills,
	// equal keys in any order, the combiner zero to many times. Nil means as on one machine.
	Stress *uint64
}

// The exit codes of a command line are those of Hadoop's client.
const (
	ExitOK            = 0 // the job succeeded, or help was asked for
	ExitFailed        = 1 // the job failed, or an option is wrong
	ExitNoFile        = 2 // a file to ship or an input is gone
	ExitInvalidConfig = 3 // the job can't be
	ExitIO            = 5 // input is missing, output exists, or another error of files
	ExitInterrupted   = 6 // the context ended
)

const defaultMemory = 512 << 20

// Run runs a command line as "hadoop jar hadoop-streaming.jar" does on one machine, and
// returns its exit code. When ctx ends, it stops the commands, removes what it has
// written, and returns.
func Run(ctx context.Context, options Options) int {
	if options.Stdout == nil {
		options.Stdout = io.Discard
	}
	if options.Stderr == nil {
		options.Stderr = io.Discard
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Memory <= 0 {
		options.Memory = defaultMemory
	}
	if options.Parallel <= 0 {
		options.Parallel = runtime.GOMAXPROCS(0)
	}
	log := &logger{out: options.Stderr, now: options.Now}
	args := options.Args
	if len(args) == 0 {
		log.write([]byte("No Arguments Given!\n"))
		fmt.Fprint(options.Stdout, toolUsage)
		return ExitFailed
	}
	run := func(args []string, options Options, log *logger) (int, error) {
		return runTool(ctx, args, options, log)
	}
	if len(args) > 0 {
		name := strings.ToLower(args[0])
		if tool, ok := tools[name]; ok {
			run = tool
		}
		if _, ok := tools[name]; ok || name == "streamjob" {
			args = args[1:]
		}
	}
	code, err := run(args, options, log)
	var uncaught *uncaughtError
	if errors.As(err, &uncaught) {
		log.write([]byte(`Exception in thread "main" ` + uncaught.Error() + "\n"))
		return ExitFailed
	}
	if code != ExitOK {
		log.write([]byte("Streaming Command Failed!\n"))
	}
	return code
}

// runTool is ToolRunner and StreamJob.run.
func runTool(ctx context.Context, args []string, options Options, log *logger) (int, error) {
	conf := newConfig()
	rest, err := applyGeneric(conf, args, options.Stdout, log)
	if err != nil {
		return ExitFailed, err
	}
	s := &streamJob{conf: conf, args: rest, stdout: options.Stdout, log: log}
	j, err := s.configure()
	if errors.Is(err, errUsage) {
		return ExitOK, nil
	}
	var wrong *usageError
	if errors.As(err, &wrong) {
		return ExitFailed, nil
	}
	if err != nil {
		return ExitFailed, err
	}
	j.options = options
	if options.Stress != nil {
		j.stress = &stress{*options.Stress}
	}
	return j.submit(ctx)
}

// exitCodeOf tells the error of a submission, as StreamJob does, and returns its code.
func exitCodeOf(err error, log *logger) (int, error) {
	const logClass = "streaming.StreamJob"
	var uncaught *uncaughtError
	if errors.As(err, &uncaught) {
		return ExitFailed, err
	}
	var submit *submitError
	class := ""
	if errors.As(err, &submit) {
		class = submit.class
	}
	switch {
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		log.errorf(logClass, "Error monitoring job : %v", err)
		return ExitInterrupted, nil
	case class == fileNotFound:
		log.errorf(logClass, "Error launching job , bad input path : %v", err)
		return ExitNoFile, nil
	case class == invalidJobConf:
		log.errorf(logClass, "Error launching job , Invalid job conf : %v", err)
		return ExitInvalidConfig, nil
	}
	log.errorf(logClass, "Error Launching job : %v", err)
	return ExitIO, nil
}
