package worker_test

import (
	"context"
	"log"
	"os"
	"os/signal"
	"syscall"

	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/worker"
)

// A program that is its own keeper. SIGTERM has it take no more work and wait for its attempts, and Ctrl-C stops them.
func ExampleRun() { //nolint:testableexamples // it would run for ever
	if len(os.Args) == 3 && os.Args[1] == "keep" {
		if err := worker.Keep(context.Background(), os.Args[2]); err != nil {
			log.Fatal(err)
		}
		return
	}
	executable, err := os.Executable()
	if err != nil {
		log.Fatal(err)
	}
	drain, cancelDrain := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer cancelDrain()
	stop, cancelStop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer cancelStop()
	var s worker.Scheduler // a client of the server
	err = worker.Run(drain, worker.Options{
		Dir:      "/var/lib/gomr/worker",
		Programs: []string{"reports"},
		Keeper:   []string{executable, "keep"},
		Command: func(a *scheduler.Assignment, _ string) (string, []string, []string) {
			return "/usr/local/bin/reports", append([]string{"run", a.Task.Family}, a.Task.Args...), nil
		},
		Stop: stop.Done(),
	}, s)
	if err != nil {
		log.Fatal(err)
	}
}

// A task that will fail again, however often it is tried.
func ExampleWriteResult() { //nolint:testableexamples // it ends the process
	dir := os.Getenv(worker.DirVariable)
	if err := worker.WriteResult(dir, worker.Result{Error: "no such table", Permanent: true}); err != nil {
		log.Fatal(err)
	}
	os.Exit(1)
}
