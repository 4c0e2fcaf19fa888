package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/chore"
	"github.com/gomr/gomr/orchestrate/client"
	"github.com/gomr/gomr/orchestrate/launch"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/trash"
	"github.com/gomr/gomr/orchestrate/worker"
)

// largestAnswer is the size in bytes of the largest answer of a chore that a history keeps.
const largestAnswer = 256 << 10

// A refusedError says why a chore is not done. It is an answer: nothing is changed, and nobody tries it again.
type refusedError struct{ err error }

func (e *refusedError) Error() string { return e.err.Error() }

func (e *refusedError) Unwrap() error { return e.err }

// refused returns the refusal for an error before anything was changed. What may go away by itself is none.
func refused(ctx context.Context, err error) error {
	if err == nil || err == errLookAgain || client.Passes(err) || ctx.Err() != nil { //nolint:errorlint // with another error, that is to be told
		return err
	}
	return &refusedError{err}
}

// askedBy returns a note that tells who has asked for what a worker does.
func askedBy(who, note string) string {
	switch {
	case who == "":
		return note
	case note == "":
		return "asked for by " + who
	}
	return note + ", asked for by " + who
}

// answered returns an answer as a history keeps it.
func answered(answer any) (map[string]string, error) {
	text, err := json.Marshal(answer)
	return map[string]string{chore.Detail: string(text)}, err
}

// choreHost opens what a chore works with.
func (a *app) choreHost(cmd *cobra.Command, flags *placeFlags, remote *serverFlags, fence int64) (_ *place, _ *trash.Trash, _ *serverHost, closeAll func(), err error) {
	connected, err := a.connect(remote)
	if err != nil {
		return nil, nil, nil, nil, err
	}
	host := &serverHost{remote: connected, fence: fence, dir: a.getenv(worker.DirVariable)}
	place, t, err := a.openTrash(cmd, flags)
	if err != nil {
		connected.Close()
		return nil, nil, nil, nil, err
	}
	guardTrash(cmd.Context(), t, host)
	return place, t, host, func() { place.close(); connected.Close() }, nil
}

// clearChore makes the attempt at a clear that somebody has asked a server for, see [chore.Clear].
func (a *app) clearChore(cmd *cobra.Command, flags *placeFlags, remote *serverFlags, fence int64, args []string) (map[string]string, error) {
	asked, err := chore.ParseClear(args)
	if err != nil {
		return nil, orchestrate.Permanent(err)
	}
	place, t, host, closeAll, err := a.choreHost(cmd, flags, remote, fence)
	if err != nil {
		return nil, err
	}
	defer closeAll()
	wanted := &clearFlags{downstream: asked.Downstream, dryRun: asked.Preview, note: askedBy(asked.By, asked.Note), keep: dayDuration(trash.DefaultKeep)}
	c := &choreClear{asked: asked, clearing: &clearing{
		app: a, flags: wanted, place: place, trash: t, remote: host.remote, url: remote.url, entry: asked.Name, fence: fence, by: asked.By,
	}}
	cleared, err := c.run(hdfs.NewContext(cmd.Context(), place.files))
	if refusal := new(refusedError); errors.As(err, &refusal) {
		return answered(chore.ClearAnswer{Error: refusal.Error()})
	}
	if err != nil {
		return nil, err
	}
	a.emptyExpired(cmd.Context(), t)
	for {
		told, err := answered(chore.ClearAnswer{Cleared: cleared})
		if err != nil || len(told[chore.Detail]) <= largestAnswer {
			return told, err
		}
		half := len(cleared.Tasks) / 2
		cleared.More, cleared.Tasks = cleared.More+len(cleared.Tasks)-half, cleared.Tasks[:half]
	}
}

// A choreClear is the clear that somebody has asked a server for.
type choreClear struct {
	*clearing

	asked *chore.Clear
}

// run clears, and returns what was moved, or would be by a preview.
func (c *choreClear) run(ctx context.Context) (*chore.Cleared, error) {
	for {
		cleared, err := c.once(ctx)
		if err != errLookAgain || ctx.Err() != nil { //nolint:errorlint // with another error, that is to be told
			return cleared, err
		}
	}
}

