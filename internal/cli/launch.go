package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/launch"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/worker"
)

// launch makes the attempt at a launch: it clears what is to be made again, plans the task and submits it, see package
// launch.
func (a *app) launch(cmd *cobra.Command, flags *placeFlags, remote *serverFlags, fence int64, args []string) error {
	l, err := launch.Parse(args)
	if err != nil {
		return orchestrate.Permanent(err)
	}
	task, err := a.assigned(l.Task[0], l.Task[1:])
	if err != nil {
		return err
	}
	connected, err := a.connect(remote)
	if err != nil {
		return err
	}
	defer connected.Close()
	if l.Clear != nil {
		if over, err := a.clearForLaunch(cmd, flags, l, task, &serverHost{remote: connected, fence: fence, dir: a.getenv(worker.DirVariable)}, remote.url); over || err != nil {
			return err
		}
	}
	submission, err := a.planSubmission(cmd, flags, task)
	if err != nil {
		return err
	}
	submission.Request, submission.Forgive = l.Name, true
	for i := range submission.Nodes {
		submission.Nodes[i].Priority += l.Priority
	}
	_, err = insistOn(cmd.Context(), func(ctx context.Context) (scheduler.Receipt, error) { return connected.Submit(ctx, submission) })
	return err
}

// insistOn is [insist] for a request that has an answer.
func insistOn[T any](ctx context.Context, request func(context.Context) (T, error)) (answer T, err error) {
	err = insist(ctx, func() (err error) {
		answer, err = request(ctx)
		return err
	})
	return answer, err
}
