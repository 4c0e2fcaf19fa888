package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/details"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/worker"
)

// batchFlag has an attempt make all tasks of its assignment. They may be more than a command line holds,
// so they are read from the folder of the attempt.
const batchFlag = "batch"

// attemptBatch makes an attempt at several tasks, and leaves the result of each in the folder of the attempt.
func (a *app) attemptBatch(cmd *cobra.Command, flags *placeFlags, remote *serverFlags) error {
	dir := a.getenv(worker.DirVariable)
	assignment, err := worker.ReadAssignment(dir)
	if err != nil {
		return fmt.Errorf("read what to do: %w", err)
	}
	members := append([]scheduler.Member{{Fence: assignment.Fence, Task: assignment.Task}}, assignment.Others...)
	report, err := a.tryBatch(cmd, flags, remote, members)
	if err != nil {
		report.Error = err.Error()
		a.printError(err)
	}
	if writeErr := worker.WriteResult(dir, report); writeErr != nil {
		return errors.Join(err, writeErr)
	}
	if err != nil {
		return ExitCode(orchestrate.ExitFailed)
	}
	return nil
}

// tryBatch returns the result of tasks, the first of which leads, and the errors of those that are not done.
func (a *app) tryBatch(cmd *cobra.Command, flags *placeFlags, remote *serverFlags, members []scheduler.Member) (worker.Result, error) {
	report := worker.Result{Members: map[int64]worker.MemberResult{}}
	var tasks []orchestrate.Task
	var makes []scheduler.Member // those of the tasks
	var errs []error
	for _, m := range members {
		task, err := a.assigned(m.Task.Family, m.Task.Args)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", m.Task.ID, err))
			report.Members[m.Fence] = worker.MemberResult{Error: err.Error(), Permanent: true}
			continue
		}
		tasks, makes = append(tasks, task), append(makes, m)
	}
	if len(tasks) == 0 {
		return report, errors.Join(errs...)
	}
	err := a.under(cmd, flags, remote, members[0].Fence, func(ctx context.Context, config orchestrate.Config, host orchestrate.Host) error {
		result, ends := orchestrate.AttemptBatch(ctx, config, tasks, host)
		report.Details = details.OfResult(&result)
		var blurred *orchestrate.BatchError // is told once
		for i, err := range ends {
			switch {
			case err == nil:
				report.Members[makes[i].Fence] = worker.MemberResult{Done: true}
			case errors.As(err, &blurred):
			default:
				errs = append(errs, fmt.Errorf("%s: %w", makes[i].Task.ID, err))
				report.Members[makes[i].Fence] = worker.MemberResult{Error: err.Error(), Permanent: orchestrate.IsPermanent(err)}
			}
		}
		if blurred != nil {
			errs = append(errs, blurred)
		}
		return nil
	})
	return report, errors.Join(append(errs, err)...)
}
