package cli

import (
	"cmp"
	"context"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/streaming"
)

// A Config is what a command line needs from its process.
type Config struct {
	// Tasks are the prototypes of the program's tasks, see [orchestrate.NewRegistry].
	Tasks []orchestrate.Task

	// Name is what the user typed to start the program. Empty means gomr.
	Name string

	// Args are the arguments behind the name.
	Args []string

	// Stdin, Stdout and Stderr are the standard streams. Nil means no input, and discards.
	// One that is an *os.File on a terminal gets colours, Stderr also bars.
	Stdin          io.Reader
	Stdout, Stderr io.Writer

	// Getenv looks up a variable of the environment. Nil means [os.Getenv].
	Getenv func(string) string

	// Commands are verbs besides those of the package.
	Commands []*cobra.Command

	// Checks are checks of doctor besides those of the package.
	Checks []func(context.Context) streaming.Check
}

// Run runs the command line and returns the exit code, one of those of package orchestrate.
// When ctx ends, a run stops its jobs, leaves nothing half done and returns.
func Run(ctx context.Context, config Config) int {
	a := newApp(config)
	registry, err := newRegistry(config.Tasks) //nolint:contextcheck // no verb runs here
	if err != nil {
		a.printError(err)
		return orchestrate.ExitError
	}
	a.registry = registry
	root := a.rootCommand()                          //nolint:contextcheck // verbs get the context from cobra
	root.SetArgs(append([]string{}, config.Args...)) // cobra takes nil for os.Args
	cmd, err := root.ExecuteContextC(ctx)
	return a.exit(cmd, err)
}

// An app is a command line while it runs.
type app struct {
	name           string
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	commands       []*cobra.Command
	checks         []func(context.Context) streaming.Check

	registry *orchestrate.Registry
	docs     map[string]string // Go doc of the families
}

func newApp(config Config) *app {
	a := &app{
		name:     cmp.Or(config.Name, "gomr"),
		stdin:    config.Stdin,
		stdout:   config.Stdout,
		stderr:   config.Stderr,
		getenv:   config.Getenv,
		commands: config.Commands,
		checks:   config.Checks,
		docs:     familyDocs(config.Tasks),
	}
	if a.stdout == nil {
		a.stdout = io.Discard
	}
	if a.stderr == nil {
		a.stderr = io.Discard
	}
	if a.getenv == nil {
		a.getenv = os.Getenv
	}
	return a
}

// rootCommand returns the tree of all commands.
func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   a.name,
		Short: "Run MapReduce jobs and the tasks around them",
		Long: "Runs MapReduce jobs and the tasks around them, on Hadoop or without any cluster.\n" +
			"A task is run when its output is missing, after the tasks that it requires.",
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return unknownVerb(cmd, args[0])
		},
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.PersistentFlags().BoolP("help", "h", false, "show this help")
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SetUsageFunc(writeUsage)
	root.SetFlagErrorFunc(flagError)
	root.AddGroup(&cobra.Group{ID: groupRun, Title: "Run tasks:"}, &cobra.Group{ID: groupLook, Title: "Look, and run nothing:"},
		&cobra.Group{ID: groupClear, Title: "Clear outputs, and bring them back:"}, &cobra.Group{ID: groupServer, Title: "Share a scheduler:"},
		&cobra.Group{ID: groupLookServer, Title: "Look at a server:"}, &cobra.Group{ID: groupSteer, Title: "Steer a server:"})
	for _, v := range a.taskVerbs() {
		root.AddCommand(a.verbCommand(v))
	}
	root.AddCommand(a.streamingCommand(), a.listCommand(), a.doctorCommand(), a.versionCommand())
	root.AddCommand(a.serverCommand(), a.workerCommand(), a.tokenCommand(), a.attemptCommand(), a.keepCommand())
	root.AddCommand(a.undoCommand(), a.trashCommand())
	for _, v := range a.remoteVerbs() {
		root.AddCommand(a.remoteCommand(v))
	}
	root.AddCommand(a.scheduleCommand(), a.backfillCommand())
	root.AddCommand(a.commands...)
	return root
}

// The groups of verbs in help.
const (
	groupRun    = "run"
	groupLook   = "look"
	groupClear  = "clear"
	groupServer = "server"

	groupLookServer = "look at a server"
	groupSteer      = "steer"
	groupRanges     = "ranges" // of the tasks that stand behind a verb
)
