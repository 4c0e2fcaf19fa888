package cli_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/internal/cli"
	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/orchestrate"
)

// TestMain makes the command wc of the test binary: a program with the tasks below.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"wc": func() { os.Exit(wc()) }})
}

func TestScripts(t *testing.T) {
	// The go command would build its tools once more for the HOME of each script.
	cache, err := exec.CommandContext(t.Context(), "go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       os.Getenv("UPDATE") != "",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("HADOOP_CONF_DIR", filepath.Join(env.WorkDir, "no-hadoop"))
			env.Setenv("GOCACHE", strings.TrimSpace(string(cache)))
			return nil
		},
	})
}

func wc() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	return cli.Run(ctx, cli.Config{
		Tasks:  []orchestrate.Task{InputText{}, WordCount{}, &Report{Format: "text", Top: 10}, Broken{}, Slow{}, Loop{}, Strange{}, MeanLength{}},
		Name:   "wc",
		Args:   os.Args[1:],
		Stdin:  os.Stdin,
		Stdout: os.Stdout,
		Stderr: os.Stderr,
	})
}

// InputText is the text of a day.
type InputText struct {
	orchestrate.ExternalTask
	Date orchestrate.Date `param:"date" help:"day of the text"`
}

func (t InputText) Output() orchestrate.Target { return hdfs.File("/data/text/%s.txt", t.Date) }

// WordCount counts words.
type WordCount struct {
	DateInterval orchestrate.DateInterval `param:"date-interval" help:"days to count, such as 2014-06"`
}

func (WordCount) Help() string {
	return "Counts how often each word occurs in the texts of some days. The output has\nlines of WORD TAB COUNT."
}

func (w WordCount) Requires() []orchestrate.Task {
	return orchestrate.ForEach(w.DateInterval.Dates(), func(d orchestrate.Date) InputText { return InputText{Date: d} })
}

func (w WordCount) Output() orchestrate.Target {
	return hdfs.Dir("/data/text-count/%s", w.DateInterval)
}

func (w WordCount) Job() mr.Job { return mr.MapMerge(w, mr.Sum, mr.Reducers(2)) }

func (WordCount) Map(line string, emit mr.Emit[string, int]) error {
	for word := range strings.FieldsSeq(line) {
		emit(word, 1)
	}
	return nil
}

// Report is a task with a parameter of each kind that help shows in a way of its own.
type Report struct {
	DateInterval orchestrate.DateInterval `param:"date-interval" help:"days of the report"`
	Format       string                   `param:"format-of" choices:"text,html" help:"form of the report"`
	Top          int                      `param:"top" help:"how many words"`
	Skip         []string                 `param:"skip,optional" help:"words to leave out"`
	Verbose      bool                     `param:"verbose,insignificant"`
}

func (r *Report) Requires() []orchestrate.Task {
	return []orchestrate.Task{WordCount{DateInterval: r.DateInterval}}
}

func (r *Report) Output() orchestrate.Target {
	return hdfs.File("/reports/%s.%s", r.DateInterval, r.Format)
}

func (r *Report) Run(ctx context.Context) error {
	w, err := r.Output().(hdfs.Target).Create(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = w.Abort() }()
	if _, err := fmt.Fprintf(w, "top %d of %s\n", r.Top, r.DateInterval); err != nil {
		return err
	}
	return w.Close()
}

// Broken fails at its third record.
type Broken struct {
	Date orchestrate.Date `param:"date"`
}

func (b Broken) Requires() []orchestrate.Task { return []orchestrate.Task{InputText{Date: b.Date}} }
func (b Broken) Output() orchestrate.Target   { return hdfs.Dir("/broken/%s", b.Date) }
func (b Broken) Job() mr.Job                  { return mr.MapMerge(b, mr.Sum) }
func (b Broken) Map(line string, emit mr.Emit[string, int]) error {
	if strings.Contains(line, "bad") {
		return errors.New("no word counts here")
	}
	emit(line, 1)
	return nil
}

// Slow waits in its mapper until it is stopped. It says when it has begun.
type Slow struct {
	Date orchestrate.Date `param:"date"`
}

func (s Slow) Requires() []orchestrate.Task { return []orchestrate.Task{InputText{Date: s.Date}} }
func (s Slow) Output() orchestrate.Target   { return hdfs.Dir("/slow/%s", s.Date) }
func (s Slow) Job() mr.Job                  { return mr.MapMerge(slowMapper(), mr.Sum) }

func slowMapper() mr.Mapper[string, string, int] {
	return mr.MapTask(func(env *mr.Env, lines iter.Seq[string], emit mr.Emit[string, int]) error {
		if marker := os.Getenv("SLOW_MARKER"); marker != "" {
			if err := os.WriteFile(marker, nil, 0o666); err != nil {
				return err
			}
			select {
			case <-env.Context().Done():
				return env.Context().Err()
			case <-time.After(time.Minute):
				return errors.New("nobody stopped it")
			}
		}
		for line := range lines {
			emit(line, 1)
		}
		return nil
	})
}

// MeanLength has an average for its merge, which is a mistake.
type MeanLength struct {
	DateInterval orchestrate.DateInterval `param:"date-interval"`
}

func (m MeanLength) Requires() []orchestrate.Task { return WordCount(m).Requires() }
func (m MeanLength) Output() orchestrate.Target   { return hdfs.Dir("/mean-length/%s", m.DateInterval) }
func (m MeanLength) Job() mr.Job {
	return mr.MapMerge(m, func(a, b float64) float64 { return (a + b) / 2 })
}

// Map emits the length of each word under its first letter.
func (MeanLength) Map(line string, emit mr.Emit[string, float64]) error {
	for word := range strings.FieldsSeq(line) {
		emit(word[:1], float64(len(word)))
	}
	return nil
}

// Loop requires itself.
type Loop struct{}

func (l Loop) Requires() []orchestrate.Task { return []orchestrate.Task{l} }
func (Loop) Output() orchestrate.Target     { return hdfs.File("/loop") }
func (Loop) Run(context.Context) error      { return nil }

// Strange has a job that reads and writes what no job can.
type Strange struct{}

func (Strange) Output() orchestrate.Target { return orchestrate.LocalFile("/nowhere/strange") }
func (Strange) Job() mr.Job                { return mr.MapMerge(slowMapper(), mr.Sum) }
