package cli

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/launch"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/trash"
)

// A launchClear is the clear of a launch, see [launch.Clear]. An attempt that was killed in it leaves the entry in the
// trash and the hold on the server, both of names that the next attempt knows. Each move and each request that changes
// something asks whether the attempt is still the one that may.
type launchClear struct {
	*clearing

	launch *launch.Launch
	task   orchestrate.Task
	report func(orchestrate.Progress)

	own    []string  // IDs of the tasks whose outputs are those of the launch
	remade bool      // one of them is to be made
	since  time.Time // what depends on them and was made since is up to date, unless one is to be made
}

const (
	// lockPatience is how long a launch waits for who runs or clears its tasks on this machine.
	lockPatience = 30 * time.Second

	// attemptPatience is how long it waits for attempts that are in the way. Its worker has a slot less meanwhile, which
	// what these wait for may need; so it does not wait longer, and is tried again.
	attemptPatience = 5 * time.Minute
)

// clearForLaunch clears what a launch is to clear. Over is that its tasks were submitted before, and nothing is to be done.
func (a *app) clearForLaunch(cmd *cobra.Command, flags *placeFlags, l *launch.Launch, task orchestrate.Task, host *serverHost, url string) (over bool, err error) {
	ui := a.newUI(true)
	defer ui.close()
	place, err := flags.open(cmd, ui)
	if err != nil {
		return false, err
	}
	defer place.close()
	t, err := a.trashOf(place, flags)
	if err != nil {
		return false, err
	}
	guardTrash(cmd.Context(), t, host)
	c := a.newLaunchClear(l, task, host)
	c.place, c.trash, c.url = place, t, url
	return c.run(hdfs.NewContext(cmd.Context(), place.files))
}

// newLaunchClear returns the clear of a launch, which needs a place and its trash.
func (a *app) newLaunchClear(l *launch.Launch, task orchestrate.Task, host *serverHost) *launchClear {
	flags := &clearFlags{downstream: l.Clear.Downstream, note: l.Clear.Note, keep: dayDuration(cmp.Or(l.Clear.Keep, trash.DefaultKeep))}
	c := &clearing{app: a, remote: host.remote, fence: host.fence, entry: l.Clear.Entry, flags: flags}
	return &launchClear{clearing: c, launch: l, task: task, report: host.Report}
}

// run clears, and asks for the tasks downstream to be waited for.
func (c *launchClear) run(ctx context.Context) (over bool, err error) {
	// A submission without tasks changes nothing, and gets the receipt of the one that had the name.
	receipt, err := c.submit(ctx, &scheduler.Submission{Request: c.launch.Name})
	if err != nil || receipt.Run != 0 {
		return err == nil, err
	}
	var downstream []string
	for until := time.Now().Add(attemptPatience); ; {
		downstream, err = c.clearOnce(ctx)
		inTheWay := new(inTheWayError)
		switch {
		case errors.As(err, &inTheWay) && time.Now().Before(until):
			if err := c.await(ctx, inTheWay.id, until); err != nil {
				return false, err
			}
			continue
		case err == errLookAgain && ctx.Err() == nil: //nolint:errorlint // with another error, that is to be told
			continue
		}
		break
	}
	if err != nil || len(downstream) == 0 {
		return false, err
	}
	_, err = c.submit(ctx, &scheduler.Submission{Request: launch.DownstreamName(c.launch.Name), Roots: downstream})
	return false, err
}

// await waits until a task has no attempt under way, or for long enough.
func (c *launchClear) await(ctx context.Context, id string, until time.Time) error {
	c.report(orchestrate.Progress{Message: "waits for " + id, Fraction: -1})
	for time.Now().Before(until) {
		explanation, err := insistOn(ctx, func(ctx context.Context) (scheduler.Explanation, error) { return c.remote.Explain(ctx, id) })
		if err != nil {
			return err
		}
		if state := explanation.Task.State; state != store.Running && state != store.Suspended {
			return nil
		}
		select {
		case <-time.After(lookAgain):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

func (c *launchClear) submit(ctx context.Context, s *scheduler.Submission) (scheduler.Receipt, error) {
	return insistOn(ctx, func(ctx context.Context) (scheduler.Receipt, error) { return c.remote.Submit(ctx, s) })
}

// clearOnce clears, or goes on where an attempt before has left it, and returns the tasks downstream that are cleared.
func (c *launchClear) clearOnce(ctx context.Context) (downstream []string, err error) {
	entry, err := c.trash.Open(c.entry)
	if errors.Is(err, trash.ErrUnknown) {
		if err := c.look(ctx); err != nil || !c.hasOutputs() {
			return nil, err
		}
		return c.clearNew(ctx)
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = closeEntry(entry, err) }()
	if err := cmp.Or(c.takeOwn(), c.take(entry)); err != nil {
		return nil, err
	}
	if !entry.Finished && !entry.Emptying {
		err = c.goOn(ctx, entry)
	}
	return c.downstream(), err
}

// downstream returns the IDs of the tasks that are cleared and not the launch's own.
func (c *launchClear) downstream() []string {
	return slices.DeleteFunc(c.ids(), func(id string) bool { return slices.Contains(c.own, id) })
}

func (c *launchClear) hasOutputs() bool {
	return slices.ContainsFunc(c.tasks, func(t *clearedTask) bool { return len(t.outputs) > 0 })
}

// clearNew clears the tasks that were found.
func (c *launchClear) clearNew(ctx context.Context) (downstream []string, err error) {
	if err := c.lock(ctx, lockPatience); err != nil {
		return nil, err
	}
	defer c.locks.free()
	entry, err := c.begin()
	if err != nil {
		return nil, err
	}
	defer func() { err = closeEntry(entry, err) }()
	ids := c.known()
	if err := c.holdThem(ctx, ids, false); err != nil {
		return nil, errors.Join(err, c.abandon(entry, err))
	}
	if more, err := c.hasMore(ctx); more || err != nil {
		err = errors.Join(err, c.takeBack(ctx, launch.HoldName(c.entry), ids, errLookAgain), entry.Forget())
		return nil, cmp.Or(err, errLookAgain)
	}
	return c.downstream(), c.carryOut(ctx, entry, ids)
}