// once clears, or goes on where an attempt before has left it.
func (c *choreClear) once(ctx context.Context) (cleared *chore.Cleared, err error) {
	if c.asked.Preview {
		err := refused(ctx, c.look(ctx))
		return c.cleared(""), err
	}
	entry, err := c.trash.Open(c.entry)
	if errors.Is(err, trash.ErrUnknown) {
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
	return c.cleared(c.entry), err
}

func (c *choreClear) cleared(id string) *chore.Cleared {
	d := c.document().Cleared
	d.ID = id
	return &d
}

// look finds what is to be cleared, as the command does.
func (c *choreClear) look(ctx context.Context) error {
	c.set(nil)
	var tasks []orchestrate.Task
	for _, t := range c.asked.Tasks {
		task, err := c.registry.Parse(t.Family, t.Args)
		if err != nil {
			return err
		}
		tasks = append(tasks, task)
	}
	if err := c.scope(ctx, tasks); err != nil {
		if busy := new(busyError); errors.As(err, &busy) {
			return &inTheWayError{c.running()[0]}
		}
		return err
	}
	_, err := c.findOutputs()
	return err
}

// clearNew clears what it finds.
func (c *choreClear) clearNew(ctx context.Context) (cleared *chore.Cleared, err error) {
	if err := c.look(ctx); err != nil {
		return nil, refused(ctx, err)
	}
	if err := c.endLeft(ctx); err != nil {
		return nil, err
	}
	if document := c.document(); document.idle() {
		return &document.Cleared, nil
	}
	if err := c.lock(ctx, lockPatience); err != nil {
		return nil, refused(ctx, err)
	}
	defer c.locks.free()
	entry, err := c.begin()
	if err != nil {
		return nil, err
	}
	ids, hold := c.known(), launch.HoldName(c.entry)
	if entry == nil { // but tasks are done, or have failed, whose outputs are gone
		if err := c.holdThem(ctx, ids, c.flags.downstream); err != nil {
			return nil, refused(ctx, err)
		}
		return c.cleared(""), c.release(ctx, hold, ids, nil)
	}
	defer func() { err = closeEntry(entry, err) }()
	if err := c.holdThem(ctx, ids, c.flags.downstream); err != nil {
		return nil, refused(ctx, cmp.Or(c.abandon(entry, err), err))
	}
	return c.cleared(c.entry), c.carryOut(ctx, entry, ids)
}

// endLeft ends the hold of an attempt before that has left no entry.
func (c *choreClear) endLeft(ctx context.Context) error {
	around, err := c.remote.Surrounding(ctx, c.ids())
	if err != nil {
		return err
	}
	changed, err := c.endLeftHold(ctx, slices.Concat(around.Tasks, around.Dependents))
	if changed && err == nil {
		return errLookAgain
	}
	return err
}

// undoChore makes the attempt at an undo that somebody has asked a server for, see [chore.Undo].
func (a *app) undoChore(cmd *cobra.Command, flags *placeFlags, remote *serverFlags, fence int64, args []string) (map[string]string, error) {
	asked, err := chore.ParseUndo(args)
	if err != nil {
		return nil, orchestrate.Permanent(err)
	}
	place, t, _, closeAll, err := a.choreHost(cmd, flags, remote, fence)
	if err != nil {
		return nil, err
	}
	defer closeAll()
	u := &undoing{app: a, flags: &undoFlags{replace: asked.Replace, server: remote.url}, place: place, trash: t, fence: fence, by: asked.By}
	undone, err := u.forServer(hdfs.NewContext(cmd.Context(), place.files), asked.ID)
	if refusal := new(refusedError); errors.As(err, &refusal) {
		return answered(chore.UndoAnswer{Error: refusal.Error()})
	}
	if err != nil {
		return nil, err
	}
	a.emptyExpired(cmd.Context(), t)
	return answered(chore.UndoAnswer{Undone: undone})
}

// forServer brings an entry back. What is in the way of that is told, and not tried again.
func (u *undoing) forServer(ctx context.Context, id string) (undone *chore.Undone, err error) {
	if u.entry, err = u.trash.Open(id); errors.Is(err, trash.ErrUnknown) {
		return nil, &refusedError{err}
	} else if err != nil {
		return nil, err
	}
	defer func() { err = closeEntry(u.entry, err) }()
	if err := u.check(); err != nil {
		return nil, &refusedError{err}
	}
	err = u.do(ctx)
	busy, locked, held, underWay := new(busyError), new(lockedError), new(scheduler.HeldError), new(underWayError)
	switch {
	case errors.As(err, &busy), errors.As(err, &locked), errors.As(err, &held), errors.As(err, &underWay):
		return nil, refused(ctx, err)
	case err != nil:
		return nil, err
	}
	return u.document(), nil
}
