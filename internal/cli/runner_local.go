package cli

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/gomr/gomr/hdfs"
	engine "github.com/gomr/gomr/mr/local"
	"github.com/gomr/gomr/orchestrate"
)

// openLocal returns the place of a folder that stands for HDFS.
func openLocal(flags *placeFlags, ui *ui) (*place, error) {
	root, err := filepath.Abs(flags.root)
	if err != nil {
		return nil, err
	}
	files := hdfs.Local(root)
	return &place{
		files: files,
		jobs:  &localRunner{files: files, memory: int64(flags.memory), log: ui.log, turn: make(chan struct{}, 1)},
		name:  "local:" + root,
		note:  "with the local runner, paths lead below " + root + " (--root)",
		user:  localUser,
		close: func() {},
	}, nil
}

// A localRunner runs jobs in this process, one at a time: each uses all cores and
// the whole memory budget.
type localRunner struct {
	files  hdfs.FileSystem
	memory int64
	log    *slog.Logger
	turn   chan struct{} // holds one element while a job runs
}

// RunJob implements [orchestrate.JobRunner].
func (r *localRunner) RunJob(ctx context.Context, run orchestrate.JobRun) (orchestrate.JobResult, error) {
	inputs, output, err := jobPaths(run)
	if err != nil {
		return orchestrate.JobResult{}, err
	}
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	case <-ctx.Done():
		return orchestrate.JobResult{}, context.Cause(ctx)
	}
	if r.memory == 0 || r.memory >= memoryForGarbage {
		// In less time a job does not get back what it costs to take the memory.
		defer time.AfterFunc(time.Second/2, collectSeldom).Stop()
	}
	result, err := engine.Run(ctx, run.Job, engine.Options{
		Files:  r.files,
		Inputs: inputs,
		Output: output,
		Memory: r.memory,
		Check: func(ctx context.Context, w engine.Written) error {
			return checkJob(ctx, run, orchestrate.Size(w))
		},
		BeforeCommit: run.Commit,
		Record:       run.Record,
		RecordName:   recordName(run.Record),
		ResumeKey:    programKey() + run.ID,
		Progress: func(p engine.Progress) {
			run.Report(progressOf(orchestrate.JobProgress{Step: p.Step, Steps: p.Steps, Map: p.Map, Reduce: p.Reduce}))
		},
		Log: r.log.With("task", run.ID),
	})
	if err != nil {
		return orchestrate.JobResult{}, err
	}
	return orchestrate.JobResult{Counters: result.Counters.Values(), ReduceRecords: result.ReduceRecords}, nil
}

// programKey returns what changes when the program is built anew, without reading all of it.
func programKey() string {
	file, err := os.Executable()
	if err != nil {
		return ""
	}
	info, err := os.Stat(file)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%s %d %d ", file, info.Size(), info.ModTime().UnixNano())
}

// progressOf returns the progress of a task from that of its job.
func progressOf(job orchestrate.JobProgress) orchestrate.Progress {
	job.Step, job.Steps = max(job.Step, 1), max(job.Steps, 1)
	message := fmt.Sprintf("map %.0f%% reduce %.0f%%", 100*job.Map, 100*job.Reduce)
	if job.Steps > 1 {
		message = fmt.Sprintf("step %d of %d: %s", job.Step, job.Steps, message)
	}
	return orchestrate.Progress{
		Fraction: (float64(job.Step-1) + (job.Map+job.Reduce)/2) / float64(job.Steps),
		Message:  message,
		Job:      &job,
	}
}
