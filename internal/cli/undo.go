package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/internal/filelock"
	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/chore"
	"github.com/gomr/gomr/orchestrate/client"
	"github.com/gomr/gomr/orchestrate/launch"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/trash"
)

// undoFlags say how outputs are brought back.
type undoFlags struct {
	place   placeFlags
	server  string
	offline bool
	replace bool
	kill    bool
	force   bool
	json    bool
}

func (a *app) undoCommand() *cobra.Command {
	var flags undoFlags
	cmd := &cobra.Command{
		Use:     "undo [ID]",
		GroupID: groupClear,
		Short:   "Bring back what a clear has moved to the trash",
		Long: "Bring back the outputs that the last clear, or that of an ID, has moved to the trash. One of which there is a\n" +
			"new one meanwhile stays in the trash; --replace moves the new one there first. The server that was told of\n" +
			"the clear is told that the tasks are done again.\n\n" +
			"A clear that was interrupted, even by a kill, is undone in the same way.",
		Example: "  " + a.name + " undo",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("undo takes the ID of one clear, as 'trash ls' has it, or none for the last")
			}
			return nil
		},
		RunE:                  func(cmd *cobra.Command, args []string) error { return a.undo(cmd, &flags, args) },
		DisableFlagsInUseLine: true,
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().BoolVar(&flags.replace, "replace", false, "move new outputs that are in the way to the trash")
	cmd.Flags().BoolVar(&flags.kill, "kill", false, "stop the attempts under way on the server that are in the way")
	cmd.Flags().BoolVar(&flags.force, "force", false, "also undo an interrupted clear of another machine, which may be under way there")
	cmd.Flags().StringVar(&flags.server, "server", "", "`URL` of the server to tell (default: the one that was told of the clear)")
	cmd.Flags().BoolVar(&flags.offline, "offline", false, "tell no server")
	flags.place.add(cmd.Flags())
	cmd.Flags().BoolVar(&flags.json, "json", false, "write JSON")
	return cmd
}

// undo brings an entry of the trash back.
func (a *app) undo(cmd *cobra.Command, flags *undoFlags, args []string) (err error) {
	place, t, err := a.openTrash(cmd, &flags.place)
	if err != nil {
		return err
	}
	defer place.close()
	id, err := lastCleared(t)
	if len(args) == 1 {
		id, err = args[0], nil
	}
	if err != nil {
		return err
	}
	entry, err := t.Open(id)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, entry.Close()) }()
	u := &undoing{app: a, flags: flags, place: place, trash: t, entry: entry}
	if err := u.check(); err != nil {
		return err
	}
	ctx := hdfs.NewContext(cmd.Context(), place.files)
	if err := u.do(ctx); err != nil {
		return err
	}
	a.emptyExpired(ctx, t)
	return u.show()
}

// lastCleared returns the ID of the newest entry.
func lastCleared(t *trash.Trash) (string, error) {
	all, err := allEntries(t)
	if err != nil {
		return "", err
	}
	all = slices.DeleteFunc(all, func(e *trash.Entry) bool { return e.Emptying })
	if len(all) == 0 {
		return "", errors.New("there is nothing to undo: the trash is empty")
	}
	return all[0].Manifest.ID, nil
}

// An undoing is an undo while it is made.
type undoing struct {
	*app

	flags    *undoFlags
	place    *place
	trash    *trash.Trash
	entry    *trash.Entry
	restored []trash.Restored
	replaced string // ID of the entry with the new outputs

	locks taskLocks
	fence int64  // of the attempt that undoes; zero is none
	by    string // who asked for it; empty is the user of this process
}

// check refuses what can't be undone here.
func (u *undoing) check() error {
	m := &u.entry.Manifest
	if m.Host == filelock.HostName() {
		return nil
	}
	if !u.entry.Finished && !u.flags.force {
		return fmt.Errorf("%s was interrupted on %s, or is under way there (process %d): undo it there, or with --force if it has ended", m.ID, m.Host, m.PID)
	}
	for _, o := range m.Outputs() {
		if o.Volume == trash.MachineName {
			return fmt.Errorf("%s has files of the machine %s, such as %s: undo it there", m.ID, m.Host, o.Path)
		}
	}
	return nil
}

