package cli

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/gomr/gomr/orchestrate/client"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/worker"
)

// The variables with which a program finds a server, if its flags don't say.
const (
	serverVariable = "GOMR_SERVER"
	tokenVariable  = "GOMR_TOKEN"
)

// serverFlags say which server to use.
type serverFlags struct{ url string }

func (s *serverFlags) add(cmd *cobra.Command, a *app) { s.addTo(cmd.Flags(), a) }

func (s *serverFlags) addTo(set *pflag.FlagSet, a *app) {
	url := a.getenv(serverVariable)
	if url == "" {
		url = "http://" + defaultListen
	}
	set.StringVar(&s.url, "server", url, "`URL` of the server; $"+serverVariable+" sets it too, and $"+tokenVariable+" the token for it")
}

// connect returns a client of the server, to which it makes no connection yet.
func (a *app) connect(s *serverFlags) (*client.Client, error) {
	c, err := client.New(s.url, client.Options{Token: a.getenv(tokenVariable)})
	if err != nil {
		return nil, &UsageError{fmt.Errorf("--server %s: %w", s.url, err)}
	}
	return c, nil
}

// workerFlags say how a worker works.
type workerFlags struct {
	server serverFlags
	place  placeFlags
	slots  int
	dir    string
}

func (a *app) workerCommand() *cobra.Command {
	var flags workerFlags
	cmd := &cobra.Command{
		Use:     "worker",
		GroupID: groupServer,
		Short:   "Run the tasks of this program that a server gives out",
		Long: "Run the tasks of this program that a server gives out, each in a process of its own. What runs goes on when the\n" +
			"worker or the server is killed or started anew: the next worker with the same folder goes on with it.\n\n" +
			"The first Ctrl-C or SIGTERM lets it take no more tasks and end when those under way have; the second\n" +
			"ends it at once, and leaves them to the next worker.",
		Example: "  " + a.name + " worker --server http://etl1:8082 --slots 4",
		Args:    NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.work(cmd, &flags) },
	}
	flags.server.add(cmd, a)
	cmd.Flags().IntVar(&flags.slots, "slots", 1, "`number` of tasks to run at once")
	cmd.Flags().StringVar(&flags.dir, "dir", filepath.Join(stateDir(a.getenv), "worker"), "`folder` of the worker; each needs one of its own")
	flags.place.add(cmd.Flags())
	flags.place.hadoopFlags.add(cmd.Flags())
	flags.place.addMemory(cmd.Flags())
	flags.place.addFingerprint(cmd.Flags())
	return cmd
}

// work starts a worker as its flags say.
func (a *app) work(cmd *cobra.Command, flags *workerFlags) error {
	if flags.slots < 1 {
		return usagef("--slots is %d, and must be at least 1", flags.slots)
	}
	if err := flags.place.check(cmd); err != nil {
		return err
	}
	var common []string
	cmd.Flags().Visit(func(f *pflag.Flag) { // where jobs run, and how
		if f.Name != "server" && f.Name != "slots" && f.Name != "dir" {
			common = append(common, flagArguments(f)...)
		}
	})
	return a.runWorker(cmd.Context(), &workerStart{flags.server.url, flags.dir, flags.slots, common, a.newLog(a.stderr, slog.LevelInfo)})
}

// A workerStart says how a worker is started.
type workerStart struct {
	server, dir string
	slots       int
	common      []string // arguments of all attempts
	log         *slog.Logger
}

// runWorker works until the context ends, and what runs then has ended.
func (a *app) runWorker(ctx context.Context, start *workerStart) error {
	remote, err := a.connect(&serverFlags{start.server})
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	common := append([]string{attemptVerb, "--server=" + start.server}, start.common...)
	return worker.Run(ctx, worker.Options{
		Dir:      start.dir,
		Programs: []string{readVersion().Program},
		Slots:    start.slots,
		Keeper:   []string{self, keepVerb},
		Log:      start.log,
		Command: func(assignment *scheduler.Assignment, _ string) (path string, args, env []string) {
			args = append([]string{}, common...)
			if len(assignment.Others) > 0 {
				args = append(args, "--"+batchFlag)
			}
			args = append(args, "--", strconv.FormatInt(assignment.Fence, 10), assignment.Task.Family)
			return self, append(args, assignment.Task.Args...), nil
		},
	}, remote)
}

// flagArguments returns the arguments that set a flag as it is.
func flagArguments(f *pflag.Flag) (args []string) {
	if list, ok := f.Value.(pflag.SliceValue); ok {
		for _, value := range list.GetSlice() {
			args = append(args, "--"+f.Name+"="+value)
		}
		return args
	}
	return []string{"--" + f.Name + "=" + f.Value.String()}
}

// keepVerb is the verb of the process that a worker starts for each attempt, see [worker.Keep].
const keepVerb = "keep"

func (a *app) keepCommand() *cobra.Command {
	return &cobra.Command{
		Use:    keepVerb + " DIR",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE:   func(cmd *cobra.Command, args []string) error { return worker.Keep(cmd.Context(), args[0]) },
	}
}
