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
	return remoteVerb{
		use: "kill TASK", short: "Stop the attempt at a task, which has failed then", args: oneTask,
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, args []string) error {
			id := a.taskID(args[0])
			if err := remote.Kill(ctx, id, ""); err != nil {
				return err
			}
			return out.tell(change{Task: id, Change: "kill"}, id+" is killed: its worker is told with its next sign of life")
		},
	}
}

func (a *app) forgiveVerb() remoteVerb {
	return remoteVerb{
		use: "forgive TASK", short: "Let a task that has failed, or rests, start again", args: oneTask,
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, args []string) error {
			id := a.taskID(args[0])
			if err := remote.Forgive(ctx, id, ""); err != nil {
				return err
			}
			return out.tell(change{Task: id, Change: "forgive"}, id+" starts again")
		},
	}
}

func (a *app) markVerb() remoteVerb {
	var note string
	return remoteVerb{
		use: "mark TASK done|failed", short: "Say that a task is done, or has failed",
		example: "mark 'WordCount(date-interval=2014-06)' done --note 'made by hand'",
		args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 || args[1] != string(store.Done) && args[1] != string(store.Failed) {
				return usagef("%s takes a task, in quotes, and done or failed", cmd.Name())
			}
			return nil
		},
		flags: func(cmd *cobra.Command) { cmd.Flags().StringVar(&note, "note", "", "why, as `text` for the history") },
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, args []string) error {
			id := a.taskID(args[0])
			if err := remote.Mark(ctx, id, store.State(args[1]), "", note); err != nil {
				return err
			}
			return out.tell(change{Task: id, Change: "mark " + args[1]}, id+" is "+args[1]+" now")
		},
	}
}

func (a *app) limitVerb() remoteVerb {
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
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, args []string) error {
			n, err := strconv.Atoi(args[1])
			if err != nil {
				return err
			}
			if err := remote.SetLimit(ctx, args[0], n, ""); err != nil {
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
