package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/client"
)

func (a *app) pauseVerb() remoteVerb {
	var note string
	return remoteVerb{
		use: "pause [RESOURCE…]", short: "Have a server give out no more tasks; what runs goes on",
		long: "Have a server give out no more tasks, or none that takes one of some resources. What runs goes on, and\n" +
			"the limits of the resources stay as they are.",
		example: "pause warehouse --note 'it is being moved'", args: cobra.ArbitraryArgs,
		flags: noteFlag(&note),
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, resources []string) error {
			if err := each(ctx, resources, note, remote.Pause, remote.PauseResource); err != nil {
				return err
			}
			what := cmp.Or(strings.Join(resources, ", "), "the server")
			return out.tell(change{Resources: resources, Change: "pause"}, what+" is paused; what runs goes on")
		},
	}
}

func (a *app) unpauseVerb() remoteVerb {
	var note string
	return remoteVerb{
		use: "unpause [RESOURCE…]", short: "Have a server give out tasks again", example: "unpause warehouse", args: cobra.ArbitraryArgs,
		long: "Have a server give out tasks again, or those that take some resources. A resource that was paused by its name\n" +
			"stays so until it is unpaused by its name.",
		flags: noteFlag(&note),
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, resources []string) error {
			if err := each(ctx, resources, note, remote.Unpause, remote.UnpauseResource); err != nil {
				return err
			}
			what := cmp.Or(strings.Join(resources, ", "), "the server")
			return out.tell(change{Resources: resources, Change: "unpause"}, what+" goes on")
		},
	}
}

// each does something for each resource, or for all where none is named.
func each(ctx context.Context, resources []string, note string, all func(ctx context.Context, note string) error, one func(ctx context.Context, resource, note string) error) error {
	if len(resources) == 0 {
		return all(ctx, note)
	}
	for _, resource := range resources {
		if err := one(ctx, resource, note); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) drainVerb() remoteVerb {
	var timeout, note string
	return remoteVerb{
		use: "drain", short: "Pause a server, and wait until nothing runs", args: NoArgs,
		long: "Pause a server and wait until no attempt runs, for maintenance. Attempts that wait for other tasks go on\n" +
			"waiting, for those do not start. The server stays paused; 'unpause' ends that.",
		example: "drain --timeout 30m",
		flags: func(cmd *cobra.Command) {
			cmd.Flags().StringVar(&timeout, "timeout", "", "`time` to wait at most, such as 30m")
			cmd.Flags().StringVar(&note, "note", "", "why, as `text` for the history")
		},
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, _ []string) error {
			limit, err := drainLimit(timeout)
			if err != nil {
				return err
			}
			if limit > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeoutCause(ctx, limit, errNotDrained)
				defer cancel()
			}
			return out.drain(ctx, remote, note)
		},
	}
}

func drainLimit(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	limit, err := orchestrate.ParseDuration(text)
	if err == nil && limit <= 0 {
		err = errors.New("it is no time to wait for")
	}
	if err != nil {
		return 0, usagef("--timeout %s: %w", text, err)
	}
	return limit, nil
}

var errNotDrained = errors.New("attempts still run, and the server stays paused: 'drain' again waits for them, 'unpause' has it go on")

// drain waits, and tells how far it is when that has changed.
func (o *remoteOutput) drain(ctx context.Context, remote *client.Client, note string) error {
	var last api.Drained
	first := true
	err := remote.Drain(ctx, note, func(now api.Drained) {
		if (first || now != last) && !now.Drained {
			fmt.Fprintf(o.stderr, "%d attempts run\n", now.Running)
		}
		first, last = false, now
	})
	if err != nil && (!o.json || !errors.Is(err, errNotDrained)) {
		return err
	}
	return errors.Join(o.write(last, func(w *tabwriter.Writer) {
		fmt.Fprintln(w, "no attempt runs, and the server is paused")
		if last.Suspended > 0 {
			fmt.Fprintf(w, "%d attempts wait for other tasks, which don't start\n", last.Suspended)
		}
	}), err)
}
