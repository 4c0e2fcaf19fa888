package cli

import (
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/gomr/gomr/streamjob"
)

// streamingCommand makes the verb that runs Hadoop Streaming's own command line. All of its
// options are Hadoop's, with one hyphen, so none are cobra's.
func (a *app) streamingCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "streaming [generic options] -input … -output … -mapper … -reducer …",
		GroupID: groupRun,
		Short:   "Run a Hadoop Streaming command line on this machine, without Java",
		Long: "Runs what stands behind 'hadoop jar hadoop-streaming.jar' on this machine, without Java,\n" +
			"with the output, messages and exit codes of Hadoop.\n" +
			"-info prints all options; --stress SEED shows what a cluster may do differently.",
		Example:               "  " + a.name + " streaming -input logs -output counts -mapper 'cut -f1' -reducer 'uniq -c'",
		DisableFlagParsing:    true,
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && (args[0] == "--help" || args[0] == "-h") {
				return cmd.Help()
			}
			// The commands of a job are in process groups of their own, which Ctrl-C does not reach.
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			code := streamjob.Run(ctx, streamjob.Options{Args: args, Stdin: a.stdin, Stdout: a.stdout, Stderr: a.stderr})
			if code != streamjob.ExitOK {
				return ExitCode(code)
			}
			return nil
		},
	}
}
