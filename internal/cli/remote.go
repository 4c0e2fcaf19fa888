package cli

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/client"
)

// A remoteVerb is a verb that asks a server.
type remoteVerb struct {
	group            string
	use, short, long string
	example          string // behind the name of the program
	args             cobra.PositionalArgs
	flags            func(cmd *cobra.Command)
	do               func(ctx context.Context, remote *client.Client, out *remoteOutput, args []string) error
}

// A remoteOutput is where a verb writes what a server has answered.
type remoteOutput struct {
	*app

	json bool
}

// write writes a document as JSON, or what text writes in columns with tabs between them.
func (o *remoteOutput) write(document any, text func(w *tabwriter.Writer)) error {
	if o.json {
		return writeJSON(o.stdout, document)
	}
	w := tabwriter.NewWriter(o.stdout, 0, 0, 2, ' ', 0)
	text(w)
	return w.Flush()
}

// remoteVerbs returns the verbs that look at a server and steer it, in the order of help.
func (a *app) remoteVerbs() []remoteVerb {
	looks := []remoteVerb{
		a.psVerb(), a.topVerb(), a.historyVerb(), a.timelineVerb(), a.logsVerb(), a.workersVerb(),
		a.dueVerb(), a.forecastVerb(), a.statsVerb(), a.notifyVerb(), a.healthVerb(),
	}
	steers := []remoteVerb{
		a.killVerb(), a.forgiveVerb(), a.retryVerb(), a.markVerb(), a.acceptVerb(),
		a.pauseVerb(), a.unpauseVerb(), a.drainVerb(), a.limitVerb(), a.silenceVerb(), a.unsilenceVerb(),
	}
	for i := range looks {
		looks[i].group = groupLookServer
	}
	for i := range steers {
		steers[i].group = groupSteer
	}
	return append(looks, steers...)
}

// remoteCommand makes the command of a verb.
func (a *app) remoteCommand(v remoteVerb) *cobra.Command {
	var flags serverFlags
	out := &remoteOutput{app: a}
	cmd := &cobra.Command{
		Use:     v.use,
		GroupID: v.group,
		Short:   v.short,
		Long:    v.long,
		Args:    v.args,
		RunE: func(cmd *cobra.Command, args []string) error {
			remote, err := a.connect(&flags)
			if err != nil {
				return err
			}
			defer remote.Close()
			return v.do(cmd.Context(), remote, out, args)
		},
		DisableFlagsInUseLine: true,
	}
	if v.example != "" {
		cmd.Example = "  " + a.name + " " + v.example
	}
	if v.flags != nil {
		v.flags(cmd)
	}
	cmd.Flags().BoolVar(&out.json, "json", false, "write JSON")
	flags.add(cmd, a)
	return cmd
}

// oneTask takes a task as the argument of a verb.
func oneTask(cmd *cobra.Command, args []string) error {
	if len(args) == 1 {
		return nil
	}
	return usagef("%s which task? Name one as 'ps' does, in quotes, such as 'WordCount(date-interval=2014-06)'", cmd.Name())
}

// taskID returns the ID of a task that a user has named. It may stand otherwise than the program would
// write it, and it may be one of another program.
func (a *app) taskID(text string) string {
	if task, err := a.registry.ParseID(text); err == nil {
		return orchestrate.ID(task)
	}
	return text
}

// since tells for how long something has been so.
func since(at time.Time) string {
	if at.IsZero() {
		return "-"
	}
	return shortDuration(max(0, time.Since(at).Round(time.Second)))
}

// firstLine returns what of a text fits a line of a table.
func firstLine(text string) string {
	line, _, more := strings.Cut(strings.TrimSpace(text), "\n")
	if more {
		line += " …"
	}
	return strings.ReplaceAll(line, "\t", " ")
}

// row writes the cells of a row, without empty ones at its end.
func row(w *tabwriter.Writer, cells ...any) {
	for len(cells) > 0 && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	for i, cell := range cells {
		if i > 0 {
			fmt.Fprint(w, "\t")
		}
		fmt.Fprint(w, cell)
	}
	fmt.Fprintln(w)
}
