package cli

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/backfill"
	"github.com/gomr/gomr/orchestrate/chore"
	"github.com/gomr/gomr/orchestrate/client"
	"github.com/gomr/gomr/orchestrate/details"
	"github.com/gomr/gomr/orchestrate/launch"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
	"github.com/gomr/gomr/orchestrate/worker"
)

// attemptVerb is the verb of a process that makes one attempt at a task. Its arguments are the fence, the
// family and the flags of the task. Workers start it; it is no part of help.
const attemptVerb = "attempt"

func (a *app) attemptCommand() *cobra.Command {
	var place placeFlags
	var remote serverFlags
	var batch bool
	cmd := &cobra.Command{
		Use:    attemptVerb + " FENCE FAMILY [FLAGS]",
		Hidden: true,
		Args:   cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if batch {
				return a.attemptBatch(cmd, &place, &remote)
			}
			return a.attempt(cmd, &place, &remote, args)
		},
	}
	cmd.Flags().BoolVar(&batch, batchFlag, false, "make all tasks that the folder of the attempt names")
	place.add(cmd.Flags())
	place.hadoopFlags.add(cmd.Flags())
	place.addMemory(cmd.Flags())
	place.addFingerprint(cmd.Flags())
	remote.add(cmd, a)
	return cmd
}

// attempt makes an attempt and leaves its result in the folder of the attempt.
func (a *app) attempt(cmd *cobra.Command, flags *placeFlags, remote *serverFlags, args []string) error {
	told, err := a.tryAttempt(cmd, flags, remote, args)
	report := worker.Result{Permanent: orchestrate.IsPermanent(err), Details: told}
	if err != nil {
		report.Error = err.Error()
		a.printError(err)
	}
	if writeErr := worker.WriteResult(a.getenv(worker.DirVariable), report); writeErr != nil {
		return errors.Join(err, writeErr)
	}
	if err != nil {
		return ExitCode(orchestrate.ExitFailed)
	}
	return nil
}

// tryAttempt makes an attempt, and returns what it tells for the history.
func (a *app) tryAttempt(cmd *cobra.Command, flags *placeFlags, remote *serverFlags, args []string) (details.Details, error) {
	fence, err := strconv.ParseInt(args[0], 10, 64)
	if err != nil {
		return nil, &UsageError{err}
	}
	switch args[1] {
	case launch.Family:
		return nil, a.launch(cmd, flags, remote, fence, args[2:])
	case backfill.SurveyFamily:
		return a.survey(cmd, flags, remote, args[2:])
	case chore.ClearFamily:
		return a.clearChore(cmd, flags, remote, fence, args[2:])
	case chore.UndoFamily:
		return a.undoChore(cmd, flags, remote, fence, args[2:])
	}
	task, err := a.assigned(args[1], args[2:])
	if err != nil {
		return nil, err
	}
	var result orchestrate.JobResult
	err = a.under(cmd, flags, remote, fence, func(ctx context.Context, config orchestrate.Config, host orchestrate.Host) (err error) {
		result, err = orchestrate.Attempt(ctx, config, task, host)
		return err
	})
	return details.OfResult(&result), err
}

// assigned makes a task that a scheduler has given out.
func (a *app) assigned(family string, args []string) (orchestrate.Task, error) {
	task, err := a.registry.Parse(family, args)
	if err != nil {
		return nil, orchestrate.Permanent(fmt.Errorf("this worker's program can't make the task; is it older than the one that submitted it? %w", err))
	}
	return task, nil
}

