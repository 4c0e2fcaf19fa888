// Command testjob runs the jobs of the tests: as the program that starts a job, and
// as the tasks on the cluster.
//
//	testjob run [-D name=value]… [-file path]… FAMILY OUTPUT INPUT…
//
// It prints a report as JSON. SIGINT interrupts the run.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"iter"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/streaming"
)

// newJob returns a job by its name. The flags are what follows it in the tasks' commands.
func newJob(family string, flags []string) mr.Job {
	switch family {
	case "wordcount":
		return mr.MapMerge(mr.MapFunc(words), mr.Sum, mr.Reducers(3))
	case "lines":
		return mr.MapOnly(mr.MapFunc(line))
	case "stopwords":
		return mr.MapMerge(&stopWords{}, mr.Sum, mr.Reducers(3), mr.TotalOrder(), mr.Files(flags[0]+"#stop"))
	case "lengths":
		return mr.Then(
			mr.MapMerge(mr.MapFunc(words), mr.Sum, mr.Reducers(2)),
			mr.MapMerge(mr.MapFunc(length), mr.Sum, mr.Reducers(2), mr.TotalOrder()))
	case "failing-second":
		return mr.Then(mr.MapMerge(mr.MapFunc(words), mr.Sum), mr.MapMerge(mr.MapFunc(fails), mr.Sum))
	case "panics":
		return mr.MapMerge(mr.MapFunc(panics), mr.Sum)
	case "exits":
		return mr.MapMerge(mr.MapFunc(exits), mr.Sum)
	case "exits-map-only":
		return mr.MapOnly(mr.MapFunc(exits))
	case "exits-reduce":
		return mr.MapReduce(mr.MapFunc(words), mr.ReduceFunc(exitsReduce))
	case "crashes":
		return mr.MapMerge(mr.MapFunc(crashes), mr.Sum)
	case "badreduce":
		return mr.MapReduce(mr.MapFunc(words), mr.ReduceFunc(badReduce))
	case "slow":
		return mr.MapMerge(mr.MapFunc(slow), mr.Sum)
	}
	fail(fmt.Errorf("there is no job %q", family))
	return nil
}

func words(text string, emit mr.Emit[string, int]) error {
	for word := range strings.FieldsSeq(text) {
		emit(word, 1)
	}
	return nil
}

func line(text string, emit mr.Emit[string, struct{}]) error {
	emit(text, struct{}{})
	return nil
}

func length(count mr.KV[string, int], emit mr.Emit[int, int]) error {
	emit(len(count.Key), count.Value)
	return nil
}

func fails(count mr.KV[string, int], emit mr.Emit[string, int]) error {
	return errors.New("the second step always fails")
}

func panics(text string, emit mr.Emit[string, int]) error {
	fields := strings.Fields(text)
	emit(fields[0], len(fields)) // an empty line has no first field
	return nil
}

func exits(text string, emit mr.Emit[string, int]) error {
	os.Exit(0)
	return nil
}

func exitsReduce(string, iter.Seq[int], mr.Emit[string, int]) error {
	os.Exit(0)
	return nil
}

func crashes(text string, emit mr.Emit[string, int]) error {
	go func() { panic("in the background") }()
	time.Sleep(time.Minute)
	return nil
}

func badReduce(word string, counts iter.Seq[int], emit mr.Emit[string, int]) error {
	if word == "fox" {
		return errors.New("foxes are not wanted")
	}
	return nil
}

func slow(text string, emit mr.Emit[string, int]) error {
	time.Sleep(5 * time.Second)
	return words(text, emit)
}

type stopWords struct{ stop map[string]bool }

func (s *stopWords) SetupMap(env *mr.Env) error {
	text, err := fs.ReadFile(env.Files(), "stop")
	s.stop = make(map[string]bool)
	for word := range strings.FieldsSeq(string(text)) {
		s.stop[word] = true
	}
	return err
}

func (s *stopWords) Map(text string, emit mr.Emit[string, int]) error {
	for word := range strings.FieldsSeq(text) {
		if !s.stop[word] {
			emit(word, 1)
		}
	}
	return nil
}

func main() {
	if len(os.Args) < 2 {
		fail(errors.New("no command"))
	}
	switch os.Args[1] {
	case streaming.TaskVerb:
		runTask(os.Args[2:])
	case "run":
		run(os.Args[2:])
	default:
		fail(fmt.Errorf("unknown command %q", os.Args[1]))
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "testjob:", err)
	os.Exit(1)
}

func runTask(args []string) {
	cmd, err := streaming.ParseTask(args)
	if err != nil {
		streaming.WriteTaskFailure(os.Stderr, "", err, os.Getenv)
		os.Exit(1)
	}
	stdio := streaming.Stdio{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}
	if streaming.RunTask(context.Background(), newJob(cmd.Family, cmd.Flags), cmd, stdio, os.Getenv) != nil {
		os.Exit(1)
	}
}

// A report is what run prints.
type report struct {
	Result   *streaming.Result    `json:"result"`
	Progress []streaming.Progress `json:"progress"`
	Error    string               `json:"error"`
	JobError *streaming.JobError  `json:"jobError"`
}

func run(args []string) {
	s := streaming.Submission{
		Properties: map[string]string{},
		Log:        slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	flags := flag.NewFlagSet("run", flag.ExitOnError)
	flags.Func("D", "a property", func(text string) error {
		name, value, _ := strings.Cut(text, "=")
		s.Properties[name] = value
		return nil
	})
	file := flags.String("file", "", "a side file")
	flags.Parse(args)
	s.Family, s.Output, s.Inputs = flags.Arg(0), flags.Arg(1), flags.Args()[2:]
	s.Flags = []string{*file, "--text=a 'b' \"c\" 100%", ""}
	s.ID, s.Job = s.Family+"(test)", newJob(s.Family, s.Flags)
	var err error
	if s.Binary, err = os.Executable(); err != nil {
		fail(err)
	}
	var r report
	s.Progress = func(p streaming.Progress) {
		r.Progress = append(r.Progress, p)
		fmt.Fprintf(os.Stderr, "progress %+v\n", p)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	cluster, err := streaming.Find(streaming.FindConfig{})
	if err == nil {
		r.Result, err = cluster.Run(ctx, s)
	}
	if err != nil {
		r.Error = err.Error()
		errors.As(err, &r.JobError)
	}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	if err := json.NewEncoder(out).Encode(r); err != nil {
		fail(err)
	}
}
