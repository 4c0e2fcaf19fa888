package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gomr/gomr/orchestrate/launch"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/trash"
)

// An attempt that clears, for a launch or for a person who has asked a server, may be killed at any point. It leaves the
// entry in the trash and the hold on the server, both of names that the next attempt knows; here is how that goes on.

// errLookAgain says that what is to be cleared has changed, and nothing is moved.
var errLookAgain = errors.New("what is to be cleared has changed")

// An inTheWayError is a task with an attempt under way that reads or writes what is to be moved.
type inTheWayError struct{ id string }

func (e *inTheWayError) Error() string {
	return e.id + " has an attempt under way that reads or writes what is to be moved: wait for it, or stop it with kill"
}

// guardTrash has an attempt move nothing without leave.
func guardTrash(ctx context.Context, t *trash.Trash, host *serverHost) {
	mayMove := func() error { return host.Commit(context.WithoutCancel(ctx)) }
	for i := range t.Volumes {
		t.Volumes[i].Files = trashFiles{guardedFiles{t.Volumes[i].Files, mayMove}}
	}
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

// carryOut moves the outputs of tasks that are held. Nothing interrupts it but a kill: it takes no longer than to take back
// what was moved.
func (c *clearing) carryOut(ctx context.Context, entry *trash.Entry, held []string) error {
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

// holdThem has the server hold tasks for an attempt. Closed is that of a [scheduler.Hold].
func (c *clearing) holdThem(ctx context.Context, ids []string, closed bool) error {
	if len(ids) == 0 {
		return nil
	}
	request := &scheduler.Hold{Name: launch.HoldName(c.entry), Tasks: ids, Closed: closed, Note: c.flags.note, Fence: c.fence}
	for start := time.Now(); ; {
		err := insistFor(ctx, func() error { return c.remote.Hold(ctx, request) })
		state, held := new(scheduler.StateError), new(scheduler.HeldError)
		switch {
		case errors.As(err, &state) && state.Want != "at rest":
			return errLookAgain
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
func (c *clearing) take(entry *trash.Entry) error {
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
func (c *clearing) goOn(ctx context.Context, entry *trash.Entry) error {
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
	if err := c.lock(ctx, lockPatience); err != nil {
		return err
	}
	defer c.locks.free()
	if !held {
		if err := c.holdThem(ctx, known, false); err != nil {
			return err
		}
	}
	return c.carryOut(ctx, entry, known)
}

// endLeftHold ends a hold that an attempt has left without an entry, of which tasks have some: nothing is moved.
func (c *clearing) endLeftHold(ctx context.Context, tasks []store.Task) (changed bool, err error) {
	hold := launch.HoldName(c.entry)
	holds, err := insistOn(ctx, c.remote.Holds)
	i := slices.IndexFunc(holds, func(h scheduler.Held) bool { return h.Name == hold })
	if err != nil || i < 0 {
		return false, err
	}
	left := &clearing{app: c.app}
	for j := range tasks {
		if !slices.Contains(holds[i].Tasks, tasks[j].Key) {
			continue
		}
		task, err := c.registry.Parse(tasks[j].Family, tasks[j].Args)
		if err != nil {
			return false, err
		}
		left.tasks = append(left.tasks, &clearedTask{id: tasks[j].ID, task: task})
	}
	done, err := left.doneOf(ctx, left.ids())
	if err != nil {
		return false, err
	}
	return true, c.release(ctx, hold, left.ids(), done)
}

// closeEntry lets others work on an entry, and returns why that or what was done before has failed.
func closeEntry(entry *trash.Entry, err error) error {
	if closeErr := entry.Close(); closeErr != nil {
		return errors.Join(err, closeErr)
	}
	return err
}
