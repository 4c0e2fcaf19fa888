package cli

import (
	"errors"
	"os"
	"os/signal"
	"strconv"
	"strings"
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
			"-info prints all options. Two are gomr's own: --memory SIZE bounds the map output that stays\n" +
			"in memory (default 512M), and --stress SEED shows what a cluster may do differently.",
		Example:               "  " + a.name + " streaming -input logs -output counts -mapper 'cut -f1' -reducer 'uniq -c'",
		DisableFlagParsing:    true,
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && (args[0] == "--help" || args[0] == "-h") {
				return cmd.Help()
			}
			options, err := ownOptions(args)
			if err != nil {
				return err
			}
			// The commands of a job are in process groups of their own, which Ctrl-C does not reach.
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			options.Stdin, options.Stdout, options.Stderr = a.stdin, a.stdout, a.stderr
			code := streamjob.Run(ctx, options)
			if code != streamjob.ExitOK {
				return ExitCode(code)
			}
			return nil
		},
	}
}

// ownOptions takes gomr's own options out of Hadoop's, which have one hyphen.
func ownOptions(args []string) (streamjob.Options, error) {
	var options streamjob.Options
	for i := 0; i < len(args); i++ {
		name, value, inline := strings.Cut(args[i], "=")
		if name != "--memory" && name != "--stress" {
			options.Args = append(options.Args, args[i])
			continue
		}
		if !inline {
			if i++; i == len(args) {
				return options, usagef("%s needs a value", name)
			}
			value = args[i]
		}
		if err := setOwnOption(&options, name, value); err != nil {
			return options, usagef("%s %s: %w", name, value, err)
		}
	}
	return options, nil
}

func setOwnOption(options *streamjob.Options, name, value string) error {
	if name == "--memory" {
		return (*byteSize)(&options.Memory).Set(value)
	}
	seed, err := strconv.ParseUint(value, 10, 64)
	if err != nil {
		return errors.New("the seed must be a number from 0 on")
	}
	options.Stress = &seed
	return nil
}
