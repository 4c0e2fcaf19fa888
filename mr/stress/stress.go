package stress

import (
	"context"
	"errors"
	"fmt"
	"path"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/mr/local"
)

// A Baseline is a job that ran without stress, and its output. It is for one goroutine.
type Baseline struct {
	job     mr.Job
	options local.Options // Output is the folder that holds all that is written
	workers int           // to sort with
	sorted  bool          // whether the sorted output is there
}

// Plain runs a job without stress. The options are those of [local.Run], but for
// Output: it is a folder for all that is written, which is removed by Close.
// An error is that of the job; nothing is left then.
func Plain(ctx context.Context, job mr.Job, options local.Options) (*Baseline, error) {
	if options.Files == nil {
		options.Files = hdfs.Local("/")
	}
	options.ResumeKey = ""
	b := &Baseline{job: job, options: options, workers: options.Workers}
	b.options.Workers = 1
	if err := b.runJob(ctx, job, b.options, b.plain()); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// Close removes all that was written.
func (b *Baseline) Close() error { return b.options.Files.RemoveAll(b.options.Output) }

// Try runs the job under stress and compares its output with the baseline's.
// An output that differs, or a job that fails, is a [*Difference].
func (b *Baseline) Try(ctx context.Context, seed uint64) error {
	d, err := b.run(ctx, plan{seed: seed, causes: everything})
	if err != nil {
		return err
	}
	if d == nil {
		return nil
	}
	d.Seed = seed
	if d.Cause, d.Step, err = b.findCause(ctx, seed); err != nil {
		return err
	}
	return d
}

// run runs the job with the plan and returns how its output differs, or nil.
func (b *Baseline) run(ctx context.Context, p plan) (d *Difference, err error) {
	folder := b.folder("stressed")
	options := b.options
	if p.causes.has(Splits) {
		options.Maps = p.maps()
	}
	err = b.runJob(ctx, stressedJob{b.job, p}, options, folder)
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		return &Difference{Err: err}, nil
	}
	defer func() { err = errors.Join(err, b.options.Files.RemoveAll(folder)) }()
	return b.compare(ctx, folder)
}

func (b *Baseline) runJob(ctx context.Context, job mr.Job, options local.Options, output string) error {
	options.Output = output
	_, err := local.Run(ctx, job, options)
	return err
}

func (b *Baseline) plain() string { return b.folder("plain") }

func (b *Baseline) folder(name string) string { return path.Join(b.options.Output, name) }

// compare compares the output in a folder with the baseline's.
func (b *Baseline) compare(ctx context.Context, folder string) (d *Difference, err error) {
	same, err := sameParts(b.options.Files, b.plain(), folder)
	if same || err != nil {
		return nil, err
	}
	if !b.sorted {
		if err := b.sort(ctx, b.plain()); err != nil {
			return nil, err
		}
		b.sorted = true
	}
	if err := b.sort(ctx, folder); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.options.Files.RemoveAll(sortedFolder(folder))) }()
	return compareSorted(b.options.Files, sortedFolder(b.plain()), sortedFolder(folder))
}

// sort sorts the lines of the output in a folder into the folder beside it.
func (b *Baseline) sort(ctx context.Context, folder string) error {
	options := local.Options{Files: b.options.Files, Inputs: []string{folder}, Workers: b.workers, Memory: b.options.Memory}
	if err := b.runJob(ctx, sortLines(), options, sortedFolder(folder)); err != nil {
		return fmt.Errorf("sort the output to compare it: %w", err)
	}
	return nil
}

func sortedFolder(folder string) string { return folder + "-sorted" }
