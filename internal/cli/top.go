package cli

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"github.com/gomr/gomr/internal/top"
	"github.com/gomr/gomr/orchestrate/client"
)

func (a *app) topVerb() remoteVerb {
	var once bool
	return remoteVerb{
		use: "top", short: "Show live what a server does: tasks, workers, what is late and what failed", args: NoArgs,
		long: "Show live what a server does: how many tasks are in which state, what runs and for how long beside what\n" +
			"its family takes, slots and resources, what is late, and what has failed. Keys: q quits, p holds still,\n" +
			"e, r and n sort what runs by time, risk and name. Where standard output is no terminal it is shown once.",
		flags: func(cmd *cobra.Command) { cmd.Flags().BoolVar(&once, "once", false, "show it once, and end") },
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, _ []string) error {
			in, _ := a.stdin.(*os.File)
			screen, _ := a.stdout.(*os.File)
			if !once && !out.json && isTerminal(in) && isTerminal(screen) && runtime.GOOS != "windows" {
				return top.Run(ctx, top.Options{Source: remote, Server: remote.Address(), In: in, Out: screen, Colour: bool(a.painterFor(screen))})
			}
			snapshot, err := top.Take(ctx, remote, time.Now())
			if err != nil {
				return err
			}
			if out.json {
				return writeJSON(a.stdout, snapshot)
			}
			for _, line := range top.Render(snapshot, top.View{Server: remote.Address(), Colour: bool(a.painterFor(a.stdout))}) {
				if _, err := fmt.Fprintln(a.stdout, line); err != nil {
					return err
				}
			}
			return nil
		},
	}
}
