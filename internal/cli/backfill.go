package cli

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/backfill"
	"github.com/gomr/gomr/orchestrate/client"
)

func (a *app) backfillCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "backfill COMMAND",
		GroupID: groupServer,
		Short:   "Run a task for many days, or other labels, a few at a time",
		Long: "Run a task for many labels, such as the days of a year, a few at a time. A server keeps the backfill, so that\n" +
			"it goes on whatever is closed or killed; it can be watched, paused, resumed and cancelled.",
		Example: "  " + a.name + " backfill start WordCount --date-interval 2014-06-01..2014-06-30 --cap 4",
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			if _, err := a.registry.Lookup(args[0]); err == nil {
				return usagef("a backfill of %s is started by: %s start %s", args[0], cmd.CommandPath(), args[0])
			}
			return unknownVerb(cmd, args[0])
		},
		DisableFlagsInUseLine: true,
	}
	cmd.AddCommand(a.backfillStartCommand())
	for _, v := range []remoteVerb{a.backfillListVerb(), a.backfillShowVerb(), a.backfillPauseVerb(), a.backfillResumeVerb(), a.backfillCancelVerb()} {
		sub := a.remoteCommand(v)
		sub.GroupID = ""
		cmd.AddCommand(sub)
	}
	return cmd
}

func (a *app) backfillListVerb() remoteVerb {
	return remoteVerb{
		use: "ls", short: "List the backfills of a server, the newest first", args: NoArgs,
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, _ []string) error {
			list, err := remote.Backfills(ctx)
			if err != nil {
				return err
			}
			document := api.Backfills{Backfills: []api.Backfill{}}
			for i := range list {
				document.Backfills = append(document.Backfills, api.BackfillOf(&list[i]))
			}
			return out.write(document, func(w *tabwriter.Writer) {
				if len(list) == 0 {
					fmt.Fprintln(w, "none: '"+a.name+" backfill start' starts one")
					return
				}
				row(w, "ID", "STATE", "SINCE", "TASK", "DONE", "FAILED", "UNDER WAY", "WAITING", "LEFT")
				for i := range list {
					b := &list[i]
					row(w, b.ID, b.State, since(b.Started), backfillTask(b), fmt.Sprintf("%d of %d", b.Done, b.Labels), b.Failed, b.Running, b.Waiting, leftOf(b))
				}
			})
		},
	}
}

// backfillTask tells what a backfill runs.
func backfillTask(b *backfill.Status) string {
	words := append([]string{b.Family}, b.Flags...)
	return strings.Join(append(words, "--"+b.Param+"="+labelsOf(b.First, b.Last)), " ")
}

func labelsOf(first, last string) string {
	if first == last {
		return first
	}
	return first + ".." + last
}

// leftOf tells how long the rest of a backfill takes.
func leftOf(b *backfill.Status) string {
	switch {
	case b.State.Over():
		return "-"
	case b.Left == 0:
		return "unknown"
	}
	return shortDuration(b.Left)
}

// rateOf tells how many labels end in an hour.
func rateOf(b *backfill.Status) string {
	switch {
	case b.PerHour == 0:
		return "unknown"
	case b.PerHour < 10:
		return strconv.FormatFloat(b.PerHour, 'f', 1, 64)
	}
	return strconv.FormatFloat(b.PerHour, 'f', 0, 64)
}

// oneBackfill takes the number of a backfill as the argument of a verb.
func oneBackfill(cmd *cobra.Command, args []string) error {
	if len(args) == 1 {
		if id, err := strconv.ParseInt(args[0], 10, 64); err == nil && id > 0 {
			return nil
		}
	}
	return usagef("%s which backfill? Name one by its number, as 'backfill ls' does", cmd.Name())
}

func backfillID(args []string) int64 {
	id, _ := strconv.ParseInt(args[0], 10, 64) // oneBackfill has read it
	return id
}

// watchEvery is how often a backfill that is watched is looked at.
const watchEvery = time.Second

func (a *app) backfillShowVerb() remoteVerb {
	var watch, all bool
	return remoteVerb{
		use: "show ID", short: "Tell how far a backfill is", args: oneBackfill,
		long: "Tell how far a backfill is: its labels that are under way or have failed, how many end in an hour, and how\n" +
			"long the rest takes, by how long the last ones took.\n\n" +
			"With --watch it goes on until the backfill is over. The exit code is 10 then where not all labels are done.",
		example: "backfill show 3 --watch",
		flags: func(cmd *cobra.Command) {
			cmd.Flags().BoolVar(&watch, "watch", false, "go on until it is over")
			cmd.Flags().BoolVarP(&all, "all", "a", false, "show all labels")
		},
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, args []string) error {
			if watch {
				return out.watchBackfill(ctx, remote, backfillID(args), all)
			}
			status, labels, err := remote.ShowBackfill(ctx, backfillID(args))
			if err != nil {
				return err
			}
			return out.writeBackfill(&status, labels, all)
		},
	}
}

