package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/gomr/gomr/internal/cli"
	"github.com/gomr/gomr/internal/demo"
	"github.com/gomr/gomr/orchestrate/store/sqlite"
)

// demoVariable has the processes of a demo be a program with its tasks.
const demoVariable = "GOMR_DEMO"

func demoCommand() *cobra.Command {
	var listen, dir string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Try a server and its pages, with a week of history and a worker",
		Long: "Serve a small shop's pipeline at an address of this machine: a week of history, a worker with tasks of a few\n" +
			"seconds, and schedules that keep it busy. Nothing of it is kept after Ctrl-C, unless --dir names a folder.",
		Example: "  gomr demo",
		Args:    cli.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if dir == "" {
				if dir, err = os.MkdirTemp("", "gomr-demo-"); err != nil {
					return err
				}
				defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
			}
			return runDemo(cmd, dir, listen)
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:8082", "`address` to serve at")
	cmd.Flags().StringVar(&dir, "dir", "", "`folder` to keep all in; one that has a demo goes on with it")
	return cmd
}

// runDemo serves, works and asks for tasks until the context ends.
func runDemo(cmd *cobra.Command, dir, listen string) error {
	ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	d, err := newDemo(dir, listen)
	if err != nil {
		return err
	}
	if err := checkFree(ctx, listen); err != nil {
		return err
	}
	if err := d.fill(ctx); err != nil {
		return err
	}
	processes, running := errgroup.WithContext(ctx)
	processes.Go(func() error { return d.run(running, "server", "--listen", listen, "--database", d.database()) })
	processes.Go(func() error {
		if err := d.await(running); err != nil {
			return err
		}
		processes.Go(func() error {
			return d.run(running, "worker", "--slots", "3", "--runner", "local", "--root", d.root(), "--dir", filepath.Join(d.dir, "worker"))
		})
		if err := d.run(running, "schedule", "apply", d.schedules()); err != nil {
			return err
		}
		_, err := fmt.Fprintf(cmd.OutOrStdout(), "The shop's pipeline is at %s\nThe command line sees it too, such as: gomr ps --server %s\nCtrl-C ends it.\n", d.url, d.url)
		return err
	})
	if err := processes.Wait(); ctx.Err() == nil {
		return err
	}
	return nil // as it was asked to
}

// A demoServer is where a demo has what, and how it is started.
type demoServer struct {
	self, dir, url string
}

func newDemo(dir, listen string) (*demoServer, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	host, port, err := net.SplitHostPort(listen)
	if err != nil || port == "0" {
		return nil, &cli.UsageError{Err: fmt.Errorf("--listen %s: want an address with a port, such as 127.0.0.1:8082", listen)}
	}
	dir, err = filepath.Abs(dir)
	return &demoServer{self: self, dir: dir, url: "http://" + net.JoinHostPort(host, port)}, err
}

func (d *demoServer) database() string  { return filepath.Join(d.dir, "scheduler.db") }
func (d *demoServer) root() string      { return filepath.Join(d.dir, "files") }
func (d *demoServer) schedules() string { return filepath.Join(d.dir, "schedules.toml") }

// checkFree returns an error where another server has the address: it would get the demo's schedules.
func checkFree(ctx context.Context, address string) error {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("%w; --listen takes another address", err)
	}
	return listener.Close()
}

// fill writes the week, if the folder has none yet.
func (d *demoServer) fill(ctx context.Context) (err error) {
	if _, err := os.Stat(d.schedules()); err == nil {
		return nil
	}
	st, err := sqlite.Open(ctx, d.database(), sqlite.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	build, _ := debug.ReadBuildInfo()
	if err := demo.Fill(ctx, st, demo.Week{Until: time.Now(), Program: build.Path, Root: d.root(), Seed: 1}); err != nil {
		return err
	}
	return os.WriteFile(d.schedules(), []byte(demo.Schedules), 0o666)
}

// run runs a verb of the program with the demo's tasks, and ends it when the context does. A server and
// a worker are not to end before.
func (d *demoServer) run(ctx context.Context, verb string, args ...string) error {
	if verb != "server" {
		args = append(args, "--server", d.url)
	}
	log, err := os.OpenFile(filepath.Join(d.dir, verb+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	defer log.Close()
	process := exec.CommandContext(ctx, d.self, append([]string{verb}, args...)...)
	process.Env = append(os.Environ(), demoVariable+"=1", "XDG_STATE_HOME="+d.dir)
	process.Dir, process.Stdout, process.Stderr = d.dir, log, log
	process.Cancel = func() error { return process.Process.Signal(syscall.SIGTERM) }
	process.WaitDelay = 2 * time.Second // a worker would wait for its tasks, which end by themselves
	err = process.Run()
	switch {
	case ctx.Err() != nil:
		return nil
	case err != nil:
		return fmt.Errorf("gomr %s: %w: %s", verb, err, lastLine(log.Name()))
	case verb != "schedule":
		return fmt.Errorf("gomr %s has ended by itself", verb)
	}
	return nil
}

// lastLine returns that of a file, which may be gone.
func lastLine(name string) string {
	text, _ := os.ReadFile(name)
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return lines[len(lines)-1]
}

// await waits until the server answers.
func (d *demoServer) await(ctx context.Context) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	var dialer net.Dialer
	for {
		conn, err := dialer.DialContext(ctx, "tcp", strings.TrimPrefix(d.url, "http://"))
		if err == nil {
			return conn.Close()
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}