// under has an attempt made whose host is the scheduler of a server.
func (a *app) under(cmd *cobra.Command, flags *placeFlags, remote *serverFlags, fence int64, do func(context.Context, orchestrate.Config, orchestrate.Host) error) error {
	connected, err := a.connect(remote)
	if err != nil {
		return err
	}
	defer connected.Close()
	ui := a.newUI(true)
	defer ui.close()
	place, err := flags.open(cmd, ui)
	if err != nil {
		return err
	}
	defer place.close()
	host := &serverHost{remote: connected, fence: fence, dir: a.getenv(worker.DirVariable)}
	host.tell(details.OfProgram(thisProgram()))
	config := orchestrate.Config{Exists: existsAll, Jobs: place.jobs, LockDir: place.lockDir(a.getenv), Record: flags.recorder(ui.log, host.tell)}
	a.checkRemotely(&config, connected, remote.url)
	ctx := hdfs.NewContext(cmd.Context(), guardedFiles{place.files, func() error { return host.Commit(cmd.Context()) }})
	return do(ctx, config, host)
}

// A serverHost is the host of an attempt that a server's scheduler has given out.
type serverHost struct {
	remote *client.Client
	fence  int64
	dir    string
}

// Require implements [orchestrate.Host].
func (h *serverHost) Require(ctx context.Context, plan *orchestrate.Plan) error {
	if end, err := worker.BeginWait(h.dir); err == nil { // else the timeout goes on
		defer func() { _ = end() }() // as above
	}
	submission := submissionOf(plan)
	ids := submission.Roots
	submission.Roots = nil // they are part of the run that the attempt is a part of
	err := insist(ctx, func() error {
		_, err := h.remote.Submit(ctx, submission)
		return err
	})
	if err != nil {
		return err
	}
	var answers []scheduler.Answer
	err = insist(ctx, func() (err error) {
		answers, err = h.remote.Await(ctx, h.fence, ids)
		return err
	})
	if err != nil {
		return err
	}
	var errs []error
	for _, answer := range answers {
		if answer.State != store.Done {
			errs = append(errs, requirementError(answer))
		}
	}
	return errors.Join(errs...)
}

func requirementError(answer scheduler.Answer) error {
	e := &orchestrate.RequirementError{ID: answer.ID, Status: orchestrate.StatusUpstreamFailed}
	switch answer.State {
	case store.Failed, store.Disabled:
		e.Status = orchestrate.StatusFailed
	case store.Missing:
		e.Status = orchestrate.StatusMissingExternal
	}
	if answer.Error != "" {
		e.Err = errors.New(answer.Error)
	}
	return e
}

// Commit implements [orchestrate.Host].
func (h *serverHost) Commit(ctx context.Context) error {
	var asked time.Time
	var grant scheduler.Grant
	err := insist(ctx, func() (err error) {
		asked = time.Now()
		grant, err = h.remote.Commit(ctx, h.fence)
		return err
	})
	if err != nil {
		return fmt.Errorf("the output is not committed: %w", err)
	}
	if took := time.Since(asked); took > grant.For {
		return fmt.Errorf("the output is not committed: the leave to do so came after %s, and was for %s", took, grant.For)
	}
	return nil
}

// askAgain is how long an attempt waits for a server that can't be reached before it asks again.
const askAgain = time.Second

// insist makes a request again until the server can be reached and is well: what an attempt has done is
// not lost because the server starts anew meanwhile, or its database is locked.
func insist(ctx context.Context, request func() error) error {
	for {
		err := request()
		if !client.Passes(err) {
			return err
		}
		select {
		case <-time.After(askAgain):
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), err)
		}
	}
}

// Report implements [orchestrate.Host].
func (h *serverHost) Report(p orchestrate.Progress) { h.tell(details.OfProgress(p)) }

// tell tells details of the attempt. Those that can't be told harm nobody.
func (h *serverHost) tell(d details.Details) { _ = worker.AppendDetails(h.dir, d) }

// guardedFiles are files in which nothing gets its final name without leave.
type guardedFiles struct {
	hdfs.FileSystem
	mayCommit func() error
}

// Rename implements [hdfs.FileSystem].
func (g guardedFiles) Rename(from, to string) error {
	if err := g.mayCommit(); err != nil {
		return err
	}
	return g.FileSystem.Rename(from, to)
}
