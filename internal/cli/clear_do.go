package cli

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/client"
	"github.com/gomr/gomr/orchestrate/launch"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/trash"
)

// do clears the tasks and returns the ID of the entry in the trash, empty where there was nothing to move.
//
// The order lets a kill at any point leave nothing that somebody would run half-cleared: the manifest, of what is to
// be moved; the server's hold, from which on nobody runs one of the tasks or what requires it; the moves; the release.
func (c *clearing) do(ctx context.Context) (id string, err error) {
	patience := time.Duration(0)
	if c.flags.kill {
		patience = killPatience
		if err := killAll(ctx, c.remote, c.running()); err != nil {
			return "", err
		}
	}
	if err := c.lock(ctx, patience); err != nil {
		return "", err
	}
	defer c.locks.free()
	entry, err := c.begin()
	if err != nil {
		return "", err
	}
	hold := "clear " + rand.Text()[:8] // where there is no entry to name it
	if entry != nil {
		defer func() { err = errors.Join(err, entry.Close()) }()
		hold = launch.HoldName(entry.Manifest.ID)
		id = entry.Manifest.ID
	}
	held, err := c.hold(ctx, hold)
	if err != nil {
		return "", errors.Join(err, c.abandon(entry, err))
	}
	if entry != nil {
		if err := entry.Move(ctx); err != nil {
			return "", errors.Join(err, c.takeBack(ctx, hold, held, err))
		}
	}
	if err := c.release(ctx, hold, held, nil); err != nil {
		return "", err
	}
	if entry != nil {
		return id, entry.Finish()
	}
	return id, nil
}

// release ends a hold whose outputs are moved. Those of the tasks that are done have new ones.
func (c *clearing) release(ctx context.Context, hold string, held, done []string) error {
	if len(held) == 0 {
		return nil
	}
	c.locks.free() // the workers that the release lets run the tasks take them
	release := &scheduler.Release{Name: hold, Done: done, Note: c.flags.note, Fence: c.fence}
	if err := insistFor(ctx, func() error { return c.remote.Release(ctx, release) }); err != nil {
		return fmt.Errorf("the outputs are moved, and the server still holds the tasks: '%s undo %s' brings them back: %w", c.name, entryOf(hold), err)
	}
	return nil
}

// entryOf returns the ID of the entry of a hold.
func entryOf(hold string) string { return strings.TrimPrefix(hold, launch.HoldName("")) }

// running returns the IDs of the tasks at which attempts are under way.
func (c *clearing) running() (ids []string) {
	for _, t := range c.tasks {
		if t.state == store.Running || t.state == store.Suspended {
			ids = append(ids, t.id)
		}
	}
	return ids
}

// killAll asks for the end of the attempts at tasks.
func killAll(ctx context.Context, remote *client.Client, ids []string) error {
	for _, id := range ids {
		err := insistFor(ctx, func() error { return remote.Kill(ctx, id, "") })
		if ended := new(scheduler.StateError); err != nil && !errors.As(err, &ended) && !errors.Is(err, scheduler.ErrUnknownTask) {
			return err
		}
	}
	return nil
}

// lock locks the tasks that are cleared.
func (c *clearing) lock(ctx context.Context, patience time.Duration) (err error) {
	c.locks, err = c.lockTasks(ctx, c.place, c.ids(), patience)
	return err
}

// taskLocks are functions that release the locks of tasks.
type taskLocks []func()

// free releases the locks that are not released yet.
func (l *taskLocks) free() {
	for _, release := range *l {
		release()
	}
	*l = nil
}

// lockTasks keeps the processes of this machine from running tasks. It waits for those that do, as long as its patience lasts.
func (a *app) lockTasks(ctx context.Context, place *place, ids []string, patience time.Duration) (locks taskLocks, err error) {
	start := time.Now()
	for _, id := range ids {
		release, err := a.lockTask(ctx, place, id, start.Add(patience))
		if err != nil {
			locks.free()
			return nil, &lockedError{id, err}
		}
		locks = append(locks, release)
	}
	return locks, nil
}

