package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
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
	mayMove := func() error { return host.Commit(context.WithoutCancel(cmd.Context())) }
	for i := range t.Volumes {
		t.Volumes[i].Files = trashFiles{guardedFiles{t.Volumes[i].Files, mayMove}}
	}
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

// trashFiles are files in which nothing is moved or removed without leave: an attempt that was given up must not touch the
// entry of the one after it.
type trashFiles struct{ guardedFiles }

// Remove implements [hdfs.FileSystem].
func (t trashFiles) Remove(name string) error {
	if err := t.mayCommit(); err != nil {
		return err
	}
	return t.FileSystem.Remove(name)
}

// RemoveAll implements [hdfs.FileSystem].
func (t trashFiles) RemoveAll(name string) error {
	if err := t.mayCommit(); err != nil {
		return err
	}
	return t.FileSystem.RemoveAll(name)
}

// errLookAgain says that what is to be cleared has changed, and nothing is moved.
var errLookAgain = errors.New("what is to be cleared has changed")

// An inTheWayError is a task with an attempt under way that reads or writes what is to be moved.
type inTheWayError struct{ id string }

func (e *inTheWayError) Error() string {
	return e.id + " has an attempt under way that reads or writes what is to be moved: wait for it, or stop it with kill"
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
	if err := c.take(entry); err != nil {
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
	unlock, err := c.lockTasks(ctx, c.place, c.ids(), lockPatience)
	if err != nil {
		return nil, err
	}
	defer unlock()
	entry, err := c.begin()
	if err != nil {
		return nil, err
	}
	defer func() { err = closeEntry(entry, err) }()
	ids := c.known()
	if err := c.holdThem(ctx, ids); err != nil {
		return nil, errors.Join(err, c.abandon(entry, err))
	}
	if more, err := c.hasMore(ctx); more || err != nil {
		err = errors.Join(err, c.takeBack(ctx, launch.HoldName(c.entry), ids, errLookAgain), entry.Forget())
		return nil, cmp.Or(err, errLookAgain)
	}
	return c.downstream(), c.carryOut(ctx, entry, ids)
}

// carryOut moves the outputs of tasks that are held. Nothing interrupts it but a kill: it takes no longer than to take back
// what was moved.
func (c *launchClear) carryOut(ctx context.Context, entry *trash.Entry, held []string) error {
	ctx = context.WithoutCancel(ctx)
	hold := launch.HoldName(c.entry)
	if err := entry.Move(ctx); err != nil {
		return errors.Join(err, c.takeBack(ctx, hold, held, err))
	}
	done, err := c.doneOf(ctx, held)
	if err != nil {
		return err
	}
	if err := c.release(ctx, hold, held, done); err != nil {
		return err
	}
	return entry.Finish()
}

// holdThem has the server hold tasks.
func (c *launchClear) holdThem(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	request := &scheduler.Hold{Name: launch.HoldName(c.entry), Tasks: ids, Note: c.flags.note, Fence: c.fence}
	for start := time.Now(); ; {
		err := insistFor(ctx, func() error { return c.remote.Hold(ctx, request) })
		state, held := new(scheduler.StateError), new(scheduler.HeldError)
		switch {
		case errors.As(err, &state):
			return &inTheWayError{state.ID}
		case !errors.As(err, &held):
			return err
		case time.Since(start) > lockPatience:
			return fmt.Errorf("%w; '%s undo %s' undoes it if it was interrupted", err, c.name, entryOf(held.Hold))
		}
		select {
		case <-time.After(lookAgain):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// take has the tasks of an entry be those that are cleared.
func (c *launchClear) take(entry *trash.Entry) error {
	if err := c.takeOwn(); err != nil {
		return err
	}
	var tasks []*clearedTask
	for _, t := range entry.Manifest.Tasks {
		task, err := c.registry.ParseID(t.ID)
		if err != nil {
			return err
		}
		tasks = append(tasks, &clearedTask{id: t.ID, task: task, outputs: t.Outputs})
	}
	c.set(tasks)
	return nil
}

// goOn finishes what an attempt before has begun.
func (c *launchClear) goOn(ctx context.Context, entry *trash.Entry) error {
	moved, left, err := entry.Progress()
	if err != nil {
		return err
	}
	known, held, err := knownTasks(ctx, c.remote, launch.HoldName(c.entry), c.ids())
	switch {
	case err != nil:
		return err
	case !held && left == 0: // the hold has ended, so that new outputs may be there
		return entry.Finish()
	case !held && moved == 0:
		return cmp.Or(entry.Forget(), errLookAgain)
	}
	unlock, err := c.lockTasks(ctx, c.place, c.ids(), lockPatience)
	if err != nil {
		return err
	}
	defer unlock()
	if !held {
		if err := c.holdThem(ctx, known); err != nil {
			return err
		}
	}
	return c.carryOut(ctx, entry, known)
}

// closeEntry lets others work on an entry, and returns why that or what was done before has failed.
func closeEntry(entry *trash.Entry, err error) error {
	if closeErr := entry.Close(); closeErr != nil {
		return errors.Join(err, closeErr)
	}
	return err
}
