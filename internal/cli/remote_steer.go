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
			if err := remote.Kill(ctx, a.taskID(args[0]), ""); err != nil {
				return err
			}
			return out.say("its worker is told with its next sign of life")
		},
	}
}

func (a *app) forgiveVerb() remoteVerb {
	return remoteVerb{
		use: "forgive TASK", short: "Let a task that has failed, or rests, start again", args: oneTask,
		do: func(ctx context.Context, remote *client.Client, _ *remoteOutput, args []string) error {
			return remote.Forgive(ctx, a.taskID(args[0]), "")
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
		do: func(ctx context.Context, remote *client.Client, _ *remoteOutput, args []string) error {
			return remote.Mark(ctx, a.taskID(args[0]), store.State(args[1]), "", note)
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
		do: func(ctx context.Context, remote *client.Client, _ *remoteOutput, args []string) error {
			n, err := strconv.Atoi(args[1])
			if err != nil {
				return err
			}
			return remote.SetLimit(ctx, args[0], n, "")
		},
	}
}

// say writes a line for a person.
func (o *remoteOutput) say(line string) error {
	_, err := fmt.Fprintln(o.stdout, line)
	return err
}