// watchBackfill tells how far a backfill is until it is over, and shows it then.
func (o *remoteOutput) watchBackfill(ctx context.Context, remote *client.Client, id int64, all bool) error {
	told := ""
	for {
		var status backfill.Status
		var labels []backfill.Label
		err := insist(ctx, func() (err error) {
			status, labels, err = remote.ShowBackfill(ctx, id)
			return err
		})
		if err != nil {
			return err
		}
		if status.State.Over() {
			err := o.writeBackfill(&status, labels, all)
			if err == nil && status.Done < status.Labels {
				err = ExitCode(orchestrate.ExitFailed)
			}
			return err
		}
		if text := fmt.Sprintf("backfill %d is %s: %s", id, status.State, countLabels(&status)); text != told {
			told = text
			fmt.Fprintf(o.stderr, "%s; the rest takes %s\n", text, leftOf(&status))
		}
		select {
		case <-time.After(watchEvery):
		case <-ctx.Done():
			fmt.Fprintf(o.stderr, "backfill %d goes on\n", id)
			return ExitCode(orchestrate.ExitInterrupted)
		}
	}
}

// countLabels tells how many labels are how far.
func countLabels(b *backfill.Status) string {
	var parts []string
	for _, part := range []struct {
		n    int
		text string
	}{
		{b.Done, "done"}, {b.InDownstream, "done but for what is downstream"}, {b.Failed, "failed"},
		{b.Running, "under way"}, {b.Waiting, "waiting"}, {b.LeftOut, "left out"},
	} {
		if part.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.text))
		}
	}
	return strings.Join(parts, ", ")
}

func (o *remoteOutput) writeBackfill(b *backfill.Status, labels []backfill.Label, all bool) error {
	return o.write(api.BackfillDetailsOf(b, labels), func(w *tabwriter.Writer) {
		fmt.Fprintf(w, "backfill %d of %s\n", b.ID, backfillTask(b))
		took := ""
		if !b.Ended.IsZero() {
			took = ", took " + shortDuration(b.Ended.Sub(b.Started))
		}
		fmt.Fprintf(w, "  %s; started %s by %s%s; at most %d under way, priority %d\n", b.State, b.Started.Local().Format(time.DateTime), b.By, took, b.Cap, b.Priority)
		if again := madeAgain(b); again != "" {
			fmt.Fprintf(w, "  made again: %s\n", again)
		}
		fmt.Fprintf(w, "  %d labels: %s\n", b.Labels, countLabels(b))
		if !b.State.Over() {
			fmt.Fprintf(w, "  labels an hour: %s; the rest takes: %s\n", rateOf(b), leftOf(b))
		}
		writeLabels(w, labels, all)
	})
}

// madeAgain tells which outputs that exist a backfill makes again.
func madeAgain(b *backfill.Status) string {
	var parts []string
	if b.All {
		parts = append(parts, "all labels")
	}
	if b.Downstream {
		parts = append(parts, "what depends on them")
	}
	return strings.Join(parts, ", ")
}

// writeLabels lists labels: all, or those that somebody may want to look at.
func writeLabels(w *tabwriter.Writer, labels []backfill.Label, all bool) {
	shown := slices.DeleteFunc(slices.Clone(labels), func(l backfill.Label) bool {
		return !all && l.State != backfill.LabelFailed && l.State != backfill.LabelRunning && l.State != backfill.LabelDownstream
	})
	if len(shown) == 0 {
		return
	}
	fmt.Fprintln(w)
	row(w, "LABEL", "STATE", "RUN", "")
	for _, l := range shown {
		run := "-"
		if l.Run != 0 {
			run = strconv.FormatInt(l.Run, 10)
		}
		row(w, l.Label, labelState(l.State), run, firstLine(l.Why))
	}
}

func labelState(s backfill.LabelState) string {
	if s == backfill.LabelRunning {
		return "under way"
	}
	return string(s)
}

func (a *app) backfillPauseVerb() remoteVerb {
	var note string
	return remoteVerb{
		use: "pause ID", short: "Have a backfill launch no more labels; what is under way goes on", args: oneBackfill,
		flags: noteFlag(&note),
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, args []string) error {
			status, err := remote.PauseBackfill(ctx, backfillID(args), note)
			return out.sayChanged(&status, err)
		},
	}
}

func (a *app) backfillResumeVerb() remoteVerb {
	var note string
	return remoteVerb{
		use: "resume ID", short: "Have a backfill go on that was paused", args: oneBackfill,
		flags: noteFlag(&note),
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, args []string) error {
			status, err := remote.ResumeBackfill(ctx, backfillID(args), note)
			return out.sayChanged(&status, err)
		},
	}
}

func (a *app) backfillCancelVerb() remoteVerb {
	var kill bool
	var note string
	return remoteVerb{
		use: "cancel ID", short: "End a backfill: launch no more labels", args: oneBackfill,
		long: "End a backfill: no more labels are launched, and what is under way goes on.\n\n" +
			"With --kill the attempts at the tasks of the labels end, too, and those that have not begun are marked as\n" +
			"failed, whoever else waits for them. Tasks that these require go on.",
		flags: func(cmd *cobra.Command) {
			cmd.Flags().BoolVar(&kill, "kill", false, "end what is under way, too")
			noteFlag(&note)(cmd)
		},
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, args []string) error {
			status, err := remote.CancelBackfill(ctx, backfillID(args), kill, note)
			return out.sayChanged(&status, err)
		},
	}
}

// sayChanged tells what became of a backfill.
func (o *remoteOutput) sayChanged(b *backfill.Status, err error) error {
	if err != nil {
		return err
	}
	return o.write(api.BackfillOf(b), func(w *tabwriter.Writer) {
		fmt.Fprintf(w, "backfill %d is %s: %s\n", b.ID, b.State, countLabels(b))
	})
}
