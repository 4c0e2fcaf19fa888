package cli

import (
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

func (a *app) notifyVerb() remoteVerb {
	var owner string
	return remoteVerb{
		use: "notify [ls | reload | test CHANNEL]", short: "Show who is told what, read it again, and send tests",
		long: "Shows the channels by which a server tells people what needs them, the incidents that are not mended, and the\n" +
			"silences. With reload, has the server read the file of --notify again: one with a mistake leaves the one before in\n" +
			"force. With test, has it send a message to a channel now, and shows what was said.",
		example: "notify test oncall",
		args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) == 0, len(args) == 1 && (args[0] == "ls" || args[0] == "reload"), len(args) == 2 && args[0] == "test":
				return nil
			}
			return usagef("notify shows all, reads the file again, or sends a test: notify, notify reload, or notify test CHANNEL")
		},
		flags: func(cmd *cobra.Command) {
			cmd.Flags().StringVar(&owner, "owner", "", "`address` that a test goes to where a channel tells the owners of tasks")
		},
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, args []string) error {
			switch {
			case len(args) == 2:
				return out.testChannel(ctx, remote, args[1], owner)
			case len(args) == 1 && args[0] == "reload":
				return out.reloadNotifications(ctx, remote)
			}
			found, err := remote.Notifications(ctx)
			if err != nil {
				return err
			}
			return out.write(found, func(w *tabwriter.Writer) { writeNotifications(w, &found) })
		},
	}
}

// reloadNotifications tells what is in force since.
func (o *remoteOutput) reloadNotifications(ctx context.Context, remote *client.Client) error {
	found, err := remote.ReloadNotifications(ctx)
	if err != nil {
		return err
	}
	return o.write(found, func(w *tabwriter.Writer) {
		var names []string
		for i := range found.Channels {
			names = append(names, found.Channels[i].Name)
		}
		fmt.Fprintf(w, "the file is read again, with the channels %s\n", strings.Join(names, ", "))
	})
}

// testChannel tells what became of a test, and fails where it was not taken.
func (o *remoteOutput) testChannel(ctx context.Context, remote *client.Client, channel, owner string) error {
	result, err := remote.TestChannel(ctx, channel, owner)
	if err != nil {
		return err
	}
	err = o.write(result, func(w *tabwriter.Writer) {
		for _, line := range result.Said {
			fmt.Fprintln(w, line)
		}
		if result.Taken {
			fmt.Fprintf(w, "%s has taken it\n", channel)
		}
	})
	switch {
	case err != nil || result.Taken:
		return err
	case o.json:
		return ExitCode(orchestrate.ExitError)
	}
	return fmt.Errorf("%s has not taken it: %w", channel, errors.New(result.Error))
}

func writeNotifications(w *tabwriter.Writer, found *api.Notifications) {
	if !found.Configured {
		fmt.Fprintln(w, "the server tells nobody anything: it was started without --notify FILE")
		return
	}
	if found.Rejected != "" {
		fmt.Fprintf(w, "the file was read again %s ago and can't be used, so that of %s is in force: %s\n\n",
			since(found.RejectedAt), found.Loaded.Local().Format(time.DateTime), found.Rejected)
	}
	row(w, "CHANNEL", "TYPE", "WAITING", "DELIVERED", "GIVEN UP", "LAST", "TO")
	for i := range found.Channels {
		c := &found.Channels[i]
		row(w, c.Name, c.Type, c.Waiting, c.Delivered, c.GivenUp, since(c.LastDelivery), c.Target)
		if c.Failing > 0 {
			fmt.Fprintf(w, "  failed %s, %s ago: %s\n", times(c.Failing), since(c.LastErrorAt), c.LastError)
		}
	}
	if len(found.Incidents) > 0 {
		fmt.Fprintln(w)
		row(w, "INCIDENT", "SINCE", "TOLD", "TASKS", "WHAT")
		for i := range found.Incidents {
			one := &found.Incidents[i]
			row(w, one.ID, since(one.Opened), toldTo(one), one.Tasks, strings.TrimSuffix(fmt.Sprintf("%s %s: %s", one.Family, one.Kind, firstLine(one.Error)), ": "))
		}
	}
	if len(found.Silences) > 0 {
		fmt.Fprintln(w)
		row(w, "SILENCE", "LEFT", "BY", "NOTE")
		for _, s := range found.Silences {
			row(w, s.Families, shortDuration(max(0, time.Until(s.Until).Round(time.Second))), s.By, firstLine(s.Note))
		}
	}
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times in a row", n)
}

func toldTo(i *api.Incident) string {
	if i.Told.IsZero() {
		return "not yet"
	}
	return strings.Join(i.Channels, ",")
}

func (a *app) silenceVerb() remoteVerb {
	var length time.Duration
	var note string
	return remoteVerb{
		use: "silence FAMILIES", short: "Have a server tell nobody of tasks of some families for a time",
		long: "Holds back what a server would tell of tasks whose family matches a pattern. What is still so when the silence\n" +
			"ends, is told then.",
		example: "silence 'Word*' --for 2h --note 'the cluster moves'",
		args: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) != 1:
				return usagef("%s takes a pattern of families, in quotes, such as: %s 'Word*' --for 2h", cmd.Name(), cmd.Name())
			case length <= 0:
				return usagef("for how long? Such as: %s %s --for 2h", cmd.Name(), args[0])
			}
			return nil
		},
		flags: func(cmd *cobra.Command) {
			cmd.Flags().DurationVar(&length, "for", 0, "how `long`, such as 2h")
			cmd.Flags().StringVar(&note, "note", "", "why, as `text` for the history")
		},
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, args []string) error {
			made, err := remote.Silence(ctx, args[0], length, note)
			if err != nil {
				return err
			}
			return out.write(made, func(w *tabwriter.Writer) {
				fmt.Fprintf(w, "%s is silent until %s\n", made.Families, made.Until.Local().Format(time.DateTime))
			})
		},
	}
}

func (a *app) unsilenceVerb() remoteVerb {
	var note string
	return remoteVerb{
		use: "unsilence FAMILIES", short: "End a silence, by its pattern",
		example: "unsilence 'Word*'",
		args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				return nil
			}
			return usagef("%s takes the pattern of a silence, in quotes, as 'notify' shows it", cmd.Name())
		},
		flags: noteFlag(&note),
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, args []string) error {
			if err := remote.Unsilence(ctx, args[0], note); err != nil {
				return err
			}
			return out.tell(change{Families: args[0], Change: "unsilence"}, "people are told of "+args[0]+" again")
		},
	}
}
