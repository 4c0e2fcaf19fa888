package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/client"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// sharedFlags say how a run goes to a server.
type sharedFlags struct {
	server  string
	request string
	detach  bool
}

func (s *sharedFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&s.server, "server", "", "`URL` of a server whose workers are to run the tasks, such as http://"+defaultListen)
	flags.StringVar(&s.request, "request", "", "`name` of the request to the server: made again under that name, it changes nothing")
	flags.BoolVar(&s.detach, "detach", false, "do not wait for what the server's workers do")
}

func (s *sharedFlags) check() error {
	if s.server == "" && (s.request != "" || s.detach) {
		return usagef("--request and --detach are for --server")
	}
	return nil
}

// runShared submits a task and what it requires to a server, and waits until it has settled.
func (a *app) runShared(cmd *cobra.Command, flags *runFlags, task orchestrate.Task) error {
	remote, err := a.connect(&serverFlags{flags.shared.server})
	if err != nil {
		return err
	}
	defer remote.Close()
	receipt, err := a.submit(cmd, flags, remote, task)
	if err != nil {
		return err
	}
	if flags.shared.detach {
		return a.showReceipt(flags, receipt)
	}
	status, err := a.follow(cmd.Context(), flags, remote, receipt.Run)
	if err != nil {
		return err
	}
	return a.showRun(cmd.Context(), flags, remote, status)
}

// submit plans the task here, where its outputs can be looked for, and submits the plan.
func (a *app) submit(cmd *cobra.Command, flags *runFlags, remote *client.Client, task orchestrate.Task) (scheduler.Receipt, error) {
	submission, err := a.planSubmission(cmd, &flags.place, task)
	if err != nil {
		return scheduler.Receipt{}, err
	}
	if flags.acceptChecks {
		if err := remote.Accept(cmd.Context(), orchestrate.ID(task), ""); err != nil {
			return scheduler.Receipt{}, err
		}
	}
	submission.Request, submission.Forgive = flags.shared.request, true
	if submission.Request == "" {
		submission.Request = rand.Text() // so that it can be made again where the answer got lost
	}
	return a.insistOnSubmit(cmd.Context(), remote, submission)
}

// planSubmission plans tasks for a scheduler.
func (a *app) planSubmission(cmd *cobra.Command, flags *placeFlags, tasks ...orchestrate.Task) (submission *scheduler.Submission, err error) {
	err = a.inPlace(cmd, flags, func(ctx context.Context, _ *place) error {
		plan, err := newPlan(ctx, false, tasks...)
		if err == nil {
			submission = submissionOf(plan)
		}
		return err
	})
	return submission, err
}

// submitPatience is for how long a submission waits for a server that may be starting anew.
const submitPatience = 15 * time.Second

func (a *app) insistOnSubmit(ctx context.Context, remote *client.Client, submission *scheduler.Submission) (receipt scheduler.Receipt, err error) {
	ctx, cancel := context.WithTimeout(ctx, submitPatience)
	defer cancel()
	told := false
	err = insist(ctx, func() (err error) {
		receipt, err = remote.Submit(ctx, submission)
		if client.Passes(err) && !told {
			told = true
			fmt.Fprintf(a.stderr, "gomr: %v; trying for %s\n", err, submitPatience)
		}
		return err
	})
	return receipt, err
}

func (a *app) showReceipt(flags *runFlags, receipt scheduler.Receipt) error {
	if flags.json {
		return writeJSON(a.stdout, map[string]int64{"run": receipt.Run, "added": int64(receipt.Added)})
	}
	_, err := fmt.Fprintf(a.stdout, "run %d is submitted, with %d tasks that are new\n", receipt.Run, receipt.Added)
	return err
}

// lookEvery is how often a run is looked at though nothing is heard of it.
const lookEvery = 5 * time.Second

// follow waits until a run has ended, and tells how far it is.
func (a *app) follow(ctx context.Context, flags *runFlags, remote *client.Client, run int64) (scheduler.RunStatus, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	changes := remote.Changes(ctx)
	told := ""
	for {
		status, err := remote.RunStatus(ctx, run)
		text := countStates(status.States)
		switch {
		case ctx.Err() != nil:
			return status, a.leave(flags, run)
		case client.Passes(err):
			text = err.Error() // it may be starting anew, or its database is locked
		case err != nil:
			return status, err
		case !status.Run.Ended.IsZero():
			return status, nil
		}
		if text != told && !flags.quiet && !flags.noProgress {
			told = text
			fmt.Fprintf(a.stderr, "run %d: %s\n", run, text)
		}
		select {
		case _, ok := <-changes:
			if !ok {
				changes = nil
			}
		case <-time.After(lookEvery):
		case <-ctx.Done():
			return status, a.leave(flags, run)
		}
	}
}

// leave tells that a run goes on without whoever waited for it, unless it is that of this process.
func (a *app) leave(flags *runFlags, run int64) error {
	if !flags.pages {
		fmt.Fprintf(a.stderr, "run %d goes on\n", run)
	}
	return ExitCode(orchestrate.ExitInterrupted)
}

// countStates tells how many tasks are in which state.
func countStates(states map[store.State]int) string {
	var parts []string
	for _, state := range slices.Sorted(maps.Keys(states)) {
		parts = append(parts, fmt.Sprintf("%d %s", states[state], state))
	}
	return strings.Join(parts, ", ")
}

// showRun tells how a run ended: of what is not done, why.
func (a *app) showRun(ctx context.Context, flags *runFlags, remote *client.Client, status scheduler.RunStatus) error {
	code := orchestrate.ExitComplete
	var reasons []string
	for _, id := range status.Roots {
		var explanation scheduler.Explanation
		err := insist(ctx, func() (err error) {
			explanation, err = remote.Explain(ctx, id)
			return err
		})
		if err != nil {
			return err
		}
		if explanation.Task.State == store.Done {
			continue
		}
		code = orchestrate.ExitFailed
		for _, reason := range explanation.Reasons {
			reasons = append(reasons, id+": "+reason.Text)
		}
	}
	if code == orchestrate.ExitFailed && status.States[store.Failed]+status.States[store.Disabled] == 0 && status.States[store.Missing] > 0 {
		code = orchestrate.ExitMissingExternal
	}
	var err error
	if flags.json {
		err = writeJSON(a.stdout, runDocument{status.Run.Key, status.States, reasons, code})
	} else if !flags.quiet || len(reasons) > 0 {
		_, err = fmt.Fprintf(a.stdout, "run %d: %s\n%s", status.Run.Key, countStates(status.States), lines(reasons))
	}
	if code != orchestrate.ExitComplete {
		return errors.Join(err, ExitCode(code))
	}
	return err
}

func lines(texts []string) string {
	var b strings.Builder
	for _, text := range texts {
		b.WriteString("  " + text + "\n")
	}
	return b.String()
}

// A runDocument is a run that has ended, as --json has it.
type runDocument struct {
	Run      int64               `json:"run"`
	States   map[store.State]int `json:"states"`
	Reasons  []string            `json:"reasons,omitempty"` // why roots are not done
	ExitCode int                 `json:"exitCode"`
}
