package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/sync/errgroup"

	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/server"
	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/store/sqlite"
	"github.com/gomr/gomr/orchestrate/web"
)

// runWithPages runs a task as a server of this process alone, whose pages show it, and a worker beside it
// would. All that they keep is in a folder that goes with them.
func (a *app) runWithPages(cmd *cobra.Command, flags *runFlags, task orchestrate.Task) (err error) {
	dir, err := os.MkdirTemp("", "gomr-run-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	ctx, end := context.WithCancel(context.WithoutCancel(cmd.Context())) // what runs is ended in order
	defer end()
	p, err := a.openPages(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.done()) }()
	flags.shared.server = "http://" + p.listener.Addr().String()
	fmt.Fprintf(a.stderr, "the pages of this run are at %s\n", flags.shared.server)

	running, beside := errgroup.WithContext(ctx)
	running.Go(func() error { return p.server.Serve(beside, p.listener) })
	working, rest := context.WithCancel(beside)
	rested := make(chan error, 1)
	go func() { rested <- a.runWorker(working, a.pagesWorker(cmd, flags, dir)) }()

	ran := a.runBeside(cmd, flags, p.scheduler, task)
	shown := ran == nil || errors.As(ran, new(ExitCode)) // another error is told only when this returns
	if shown && cmd.Context().Err() == nil && isTerminal(a.stderr) {
		fmt.Fprintf(a.stderr, "the pages stay until Ctrl-C\n")
		<-cmd.Context().Done()
	}
	ended := killRunning(ctx, p.scheduler)
	rest()
	ended = errors.Join(ended, <-rested)
	end()
	return errors.Join(ran, ended, running.Wait())
}

// runBeside runs a task on the server of this process, and all that can run besides when something has failed.
func (a *app) runBeside(cmd *cobra.Command, flags *runFlags, s *scheduler.Scheduler, task orchestrate.Task) error {
	remote, err := a.connect(&serverFlags{flags.shared.server})
	if err != nil {
		return err
	}
	defer remote.Close()
	receipt, err := a.submit(cmd, flags, remote, task)
	if err != nil {
		return err
	}
	if _, err := a.follow(cmd.Context(), flags, remote, receipt.Run); err != nil {
		return err
	}
	if err := settle(cmd.Context(), s); err != nil {
		return ExitCode(orchestrate.ExitInterrupted)
	}
	status, err := s.RunStatus(cmd.Context(), receipt.Run)
	if err != nil {
		return err
	}
	return a.showRun(cmd.Context(), flags, remote, status)
}

// settle waits until nothing runs, and nothing would.
func settle(ctx context.Context, s *scheduler.Scheduler) error {
	ctx, done := context.WithCancel(ctx)
	defer done()
	changes := s.Changes(ctx)
	for {
		counts, err := s.Counts(ctx)
		if err != nil {
			return err
		}
		if counts.States[store.Running]+counts.States[store.Suspended]+counts.States[store.Retrying]+len(counts.Queues) == 0 {
			return nil
		}
		if _, ok := <-changes; !ok {
			return ctx.Err()
		}
	}
}

// pagesWorker says how the worker of a run that has pages works.
func (a *app) pagesWorker(cmd *cobra.Command, flags *runFlags, dir string) *workerStart {
	accepted := pflag.NewFlagSet("", pflag.ContinueOnError)
	var place placeFlags
	place.add(accepted)
	place.hadoopFlags.add(accepted)
	place.addMemory(accepted)
	place.addFingerprint(accepted)
	common := []string{"--runner=" + flags.place.runner}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if accepted.Lookup(f.Name) != nil && f.Name != "runner" {
			common = append(common, flagArguments(f)...)
		}
	})
	return &workerStart{server: flags.shared.server, dir: filepath.Join(dir, "worker"), slots: flags.workers, common: common, log: slog.New(slog.DiscardHandler)}
}

// killRunning ends the attempts that are under way.
func killRunning(ctx context.Context, s *scheduler.Scheduler) error {
	page, err := s.Tasks(ctx, scheduler.TaskFilter{States: []store.State{store.Running, store.Suspended}, Limit: scheduler.MaxPage})
	for _, t := range page.Tasks {
		err = errors.Join(err, s.Kill(ctx, t.ID, ""))
	}
	return err
}

// pagesLease has a worker of the same process ask soon whether its attempts are to end.
const pagesLease = 6 * time.Second

// pagesServer is a server for one run.
type pagesServer struct {
	listener  net.Listener
	scheduler *scheduler.Scheduler
	server    *server.Server
	done      func() error
}

func (a *app) openPages(ctx context.Context, dir string) (*pagesServer, error) {
	st, err := sqlite.Open(ctx, filepath.Join(dir, "scheduler.db"), sqlite.Options{Synchronous: sqlite.Normal}) // it ends with this process
	if err != nil {
		return nil, err
	}
	s, err := scheduler.Open(ctx, st, scheduler.Config{Lease: pagesLease})
	if err != nil {
		return nil, errors.Join(err, st.Close()) //nolint:contextcheck // closing is not cut short
	}
	closeStore := func() error { //nolint:contextcheck // closing is not cut short
		s.Close()
		return st.Close()
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, closeStore())
	}
	served, err := server.New(ctx, server.Options{Scheduler: s, Store: st, Pages: web.Handler})
	if err != nil {
		return nil, errors.Join(err, listener.Close(), closeStore())
	}
	return &pagesServer{listener, s, served, func() error {
		served.Close()
		return closeStore()
	}}, nil
}
