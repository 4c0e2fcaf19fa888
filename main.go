package gomr

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"syscall"

	"github.com/gomr/gomr/internal/cli"
	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/streaming"
)

// Main is the main function of a program of tasks, which are given as prototypes: values
// whose fields are the defaults of the parameters, see [orchestrate.NewRegistry].
// It doesn't return.
//
// The program is a command line; see its help. Started by Hadoop Streaming,
// which the first argument tells, it is a map or reduce task.
func Main(tasks ...orchestrate.Task) {
	ballast := collectLess()
	code := run(tasks)
	runtime.KeepAlive(ballast)
	os.Exit(code)
}

// run runs what the arguments of the process say, and returns its exit code.
func run(tasks []orchestrate.Task) int {
	if len(os.Args) > 1 && os.Args[1] == streaming.TaskVerb {
		return hadoopTask(tasks, os.Args[2:])
	}
	ctx, stop := untilInterrupted()
	defer stop()
	return cli.Run(ctx, cli.Config{
		Tasks:  tasks,
		Name:   filepath.Base(os.Args[0]),
		Args:   os.Args[1:],
		Stdin:  os.Stdin,
		Stdout: os.Stdout,
		Stderr: os.Stderr,
	})
}

// collectLess lets more garbage gather than Go does by itself, as long as there is little in the heap: pairs of jobs
// are outside of it, and what else there is would be collected at every few records. The first collection, which
// many a command never comes to, is at 12 MiB, three times Go's least heap. From then on there are 12 MiB
// that the collector counts as in use; nobody touches them, so that the system gives no memory for them.
//
// What it returns is to be kept alive. Where the environment sets GOGC, or the program another percentage
// meanwhile, that holds.
func collectLess() (ballast *[]byte) {
	const atFirst, afterwards = 300, 100
	ballast = new([]byte)
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(atFirst)
	}
	runtime.AddCleanup(new([]byte), func(ballast *[]byte) {
		*ballast = make([]byte, 12<<20)
		if now := debug.SetGCPercent(afterwards); now != atFirst {
			debug.SetGCPercent(now)
		}
	}, ballast)
	return ballast
}

// hadoopTask runs a task of a job on the cluster.
func hadoopTask(tasks []orchestrate.Task, args []string) int {
	command, err := streaming.ParseTask(args)
	var job mr.Job
	if err == nil {
		job, err = jobOf(tasks, command)
	}
	if err != nil {
		streaming.WriteTaskFailure(os.Stderr, command.Kind, err, os.Getenv)
		return orchestrate.ExitError
	}
	stdio := streaming.Stdio{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}
	os.Stdout = os.Stderr // what user code prints must not become data
	if err := streaming.RunTask(context.Background(), job, command, stdio, os.Getenv); err != nil {
		return orchestrate.ExitError // it is written already
	}
	return orchestrate.ExitComplete
}

// jobOf makes the job again that the command is a part of.
func jobOf(tasks []orchestrate.Task, command streaming.TaskCommand) (mr.Job, error) {
	registry, err := orchestrate.NewRegistry(tasks...)
	if err != nil {
		return nil, err
	}
	task, err := registry.Parse(command.Family, command.Flags)
	if err != nil {
		return nil, err
	}
	jobTask, ok := task.(orchestrate.JobTask)
	if !ok {
		return nil, fmt.Errorf("the task %s has no Job method", command.Family)
	}
	return jobTask.Job(), nil
}

// interrupted is why the context of a program ends. Whatever asks whether it was canceled hears so, since requests that
// it cuts off return this cause.
type interrupted struct{}

func (interrupted) Error() string { return "interrupted" }

func (interrupted) Is(target error) bool { return target == context.Canceled }

// untilInterrupted returns a context that ends at the first signal to stop: Ctrl-C,
// a polite kill or a closed terminal. The second one ends the process at once.
func untilInterrupted() (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // nohup has it ignored
		signal.Notify(signals, syscall.SIGHUP)
	}
	go func() {
		<-signals
		fmt.Fprintln(os.Stderr, "gomr: stopping; once more stops at once and leaves the rest as it is")
		cancel(interrupted{})
		<-signals
		os.Exit(orchestrate.ExitInterrupted)
	}()
	return ctx, func() { signal.Stop(signals) }
}
