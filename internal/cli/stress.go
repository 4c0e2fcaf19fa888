package cli

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/mr"
	engine "github.com/gomr/gomr/mr/local"
	"github.com/gomr/gomr/mr/stress"
	"github.com/gomr/gomr/orchestrate"
)

// A seedRange is a flag that takes a seed such as 17, or a range such as 1-20.
type seedRange struct {
	text        string
	first, last uint64
}

// Set reads the seeds.
func (s *seedRange) Set(text string) error {
	from, to, isRange := strings.Cut(text, "-")
	if !isRange {
		to = from
	}
	first, err1 := strconv.ParseUint(from, 10, 32)
	last, err2 := strconv.ParseUint(to, 10, 32)
	if err := errors.Join(err1, err2); err != nil || first > last {
		return errors.New("want a seed such as 17, or a range of them such as 1-20")
	}
	*s = seedRange{text, first, last}
	return nil
}

// String returns the seeds as they were given.
func (s *seedRange) String() string { return s.text }

// Type returns what help shows as the value.
func (s *seedRange) Type() string { return "seeds" }

func (s *seedRange) given() bool { return s.text != "" }

func (s *seedRange) count() int { return int(s.last-s.first) + 1 }

// A stressTest runs the job of one task under stress, as often as there are seeds, and
// those of the tasks that it requires as they are. The task takes no notice of its own
// output, and leaves none.
type stressTest struct {
	*localRunner
	task    orchestrate.Task
	seeds   seedRange
	observe func(text string) // is told of each seed

	same       int // number of seeds that changed nothing
	difference *stress.Difference
	over       bool // all seeds were tried
}

// newStressTest returns the test of a task, which must have a job.
func newStressTest(task orchestrate.Task, seeds seedRange, runner orchestrate.JobRunner) (*stressTest, error) {
	if _, ok := task.(orchestrate.JobTask); !ok {
		return nil, usagef("--stress is for a task with a job, and %s has none%s", orchestrate.Family(task), jobsBelow(task))
	}
	return &stressTest{localRunner: runner.(*localRunner), task: task, seeds: seeds}, nil
}

// jobsBelow names a task with a job among those that a task requires.
func jobsBelow(task orchestrate.Task) string {
	requirer, ok := task.(orchestrate.Requirer)
	if !ok {
		return ""
	}
	for _, required := range requirer.Requires() {
		if _, ok := required.(orchestrate.JobTask); ok {
			return fmt.Sprintf("; it requires %s, which has one", orchestrate.ID(required))
		}
	}
	return ""
}

// exists tells which targets exist. The output of the task under stress does not until
// all seeds were tried, so that a plan runs the task whatever is there.
func (s *stressTest) exists(ctx context.Context, targets []orchestrate.Target) ([]bool, error) {
	exists, err := existsAll(ctx, targets)
	for i := range exists {
		if targets[i].String() == s.task.Output().String() {
			exists[i] = s.over
		}
	}
	return exists, err
}

// RunJob implements [orchestrate.JobRunner].
func (s *stressTest) RunJob(ctx context.Context, run orchestrate.JobRun) (orchestrate.JobResult, error) {
	if run.ID != orchestrate.ID(s.task) {
		return s.localRunner.RunJob(ctx, run)
	}
	inputs, output, err := jobPaths(run)
	if err != nil {
		return orchestrate.JobResult{}, err
	}
	folder := hdfs.TempDir(output, "stress")
	if err := s.files.RemoveAll(folder); err != nil { // of a process that was killed
		return orchestrate.JobResult{}, err
	}
	baseline, err := stress.Plain(ctx, taskJob{s.task.(orchestrate.JobTask)}, engine.Options{
		Files:    s.files,
		Inputs:   inputs,
		Output:   folder,
		Memory:   s.memory,
		Progress: func(p engine.Progress) { run.Report(s.progress(p)) },
	})
	if err != nil {
		return orchestrate.JobResult{}, err
	}
	err = s.trySeeds(ctx, baseline)
	return orchestrate.JobResult{}, errors.Join(err, baseline.Close())
}

// trySeeds tries all seeds, up to the first that changes the output.
func (s *stressTest) trySeeds(ctx context.Context, baseline *stress.Baseline) error {
	for seed := s.seeds.first; seed <= s.seeds.last; seed++ {
		err := baseline.Try(ctx, seed)
		if errors.As(err, &s.difference) {
			return orchestrate.Permanent(err)
		}
		if err != nil {
			return err
		}
		s.same++
		s.observe(fmt.Sprintf("seed %d: the output is the same", seed))
	}
	s.over = true
	return nil
}

// progress returns how far all runs of the job are, of which the first is the one without stress.
func (s *stressTest) progress(p engine.Progress) orchestrate.Progress {
	progress := progressOf(orchestrate.JobProgress{Step: p.Step, Steps: p.Steps, Map: p.Map, Reduce: p.Reduce})
	progress.Fraction = (float64(s.same) + progress.Fraction) / float64(s.seeds.count()+1)
	return progress
}

// report returns what is said of a test that has found nothing.
func (s *stressTest) report() string {
	seeds := "seeds"
	if s.seeds.count() == 1 {
		seeds = "seed"
	}
	return fmt.Sprintf("%s has the same output under stress, %s %s.\n", orchestrate.ID(s.task), seeds, s.seeds.text)
}

// amend says in a summary how to see the difference again.
func (s *stressTest) amend(summary *orchestrate.Summary, command string) {
	for i, t := range summary.Tasks {
		if s.difference != nil && t.ID == orchestrate.ID(s.task) {
			rest := strings.TrimPrefix(t.Rerun, command)
			summary.Tasks[i].Rerun = fmt.Sprintf("%s --stress=%d%s", command, s.difference.Seed, rest)
		}
	}
}

// runStress runs what a task requires, and the task's job under stress.
func (a *app) runStress(ctx context.Context, flags *runFlags, place *place, ui *ui, config orchestrate.Config, task orchestrate.Task) error {
	test, err := newStressTest(task, flags.stress, place.jobs)
	if err != nil {
		return err
	}
	test.observe = func(text string) { ui.log.Info(text) }
	config.Exists, config.Jobs = test.exists, test
	run, _ := orchestrate.Run(ctx, config, task)
	ui.close()
	test.amend(run, config.Command)
	if test.over && !flags.json {
		if !flags.quiet {
			fmt.Fprint(a.stdout, test.report())
		}
		return nil
	}
	return a.showSummary(flags, place, run, test.summary(run))
}

// A stressSummary is the JSON of a test.
type stressSummary struct {
	Task       string               `json:"task"`
	Seeds      string               `json:"seeds"`
	Same       int                  `json:"same"`       // number of seeds that changed nothing
	Difference *stress.Difference   `json:"difference"` // null where there is none
	Run        *orchestrate.Summary `json:"run"`
}

func (s *stressTest) summary(run *orchestrate.Summary) stressSummary {
	return stressSummary{orchestrate.ID(s.task), s.seeds.text, s.same, s.difference, run}
}

// A taskJob makes the job of a task anew for each run, as each process of a cluster does.
type taskJob struct{ task orchestrate.JobTask }

// Steps returns the steps of a new job.
func (j taskJob) Steps() []*mr.Step { return j.task.Job().Steps() }