// do brings the outputs back. As in [clearing.do], the server holds the tasks meanwhile.
func (u *undoing) do(ctx context.Context) error {
	ids := make([]string, len(u.entry.Manifest.Tasks))
	for i, t := range u.entry.Manifest.Tasks {
		ids[i] = t.ID
	}
	remote, err := u.connectServer()
	if err != nil {
		return err
	}
	patience := time.Duration(0)
	if remote != nil {
		defer remote.Close()
		if err := u.refuseUnderWay(ctx, remote); err != nil {
			return err
		}
		if u.flags.kill {
			patience = killPatience
			if err := killAll(ctx, remote, ids); err != nil {
				return err
			}
		}
	}
	if u.locks, err = u.lockTasks(ctx, u.place, ids, patience); err != nil {
		return err
	}
	defer u.locks.free()
	hold := launch.HoldName(u.entry.Manifest.ID)
	held, err := u.hold(ctx, remote, hold, ids)
	if err != nil {
		return err
	}
	if err := u.moveNewAway(ctx); err != nil {
		return u.release(ctx, remote, hold, held, err)
	}
	u.restored, err = u.entry.Restore(ctx)
	if err := u.release(ctx, remote, hold, held, err); err != nil {
		return err
	}
	if u.count(trash.Refused) > 0 {
		return u.entry.Finish() // what is left of it is as somebody wants it
	}
	return u.entry.Forget()
}

// An underWayError is a clear that a worker has not told the end of.
type underWayError struct{ id, program string }

func (e *underWayError) Error() string {
	return fmt.Sprintf("the clear %s is not over: a worker makes it, and where that was interrupted another one goes on and would clear again; "+
		"wait until the task %[2]s is done, or give it up where no worker is left: '%[3]s mark \"%[2]s\" failed', and undo it then",
		e.id, chore.ClearID(e.id), e.program)
}

// refuseUnderWay refuses to undo a clear that a server was asked for and that may be tried again.
func (u *undoing) refuseUnderWay(ctx context.Context, remote *client.Client) error {
	id := u.entry.Manifest.ID
	var found scheduler.Explanation
	err := insistFor(ctx, func() (err error) {
		found, err = remote.Explain(ctx, chore.ClearID(id))
		return err
	})
	switch {
	case errors.Is(err, scheduler.ErrUnknownTask): // it was no server that was asked for it
		return nil
	case err != nil:
		return fmt.Errorf("the server must be told before anything is moved (--offline tells none): %w", err)
	}
	switch found.Task.State {
	case store.Done, store.Failed, store.Disabled:
		return nil
	}
	return &underWayError{id, u.name}
}

func (u *undoing) connectServer() (*client.Client, error) {
	url := cmp.Or(u.flags.server, u.entry.Manifest.Server)
	if url == "" || u.flags.offline {
		return nil, nil
	}
	return u.connect(&serverFlags{url})
}

// hold has the server hold the tasks that it knows, unless a clear that was interrupted holds them already.
// It returns the tasks.
func (u *undoing) hold(ctx context.Context, remote *client.Client, name string, ids []string) ([]string, error) {
	if remote == nil {
		return nil, nil
	}
	known, held, err := knownTasks(ctx, remote, name, ids)
	if err != nil {
		return nil, fmt.Errorf("the server must be told before anything is moved (--offline tells none): %w", err)
	}
	if held || len(known) == 0 {
		return known, nil
	}
	return known, u.holdTasks(ctx, remote, &scheduler.Hold{Name: name, Tasks: known, Kill: u.flags.kill, Fence: u.fence, Note: u.note()})
}

// note is what the history says of it, where a worker does it for somebody.
func (u *undoing) note() string { return askedBy(u.by, "undo") }

