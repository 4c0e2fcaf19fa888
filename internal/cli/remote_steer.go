package cli

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/gomr/gomr/orchestrate/client"
	"github.com/gomr/gomr/orchestrate/store"
)

func (a *app) killVerb() remoteVerb {
	var note string
	return remoteVerb{
		use: "kill TASK…", short: "Stop the attempts at tasks, which have failed then", args: tasksNamed,
		long:    steersEach,
		example: "kill 'WordCount(date-interval=2014-06)' --note 'it loops'",
		flags:   noteFlag(&note),
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, args []string) error {
			return out.eachTask(args, change{Change: "kill"}, "is killed: its worker is told with its next sign of life", func(id string) error {
				return remote.Kill(ctx, id, note)
			})
		},
	}
}

func (a *app) forgiveVerb() remoteVerb {
	var note string
	return remoteVerb{
		use: "forgive TASK…", short: "Let tasks that have failed, or rest, start again", args: tasksNamed,
		long:    steersEach,
		example: "forgive 'WordCount(date-interval=2014-06)' --note 'the disk has room again'",
		flags:   noteFlag(&note),
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, args []string) error {
			return out.eachTask(args, change{Change: "forgive"}, "starts again", func(id string) error {
				return remote.Forgive(ctx, id, note)
			})
		},
	}
}

func (a *app) markVerb() remoteVerb {
	var note string
	return remoteVerb{
		use: "mark TASK… done|failed", short: "Say that tasks are done, or have failed",
		long:    steersEach,
		example: "mark 'WordCount(date-interval=2014-06)' done --note 'made by hand'",
		args: func(cmd *cobra.Command, args []string) error {
			if n := len(args) - 1; n < 1 || args[n] != string(store.Done) && args[n] != string(store.Failed) {
				return usagef("%s takes tasks, each in quotes, and at the end done or failed", cmd.Name())
			}
			return nil
		},
		flags: noteFlag(&note),
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, args []string) error {
			ids, to := args[:len(args)-1], args[len(args)-1]
			return out.eachTask(ids, change{Change: "mark " + to}, "is "+to+" now", func(id string) error {
				return remote.Mark(ctx, id, store.State(to), "", note)
			})
		},
	}
}

// steersEach is what help says of a verb that takes several tasks.
const steersEach = "Tasks are written as 'ps' writes them, each in quotes. One is taken after the other, up to the first that it can't be\n" +
	"done to; what was done before stays. With --json there is a document for each."

// noteFlag adds the flag that says why something is done.
func noteFlag(note *string) func(cmd *cobra.Command) {
	return func(cmd *cobra.Command) { cmd.Flags().StringVar(note, "note", "", "why, as `text` for the history") }
}

// tasksNamed takes one or more tasks as the arguments of a verb.
func tasksNamed(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return nil
	}
	return oneTask(cmd, args)
}

// eachTask changes one task after the other, and tells of each once it is done. The first that can't be
// changed ends that; what was done before stays.
func (o *remoteOutput) eachTask(names []string, what change, became string, do func(id string) error) error {
	for i, name := range names {
		id := o.taskID(name)
		if err := do(id); err != nil {
			if len(names) > 1 {
				err = fmt.Errorf("%w (done before it: %d of %d)", err, i, len(names))
			}
			return err
		}
		what.Task = id
		if err := o.tell(what, id+" "+became); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) limitVerb() remoteVerb {
	var note string
	return remoteVerb{
		use: "limit RESOURCE N", short: "Set how much there is of a resource that tasks take",
		example: "limit warehouse 6",
		args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 2 {
				if n, err := strconv.Atoi(args[1]); err == nil && n >= 0 {
					return nil
				}
			}
			return usagef("%s takes the name of a resource and how much there is of it, such as: %s warehouse 6", cmd.Name(), cmd.Name())
		},
		flags: noteFlag(&note),
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, args []string) error {
			n, err := strconv.Atoi(args[1])
			if err != nil {
				return err
			}
			if err := remote.SetLimit(ctx, args[0], n, note); err != nil {
				return err
			}
			return out.tell(change{Resources: args[:1], Change: "limit " + args[1]}, "there is "+args[1]+" of "+args[0]+" now")
		},
	}
}

// A change is what a verb has changed on a server, as --json has it.
type change struct {
	Change    string   `json:"change"` // the verb, and what it was told
	Task      string   `json:"task,omitempty"`
	Resources []string `json:"resources,omitempty"`
	Schedule  string   `json:"schedule,omitempty"`
	Families  string   `json:"families,omitempty"` // a pattern
}

// tell writes what was changed, as a line for people.
func (o *remoteOutput) tell(done change, line string) error {
	if o.json {
		return writeJSON(o.stdout, done)
	}
	_, err := fmt.Fprintln(o.stdout, line)
	return err
}