func (a *app) lockTask(ctx context.Context, place *place, id string, until time.Time) (release func(), err error) {
	for {
		release, err := orchestrate.Lock(place.lockDir(a.getenv), id)
		if running := new(orchestrate.AlreadyRunningError); !errors.As(err, &running) || time.Now().After(until) {
			return release, err
		}
		select {
		case <-time.After(lookAgain):
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// A lockedError is a task that is run or cleared now.
type lockedError struct {
	id  string
	err error
}

func (e *lockedError) Error() string {
	return fmt.Sprintf("%s can't be cleared or brought back now: %v", e.id, e.err)
}

func (e *lockedError) Unwrap() error { return e.err }

// begin makes the entry in the trash. Nil is that there is nothing to move.
func (c *clearing) begin() (*trash.Entry, error) {
	name, err := localUser()
	if err != nil {
		return nil, err
	}
	m := &trash.Manifest{ID: c.entry, By: cmp.Or(c.by, name), Note: c.flags.note, Server: c.url}
	count := 0
	for _, t := range c.tasks {
		m.Tasks = append(m.Tasks, trash.Task{ID: t.id, Outputs: t.outputs})
		count += len(t.outputs)
	}
	if count == 0 {
		return nil, nil
	}
	return c.trash.Begin(m, time.Duration(c.flags.keep))
}

const (
	// killPatience is how long a clear waits for the end of attempts that it has killed.
	killPatience = 5 * time.Minute
	lookAgain    = time.Second
)

// hold has the server hold the tasks that it knows, and returns them.
func (c *clearing) hold(ctx context.Context, name string) ([]string, error) {
	ids := c.known()
	if len(ids) == 0 {
		return nil, nil
	}
	request := &scheduler.Hold{Name: name, Tasks: ids, Closed: c.flags.downstream, Kill: c.flags.kill, Note: c.flags.note}
	return ids, c.holdTasks(ctx, c.remote, request)
}

// holdTasks has a server hold tasks, when the attempts have ended that it kills for that.
func (a *app) holdTasks(ctx context.Context, remote *client.Client, request *scheduler.Hold) error {
	told := false
	for start := time.Now(); ; {
		err := insistFor(ctx, func() error { return remote.Hold(ctx, request) })
		var state *scheduler.StateError
		var held *scheduler.HeldError
		switch {
		case errors.As(err, &held):
			return fmt.Errorf("%w; '%s undo %s' undoes it if it was interrupted", err, a.name, entryOf(held.Hold))
		case !errors.As(err, &state) || state.Want != "at rest":
			return err
		case !request.Kill:
			return &busyError{fmt.Sprintf("%s is %s on the server, and reads or writes what is to be moved: wait for it, or stop it with --kill", state.ID, state.State)}
		case time.Since(start) > killPatience:
			return fmt.Errorf("%s is killed, and has not ended within %s: %w", state.ID, killPatience, err)
		}
		if !told {
			told = true
			fmt.Fprintf(a.stderr, "gomr: waiting for the end of %s, which is killed\n", state.ID)
		}
		select {
		case <-time.After(lookAgain):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// insistFor makes a request again, for a while, as long as the server can't be reached.
func insistFor(ctx context.Context, request func() error) error {
	ctx, cancel := context.WithTimeout(ctx, submitPatience)
	defer cancel()
	return insist(ctx, request)
}

// abandon removes an entry of which nothing was moved. Where it is not known whether the server holds the tasks, the
// entry stays, so that an undo ends that too.
func (c *clearing) abandon(entry *trash.Entry, why error) error {
	if entry == nil {
		return nil
	}
	if unreachable := new(client.UnreachableError); errors.As(why, &unreachable) {
		return fmt.Errorf("nothing is moved; if the server holds the tasks nevertheless, '%s undo %s' ends that", c.name, entry.Manifest.ID)
	}
	return entry.Forget()
}

// takeBack ends a hold where the outputs could not be moved: those that are back are done again.
func (c *clearing) takeBack(ctx context.Context, hold string, held []string, why error) error {
	if interrupted := new(trash.InterruptedError); len(held) == 0 || errors.As(why, &interrupted) {
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	done, err := c.doneOf(ctx, held)
	if err != nil {
		return err
	}
	c.locks.free()
	release := &scheduler.Release{Name: hold, Done: done, Note: "nothing was moved: " + why.Error(), Fence: c.fence}
	return insistFor(ctx, func() error { return c.remote.Release(ctx, release) })
}

// doneOf returns those of the tasks of some IDs whose outputs are there.
func (c *clearing) doneOf(ctx context.Context, ids []string) (done []string, err error) {
	for _, t := range c.tasks {
		if !slices.Contains(ids, t.id) {
			continue
		}
		if there, err := complete(ctx, t.task); err != nil {
			return nil, err
		} else if there {
			done = append(done, t.id)
		}
	}
	return done, nil
}

// complete tells whether all of a task's output exists.
func complete(ctx context.Context, task orchestrate.Task) (bool, error) {
	exists, err := existsAll(ctx, targetsOf(task))
	for _, one := range exists {
		if !one {
			return false, err
		}
	}
	return err == nil && len(exists) > 0, err
}