// knownTasks returns those of some tasks that a hold has, where there is one, and else those that the server knows.
func knownTasks(ctx context.Context, remote *client.Client, hold string, ids []string) (known []string, held bool, err error) {
	var around scheduler.Surrounding
	var holds []scheduler.Held
	err = insistFor(ctx, func() (err error) {
		if around, err = remote.Surrounding(ctx, ids); err == nil {
			holds, err = remote.Holds(ctx)
		}
		return err
	})
	i := slices.IndexFunc(holds, func(h scheduler.Held) bool { return h.Name == hold })
	for j := range around.Tasks {
		if t := &around.Tasks[j]; i < 0 || slices.Contains(holds[i].Tasks, t.Key) {
			known = append(known, t.ID)
		}
	}
	return known, i >= 0, err
}

// moveNewAway moves new outputs to the trash that are where others belong.
func (u *undoing) moveNewAway(ctx context.Context) (err error) {
	if !u.flags.replace {
		return nil
	}
	conflicts, err := u.entry.Conflicts()
	if err != nil || len(conflicts) == 0 {
		return err
	}
	name, err := localUser()
	if err != nil {
		return err
	}
	entry, err := u.trash.Begin(&trash.Manifest{By: cmp.Or(u.by, name), Note: "replaced by undo " + u.entry.Manifest.ID, Tasks: conflicts}, trash.DefaultKeep)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, entry.Close()) }()
	if err := entry.Move(ctx); err != nil {
		return err
	}
	u.replaced = entry.Manifest.ID
	return entry.Finish()
}

// release ends the hold: the tasks whose outputs are there are done.
func (u *undoing) release(ctx context.Context, remote *client.Client, hold string, held []string, why error) error {
	if len(held) == 0 {
		return why
	}
	if why != nil {
		return fmt.Errorf("%w; the server holds the tasks until '%s undo %s' succeeds", why, u.name, u.entry.Manifest.ID)
	}
	release := &scheduler.Release{Name: hold, Fence: u.fence, Note: u.note()}
	for _, id := range held {
		if there, err := u.isDone(ctx, id); err != nil {
			return err
		} else if there {
			release.Done = append(release.Done, id)
		}
	}
	u.locks.free() // the workers that the release lets run the tasks take them
	if err := insistFor(ctx, func() error { return remote.Release(ctx, release) }); err != nil {
		return fmt.Errorf("the outputs are back, and the server still holds the tasks: '%s undo %s' tells it: %w", u.name, u.entry.Manifest.ID, err)
	}
	return nil
}

// isDone tells whether the output of a task is whole, as far as this program can tell.
func (u *undoing) isDone(ctx context.Context, id string) (bool, error) {
	task, err := u.registry.ParseID(id)
	if err == nil {
		return complete(ctx, task)
	}
	for _, r := range u.restored { // a task of another program
		if r.Task == id && r.Fate == trash.Gone {
			return false, nil
		}
	}
	return true, nil
}

func (u *undoing) count(fate trash.Fate) (n int) {
	for _, r := range u.restored {
		if r.Fate == fate {
			n++
		}
	}
	return n
}

// fates are what people are told of them.
var fates = map[trash.Fate]string{
	trash.Back: "is back", trash.Kept: "is there, it was not moved",
	trash.Refused: "there is a new one; --replace moves that to the trash", trash.Gone: "is gone: it is not in the trash any more",
}

// document returns what was brought back, as --json has it.
func (u *undoing) document() *chore.Undone {
	d := &chore.Undone{ID: u.entry.Manifest.ID, Replaced: u.replaced, Outputs: []chore.Brought{}}
	for _, r := range u.restored {
		d.Outputs = append(d.Outputs, chore.Brought{Task: r.Task, Path: r.Path, Fate: string(r.Fate)})
	}
	return d
}

func (u *undoing) show() error {
	var err error
	if u.flags.json {
		err = writeJSON(u.stdout, u.document())
	} else {
		w := tabwriter.NewWriter(u.stdout, 0, 0, 2, ' ', 0)
		for _, r := range u.restored {
			if isRecord(r.Path) && r.Fate == trash.Back {
				continue
			}
			row(w, r.Path, fates[r.Fate])
		}
		if u.replaced != "" {
			fmt.Fprintf(w, "\nwhat was new is in the trash as %s\n", u.replaced)
		}
		err = w.Flush()
	}
	if u.count(trash.Refused)+u.count(trash.Gone) > 0 {
		return errors.Join(err, ExitCode(orchestrate.ExitFailed))
	}
	return err
}
