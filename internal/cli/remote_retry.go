package cli

import (
	"context"
	"fmt"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/client"
)

func (a *app) retryVerb() remoteVerb {
	var asked api.RetryRun
	return remoteVerb{
		use: "retry RUN", short: "Try all again that has failed of a run",
		long: "Let all tasks start again that have failed, or rest, among those that a run wants and all that these\n" +
			"require. The run is under way again until they have ended. RUN is its number, as 'run --server' prints\n" +
			"it; --request names it by its request instead. To ask twice does no harm.",
		example: "retry 17",
		args: func(_ *cobra.Command, args []string) (err error) {
			asked.Run = 0
			if len(args) == 1 {
				asked.Run, err = strconv.ParseInt(args[0], 10, 64)
			}
			if len(args) > 1 || err != nil || asked.Run < 0 || (asked.Run > 0) == (asked.Request != "") {
				return usagef("retry takes the number of a run, such as: retry 17, or --request and its name")
			}
			return nil
		},
		flags: func(cmd *cobra.Command) {
			cmd.Flags().StringVar(&asked.Request, "request", "", "the run of the request of that `name`, in place of its number")
			cmd.Flags().StringVar(&asked.Note, "note", "", "why, as `text` for the history")
		},
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, _ []string) error {
			retried, err := remote.RetryRun(ctx, asked)
			if err != nil {
				return err
			}
			return out.write(retried, func(w *tabwriter.Writer) {
				if retried.Forgiven == 0 {
					fmt.Fprintf(w, "run %d has no task that failed\n", retried.Run)
					return
				}
				fmt.Fprintf(w, "run %d: %s again\n", retried.Run, startsOf(retried.Forgiven))
			})
		},
	}
}

func startsOf(n int) string {
	if n == 1 {
		return "1 task starts"
	}
	return fmt.Sprintf("%d tasks start", n)
}
