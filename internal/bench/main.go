package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
)

// options are the command line.
type options struct {
	runs        int
	scale       float64
	jobs, tools []string
	render      bool
	cluster     bool
	touch       int64
}

func main() {
	var o options
	words := func(list *[]string) func(string) error {
		return func(text string) error {
			*list = strings.FieldsFunc(text, func(c rune) bool { return c == ',' })
			return nil
		}
	}
	flag.IntVar(&o.runs, "runs", 5, "runs of each row")
	flag.Float64Var(&o.scale, "scale", 1, "part of the inputs to take, for a trial")
	flag.Func("jobs", "names of jobs, with commas (default all)", words(&o.jobs))
	flag.Func("tools", "names of tools or rows, with commas (default all)", words(&o.tools))
	flag.BoolVar(&o.cluster, "cluster", false, "measure the jobs that run under YARN, on the cluster of the environment")
	flag.BoolVar(&o.render, "render", false, "only write the report of the figures that are there")
	flag.Int64Var(&o.touch, "touch", 0, "only touch so many bytes of memory, which is done before each run")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, o)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	if o.touch > 0 {
		return touchMemory(o.touch)
	}
	p, err := newPlace(o.scale)
	if err != nil {
		return err
	}
	if o.cluster {
		p.onCluster()
	}
	// A trial neither mends nor spoils the figures of a whole sitting.
	figures, report := p.results(), filepath.Join(p.repository, "BENCHMARKS.md")
	if o.scale != 1 || len(o.tools) > 0 {
		trial := filepath.Join(p.cache, fmt.Sprintf("trial-%g", o.scale))
		figures, report = trial+".json", trial+".md"
	}
	all, err := readResults(figures)
	if err != nil {
		return err
	}
	jobs := allJobs()
	var failed error
	if !o.render {
		failed = measureAll(ctx, p, o, choose(jobs, o.cluster, o.jobs, o.tools), all, figures)
	}
	before, err := os.ReadFile(report)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		err = os.WriteFile(report, []byte(render(jobs, all, string(before))), 0o666)
	}
	fmt.Fprintln(os.Stderr, "bench: wrote", report)
	return errors.Join(failed, err)
}

// measureAll measures jobs and keeps the figures of each as soon as it is done.
func measureAll(ctx context.Context, p *place, o options, jobs []job, all *results, figures string) error {
	if len(jobs) == 0 {
		return errors.New("no job has such a name, or no row such a tool")
	}
	unlock, err := p.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if err := errors.Join(p.build(ctx), adoptOrphans()); err != nil {
		return err
	}
	s := &sitting{place: p, runs: o.runs, machine: p.describeMachine(ctx), log: os.Stderr}
	if o.cluster {
		opened, err := openCluster()
		if err != nil {
			return err
		}
		s.cluster = opened
	}
	for _, j := range jobs {
		result, err := s.measure(ctx, j)
		if err != nil {
			return fmt.Errorf("%s: %w", j.name, err)
		}
		all.set(result)
		if err := all.write(figures); err != nil {
			return err
		}
	}
	return wrongRows(jobs, all)
}

// wrongRows returns an error that names the rows that failed or have another result.
func wrongRows(jobs []job, all *results) error {
	var wrong []string
	for _, j := range jobs {
		for _, r := range all.job(j.name).Rows {
			if r.Error != "" || r.Check != checkEqual && r.Check != checkFirst {
				wrong = append(wrong, j.name+"/"+r.Name)
			}
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("failed, or with another result: %s", strings.Join(wrong, ", "))
	}
	return nil
}

// build compiles gomr's jobs as gomr compiles those of users, and the hand-written program.
func (p *place) build(ctx context.Context) error {
	bin := filepath.Join(p.cache, "bin")
	jobs := exec.CommandContext(ctx, "go", "run", "../../../cmd/gomr", "build", "-o", filepath.Join(bin, "jobs"))
	jobs.Dir = "internal/bench/jobs"
	handwritten := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", filepath.Join(bin, "handwritten"), "./internal/bench/handwritten")
	for _, c := range []*exec.Cmd{jobs, handwritten} {
		c.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("%v: %w\n%s", c, err, out)
		}
	}
	return nil
}
