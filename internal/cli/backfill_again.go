package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/client"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// askedAtOnce is for how many labels a server is asked at once what depends on them.
const askedAtOnce = 100

// findAgain finds the tasks downstream of those that are chosen, and refuses what no worker could clear.
func (a *app) findAgain(ctx context.Context, flags *backfillFlags, remote *client.Client, s *backfillSurvey, chosen []orchestrate.Task) error {
	c := &clearing{app: a, remote: remote}
	for _, task := range chosen {
		if err := c.add(task, ""); err != nil {
			return err
		}
	}
	own := c.ids()
	if flags.downstream {
		for ids := range slices.Chunk(own, askedAtOnce) {
			around, err := remote.Surrounding(ctx, ids)
			if err != nil {
				return err
			}
			if err := c.addDone(&around); err != nil {
				return &UsageError{err}
			}
		}
	}
	downstream := c.tasks[len(own):]
	for _, t := range downstream {
		s.downstream = append(s.downstream, t.id)
	}
	if !flags.all { // what is missing has no output
		c.tasks = downstream
	}
	var errs []error
	for _, t := range c.tasks {
		for _, target := range targetsOf(t.task) {
			_, _, err := locateTarget(t.id, target)
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// addDone adds those of the tasks downstream that are done: what is not has no output that is in the way.
func (c *clearing) addDone(around *scheduler.Surrounding) error {
	for i := range around.Dependents {
		if d := &around.Dependents[i]; d.State == store.Done {
			if err := c.addDependent(d); err != nil {
				return err
			}
		}
	}
	return nil
}

// confirmBackfill asks where outputs are to be made again.
func (a *app) confirmBackfill(ctx context.Context, flags *backfillFlags, out *remoteOutput, s *backfillSurvey) error {
	if flags.yes || s.again+len(s.downstream) == 0 {
		return nil
	}
	if !flags.json {
		if err := out.writeSurvey(s); err != nil {
			return err
		}
	}
	return a.confirm(ctx, fmt.Sprintf("Make the outputs of %s again, each when it is its turn?", countOf(s.again+len(s.downstream), "task")))
}
