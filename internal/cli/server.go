package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/server"
	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/postgres"
	"github.com/gomr/gomr/orchestrate/store/sqlite"
	"github.com/gomr/gomr/orchestrate/web"
)

// defaultListen is the address of a server where none is given. It is reached from this machine alone.
const defaultListen = "127.0.0.1:8082"

// memoryLimit is the memory in bytes from which on a server collects its garbage more often than it
// would: a million tasks are some 1.2 GB.
const memoryLimit = 5 << 29

// serverOptions say how to serve.
type serverOptions struct {
	listen   string
	database string
	postgres string
	insecure bool
	keep     string
	place    placeFlags // where the data of schedules is looked for

	notify    string
	publicURL string
}

// defaultKeep is for how long a server keeps what has ended.
const defaultKeep = "30d"

func (a *app) serverCommand() *cobra.Command {
	var o serverOptions
	cmd := &cobra.Command{
		Use:     "server",
		GroupID: groupServer,
		Short:   "Serve a scheduler that many machines share",
		Long: "Serve a scheduler: 'run --server' submits tasks to it, and workers run them. All that it\n" +
			"knows is in a database, and stays when it is killed. It runs no task itself.\n\n" +
			"It is reached from this machine alone unless --listen says otherwise, which it refuses as long as\n" +
			"there is no token: '" + a.name + " token' makes one.",
		Example: "  " + a.name + " server\n  " + a.name + " server --listen 0.0.0.0:8082 --postgres postgres://gomr@db/gomr",
		Args:    NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.place.check(cmd); err != nil {
				return err
			}
			return a.serve(cmd.Context(), &o)
		},
	}
	o.addDatabase(cmd, a)
	cmd.Flags().StringVar(&o.listen, "listen", defaultListen, "`address` to listen at")
	cmd.Flags().BoolVar(&o.insecure, "insecure", false, "let all machines that reach the server do everything, without a token")
	cmd.Flags().StringVar(&o.keep, "keep", defaultKeep, "`time` for which tasks that nothing needs any more, and the history, are kept after they ended; 0 is for ever")
	o.addNotify(cmd)
	addChoice(cmd.Flags(), &o.place.runner, "runner", "where the data is that schedules wait for", hadoop, local)
	o.place.addRoot(cmd.Flags())
	return cmd
}

// addDatabase defines the flags that say where the state is.
func (o *serverOptions) addDatabase(cmd *cobra.Command, a *app) {
	cmd.Flags().StringVar(&o.database, "database", filepath.Join(stateDir(a.getenv), "scheduler.db"), "`file` of the SQLite database")
	cmd.Flags().StringVar(&o.postgres, "postgres", "", "`URL` of a PostgreSQL database to use in place of the file")
	cmd.MarkFlagsMutuallyExclusive("database", "postgres")
}

// open opens the database.
func (o *serverOptions) open(ctx context.Context) (*store.Store, string, error) {
	if o.postgres != "" {
		st, err := postgres.Open(ctx, o.postgres, postgres.Options{})
		return st, "PostgreSQL", err
	}
	st, err := sqlite.Open(ctx, o.database, sqlite.Options{})
	return st, o.database, err
}

// openScheduler opens the database and the scheduler in it. The caller calls done.
func (o *serverOptions) openScheduler(ctx context.Context) (s *scheduler.Scheduler, st *store.Store, name string, done func() error, err error) {
	if st, name, err = o.open(ctx); err != nil {
		return nil, nil, "", nil, err
	}
	if s, err = scheduler.Open(ctx, st, scheduler.Config{}); err != nil {
		return nil, nil, "", nil, errors.Join(err, st.Close()) //nolint:contextcheck // closing is not cut short
	}
	return s, st, name, func() error { //nolint:contextcheck // closing is not cut short
		s.Close()
		return st.Close()
	}, nil
}

// serve serves until the context ends.
func (a *app) serve(ctx context.Context, o *serverOptions) (err error) {
	keep, err := orchestrate.ParseDuration(o.keep)
	if err != nil || keep < 0 {
		return usagef("--keep %s: want a time such as 30d or 12h, or 0 for ever", o.keep)
	}
	collectSeldom()
	if a.getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	notified, err := a.readNotify(o)
	if err != nil {
		return err
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", o.listen)
	if err != nil {
		return fmt.Errorf("%w; is a server running already? --listen takes another address", err)
	}
	defer listener.Close()
	s, st, name, done, err := o.openScheduler(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	log := a.newLog(a.stderr, slog.LevelInfo)
	engines, err := a.openEngines(ctx, o, notified, s, st, listener.Addr(), log)
	if err != nil {
		return err
	}
	defer engines.close()
	served, err := server.New(ctx, engines.serve(server.Options{Scheduler: s, Store: st, Insecure: o.insecure, Keep: keep, Logger: log, Pages: web.Handler}))
	if err != nil {
		return err
	}
	defer served.Close()
	if err := served.MayListen(listener.Addr()); err != nil {
		return fmt.Errorf("%w: '%s token NAME --role admin', or --insecure", err, a.name)
	}
	fmt.Fprintf(a.stdout, "serving at http://%s, with its state in %s\n", listener.Addr(), name)
	return served.Serve(ctx, listener)
}
